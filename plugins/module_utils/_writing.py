# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of every module that writes: whatever happens, it returns what is known so far."""

from __future__ import annotations

import contextlib
import os
import select
import time
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._cloud.client import Client
from ._cloud.connection import Connection, check_limits
from ._cloud.errors import ABORTED, ALREADY_EXISTS, FAILED_PRECONDITION, ApiError, CloudError, OperationError
from ._cloud.instants import SECOND
from ._cloud.operations import EARLY, GOES_ON, Operation, poll_delays
from ._engine import REDIS

T = t.TypeVar("T")

UNKNOWN_OUTCOME = "Whether the cloud has begun is not known: run this again, which takes up what is running."

_LONGEST_WAIT = 30 * 86_400


def wait_spec(timeout: int) -> dict[str, dict[str, t.Any]]:
    """The argument spec of waiting.

    :param timeout: the default of wait_timeout, in seconds
    """
    return {"wait": {"type": "bool", "default": True}, "wait_timeout": {"type": "float", "default": timeout}}


def check_wait(options: t.Mapping[str, t.Any]) -> None:
    """Looks whether wait_timeout can be worked with.

    :raises OptionError: it cannot
    """
    check_limits(options, {"wait_timeout": (0, _LONGEST_WAIT)})


class Progress:
    """What is known of a module's work so far; it is the module's result, also where that fails.

    :ivar changed: something was asked of the cloud, or would be in check mode
    :ivar taken_up: the latest operation was not started here
    :ivar operation: the latest operation; None where none is known
    :ivar seconds: the length of each phase by its name
    :ivar facts: what is returned besides, such as "backup"
    :ivar warnings: what the user should know besides
    :ivar log: shows a line to whoever watches
    """

    def __init__(self, facts: t.Mapping[str, t.Any], log: t.Callable[[str], object] = lambda _text: None) -> None:
        self.changed = self.taken_up = False
        self.operation: Operation | None = None
        self.seconds: dict[str, float] = {}
        self.facts = dict(facts)
        self.warnings: list[str] = []
        self.log = log

    def result(self) -> dict[str, t.Any]:
        """The module's return values."""
        operation = self.operation and self.operation.facts()
        return {**self.facts, "changed": self.changed, "operation": operation, "seconds": self.seconds}

    def ask(
        self,
        request: t.Callable[[], Operation],
        find: t.Callable[[], Operation | None] = lambda: None,
        unknown: str = UNKNOWN_OUTCOME,
    ) -> Operation:
        """The operation that a request starts, or one that does the same already.

        :param find: looks for the latter; called where the response got lost, or says that another operation was quicker
        :param unknown: what to say where neither a response nor an operation tells whether the work has begun
        :raises ApiError: it is refused
        :raises CloudError: whether it has begun is not known
        """
        self.changed, self.operation = True, None
        try:
            self.operation = request()
        except CloudError as exc:
            error = exc if _is_refusal(exc) else exc.adding(unknown)
            found = None if _is_refusal(exc) and not _is_conflict(exc) else _found(find)
            if found is None:
                raise error from None
            self.take_up(found)
        return t.cast(Operation, self.operation)

    def take_up(self, operation: Operation) -> None:
        """Goes on with an operation that was not started here."""
        self.changed, self.taken_up, self.operation = True, True, operation

    @property
    def has_failed(self) -> bool:
        """Whether the latest operation has ended with an error, which waiting for it raises at once."""
        return bool(self.operation and self.operation.done and self.operation.error)

    def wait(self, client: Client, *, phase: str, doing: str, timeout: float) -> Operation:
        """The latest operation once it is done.

        :param phase: the name under which its length is returned
        :param timeout: seconds
        :raises OperationError: it failed
        :raises WaitError: it is not done in time
        :raises CloudError: it cannot be looked at
        """
        operation = t.cast(Operation, self.operation)
        with self.phase(phase):
            operation = client.wait(
                operation, doing=doing, timeout=timeout, on_poll=lambda seen: self._saw(doing, seen)
            )
        self.operation = operation
        self.seconds[phase] = _length(operation, self.seconds[phase])
        if operation.error:
            code, message = operation.error["code"], operation.error["message"]
            raise OperationError(
                f"{doing}: operation {operation.id} failed: {message.rstrip('.') or 'no reason given'} (code {code})."
                " Look at the cluster's operations in the cloud's console before you run this again.",
                operation_id=operation.id,
                code=code,
                message=message or None,
            )
        return operation

    @contextlib.contextmanager
    def phase(self, name: str) -> t.Iterator[None]:
        """Measures a phase, also where it fails."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 3)

    def interrupted(self) -> str:
        """The message after Ctrl-C."""
        if not self.changed:
            return "Interrupted before anything was asked of the cloud."
        if self.operation is None:
            return f"Interrupted while asking the cloud. {UNKNOWN_OUTCOME}"
        if not self.operation.done:
            return f"Interrupted while waiting for operation {self.operation.id}. {GOES_ON}"
        return f"Interrupted after operation {self.operation.id} was done. Run this again to see what came of it."

    def _saw(self, doing: str, operation: Operation) -> None:
        self.operation = operation
        self.show(doing, operation)

    def show(self, doing: str, operation: Operation) -> None:
        """Shows how far an operation is to whoever watches."""
        state = "done" if operation.done else "rolling back" if operation.error else "running"
        self.log(f"{doing}: operation {operation.id} is {state}")


Work = t.Callable[[t.Mapping[str, t.Any], bool, Progress], str]
"""A module's work: told the options, whether this is check mode, and where to keep what becomes known; returns the message."""


