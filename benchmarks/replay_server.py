# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that repeats recorded pages, each made ready before it is asked for: never the bottleneck of a measurement.

Run as a process of its own with the recording's path and the latency in seconds; prints its addresses as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import grpc

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.recording import grpc_key, rest_key

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def response(body: bytes) -> bytes:
    """A whole HTTP response."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


class Http(asyncio.Protocol):
    """One connection: answers GET requests, in order, after the latency."""

    def __init__(self, responses: dict[str, bytes], latency: float) -> None:
        self._responses = responses
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, self._received = self._received.split(b"\r\n\r\n", 1)
            asyncio.get_running_loop().call_later(self._latency, self._answer, head)

    def _answer(self, head: bytes) -> None:
        path, query = head.split(b" ", 2)[1].decode().partition("?")[::2]
        key = rest_key(unquote(path), dict(parse_qsl(query)))
        assert isinstance(self._transport, asyncio.WriteTransport)
        self._transport.write(self._responses.get(key, _NOT_FOUND))
        if b"connection: close" in head.lower():
            self._transport.close()


class Grpc(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Every method: finds the answer by the request's bytes."""

    def __init__(self, messages: dict[str, bytes], latency: float) -> None:
        self._messages = messages
        self._latency = latency

    def service(self, handler_call_details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._handler(handler_call_details.method))

    def _handler(self, method: str) -> Callable[[bytes, Any], Awaitable[bytes]]:
        async def answer(request: bytes, _context: Any) -> bytes:
            await asyncio.sleep(self._latency)
            return self._messages[grpc_key(method, request)]

        return answer


async def serve(recording: dict[str, dict[str, str]], latency: float) -> None:
    """Serves until the process is ended."""
    responses = {key: response(text.encode()) for key, text in recording["rest"].items()}
    messages = {key: base64.b64decode(text) for key, text in recording["grpc"].items()}
    http = await asyncio.get_running_loop().create_server(lambda: Http(responses, latency), "127.0.0.1", 0)
    rpc = grpc.aio.server()
    rpc.add_generic_rpc_handlers((Grpc(messages, latency),))
    port = rpc.add_insecure_port("127.0.0.1:0")
    await rpc.start()
    address = http.sockets[0].getsockname()
    print(json.dumps({"url": f"http://127.0.0.1:{address[1]}", "grpc_address": f"127.0.0.1:{port}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), float(sys.argv[2])))
