# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task asked is kept for the task, and for no other."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.plugin_utils import _task_cache
from ansible_collections.yacloud.mdb.plugins.plugin_utils._task_cache import once_per_task


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[t.Any], None]:
    """Says which task is running."""
    running: list[t.Any] = [None]
    monkeypatch.setattr(_task_cache, "_answers", {})
    monkeypatch.setattr(_task_cache, "_owner", None)
    monkeypatch.setattr(_task_cache, "_current_owner", lambda: running[0])

    def is_running(task: t.Any) -> None:
        running[0] = task

    return is_running


def test_the_same_question_of_a_task_is_asked_once(owner: t.Callable[[t.Any], None]) -> None:
    numbers = itertools.count()
    owner("first")
    assert [once_per_task(question, lambda: next(numbers)) for question in "aabba"] == [0, 0, 1, 1, 0]


def test_another_task_asks_anew(owner: t.Callable[[t.Any], None]) -> None:
    numbers, answers = itertools.count(), []
    for task in ("first", "second", "first"):
        owner(task)
        answers.append(once_per_task("a", lambda: next(numbers)))
    assert answers == [0, 1, 2]


def test_without_a_task_nothing_is_kept(owner: t.Callable[[t.Any], None]) -> None:
    numbers = itertools.count()
    assert [once_per_task("a", lambda: next(numbers)) for _turn in range(2)] == [0, 1]


def test_a_failure_is_not_kept(owner: t.Callable[[t.Any], None]) -> None:
    owner("first")
    with pytest.raises(ZeroDivisionError):
        once_per_task("a", lambda: 1 // 0)
    assert once_per_task("a", lambda: 1) == 1


def test_ansible_still_tells_which_task_is_running() -> None:
    """The way is a private one: should a later core close it, this says so, and the lookup asks more often than it had to."""
    from ansible._internal._task import TaskContext

    assert TaskContext.current(optional=True) is None
    assert _task_cache._current_owner() is None
