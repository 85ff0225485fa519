# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action: in process where that is the same, else a module as any other."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.yacloud.mdb.plugins.action import redis_backup_info as action
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _in_process


class Recorded(action.ActionModule):
    """The action with the parts of Ansible that it calls replaced by notes."""

    def __init__(self, async_val: int) -> None:
        self.notes: list[t.Any] = []
        self._task: t.Any = SimpleNamespace(async_val=async_val)
        self._connection: t.Any = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/tmp/of-a-test"))

    def _execute_module(self, *unused: t.Any, **arguments: t.Any) -> dict[str, t.Any]:
        self.notes.append(("module", arguments))
        return {"pages": 1}

    def _remove_tmp_path(self, tmp_path: t.Any, force: bool = False) -> None:
        self.notes.append(("removed", tmp_path))


@pytest.fixture(autouse=True)
def base(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Ansible's own part of an action returns."""
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {"of": "ansible"})


def test_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "can_answer", lambda made, variables: variables == {"a": 1})
    monkeypatch.setattr(_in_process, "answer", lambda made: {"pages": 2})
    made = Recorded(0)
    assert made.run(task_vars={"a": 1}) == {"of": "ansible", "pages": 2}
    assert made.notes == []


@pytest.mark.parametrize("async_val", [0, 30])
def test_as_a_module(monkeypatch: pytest.MonkeyPatch, async_val: int) -> None:
    """The folder of an asynchronous task is in use until it ends."""
    monkeypatch.setattr(_in_process, "can_answer", lambda made, variables: False)
    made = Recorded(async_val)
    assert made.run() == {"of": "ansible", "pages": 1}
    assert made.notes[0] == ("module", {"task_vars": {}, "wrap_async": async_val})
    assert made.notes[1:] == ([] if async_val else [("removed", "/tmp/of-a-test")])


def test_check_mode_and_async_are_supported() -> None:
    assert action.ActionModule._supports_check_mode
    assert action.ActionModule._supports_async
