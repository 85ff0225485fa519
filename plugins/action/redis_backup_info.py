# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..module_utils._backup_info import argument_spec, backup_info
from ..modules.redis_backup_info import main  # noqa: F401 - with it ansible-lint knows the module's options
from ..plugin_utils import _run_memory  # noqa: F401 - this file is loaded before the workers are forked, and they share its memory
from ..plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Asks the API in the worker where that is the same."""

    argument_spec = staticmethod(argument_spec)

    def execute(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's result."""
        result = backup_info(options)
        warnings = {"warnings": result.warnings} if result.warnings else {}
        return {"changed": False, **result.facts, **warnings}
