# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's result without its process, where the task runs on the controller itself.

A module costs a third of a second however little it does. The API is remote, so nothing is gained by that on localhost. All use of
ansible-core's private parts stands in this file.
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

from ..module_utils._cloud.connection import PATH_VARIABLES
from ..module_utils._cloud.errors import CloudError, OptionError
from ..module_utils._cloud.files import looks_like_path
from ._filters import plain

Spec = t.Mapping[str, t.Mapping[str, t.Any]]


_SECRET_FILES = {
    "service_account_key_file": ("a key's content", "service_account_key"),
    "workload_identity_token_file": ("a token", "workload_identity_token"),
}
"""Options that name a file of a secret: what may stand in the path's place by mistake, and the option that takes it."""


class InProcessAction(ActionBase):
    """An action that runs in the worker where that is the same, and runs its module where it is not."""

    argument_spec: t.Callable[[], dict[str, dict[str, t.Any]]]
    """The module's own argument spec."""

    _supports_check_mode = True
    _supports_async = True

    @abc.abstractmethod
    def execute(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's result; it may be a failure, which is told by "failed" as a module's.

        :param options: the task's arguments, validated and converted
        :raises CloudError: what the module would fail with, where nothing else is to be returned
        """

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result; a failure is a result too, so that nothing of the collection's is raised."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        try:
            _check_arguments(self._task.args, self.argument_spec())
        except OptionError as exc:
            return {**result, **_failure(exc)}
        _make_paths_absolute(self)
        if runs_in_process(self, variables):
            return {**result, **_executed(self)}
        wrap_async = self._task.async_val
        result.update(self._execute_module(task_vars=variables, wrap_async=wrap_async))
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result


def runs_in_process(action: ActionBase, task_vars: dict[str, t.Any]) -> bool:
    """Whether a module of this task would run in the controller's own Python, as the user that Ansible runs as."""
    return (
        _is_local(action)
        and action._connection.become is None
        and not action._task.async_val
        and not _environment(action)
        and _is_own_interpreter(action, task_vars)
    )


def _check_arguments(args: t.Mapping[str, t.Any], spec: Spec) -> None:
    """Refuses what a module cannot see: an option given beside its alias, and a secret that it would show as an argument."""
    for option, entry in spec.items():
        given = [name for name in (option, *entry.get("aliases", ())) if name in args]
        if len(given) > 1:
            raise OptionError(
                f"{' and '.join(given)} are one option and are both given, perhaps one by module_defaults; leave one out.",
                option=option,
            )
    for option, (content, instead) in _SECRET_FILES.items():
        value = args.get(option)
        if isinstance(value, (t.Mapping, list)) or (isinstance(value, str) and not looks_like_path(value)):
            raise OptionError(
                f"{option} must be a path, got {content}, which is not shown; give that as {instead}.",
                option=option,
            )


def _make_paths_absolute(action: ActionBase) -> None:
    """Lets a relative path in a variable count from where Ansible was started; a local module starts at the playbook.

    The worker was forked for this task alone, so its environment is the module's.
    """
    if not _is_local(action):
        return
    task_environment = _environment(action)
    moved = {}
    for name in PATH_VARIABLES:
        value = str(task_environment.get(name, os.environ.get(name, ""))).strip()
        if value and not value.startswith("{"):
            moved[name] = os.path.abspath(os.path.expanduser(value))
    os.environ.update({name: path for name, path in moved.items() if name not in task_environment})
    if own := {name: path for name, path in moved.items() if name in task_environment}:
        action._task.environment = [*action._task.environment, own]


def _executed(action: InProcessAction) -> dict[str, t.Any]:
    spec = action.argument_spec()
    # A module gets plain values; Ansible's own classes would be named where one is refused.
    validated = ModuleArgumentSpecValidator(spec).validate(plain(action._task.args))
    secrets = _secrets(validated.validated_parameters, spec)
    if validated.error_messages:
        is_unsupported = isinstance(validated.errors[0], UnsupportedError)
        kind = f"Unsupported parameters for ({action._task.action}) module: " if is_unsupported else ""
        return {"failed": True, "msg": _masked(f"{kind}{validated.errors.msg}", secrets)}
    try:
        # A local module's relative paths start at the playbook.
        with _at(action._loader.get_basedir()):
            result = action.execute(validated.validated_parameters)
    except CloudError as exc:
        result = _failure(exc)
    return {name: _masked(value, secrets) for name, value in result.items()} if result.get("failed") else result


def _failure(exc: CloudError) -> dict[str, t.Any]:
    return {"failed": True, "msg": str(exc), "error": exc.as_dict()}


def _secrets(options: t.Mapping[str, t.Any], spec: Spec) -> set[str]:
    """The values of the options that are not logged."""
    found: set[str] = set()
    rest = [options.get(name) for name, entry in spec.items() if entry.get("no_log")]
    while rest:
        value = rest.pop()
        if isinstance(value, (t.Mapping, list, tuple)):
            rest += value.values() if isinstance(value, t.Mapping) else value
        elif value not in (None, "") and not isinstance(value, bool):
            found.add(str(value))
    return found


def _masked(value: t.Any, secrets: set[str]) -> t.Any:
    """The value without secrets, masked in the way of a module's own result."""
    if isinstance(value, str):
        if value in secrets:
            return "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
        for secret in sorted(secrets, key=len, reverse=True):
            value = value.replace(secret, "********")
        return value
    if isinstance(value, dict):
        return {name: _masked(item, secrets) for name, item in value.items()}
    return [_masked(item, secrets) for item in value] if isinstance(value, list) else value


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


def _is_local(action: ActionBase) -> bool:
    return bool(action._connection.ansible_name == "ansible.builtin.local")


def _environment(action: ActionBase) -> dict[str, t.Any]:
    environment: dict[str, t.Any] = {}
    if any(action._task.environment or []):
        action._compute_environment_string(environment)
    return environment


def _is_own_interpreter(action: ActionBase, task_vars: dict[str, t.Any]) -> bool:
    """Whether the interpreter that is set for the task's host is this one; a virtual environment's is a link to one outside it."""
    delegate = action._task.delegate_to
    host_vars = task_vars.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else task_vars
    configured = host_vars.get("ansible_python_interpreter") or constants.config.get_config_value("INTERPRETER_PYTHON")
    path, own = str(action._templar.template(configured)), sys.executable
    if path.startswith("auto"):
        return True
    return os.path.dirname(path) == os.path.dirname(own) and os.path.realpath(path) == os.path.realpath(own)
