# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

# Ansible loads this file once, before it forks: every worker inherits what is imported here, which is most of what a task saves.
from ..module_utils._backup_info import gather
from ..module_utils._query import Connection, Question, argument_spec
from ..plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Asks the API in the worker where that is the same."""

    argument_spec = staticmethod(argument_spec)

    def answer(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's result."""
        result = gather(Question.from_options(options), lambda: Connection.from_options(options))
        warnings = {"warnings": result.warnings} if result.warnings else {}
        return {"changed": False, **result.facts, **warnings}
