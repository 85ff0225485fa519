# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls at the same time: all results in order, or one end for all of them, at once."""

from __future__ import annotations

import functools
import os
import signal
import threading
import time
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.concurrency import Call, run_all
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import DeadlineExceeded, InvalidResponse
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import Request, Transport
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import parse_base_url
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Reply, Server, dripping, stalled, until

Make = t.Callable[..., Transport]


@pytest.fixture
def make(make_transport: Make) -> Make:
    return functools.partial(make_transport, api_timeout=30.0, api_retries=0)


def fetching(transport: Transport, server: Server, number: int = 0) -> Call[t.Any]:
    base = parse_base_url(server.url, "endpoint")
    return Call(
        f"thing c{number}: listing",
        lambda: transport.send(Request("GET", base, f"/{number}", f"thing c{number}: listing")),
    )


def test_no_calls_at_all(make: Make) -> None:
    assert run_all([], make()) == []


def test_results_come_in_the_order_of_the_calls_whatever_the_order_of_completion(make: Make) -> None:
    gates = [threading.Event() for _number in range(5)]

    def call(number: int) -> int:
        # Each waits for the one behind it: they complete from last to first.
        assert number == 4 or gates[number + 1].wait(5)
        gates[number].set()
        return number

    calls = [Call(str(number), lambda number=number: call(number)) for number in range(5)]
    assert run_all(calls, make(concurrency=5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("concurrency", [1, 3, 64])
def test_no_more_calls_than_allowed_are_under_way(make: Make, concurrency: int) -> None:
    allowed = min(concurrency, 10)
    counts, running, full = list[int](), set[int](), threading.Event()

    def call() -> None:
        running.add(threading.get_ident())
        counts.append(len(running))
        if len(running) == allowed:
            full.set()
        full.wait(2)
        running.remove(threading.get_ident())

    run_all([Call("x", call)] * 10, make(concurrency=concurrency))
    assert max(counts) == allowed


def test_a_call_that_fails_stops_the_rest_promptly_and_is_the_one_raised(server: Server, make: Make) -> None:
    transport = make(concurrency=20)
    under_way = [fetching(transport, server, number) for number in range(1, 20)]
    for number in range(1, 20):
        server.always(f"/{number}", stalled())

    def fail() -> t.NoReturn:
        assert until(lambda: len(server.requests) == 19)
        raise InvalidResponse("thing c0: this one")

    started = time.monotonic()
    with pytest.raises(InvalidResponse, match=r"^thing c0: this one$"):
        run_all([*under_way[:9], Call("thing c0: listing", fail), *under_way[9:]], transport)
    assert time.monotonic() - started < 2
    with pytest.raises(DeadlineExceeded):  # nothing can be sent any more
        fetching(transport, server).function()


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt, InvalidResponse])
def test_whatever_a_call_raises_arrives_and_no_other_is_begun(make: Make, kind: type[BaseException]) -> None:
    begun = []

    def fail() -> t.NoReturn:
        raise kind("from the call")

    with pytest.raises(kind, match="from the call"):
        run_all([Call("x", fail), *[Call("y", lambda: begun.append(1))] * 10], make(concurrency=1))
    assert begun == []


@pytest.mark.parametrize(
    "fault", [stalled(), stalled(200), dripping()], ids=["silent", "silent after the head", "dripping"]
)
def test_the_deadline_ends_what_is_under_way_and_names_it(server: Server, make: Make, fault: Reply) -> None:
    transport = make(api_deadline=0.3, concurrency=2)
    server.always("/0", fault)
    server.always("/1", fault)
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded) as caught:
        run_all([fetching(transport, server, number) for number in range(3)], transport)
    assert 0.25 < time.monotonic() - started < 1.5
    assert str(caught.value).startswith("thing c")
    assert "not done within api_deadline, 0.3 s for everything together." in str(caught.value)


def test_what_is_still_under_way_is_counted_and_not_waited_for(make: Make) -> None:
    release = threading.Event()
    transport = make(api_deadline=0.1, concurrency=3)
    calls = [Call("first", lambda: 1), *(Call(f"thing c{number}", lambda: release.wait(5)) for number in range(4))]
    started, before = time.monotonic(), set(threading.enumerate())
    with pytest.raises(DeadlineExceeded, match=r"^thing c0 and 3 more: not done within api_deadline"):
        run_all(calls, transport)
    assert time.monotonic() - started < 1.5
    left = set(threading.enumerate()) - before
    assert left
    assert all(thread.daemon for thread in left)
    release.set()


class Interrupted(BaseException):
    """Stands for KeyboardInterrupt, and for what a task's timeout raises from its signal handler."""


def to_the_process() -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def to_another_thread() -> None:
    """As the kernel may choose to do; Python then leaves the waiting thread asleep."""
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)


@pytest.mark.parametrize("send", [to_the_process, to_another_thread])
@pytest.mark.parametrize("fault", [stalled(), dripping()], ids=["silent", "dripping"])
def test_a_signal_ends_everything_promptly_whichever_thread_gets_it(
    server: Server, make: Make, fault: Reply, send: t.Callable[[], None]
) -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals arrive in the main thread only")

    def interrupt(*unused: t.Any) -> t.NoReturn:
        raise Interrupted

    transport = make(concurrency=8)
    for number in range(8):
        server.always(f"/{number}", fault)
    before = signal.signal(signal.SIGUSR1, interrupt)
    watcher = threading.Thread(
        target=lambda: (until(lambda: len(server.requests) == 8), send()),
        name="server-watcher",
    )
    watcher.start()
    started = time.monotonic()
    try:
        with pytest.raises(Interrupted):
            run_all([fetching(transport, server, number) for number in range(8)], transport)
    finally:
        watcher.join()
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - started < 2


def test_a_thread_that_cannot_be_started_ends_the_others(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = make(concurrency=4)
    server.always("/0", stalled())
    begin, begun = threading.Thread.start, []

    def start(thread: threading.Thread) -> None:
        if "work" not in repr(thread._target):  # type: ignore[attr-defined]
            begin(thread)
            return
        if len(begun) == 2:
            assert until(lambda: len(server.requests) == 2)
            raise RuntimeError("can't start new thread")
        begun.append(thread)
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        run_all([fetching(transport, server)] * 4, transport)
    with pytest.raises(DeadlineExceeded):
        fetching(transport, server).function()
