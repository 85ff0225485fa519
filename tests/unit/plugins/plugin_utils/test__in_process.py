# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks need no module, and that their answer is the module's."""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._errors import ApiError
from ansible_collections.yacloud.mdb.plugins.module_utils._facts import Result
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


def answer(**arguments: t.Any) -> dict[str, t.Any]:
    return _in_process.answer(t.cast(t.Any, Action(arguments)))


def test_facts_and_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = []

    def gather(question: t.Any, connect: t.Any) -> Result:
        folders.append(os.getcwd())
        return Result({"ids": question.cluster_ids}, ["look out"] if question.limit else [])

    monkeypatch.setattr(_in_process, "gather", gather)
    before = os.getcwd()
    assert answer(cluster_id="a,b") == {"changed": False, "ids": ("a", "b")}
    assert answer(cluster_ids=["a"], limit="1")["warnings"] == ["look out"]
    assert folders == ["/", "/"]
    assert os.getcwd() == before


def test_a_failure_is_data_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def gather(*unused: t.Any) -> Result:
        raise ApiError("no", http_status=403, code=7)

    monkeypatch.setattr(_in_process, "gather", gather)
    assert answer(cluster_id="a") == {
        "failed": True,
        "msg": "no",
        "error": {"kind": "api", "http_status": 403, "code": 7},
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"limit": "one"}, "limit"),
        ({"type": ["weekly"]}, "value of type must be one or more of"),
        ({"other": 1}, r"^Unsupported parameters for \(yacloud.mdb.redis_backup_info\) module: other"),
        ({"cluster_ids": ["../x"]}, "is no cluster id"),
    ],
)
def test_what_cannot_be_worked_with_is_refused(arguments: dict[str, t.Any], said: str) -> None:
    import re

    result = answer(**arguments)
    assert result["failed"] is True
    assert re.search(said, result["msg"])
