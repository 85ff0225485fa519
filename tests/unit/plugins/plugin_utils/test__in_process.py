# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks need no module; what becomes of those that do, and of those that do not."""

from __future__ import annotations

import os
import re
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _in_process

OWN = sys.executable


class Action:
    """As much of an action as is looked at."""

    def __init__(self, args: dict[str, t.Any] | None = None, connection: str = "ansible.builtin.local") -> None:
        self._connection = SimpleNamespace(ansible_name=connection, become=None)
        self._task = SimpleNamespace(
            args=args or {}, action="yacloud.mdb.redis_backup_info", async_val=0, environment=None, delegate_to=None
        )
        self._loader = SimpleNamespace(get_basedir=lambda: "/")
        self._templar = SimpleNamespace(template=lambda value: value)

    def _compute_environment_string(self, raw: dict[str, t.Any]) -> str:
        for part in self._task.environment:
            raw.update(part)
        return ""


def can_answer(action: Action, **variables: t.Any) -> bool:
    return _in_process.can_answer(t.cast(t.Any, action), {"ansible_python_interpreter": OWN, **variables})


def test_a_local_task_of_this_python() -> None:
    assert can_answer(Action())


def test_not_over_another_connection() -> None:
    assert not can_answer(Action(connection="ansible.builtin.ssh"))


def test_not_as_another_user() -> None:
    action = Action()
    action._connection.become = object()
    assert not can_answer(action)


def test_not_in_the_background() -> None:
    action = Action()
    action._task.async_val = 10
    assert not can_answer(action)


@pytest.mark.parametrize(("environment", "expected"), [([], True), ([{}], True), ([{"X": "y"}], False)])
def test_not_with_an_environment(environment: list[dict[str, str]], expected: bool) -> None:
    action = Action()
    action._task.environment = environment
    assert can_answer(action) is expected


def test_only_by_this_interpreter(tmp_path: Path) -> None:
    link = tmp_path / "python"
    link.symlink_to(OWN)
    assert not can_answer(Action(), ansible_python_interpreter=str(link))
    assert not can_answer(Action(), ansible_python_interpreter="/no/such/python")
    assert can_answer(Action(), ansible_python_interpreter="auto_silent")
    beside = os.path.join(os.path.dirname(OWN), os.path.basename(os.path.realpath(OWN)))
    if os.path.realpath(beside) == os.path.realpath(OWN):
        assert can_answer(Action(), ansible_python_interpreter=beside)


def test_a_delegated_task_runs_by_the_other_host_s_interpreter() -> None:
    action = Action()
    action._task.delegate_to = "there"
    assert not can_answer(action, ansible_delegated_vars={"there": {"ansible_python_interpreter": "/other"}})
    delegated = {"there": {"ansible_python_interpreter": OWN}}
    assert can_answer(action, ansible_python_interpreter="/other", ansible_delegated_vars=delegated)


class Recorded(_in_process.InProcessAction):
    """An action with the parts of Ansible that it calls replaced by notes."""

    argument_spec = staticmethod(lambda: {"word": {"type": "str", "required": True}, "number": {"type": "int"}})

    def __init__(self, async_val: int = 0, **arguments: t.Any) -> None:
        self.notes: list[t.Any] = []
        self._task: t.Any = SimpleNamespace(async_val=async_val, args=arguments, action="yacloud.mdb.some_module")
        self._connection: t.Any = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/tmp/of-a-test"))
        self._loader: t.Any = SimpleNamespace(get_basedir=lambda: "/")

    def answer(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        if options["word"] == "no":
            raise ApiError("no", http_status=403, code=7)
        return {"changed": True, "folder": os.getcwd(), **options}

    def _execute_module(self, *unused: t.Any, **arguments: t.Any) -> dict[str, t.Any]:
        self.notes.append(("module", arguments))
        return {"pages": 1}

    def _remove_tmp_path(self, tmp_path: t.Any, force: bool = False) -> None:
        self.notes.append(("removed", tmp_path))


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[bool], None]:
    """Sets whether a task is answered in process, beside what Ansible's own part of an action returns."""
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {"of": "ansible"})
    return lambda here: monkeypatch.setattr(_in_process, "can_answer", lambda made, variables: here)


def test_in_process(decide: t.Callable[[bool], None]) -> None:
    """Converted as by the module, at the playbook's folder, without a trace of either."""
    decide(True)
    before, made = os.getcwd(), Recorded(word="yes", number="7")
    result = made.run(task_vars={"a": 1})
    assert result == {"of": "ansible", "changed": True, "folder": "/", "word": "yes", "number": 7}
    assert made.notes == []
    assert os.getcwd() == before


def test_where_ansible_was_started_need_not_be_a_place_to_go_back_to(
    decide: t.Callable[[bool], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where root's own folder is the working folder of sudo."""
    decide(True)
    (tmp_path / "closed").mkdir()
    monkeypatch.chdir(tmp_path / "closed")
    made = Recorded(word="yes")
    monkeypatch.setattr(made, "answer", lambda options: (tmp_path / "closed").rmdir() or {"changed": True})
    assert made.run()["changed"] is True


def test_a_failure_is_data_too(decide: t.Callable[[bool], None]) -> None:
    decide(True)
    error = {"kind": "api", "http_status": 403, "code": 7}
    assert Recorded(word="no").run() == {"of": "ansible", "failed": True, "msg": "no", "error": error}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, r"^missing required arguments: word"),
        ({"word": "yes", "number": "one"}, "number"),
        ({"word": "yes", "other": 1}, r"^Unsupported parameters for \(yacloud.mdb.some_module\) module: other"),
    ],
)
def test_what_cannot_be_worked_with_is_refused(
    decide: t.Callable[[bool], None], arguments: dict[str, t.Any], said: str
) -> None:
    decide(True)
    result = Recorded(**arguments).run()
    assert result["failed"] is True
    assert re.search(said, result["msg"])


@pytest.mark.parametrize("async_val", [0, 30])
def test_as_a_module(decide: t.Callable[[bool], None], async_val: int) -> None:
    """The folder of an asynchronous task is in use until it ends."""
    decide(False)
    made = Recorded(async_val)
    assert made.run() == {"of": "ansible", "pages": 1}
    assert made.notes[0] == ("module", {"task_vars": {}, "wrap_async": async_val})
    assert made.notes[1:] == ([] if async_val else [("removed", "/tmp/of-a-test")])


def test_check_mode_and_async_are_supported() -> None:
    assert _in_process.InProcessAction._supports_check_mode
    assert _in_process.InProcessAction._supports_async
