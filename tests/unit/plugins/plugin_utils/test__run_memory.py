# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that the processes of a run make once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.plugin_utils._run_memory import RunMemory

if not hasattr(os, "memfd_create"):
    pytest.skip("needs Linux", allow_module_level=True)

FORK = multiprocessing.get_context("fork")


def forked(function: t.Callable[[], t.Any]) -> int:
    """A child process that runs a function and ends."""
    pid = os.fork()
    if pid == 0:
        try:
            function()
        finally:
            os._exit(0)
    return pid


def test_many_processes_make_a_value_once() -> None:
    memory, made = RunMemory(), FORK.Value("i", 0)

    def make() -> str:
        with made.get_lock():
            made.value += 1
        return "t1.token"

    def work() -> None:
        assert memory.once("key", bool, make) == "t1.token"

    for pid in [forked(work) for _number in range(20)]:
        assert os.waitpid(pid, 0)[1] == 0
    assert made.value == 1
    assert memory.once("key", bool, lambda: "another") == "t1.token"


def test_a_value_that_is_no_longer_valid_is_made_anew_for_all() -> None:
    memory = RunMemory()
    assert memory.once("key", bool, lambda: "old") == "old"
    os.waitpid(forked(lambda: memory.once("key", lambda value: value != "old", lambda: "new")), 0)
    assert memory.once("key", bool, lambda: "another") == "new"


def test_keys_are_apart() -> None:
    memory = RunMemory()
    assert memory.once("a", bool, lambda: memory.once("b", bool, lambda: "inner") + " outer") == "inner outer"
    assert memory.once("b", bool, lambda: "another") == "inner"


def test_a_failure_is_not_kept_and_lets_the_next_one_in() -> None:
    memory = RunMemory()
    with pytest.raises(ZeroDivisionError):
        memory.once("key", bool, lambda: 1 // 0)
    assert memory.once("key", bool, lambda: "made") == "made"


def test_a_process_that_is_killed_lets_the_next_one_in() -> None:
    memory, inside = RunMemory(), FORK.Event()

    def work() -> None:
        memory.once("key", bool, lambda: inside.set() or threading.Event().wait())

    pid = forked(work)
    assert inside.wait(10)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert memory.once("key", bool, lambda: "made") == "made"


def test_what_does_not_fit_is_not_kept() -> None:
    memory = RunMemory()
    assert len(memory.once("key", bool, lambda: "x" * (1 << 18))) == 1 << 18
    assert memory.once("key", bool, lambda: "small") == "small"
    assert memory.once("key", bool, lambda: "another") == "small"
