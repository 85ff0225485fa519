# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an answer goes out, and how a fault looks on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from dataclasses import dataclass, field

from aiohttp import web

from .errors import CODE_OF_STATUS
from .faults import REPLACING, Fault

_PROXY_PAGE = """<html>
<head><title>{status} {reason}</title></head>
<body><center><h1>{status} {reason}</h1></center><hr><center>nginx</center></body>
</html>
"""


@dataclass
class Response:
    """What goes out: status, body and headers. ``code`` is the google.rpc.Code for the log."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    code: int | None = None


async def pause(seconds: float, stopping: asyncio.Event) -> None:
    """Sleep, but not past the end of the emulator."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


def replacement(fault: Fault) -> Response | None:
    """The answer that a fault gives instead of the right one; None for a fault that only spoils that."""
    if fault.kind not in REPLACING or (fault.kind == "stall" and fault.after_headers):
        return None
    answer = _replacement(fault)
    if fault.body is not None:
        answer.body = fault.body.encode()
    answer.headers.update(fault.headers)
    content_type = answer.headers.pop("Content-Type", None) or answer.headers.pop("content-type", None)
    answer.content_type = content_type or answer.content_type
    return answer


def _replacement(fault: Fault) -> Response:
    match fault.kind:
        case "html":
            status = fault.status or 502
            page = _PROXY_PAGE.format(status=status, reason=_reason(status))
            return Response(status, page.encode(), "text/html")
        case "garbage":
            return Response(fault.status or 200, b'\x00\xff{"backups": [{"id": nope')
        case "body":
            return Response(fault.status or 200, b"")
        case "redirect":
            return Response(fault.status or 302, b"", headers={"Location": fault.location or ""})
    status = fault.status or 503
    code = fault.code if fault.code is not None else CODE_OF_STATUS.get(status, 2)
    message = fault.message or f"Emulated fault: {_reason(status)}"
    return Response(status, json.dumps({"code": code, "message": message, "details": []}).encode(), code=code)


def _reason(status: int) -> str:
    return web.Response(status=status).reason or "Unknown"


async def send(
    request: web.Request, answer: Response, fault: Fault | None, stopping: asyncio.Event
) -> web.StreamResponse:
    """Send the answer, with the fault if it is one of the wire."""
    match fault.kind if fault else "":
        case "reset":
            return _reset(request)
        case "stall":
            return await _stall(request, answer, stopping, after_headers=bool(fault and fault.after_headers))
        case "truncated":
            return await _truncated(request, answer, chunked=bool(fault and fault.chunked))
        case "drip":
            return await _drip(request, answer, fault.delay if fault else 0, stopping)
    return web.Response(
        status=answer.status,
        body=answer.body,
        headers={**answer.headers, "Content-Type": answer.content_type},
    )


def _abort(request: web.Request) -> web.StreamResponse:
    """End the handling of a request of which the connection is gone or must go."""
    if request.transport is not None:
        request.transport.abort()
    # aiohttp wants a response; on a closed connection it is not sent.
    return web.Response()


def _reset(request: web.Request) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return _abort(request)


async def _stall(
    request: web.Request, answer: Response, stopping: asyncio.Event, *, after_headers: bool
) -> web.StreamResponse:
    if after_headers:
        await _headers(request, answer, len(answer.body) or 1)
    # The client may hang up: aiohttp does not say so, hence the look at the transport.
    while not stopping.is_set() and request.transport is not None and not request.transport.is_closing():
        await pause(0.2, stopping)
    return _abort(request)


async def _truncated(request: web.Request, answer: Response, *, chunked: bool) -> web.StreamResponse:
    half = answer.body[: len(answer.body) // 2]
    response = await _headers(request, answer, None if chunked else max(len(answer.body), 1))
    if half:
        await response.write(half)
    if request.transport is not None:
        request.transport.close()
    return response


async def _drip(request: web.Request, answer: Response, delay: float, stopping: asyncio.Event) -> web.StreamResponse:
    response = await _headers(request, answer, len(answer.body))
    try:
        for index in range(len(answer.body)):
            if stopping.is_set():
                return _abort(request)
            await response.write(answer.body[index : index + 1])
            await pause(delay, stopping)
    except ConnectionError:
        return _abort(request)
    return response


async def _headers(request: web.Request, answer: Response, length: int | None) -> web.StreamResponse:
    """Send the headers of an answer; without a length it is chunked."""
    headers = {**answer.headers, "Content-Type": answer.content_type}
    response = web.StreamResponse(status=answer.status, headers=headers)
    if length is None:
        response.enable_chunked_encoding()
    else:
        response.content_length = length
    await response.prepare(request)
    return response
