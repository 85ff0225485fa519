# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST side: HTTP requests to request messages, replies to JSON."""

from __future__ import annotations

import asyncio
import itertools
import json
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from google.rpc import code_pb2

from . import delivery, gateway
from .delivery import Response
from .errors import ApiError
from .faults import Facts, Fault, route_name
from .gateway import GatewayError
from .service import Call, Caller, Service
from .state import State
from .tokens import OAuthError

METADATA_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"
WORKLOAD_PATH = "/oauth/token"

#: What a gRPC server says of a method that it does not have.
_UNIMPLEMENTED = ApiError(code_pb2.UNIMPLEMENTED, "Method not found!")

#: Makes the response of a route.
Responder = Callable[[Fault | None], Awaitable[Response]]


class Rest:
    """The HTTP handlers of the API, the exchange of workload identities and the metadata service."""

    def __init__(self, state: State, stopping: asyncio.Event) -> None:
        self.state = state
        self.service = Service(state)
        self.stopping = stopping
        self._connections: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._numbers = itertools.count(1)

    def add_routes(self, app: web.Application) -> None:
        """Register every route. Those of the API are found as the gateway finds them, not by aiohttp."""
        app.router.add_post(WORKLOAD_PATH, self._workload_identity)
        app.router.add_get(METADATA_PATH, self._metadata)
        app.router.add_route("*", "/{path:.*}", self._api)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        facts = Facts("Unknown")
        path, _mark, query = request.raw_path.partition("?")
        try:
            method, values = gateway.find_method(request.method, path)
            if method.served:
                facts = Facts(route_name(method.alias))
            message = gateway.read_request(method, values, query, await request.read())
            if not method.served:
                raise _UNIMPLEMENTED
        except (ApiError, GatewayError) as error:
            return await self._serve(request, facts, _raising(error))
        call = Call(method, message, _caller(request))

        async def answer(fault: Fault | None) -> Response:
            reply = self.service.answer(call, fault)
            return Response(200, reply.json, headers={"grpc-status": "0", "grpc-message": ""})

        return await self._serve(request, self.service.facts(call), answer, call)

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

    def _access_token(self) -> bytes:
        lifetime = self.state.settings.token_lifetime
        token, _expires = self.state.credentials.issue(lifetime)
        return json.dumps({"access_token": token, "expires_in": int(lifetime), "token_type": "Bearer"}).encode()

    async def _serve(
        self, request: web.Request, facts: Facts, answer: Responder, call: Call | None = None
    ) -> web.StreamResponse:
        """Log the request, wait, let a fault strike or answer."""
        entry, fault = self.state.receive(
            facts,
            request.headers.get("Authorization"),
            protocol=request.scheme,
            method=request.method,
            path=request.path,
            query=request.query_string,
            connection=self._connection(request),
            user_agent=request.headers.get("User-Agent"),
            **(call.logged() if call else {}),
        )
        await self._pause(self.state.settings.latency)
        made = await self._make(fault, answer)
        entry.operation_id = call.operation_id if call else None
        if made.request_ids:
            made.headers = {**self.service.headers(entry, call.method if call else None), **made.headers}
        unanswered = fault is not None and (
            fault.kind == "reset" or (fault.kind == "stall" and not fault.after_headers)
        )
        if not unanswered:
            entry.status, entry.code = made.status, made.code
        return await delivery.send(request, made, fault, self.stopping)

    async def _make(self, fault: Fault | None, answer: Responder) -> Response:
        replaced = delivery.replacement(fault) if fault else None
        if fault and replaced and fault.after_effect:
            await _answered(answer, fault)
        if fault and fault.kind != "drip":
            await self._pause(fault.delay)
        return replaced or await _answered(answer, fault)

    async def _pause(self, seconds: float) -> None:
        if seconds:
            await delivery.pause(seconds, self.stopping)

    def _connection(self, request: web.Request) -> int:
        """A number of the request's connection; 0 if that is gone already."""
        if request.transport is None:
            return 0
        return self._connections.setdefault(request.transport, next(self._numbers))


async def _answered(answer: Responder, fault: Fault | None) -> Response:
    """The response of a route, an error's included."""
    try:
        return await answer(fault)
    except ApiError as error:
        return Response(error.http_status, error.body(), code=error.code)
    except GatewayError as error:
        return Response(error.status, str(error).encode(), "text/plain", request_ids=False)


def _raising(error: ApiError | GatewayError) -> Responder:
    async def answer(_fault: Fault | None) -> Response:
        raise error

    return answer


def _caller(request: web.Request) -> Caller:
    url = f"{request.scheme}://{request.host}{request.path}"
    headers = request.headers
    return Caller(headers.get("Authorization"), request.host, [url], headers.get("Idempotency-Key"))
