# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls made at the same time, while the caller's own thread does nothing but wait.

So a signal (Ctrl-C, a task's timeout), the deadline and the first failure each end everything at once; a pool of concurrent.futures
would first wait for its threads. Threads that are left are daemons, which send nothing any more.
"""

from __future__ import annotations

import dataclasses
import queue
import threading
import typing as t

from .transport import Transport

T = t.TypeVar("T")

_WAKE_EVERY = 0.25
"""Seconds after which the waiting thread looks up. Python runs a signal's handler there, but the kernel may hand the signal to
another thread, which does not end the wait."""


@dataclasses.dataclass(frozen=True)
class Call(t.Generic[T]):
    """A call to make, and what it does, for the message if time runs out meanwhile."""

    doing: str
    function: t.Callable[[], T]


def run_all(calls: t.Sequence[Call[T]], transport: Transport) -> list[T]:
    """The results of all calls, in their order, at most "concurrency" of them under way at a time.

    :raises DeadlineExceeded: time ran out; the message names what was still under way
    :raises BaseException: what the first failing call raised; the others are stopped, and nothing can be sent by this transport any more
    """
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    ended: queue.SimpleQueue[tuple[int, t.Any, BaseException | None]] = queue.SimpleQueue()
    for index in range(len(calls)):
        todo.put(index)

    def work() -> None:
        while True:
            try:
                index = todo.get_nowait()
            except queue.Empty:
                return
            try:
                ended.put((index, calls[index].function(), None))
            except BaseException as exc:  # noqa: BLE001 - handed to the caller's thread, whatever it is
                ended.put((index, None, exc))
                return

    try:
        for _number in range(min(transport.options.concurrency, len(calls))):
            threading.Thread(target=work, daemon=True).start()
        return _collect(calls, ended, transport)
    except BaseException:
        transport.stop()
        raise


def _collect(calls: t.Sequence[Call[T]], ended: queue.SimpleQueue[t.Any], transport: Transport) -> list[T]:
    results: dict[int, T] = {}
    while len(results) < len(calls):
        left = transport.deadline.remaining()
        try:
            index, result, failure = ended.get(timeout=min(max(left, 0.0), _WAKE_EVERY))
        except queue.Empty:
            if left > 0:
                continue
            open_calls = [call.doing for index, call in enumerate(calls) if index not in results]
            others = f" and {len(open_calls) - 1} more" if len(open_calls) > 1 else ""
            raise transport.deadline.error(f"{open_calls[0]}{others}") from None
        if failure:
            raise failure
        results[index] = result
    return [results[index] for index in range(len(calls))]
