# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service of the cloud with one credential in one region: requests with a token, lists to their last page, operations to their end."""

from __future__ import annotations

import functools
import threading
import time
import types
import typing as t
import uuid
from urllib.parse import quote

from .concurrency import Call, run_all
from .connection import Connection
from .discovery import Services
from .errors import (
    NOT_FOUND,
    PERMISSION_DENIED,
    UNAUTHENTICATED,
    ApiError,
    CloudError,
    InvalidResponse,
    WaitError,
)
from .operations import EARLY, GOES_ON, Operation, parse_operation, poll_delays, poll_interval
from .redaction import Secrets
from .responses import Response, api_error, decode_object
from .tokens import TokenSource, token_source
from .transport import RETRYABLE_STATUSES, Deadline, Request, Transport
from .urls import Service

T = t.TypeVar("T")

_NONE: t.Mapping[t.Any, t.Any] = types.MappingProxyType({})

_LARGE_PAGE = 100
"""Rows beyond which a page may be too large for a gateway."""

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
        """The JSON object at a path. In a call of run_all the deadline ends even a body that drips.

        :param doing: what is done, such as "disk d1: listing its snapshots"; opens each message
        :param hints: what to do, by code of google.rpc.Status
        :param details: further facts for the error, such as the id of what is asked about
        :raises CloudError: it cannot be had
        """
        read = functools.partial(decode_object, doing=doing)
        return self._ask(read, "GET", path, doing, hints, details, params=params)

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
        query = {**params, "pageSize": str(page_size)}
        seen: set[str] = set()
        while True:
            with self._lock:
                self.list_requests += 1
            page_doing = f"{doing}, page {len(seen) + 1}"
            read = functools.partial(decode_object, doing=page_doing)
            try:
                page = self._ask(read, "GET", path, doing, hints, details, params=query)
            except ApiError as exc:
                if exc.http_status in RETRYABLE_STATUSES - {429} and (seen or page_size > _LARGE_PAGE):
                    too_large = "The page may be too large for the gateway: lower page_size, which is"
                    raise exc.adding(f"{too_large} {page_size}.") from None
                raise
            yield page
            token = page.get("nextPageToken")
            if token in (None, ""):
                return
            if not isinstance(token, str):
                raise InvalidResponse(f"{page_doing}: the field 'nextPageToken' is not a string.", **details)
            if token in seen:
                raise InvalidResponse(
                    f"{doing}: after {len(seen)} page tokens the API gave one of them again, so that the list would never end."
                    " Nothing was chosen from it; try again, and report it to the cloud's support if it stays so.",
                    tokens=len(seen),
                    **details,
                )
            seen.add(token)
            query["pageToken"] = token

    def _change(
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
        read = functools.partial(self._operation, doing=doing)
        return self.run(doing, lambda: self._ask(read, method, path, doing, hints, details, **content))

    post: functools.partialmethod[Operation] = functools.partialmethod(_change, "POST")
    patch: functools.partialmethod[Operation] = functools.partialmethod(_change, "PATCH")
    delete: functools.partialmethod[Operation] = functools.partialmethod(_change, "DELETE")

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
        path, looking = f"/operations/{quote(operation.id, safe='')}", f"{doing}: looking at operation {operation.id}"
        look = functools.partial(self._ask, functools.partial(self._operation, doing=looking), "GET", path, looking)
        started, delays = time.monotonic(), poll_delays()
        while not operation.done:
            left = started + timeout - time.monotonic()
            if left <= 0:
                late = f"{doing}: operation {operation.id} is not done within wait_timeout. {GOES_ON}"
                raise WaitError(late, operation_id=operation.id)
            self.pause(min(self._poll_interval or next(delays), left))
            self.renew_deadline()
            try:
                operation = self.run(looking, lambda: look(service_id="operation"))
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
        try:
            return run_all(calls, self._transport)
        except CloudError as exc:
            raise exc.masked(self.secrets.masked) from None

    def _ask(
        self,
        read: t.Callable[[Response], T],
        method: str,
        path: str,
        doing: str,
        hints: t.Mapping[int, str] = _NONE,
        details: t.Mapping[str, t.Any] = _NONE,
        **content: t.Any,
    ) -> T:
        """What is read from the successful response to a request.

        :param content: further fields of the request, and service_id where it is not the client's own service that is asked
        :raises CloudError: there is none, or it cannot be read
        """
        try:
            response = self._send(method, path, doing, **content)
            if not response.is_success:
                raise api_error(response, doing, self.secrets, {**self._hints(), **hints}, **details)
            return read(response)
        except CloudError as exc:
            raise exc.masked(self.secrets.masked) from None

    def _operation(self, response: Response, doing: str) -> Operation:
        """The operation in a response, with nothing secret in what it says."""
        self._poll_interval = poll_interval(response)
        return parse_operation(decode_object(response, doing), doing).cleaned(self.secrets.cleaned)

    def _send(self, method: str, path: str, doing: str, service_id: str | None = None, **content: t.Any) -> Response:
        """One response; a token that is refused is renewed once."""
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
