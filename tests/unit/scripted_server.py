# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server on loopback that follows a script and holds every call against it.

Each path has a queue of replies. A call that no reply is left for is a problem, and so is a reply that nobody called for;
:meth:`Server.verify` raises both. Faults are real ones: connections are reset, bodies break off, answers stall.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import ssl
import struct
import threading
import time
import traceback
import typing as t
from collections import deque
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

PATIENCE = 10.0
"""Seconds after which a wait is given up; a test that comes near it has failed."""


def until(condition: t.Callable[[], t.Any], seconds: float = 5.0) -> bool:
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


class Request(t.NamedTuple):
    """A call as it arrived; ``connection`` counts connections from 1."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(
            parse_qsl(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=True)
            if "?" in self.target
            else ()
        )


Reply = t.Callable[["Handler"], None]


def answer(content: t.Any = None, status: int = 200, *, body: bytes | None = None, **headers: str) -> Reply:
    """JSON (or ``body``) with a status; header names are written with ``_`` for ``-``."""
    sent = json.dumps(content).encode() if body is None else body

    def reply(handler: Handler) -> None:
        handler.head(status, {"Content-Type": "application/json", "Content-Length": str(len(sent))} | _named(headers))
        handler.wfile.write(sent)

    return reply


def failure(status: int, code: int, message: str, **headers: str) -> Reply:
    """An error as the API writes it (google.rpc.Status)."""
    return answer({"code": code, "message": message, "details": []}, status, **headers)


def html(status: int = 200) -> Reply:
    """The page of a proxy in between."""
    return answer(
        status=status, body=b"<html><title>Please log in</title></html>", Content_Type="text/html; charset=utf-8"
    )


def reset(handler: Handler) -> None:
    """The connection breaks without an answer (TCP RST)."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    # socketserver would shut the connection down in order first.
    os.close(handler.connection.detach())


def hang_up(handler: Handler) -> None:
    """The connection ends in order, without an answer."""
    handler.hang_up()


def truncated(content: t.Any, missing: int = 7) -> Reply:
    """The body is shorter than Content-Length says."""
    body = json.dumps(content).encode()

    def reply(handler: Handler) -> None:
        handler.head(200, {"Content-Length": str(len(body))})
        handler.wfile.write(body[:-missing])
        handler.hang_up()

    return reply


def truncated_chunks(content: t.Any) -> Reply:
    """The body is chunked, and its last chunk does not come."""
    body = json.dumps(content).encode()

    def reply(handler: Handler) -> None:
        handler.head(200, {"Transfer-Encoding": "chunked"})
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
        handler.hang_up()

    return reply


def stalled(status: int = 0, **headers: str) -> Reply:
    """Nothing comes (or with a status: nothing but the head) until the server is closed."""

    def reply(handler: Handler) -> None:
        if status:
            handler.head(status, {"Content-Length": "100"} | _named(headers))
        handler.owner.released.wait(PATIENCE * 3)
        handler.hang_up()

    return reply


def dripping(every: float = 0.02, **headers: str) -> Reply:
    """A body that never ends, a byte at a time."""

    def reply(handler: Handler) -> None:
        handler.head(200, {"Content-Length": "1000000"} | _named(headers))
        end = time.monotonic() + PATIENCE * 3
        while time.monotonic() < end and not handler.owner.released.wait(every):
            try:
                handler.wfile.write(b" ")
            except OSError:
                break
        handler.hang_up()

    return reply


def after(event: threading.Event, reply: Reply) -> Reply:
    """A reply that waits for an event of the test."""

    def wait(handler: Handler) -> None:
        if not event.wait(PATIENCE):
            handler.owner.problems.append(f"{handler.path} waited in vain")
        reply(handler)

    return wait


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _TcpServer

    @property
    def owner(self) -> Server:
        return self.server.owner

    def setup(self) -> None:
        super().setup()
        with self.owner.lock:
            self.owner.open_connections.add(self.connection)

    def finish(self) -> None:
        with self.owner.lock:
            self.owner.open_connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def head(self, status: int, headers: dict[str, str]) -> None:
        """The status line and headers, all as given."""
        lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        self.wfile.flush()
        if headers.get("Connection", "").lower() == "close":
            self.close_connection = True

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client has hung up
            self.close_connection = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.owner.next_reply(Request(self.command, self.path, dict(self.headers.items()), body, self.number))(self)
        self.wfile.flush()

    do_GET = do_POST = do_PATCH = do_DELETE = do_CONNECT = _serve

    @property
    def number(self) -> int:
        return self.server.numbers[self.client_address]

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
        pass


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, owner: Server) -> None:
        self.owner = owner
        self.numbers: dict[t.Any, int] = {}
        super().__init__(("127.0.0.1", 0), Handler)

    def process_request(self, request: t.Any, client_address: t.Any) -> None:
        self.numbers[client_address] = len(self.numbers) + 1
        super().process_request(request, client_address)

    def process_request_thread(self, request: t.Any, client_address: t.Any) -> None:
        threading.current_thread().name = "server-connection"
        super().process_request_thread(request, client_address)

    def finish_request(self, request: t.Any, client_address: t.Any) -> None:
        if self.owner.tls is None:
            super().finish_request(request, client_address)
            return
        try:
            wrapped = self.owner.tls.wrap_socket(request, server_side=True)
        except OSError:
            return
        with wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        self.owner.problems.append(traceback.format_exc())


class Server:
    """The server; a context manager that checks its script at the end."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.lock = threading.Lock()
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.open_connections: set[socket.socket] = set()
        self.released = threading.Event()
        self._queues: dict[str, deque[Reply]] = {}
        self._always: dict[str, Reply] = {}
        self._tcp = _TcpServer(self)
        self._thread = threading.Thread(
            target=self._tcp.serve_forever, kwargs={"poll_interval": 0.01}, name="server", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return self._tcp.server_address[1]

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many connections were made so far."""
        return len(self._tcp.numbers)

    def on(self, path: str, *replies: Reply) -> None:
        """What is answered to the next calls of a path, in order; all of it has to be called for."""
        self._queues.setdefault(path, deque()).extend(replies)

    def always(self, path: str, reply: Reply) -> None:
        """What is answered to a path as often as it is called, be it never."""
        self._always[path] = reply

    def calls(self, path: str) -> list[Request]:
        """The calls of a path so far."""
        return [request for request in self.requests if request.path == path]

    def next_reply(self, request: Request) -> Reply:
        with self.lock:
            self.requests.append(request)
            queue = self._queues.get(request.path)
            if queue:
                return queue.popleft()
            if request.path in self._always:
                return self._always[request.path]
            self.problems.append(f"call {len(self.requests)} was not expected: {request.method} {request.target}")
            return failure(418, 2, "the test's script has no reply left")

    def verify(self) -> None:
        """Raises what did not go by the script."""
        left = [f"{len(queue)} replies left for {path}" for path, queue in self._queues.items() if queue]
        assert not self.problems + left, "\n".join(self.problems + left)

    def close(self) -> None:
        self.released.set()
        self._tcp.shutdown()
        self._tcp.server_close()
        with self.lock:
            connections = list(self.open_connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: t.Any, *unused: t.Any) -> None:
        self.close()
        if kind is None:
            self.verify()
