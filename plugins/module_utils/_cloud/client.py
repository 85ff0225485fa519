# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A service of the cloud with one credential in one region: requests with a token, lists to their last page, operations to their end.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
import types
import typing as t
import uuid
from urllib.parse import quote

from .concurrency import Call, run_all
from .connection import Connection
from .deadline import Deadline
from .discovery import Services
from .errors import NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, ApiError, CloudError
from .operations import EARLY, GOES_ON, Operation, not_done, parse_operation, poll_delays, poll_interval
from .paging import read_pages
from .redaction import Secrets
from .responses import Response, api_error, decode_object
from .service import Service
from .tokens import TokenSource, token_source
from .transport import Request, Transport

T = t.TypeVar("T")

_NONE: t.Mapping[t.Any, t.Any] = types.MappingProxyType({})

pause = time.sleep


class Client:
    """A service. Safe to use from several threads; a context manager, which closes its connections."""

    def __init__(self, transport: Transport, services: Services, tokens: TokenSource) -> None:
        self.list_requests = 0
        self._transport = transport
        self._services = services
        self._tokens = tokens
        self._lock = threading.Lock()
        self._poll_interval: float | None = None

    @classmethod
    def open(cls, connection: Connection, service: Service, check: t.Callable[[], object] = lambda: None) -> Client:
        """A client whose deadline runs from now.

        :param check: called before each request and each wait; raises where nobody wants the result any more
        :raises MissingLibrary: there is no requests
        """
        transport = Transport(connection.transport, Secrets())
        transport.check = check
        services = Services(connection.endpoint, service, connection.service_url)
        return cls(transport, services, token_source(connection.credential, str(connection.endpoint)))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: t.Any, exc: BaseException | None, trace: t.Any) -> None:
        self._transport.close()
        if isinstance(exc, CloudError):  # one of the product's own, which quotes what the service sent
            exc.masked(self.secrets.masked)

    @property
    def secrets(self) -> Secrets:
        """What no output may hold."""
        return self._transport.secrets

    def get(
        self,
        path: str,
        *,
        doing: str,
        params: t.Mapping[str, str] = _NONE,
        hints: t.Mapping[int, str] = _NONE,
        **details: t.Any,
    ) -> dict[str, t.Any]:
        """The JSON object at a path.

        In a call of run_all the deadline ends even a body that drips.

        :param doing: what is done, such as "disk d1: listing its snapshots"; opens each message
        :param hints: what to do, by code of google.rpc.Status
        :param details: further facts for the error, such as the id of what is asked about
        :raises CloudError: it cannot be had
        """
        return self._request("GET", path, doing, params=params, hints=hints, details=details)

    def pages(
        self,
        path: str,
        *,
        doing: str,
        page_size: int,
        params: t.Mapping[str, str] = _NONE,
        hints: t.Mapping[int, str] = _NONE,
        **details: t.Any,
    ) -> t.Iterator[dict[str, t.Any]]:
        """The JSON object of each page, until no token comes back; a page may be empty and still not be the last.

        :param page_size: rows asked for in one request
        :raises CloudError: a page cannot be had, or a token comes back a second time
        """

        def read(page: t.Mapping[str, str], part: str) -> dict[str, t.Any]:
            with self._lock:
                self.list_requests += 1
            return self._request(
                "GET", path, doing, params={**params, **page}, hints=hints, details=details, part=f", {part}"
            )

        return read_pages(read, doing, page_size, details)

    def post(self, path: str, *, doing: str, **more: t.Any) -> Operation:
        """The operation that a POST starts; further parameters as those of :meth:`change`."""
        return self.change("POST", path, doing=doing, **more)

    def patch(self, path: str, *, doing: str, **more: t.Any) -> Operation:
        """The operation that a PATCH starts; further parameters as those of :meth:`change`."""
        return self.change("PATCH", path, doing=doing, **more)

    def delete(self, path: str, *, doing: str, **more: t.Any) -> Operation:
        """The operation that a DELETE starts; further parameters as those of :meth:`change`."""
        return self.change("DELETE", path, doing=doing, **more)

    def change(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        body: t.Any = None,
        secret: bool = False,
        params: t.Mapping[str, str] = _NONE,
        hints: t.Mapping[int, str] = _NONE,
        **details: t.Any,
    ) -> Operation:
        """The operation that a request starts: once, however often it has to be sent, since every try carries the same key.

        :param body: the body as JSON
        :param secret: the body holds a secret, so that it may go over HTTPS or to loopback only
        :raises ApiError: the service refuses; from HTTP status 500 on it may have begun all the same
        :raises CloudError: no usable response came; whether the work has begun is not known
        """
        content = {"json": body, "secret": secret, "params": params, "idempotency_key": str(uuid.uuid4())}

        def send() -> Operation:
            with self._masking():
                return self._operation(self._success(method, path, doing, hints, details, **content), doing)

        return self.run(doing, send)

    def wait(
        self,
        operation: Operation,
        *,
        doing: str,
        timeout: float,
        on_poll: t.Callable[[Operation], object] | None = None,
    ) -> Operation:
        """The operation once it is done, with or without an error. Each look at it has a deadline of its own, and so has what follows.

        :param timeout: seconds
        :param on_poll: told of the operation after each look at it
        :raises WaitError: it is not done in time
        :raises CloudError: it cannot be looked at
        """
        started, delays = time.monotonic(), poll_delays()
        while not operation.done:
            left = started + timeout - time.monotonic()
            if left <= 0:
                raise not_done(operation, doing)
            self.pause(min(self._poll_interval or next(delays), left))
            self.renew_deadline()
            try:
                operation = self.run(doing, functools.partial(self._poll, operation, doing))
            except ApiError as exc:
                if exc.code != NOT_FOUND or time.monotonic() > started + EARLY:
                    raise exc.adding(GOES_ON) from None
            except CloudError as exc:
                raise exc.adding(GOES_ON) from None
            if on_poll:
                on_poll(operation)
        self.renew_deadline()
        return operation

    def pause(self, seconds: float) -> None:
        """Lets time pass between two looks at something, unless nobody wants the result any more."""
        while seconds > 0:
            self._transport.check()
            pause(min(seconds, 1.0))
            seconds -= 1.0

    def renew_deadline(self) -> None:
        """Lets api_deadline run anew, for what is asked after a long wait."""
        self._transport.deadline = Deadline(self._transport.options.api_deadline)

    def run(self, doing: str, function: t.Callable[[], T]) -> T:
        """The result of one call, which ends with the deadline even if a body drips; then nothing can be sent any more."""

        def attempt() -> T | CloudError:
            try:
                return function()
            except CloudError as exc:
                return exc

        (result,) = self.run_all([Call(doing, attempt)])
        if isinstance(result, CloudError):
            raise result
        return result

    def run_all(self, calls: t.Sequence[Call[T]]) -> list[T]:
        """The results of all calls, in their order, at most "concurrency" of them under way at a time.

        :raises CloudError: what the first failing call raised, or that time ran out; nothing can be sent any more
        """
        with self._masking():
            return run_all(calls, self._transport)

    def _request(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        hints: t.Mapping[int, str],
        details: t.Mapping[str, t.Any],
        part: str = "",
        **content: t.Any,
    ) -> dict[str, t.Any]:
        """The JSON object that a request is answered with.

        :param part: what of it, for a message about what came
        :param content: further fields of the request
        """
        with self._masking():
            return decode_object(self._success(method, path, doing, hints, details, **content), f"{doing}{part}")

    def _poll(self, operation: Operation, doing: str) -> Operation:
        path, looking = f"/operations/{quote(operation.id, safe='')}", f"{doing}: looking at operation {operation.id}"
        with self._masking():
            return self._operation(self._success("GET", path, looking, {}, {}, service_id="operation"), looking)

    def _operation(self, response: Response, doing: str) -> Operation:
        """The operation in a response, with nothing secret in what it says."""
        self._poll_interval = poll_interval(response)
        return parse_operation(decode_object(response, doing), doing).cleaned(self.secrets.cleaned)

    def _success(
        self,
        method: str,
        path: str,
        doing: str,
        hints: t.Mapping[int, str],
        details: t.Mapping[str, t.Any],
        **content: t.Any,
    ) -> Response:
        response = self._send(method, path, doing, **content)
        if not response.is_success:
            raise api_error(response, doing, self.secrets, {**self._hints(), **hints}, **details)
        return response

    def _send(self, method: str, path: str, doing: str, service_id: str | None = None, **content: t.Any) -> Response:
        """One response; a token that is refused is renewed once.

        :param service_id: the service to ask, where it is not the client's own
        """
        base = self._services.find(service_id or self._services.service.id, self._transport)
        for is_last in (False, True):
            token = self._tokens.get(self._transport, self._services)
            response = self._transport.send(Request(method, base, path, doing, token=token, **content))
            if response.status != 401:
                self._tokens.accepted(token)
                break
            if not self._tokens.refused(token, self._transport.deadline) or is_last:
                break
        return response

    def _hints(self) -> dict[int, str]:
        role = self._services.service.viewer_role
        return {
            PERMISSION_DENIED: f"The role {role} is missing: grant it on the folder to the account behind the credential, or check the id.",
            UNAUTHENTICATED: f"The credential was refused: {self._tokens.description}. Renew it, or check that it belongs to this cloud.",
        }

    @contextlib.contextmanager
    def _masking(self) -> t.Iterator[None]:
        try:
            yield
        except CloudError as exc:
            raise exc.masked(self.secrets.masked) from None
