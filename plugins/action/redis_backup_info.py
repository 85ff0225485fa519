# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ..module_utils._backup_info import argument_spec, backup_info
from ..modules.redis_backup_info import main
from ..plugin_utils._in_process import InProcessAction
from ..plugin_utils._run_memory import share_with_workers

__all__ = ["ActionModule", "main"]  # by the module's main ansible-lint knows its options

share_with_workers()  # This file is loaded before the workers are forked.


class ActionModule(InProcessAction):
    """Asks the API in the worker where that is the same."""

    argument_spec = staticmethod(argument_spec)

    def execute(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's result."""
        result = backup_info(options)
        warnings = {"warnings": result.warnings} if result.warnings else {}
        return {"changed": False, **result.facts, **warnings}
