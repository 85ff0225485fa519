# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A module's answer without its process, where the task runs on the controller itself.

A module costs a third of a second however little it does. The API is remote, so nothing is gained by that on localhost.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import contextlib
import os
import sys
import typing as t

from ansible import constants
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.yacloud.mdb.plugins.module_utils._errors import MdbError
from ansible_collections.yacloud.mdb.plugins.module_utils._facts import gather
from ansible_collections.yacloud.mdb.plugins.module_utils._options import Connection, Question, argument_spec

if t.TYPE_CHECKING:
    from ansible.plugins.action import ActionBase


def can_answer(action: ActionBase, task_vars: dict[str, t.Any]) -> bool:
    """Whether a module of this task would run in the controller's own Python, as the user that Ansible runs as."""
    return (
        action._connection.ansible_name == "ansible.builtin.local"
        and action._connection.become is None
        and not action._task.async_val
        and not _environment(action)
        and _is_own_interpreter(_interpreter(action, task_vars))
    )


def answer(action: ActionBase) -> dict[str, t.Any]:
    """What the module would return."""
    validated = ModuleArgumentSpecValidator(argument_spec()).validate(action._task.args)
    if validated.error_messages:
        kind = (
            f"Unsupported parameters for ({action._task.action}) module: "
            if isinstance(validated.errors[0], UnsupportedError)
            else ""
        )
        return {"failed": True, "msg": f"{kind}{validated.errors.msg}"}
    options = validated.validated_parameters
    try:
        # A local module's relative paths start at the playbook.
        with contextlib.chdir(action._loader.get_basedir()):
            result = gather(Question.from_options(options), lambda: Connection.from_options(options))
    except MdbError as exc:
        return {"failed": True, "msg": str(exc), "error": exc.as_dict()}
    warnings = {"warnings": result.warnings} if result.warnings else {}
    return {"changed": False, **result.facts, **warnings}


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
