# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A module's answer without its process, where the task runs on the controller itself.

A module costs a third of a second however little it does. The API is remote, so nothing is gained by that on localhost.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import abc
import contextlib
import os
import sys
import typing as t

from ansible import constants
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase

from ..module_utils._cloud.errors import MdbError


class InProcessAction(ActionBase):
    """An action that answers in the worker where that is the same, and runs its module where it is not."""

    argument_spec: t.Callable[[], dict[str, dict[str, t.Any]]]
    """The module's own argument spec."""

    _supports_check_mode = True
    _supports_async = True

    @abc.abstractmethod
    def answer(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's result.

        :param options: the task's arguments, validated and converted
        :raises MdbError: what the module would fail with
        """

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result; a failure is a result too, so that nothing of the collection's is raised."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        if can_answer(self, variables):
            return {**result, **_answered(self)}
        wrap_async = self._task.async_val
        result.update(self._execute_module(task_vars=variables, wrap_async=wrap_async))
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result


def can_answer(action: ActionBase, task_vars: dict[str, t.Any]) -> bool:
    """Whether a module of this task would run in the controller's own Python, as the user that Ansible runs as."""
    return (
        action._connection.ansible_name == "ansible.builtin.local"
        and action._connection.become is None
        and not action._task.async_val
        and not _environment(action)
        and _is_own_interpreter(_interpreter(action, task_vars))
    )


def _answered(action: InProcessAction) -> dict[str, t.Any]:
    validated = ModuleArgumentSpecValidator(action.argument_spec()).validate(action._task.args)
    if validated.error_messages:
        kind = (
            f"Unsupported parameters for ({action._task.action}) module: "
            if isinstance(validated.errors[0], UnsupportedError)
            else ""
        )
        return {"failed": True, "msg": f"{kind}{validated.errors.msg}"}
    try:
        # A local module's relative paths start at the playbook.
        with _at(action._loader.get_basedir()):
            return action.answer(validated.validated_parameters)
    except MdbError as exc:
        return {"failed": True, "msg": str(exc), "error": exc.as_dict()}


@contextlib.contextmanager
def _at(folder: str) -> t.Iterator[None]:
    """Works in a folder, and goes back where that can be: sudo may have left the user where it cannot enter."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.chdir(before)


def _environment(action: ActionBase) -> dict[str, t.Any]:
    environment: dict[str, t.Any] = {}
    if any(action._task.environment or []):
        action._compute_environment_string(environment)
    return environment


def _interpreter(action: ActionBase, task_vars: dict[str, t.Any]) -> str:
    """The interpreter that is set for the host on which a module would run."""
    delegate = action._task.delegate_to
    host_vars = task_vars.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else task_vars
    configured = host_vars.get("ansible_python_interpreter") or constants.config.get_config_value("INTERPRETER_PYTHON")
    return str(action._templar.template(configured))


def _is_own_interpreter(path: str) -> bool:
    """Whether a path names this Python in this environment; a virtual environment's python is a link to one outside it."""
    if path.startswith("auto"):
        return True
    return os.path.dirname(path) == os.path.dirname(sys.executable) and os.path.realpath(path) == os.path.realpath(
        sys.executable
    )
