# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

# Ansible loads this file once, before it forks: every worker inherits what is imported here, which is most of what a task saves.
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _in_process


class ActionModule(ActionBase):
    """Answers in the worker where that is the same, and runs the module where it is not."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result; a failure is a result too, so that nothing of the collection's is raised."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        if _in_process.can_answer(self, variables):
            return {**result, **_in_process.answer(self)}
        wrap_async = self._task.async_val
        result.update(self._execute_module(task_vars=variables, wrap_async=wrap_async))
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result
