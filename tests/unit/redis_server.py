# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Redis servers on loopback, which permit what a managed cluster permits; and servers that are no Redis."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import socket
import subprocess
import threading
import time
import typing as t
from pathlib import Path

import trustme

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")
PASSWORD = "opens.the-test-only"
ADMIN_PASSWORD = "opens.everything"

PERMITTED = "~* &* +@all -@admin -debug -lastsave -object -move -migrate -config -acl"
"""What the user `default` of a managed cluster may do."""


class RedisServer:
    """A running server. Its user `admin` may do everything."""

    def __init__(self, folder: Path, port: int, tls_port: int, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.port = port
        self.tls_port = tls_port
        self._process = process

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def tls_host(self) -> str:
        return f"127.0.0.1:{self.tls_port}"

    def client(self, database: int = 0) -> t.Any:
        import redis

        return redis.Redis(port=self.port, db=database, username="admin", password=ADMIN_PASSWORD)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


def start_redis(
    folder: Path, settings: t.Sequence[str] = (), *, user: str = "", port: int = 0, tls: str = ""
) -> RedisServer:
    """Start a server and wait until it answers, though it may be loading still.

    :param settings: lines of its configuration
    :param user: what the user `default` may do; by default all that a managed cluster permits, by PASSWORD
    :param tls: the folder of :func:`make_certificates`
    """
    folder.mkdir(exist_ok=True)
    port, tls_port = port or free_port(), free_port() if tls else 0
    lines = [
        f"port {port}",
        "bind 127.0.0.1 -::1",
        f"dir {folder}",
        'save ""',
        f"user default on {user or f'>{PASSWORD} {PERMITTED}'}",
        f"user admin on >{ADMIN_PASSWORD} ~* &* +@all",
        *settings,
    ]
    if tls:
        lines += [
            f"tls-port {tls_port}",
            f"tls-cert-file {tls}/server.pem",
            f"tls-key-file {tls}/server.key",
            "tls-auth-clients no",
        ]
        lines += [f"tls-ca-cert-file {tls}/ca.pem"]
    (folder / "redis.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(PROGRAM), str(folder / "redis.conf")], stdout=log, stderr=log)
    server = RedisServer(folder, port, tls_port, process)
    try:
        wait_until(lambda: _answers(server, process))
    except BaseException:
        process.kill()
        raise
    return server


def _answers(server: RedisServer, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, (server.folder / "log").read_text(encoding="utf-8")
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", server.port), 5).close()
        return True
    return False


def start_sharded(folder: Path, password: str = PASSWORD) -> list[RedisServer]:
    """Three shards of one master each. Written into their files, so that nothing has to be negotiated."""
    ports, bus_ports = [free_port() for dummy in range(3)], [free_port() for dummy in range(3)]
    ranges = ["0-5460", "5461-10922", "10923-16383"]
    servers = []
    try:
        for me in range(3):
            nodes = [
                f"{index:040x} 127.0.0.1:{ports[index]}@{bus_ports[index]} {'myself,' * (index == me)}master - 0 0 {index + 1} "
                f"connected {ranges[index]}"
                for index in range(3)
            ]
            place = folder / f"shard{me}"
            place.mkdir(parents=True)
            (place / "nodes.conf").write_text(
                "\n".join([*nodes, "vars currentEpoch 3 lastVoteEpoch 0"]) + "\n", encoding="utf-8"
            )
            settings = ["cluster-enabled yes", "cluster-announce-ip 127.0.0.1", f"cluster-port {bus_ports[me]}"]
            servers.append(start_redis(place, settings, port=ports[me]))
        for server in servers:
            wait_until(lambda server=server: b"cluster_state:ok" in server.client().execute_command("CLUSTER", "INFO"))
    except BaseException:
        for server in servers:
            server.stop()
        raise
    return servers


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until(condition: t.Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.01)


@contextlib.contextmanager
def tcp_server(reply: bytes | None) -> t.Iterator[str]:
    """A server that answers whatever it gets with this; if that is empty it hangs up, and if None it never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []

        def answer(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while connection.recv(65_536) and reply:
                    connection.sendall(reply)
            if reply is not None:
                connection.close()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connections.append(listener.accept()[0])
                    threading.Thread(target=answer, args=[connections[-1]], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            connection.close()


def make_certificates(folder: Path, *, names: t.Sequence[str] = ("127.0.0.1", "localhost"), days: int = 1) -> None:
    """An authority (`ca.pem`) and the certificate of a server for these names (`server.pem`, `server.key`).

    :param days: until when it is valid; negative for one that has expired
    """
    folder.mkdir(exist_ok=True)
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    authority = trustme.CA()
    server = authority.issue_cert(*names, not_after=end)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    server.private_key_pem.write_to_path(str(folder / "server.key"))
