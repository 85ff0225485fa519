# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gRPC side: the same service, so that the official SDK is a second client to compare with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message

from .delivery import api_error, pause, replacement
from .descriptors import Method, served_methods
from .errors import CODE_OF_STATUS, ApiError, ConfigError
from .faults import Fault
from .service import Call, Caller, Reply, Service
from .state import State

#: The vendor's SDK prepends this to the endpoint to make a JWT's audience.
_SDK_AUDIENCE = "https://iam.{}/iam/v1/tokens"
_PUBLIC_AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"
_STATUS = {code.value[0]: code for code in grpc.StatusCode}


@asynccontextmanager
async def running(state: State, url: str, stopping: asyncio.Event) -> AsyncIterator[str]:
    """A gRPC server beside the REST one at ``url``; gives its host:port."""
    launch = state.launch
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    side = GrpcSide(state, url, stopping)
    server.add_generic_rpc_handlers(side.handlers())
    wanted, certificates = launch.authority(launch.grpc_port), launch.server_certificates
    try:
        if certificates:
            pair = [(certificates.key, certificates.chain)]
            port = server.add_secure_port(wanted, grpc.ssl_server_credentials(pair))
        else:
            port = server.add_insecure_port(wanted)
    except RuntimeError as error:
        raise ConfigError(f"cannot listen on {wanted}; choose another --grpc-port") from error
    side.address = launch.authority(port)
    await server.start()
    try:
        yield side.address
    finally:
        await server.stop(grace=None)


class GrpcSide:
    """The handlers of every served method."""

    def __init__(self, state: State, url: str, stopping: asyncio.Event) -> None:
        self.state = state
        self.service = Service(state)
        self.stopping = stopping
        self.url = url
        self.address = ""
        self._peers: dict[str, int] = {}

    def handlers(self) -> list[Any]:
        """A generic handler for each service, made from the descriptors."""
        by_service: dict[str, dict[str, Any]] = {}
        for method in served_methods():
            by_service.setdefault(method.service, {})[method.name] = grpc.unary_unary_rpc_method_handler(
                self._handler(method),
                request_deserializer=method.request.FromString,
                response_serializer=method.response.SerializeToString,
            )
        return [grpc.method_handlers_generic_handler(*item) for item in by_service.items()]

    def _handler(self, method: Method) -> Callable[[Message, Any], Awaitable[Message | None]]:
        async def handle(request: Message, context: Any) -> Message | None:
            call = Call(method, request, self._caller(context))
            entry, fault = self.state.receive(
                self.service.facts(call),
                call.caller.authorization,
                protocol="grpc",
                method="POST",
                path=f"/{method.service}/{method.name}",
                query="",
                # Numbers below zero, so that they are never taken for one of HTTP's connections.
                connection=self._peers.setdefault(context.peer(), -len(self._peers) - 1),
                user_agent=dict(context.invocation_metadata()).get("user-agent"),
                **call.logged(),
            )
            await context.send_initial_metadata(tuple(self.service.headers(entry, method).items()))
            try:
                reply = await self._reply(call, fault)
                entry.status = 200
                return reply.grpc_message()
            except ApiError as error:
                entry.status, entry.code = error.http_status, error.code
                await _refuse(context, error)
                return None
            finally:
                entry.operation_id = call.operation_id

        return handle

    async def _reply(self, call: Call, fault: Fault | None) -> Reply:
        """The answer to a call, after what a fault does to it; raises ApiError."""
        if fault and fault.after_effect:
            with contextlib.suppress(ApiError):
                self.service.answer(call, None)
        await self._strike(fault)
        return self.service.answer(call, fault)

    async def _strike(self, fault: Fault | None) -> None:
        """Wait, and raise ApiError for a fault that takes the answer's place.

        Those that are about HTTP come out as an error status, those that cut the answer short as UNAVAILABLE.
        """
        await pause(self.state.settings.latency + (fault.delay if fault else 0), self.stopping)
        if fault is None:
            return
        if fault.kind == "stall":
            await self.stopping.wait()
        if fault.kind in ("status", "bare_error"):
            raise api_error(fault)
        answer = replacement(fault)
        if answer is not None or fault.kind in ("truncated", "drip"):
            status = answer.status if answer and answer.status >= 400 else 503
            code = answer.code if answer and answer.code is not None else CODE_OF_STATUS.get(status, 2)
            raise ApiError(code, fault.message or f"Emulated fault: {fault.kind}")

    def _caller(self, context: Any) -> Caller:
        metadata = {key.lower(): value for key, value in context.invocation_metadata()}
        audiences = [_SDK_AUDIENCE.format(self.address), _PUBLIC_AUDIENCE, f"{self.url}/iam/v1/tokens"]
        gateway = metadata.get("x-forwarded-host")
        if gateway:
            audiences.append(f"{metadata.get('x-forwarded-proto', 'https')}://{gateway}/iam/v1/tokens")
        key = metadata.get("idempotency-key")
        return Caller(metadata.get("authorization"), gateway or self.address, audiences, key)


async def _refuse(context: Any, error: ApiError) -> None:
    """Response with the error's google.rpc.Status, its details where gRPC clients look for them."""
    trailing = (("grpc-status-details-bin", error.status().SerializeToString()),)
    await context.abort(_STATUS.get(error.code, grpc.StatusCode.UNKNOWN), error.message, trailing)
