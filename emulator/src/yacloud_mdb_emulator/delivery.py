# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an answer goes out, and how a fault looks on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from urllib.parse import quote

from aiohttp import web
from google.rpc import error_details_pb2

from .errors import CODE_OF_STATUS, HTTP_STATUS, ApiError
from .faults import REPLACING, Fault
from .times import SECOND

_PROXY_PAGE = """<html>
<head><title>{status} {reason}</title></head>
<body><center><h1>{status} {reason}</h1></center><hr><center>nginx</center></body>
</html>
"""


#: What Envoy says where it answers by itself.
_GATEWAY_ERRORS = {
    429: "local_rate_limited",
    503: "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    504: "upstream request timeout",
}
#: Characters that stand for themselves in the header grpc-message.
_UNQUOTED = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")


@dataclass
class Response:
    """What goes out: status, body and headers. ``code`` is the google.rpc.Code for the log."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    code: int | None = None
    #: Whether it carries the ids of the API's own responses; the gateway's errors have none.
    request_ids: bool = True


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
        case "gateway_error":
            status = fault.status or 503
            text = fault.message or _GATEWAY_ERRORS.get(status, _reason(status))
            return Response(status, text.encode(), "text/plain", request_ids=False)
    error = api_error(fault)
    status = _status(fault)
    if fault.kind == "bare_error":
        headers = {"grpc-status": str(error.code), "grpc-message": quote(error.message, safe=_UNQUOTED)}
        return Response(status, b"", headers=headers, code=error.code)
    return Response(status, error.body(), code=error.code)


def api_error(fault: Fault) -> ApiError:
    """The error that a fault answers, with the code that goes with its status where it names none."""
    status = _status(fault)
    code = fault.code if fault.code is not None else CODE_OF_STATUS.get(status, 2)
    details = []
    if fault.retry_delay is not None:
        info = error_details_pb2.RetryInfo()
        info.retry_delay.FromNanoseconds(int(fault.retry_delay * SECOND))
        details.append(info)
    return ApiError(code, fault.message or f"Emulated fault: {_reason(status)}", details)


def _status(fault: Fault) -> int:
    return fault.status or (HTTP_STATUS[fault.code] if fault.code is not None else 503)


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
