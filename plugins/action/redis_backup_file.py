# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..module_utils._files import file_spec, write
from ..plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Writes the file in the worker where that is the same."""

    argument_spec = staticmethod(file_spec)

    def answer(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's result."""
        return write(options, check_mode=self._task.check_mode, diff=self._task.diff)