def repeat(client: Client, look: t.Callable[[], T | None], timeout: float) -> T | None:
    """What a look finds, repeated while it finds nothing: for a minute, in which replicas catch up, but not beyond the timeout.

    :param timeout: seconds
    :raises CloudError: what the look raises
    """
    ends, delays = time.monotonic() + min(timeout, EARLY), poll_delays()
    while True:
        client.renew_deadline()
        found, left = look(), ends - time.monotonic()
        if found is not None or left <= 0:
            return found
        client.pause(min(next(delays), left))


def _found(find: t.Callable[[], Operation | None]) -> Operation | None:
    try:
        return find()
    except CloudError:  # the error that made us look says more
        return None


def _is_refusal(exc: CloudError) -> bool:
    """Whether an error says that what was asked for was not begun."""
    return isinstance(exc, ApiError) and exc.http_status < 499


def _is_conflict(exc: CloudError) -> bool:
    return isinstance(exc, ApiError) and exc.code in (ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED)


def _length(operation: Operation, otherwise: float) -> float:
    """Seconds that an operation took by its own times, where it has them."""
    if operation.started is None or operation.ended is None:
        return otherwise
    return round((operation.ended - operation.started) / SECOND, 3)


def open_client(options: t.Mapping[str, t.Any]) -> Client:
    """The client of a module's process, which sends nothing once nobody waits for the module's result.

    :raises CloudError: an option or the credential is invalid
    """
    return Client.open(Connection.from_options(options, REDIS.service), REDIS.service, check=_reader_check())


def _reader_check() -> t.Callable[[], None]:
    """Ends the process where its standard output has no reader or its parent is gone, as after a task's timeout."""
    parent, output = os.getppid(), select.poll()
    output.register(1, 0)  # an error and a hang-up are told without asking

    def check() -> None:
        hung_up = any(event & (select.POLLERR | select.POLLHUP) for _number, event in output.poll(0))
        if hung_up or os.getppid() != parent:
            raise SystemExit(1)

    return check


def result_of(work: Work, options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> dict[str, t.Any]:
    """The return values of a module's work; a failure is among them as "failed", "msg" and "error".

    :param progress: where the work keeps what becomes known
    """
    try:
        message = work(options, check_mode, progress)
    except CloudError as exc:
        return {"failed": True, "msg": str(exc), "error": exc.as_dict(), **progress.result()}
    except KeyboardInterrupt:
        return {"failed": True, "msg": progress.interrupted(), "error": {"kind": "wait"}, **progress.result()}
    warnings = {"warnings": progress.warnings} if progress.warnings else {}
    return {"msg": message, **progress.result(), **warnings}


def run_module(module: AnsibleModule, facts: t.Mapping[str, t.Any], work: Work) -> t.NoReturn:
    """Does a module's work, prints its result and ends.

    :param facts: the module's own return values as they are before anything is known
    """
    result = result_of(work, module.params, module.check_mode, Progress(facts, module.log))
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
