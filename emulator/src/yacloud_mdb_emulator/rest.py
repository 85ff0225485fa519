# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST side: HTTP requests to request messages, replies to JSON."""

from __future__ import annotations

import asyncio
import json
import uuid
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from google.rpc import code_pb2

from . import delivery
from .delivery import Response
from .descriptors import Method, read_request, served_methods
from .errors import ApiError, invalid
from .faults import Facts, Fault
from .request_log import Entry
from .service import Caller, Reply, Rows, Service
from .state import State
from .tokens import OAuthError

METADATA_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"
WORKLOAD_PATH = "/oauth/token"

#: Makes the answer of a route; None stands for a request that cannot be read so far.
Responder = Callable[[Fault | None], Awaitable[Response]]


class Rest:
    """The HTTP handlers of the API, the exchange of workload identities and the metadata service."""

    def __init__(self, state: State, stopping: asyncio.Event) -> None:
        self.state = state
        self.service = Service(state)
        self.stopping = stopping
        self._connections: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._connection_count = 0

    def add_routes(self, app: web.Application) -> None:
        """Register every route; those of the API as the descriptors have them."""
        for method in served_methods():
            app.router.add_route(method.verb, method.template, self._handler(method))
        app.router.add_post(WORKLOAD_PATH, self._workload_identity)
        app.router.add_get(METADATA_PATH, self._metadata)
        app.router.add_route("*", "/{path:.*}", self._unknown)

    def _handler(self, method: Method) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                message, problem = await _read(method, request), None
            except ApiError as error:
                message, problem = None, error

            async def answer(fault: Fault | None) -> Response:
                if problem is not None:
                    if method.service.startswith("yandex.cloud.mdb."):
                        self.state.credentials.check(request.headers.get("Authorization"))
                    raise problem
                reply = self.service.answer(method, message, _caller(request), fault)
                return Response(200, render(method, reply))

            return await self._serve(request, self.service.facts(method, message), answer)

        return handle

    async def _workload_identity(self, request: web.Request) -> web.StreamResponse:
        async def answer(_fault: Fault | None) -> Response:
            form = {name: str(value) for name, value in (await request.post()).items()}
            try:
                self.state.credentials.check_workload(form)
            except OAuthError as error:
                return Response(400, error.body())
            return Response(200, self._access_token())

        return await self._serve(request, Facts("WorkloadIdentity"), answer)

    async def _metadata(self, request: web.Request) -> web.StreamResponse:
        async def answer(_fault: Fault | None) -> Response:
            if request.headers.get("Metadata-Flavor") != "Google":
                return Response(403, b"Missing Metadata-Flavor:Google header.\n", "text/plain")
            return Response(200, self._access_token())

        return await self._serve(request, Facts("Metadata"), answer)

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        async def answer(_fault: Fault | None) -> Response:
            raise ApiError(code_pb2.NOT_FOUND, f"No route {request.method} {request.path}")

        return await self._serve(request, Facts("Unknown"), answer)

    def _access_token(self) -> bytes:
        lifetime = self.state.settings.token_lifetime
        token, _expires = self.state.credentials.issue(lifetime)
        return json.dumps({"access_token": token, "expires_in": int(lifetime), "token_type": "Bearer"}).encode()

    async def _serve(self, request: web.Request, facts: Facts, answer: Responder) -> web.StreamResponse:
        """Log the request, wait, let a fault strike or answer."""
        entry = self._log(request, facts)
        fault = self.state.faults.take(facts)
        entry.fault = fault.kind if fault else None
        await self._pause(self.state.settings.latency)
        made = await self._make(fault, answer)
        made.headers.setdefault("x-request-id", entry.request_id or "")
        made.headers.setdefault("x-server-trace-id", uuid.uuid4().hex)
        unanswered = fault is not None and (
            fault.kind == "reset" or (fault.kind == "stall" and not fault.after_headers)
        )
        if not unanswered:
            entry.status, entry.code = made.status, made.code
        return await delivery.send(request, made, fault, self.stopping)

    async def _make(self, fault: Fault | None, answer: Responder) -> Response:
        if fault is not None:
            if fault.kind != "drip":
                await self._pause(fault.delay)
            replaced = delivery.replacement(fault)
            if replaced is not None:
                return replaced
        try:
            return await answer(fault)
        except ApiError as error:
            return Response(error.http_status, error.body(), code=error.code)

    async def _pause(self, seconds: float) -> None:
        if seconds:
            await delivery.pause(seconds, self.stopping)

    def _log(self, request: web.Request, facts: Facts) -> Entry:
        return self.state.request_log.add(
            request.headers.get("Authorization"),
            protocol="https" if request.secure else "http",
            method=request.method,
            path=request.path,
            query=request.query_string,
            route=facts.route,
            connection=self._connection(request),
            user_agent=request.headers.get("User-Agent"),
            cluster_id=facts.cluster_id,
            page=facts.page,
            request_id=str(uuid.uuid4()),
        )

    def _connection(self, request: web.Request) -> int:
        """The number of the request's connection; 0 if that is gone already."""
        if request.transport is None:
            return 0
        if request.transport not in self._connections:
            self._connection_count += 1
        return self._connections.setdefault(request.transport, self._connection_count)


def render(method: Method, reply: Reply) -> bytes:
    """A reply as JSON. Rows are joined as they were cached; what is at its default is left out."""
    if not isinstance(reply, Rows):
        return reply.json
    parts = []
    if reply.rows and method.rows_field is not None:
        name = method.rows_field.json_name.encode()
        parts.append(b'"%b":[%b]' % (name, b",".join([row.json for row in reply.rows])))
    if reply.token:
        parts.append(f'"{method.token_name}":{json.dumps(reply.token)}'.encode())
    return b"{%b}" % b",".join(parts)


async def _read(method: Method, request: web.Request) -> Any:
    values: list[tuple[str, Any]] = list(request.match_info.items())
    if method.verb == "GET":
        return read_request(method, [*values, *request.query.items()])
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise ApiError(code_pb2.INVALID_ARGUMENT, f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise invalid("body", "must be a JSON object")
    return read_request(method, [*values, *body.items()])


def _caller(request: web.Request) -> Caller:
    url = f"{request.scheme}://{request.host}{request.path}"
    return Caller(request.headers.get("Authorization"), request.host, [url])
