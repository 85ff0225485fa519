# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of a writing module: what a module that waits cannot show, each look at the operation, is shown at -v."""

from __future__ import annotations

import typing as t

from ..module_utils._writing import Progress, Work, result_of
from ._in_process import InProcessAction


class WritingAction(InProcessAction):
    """Does a module's work in the worker where that is the same."""

    facts: t.Mapping[str, t.Any]
    """The module's own return values as they are before anything is known."""

    work: Work
    """The module's work."""

    def execute(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's result."""
        progress = Progress(self.facts, self._display.v)
        try:
            return result_of(self.work, options, bool(self._task.check_mode), progress)
        except Exception:
            raise
        except BaseException:  # the task's timeout, of which Ansible makes the result
            self._display.warning(progress.interrupted())
            raise
