# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Redis server of the data plane: the program, its address, its process and the administrator's connection."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from ipaddress import IPv4Address
from itertools import islice
from pathlib import Path

from .redis_layout import ADMIN, PLAIN_PORT, PORTS, TLS_PORT

#: Either server will do.
PROGRAMS = ("redis-server", "valkey-server")

#: Addresses are taken from 127.83.0.0/16; these numbers are added to its first.
FIRST_ADDRESS = IPv4Address("127.83.0.0")
ADDRESS_NUMBERS = range(1, 65_535)
#: How many addresses are tried before something else must be listening on all of them.
ADDRESS_TRIES = 500

#: Seconds that a server may take until it serves, and for one command.
START_LIMIT = 60.0
COMMAND_LIMIT = 60.0


class DataPlaneError(Exception):
    """A server or a backup's file cannot be used; the message says of which cluster, host or backup, and why."""


def missing_program() -> str | None:
    """What to install before a server can be started here, or None."""
    if find_program() is None:
        return (
            "the data plane needs a Redis server, and neither redis-server nor valkey-server is on PATH; "
            "install Debian's package redis-server or valkey-server"
        )
    if shutil.which("setpriv") is None:
        return "the data plane needs setpriv, which is not on PATH; install the package util-linux (Linux only)"
    return None


def find_program() -> str | None:
    """The path of the server program, or None where none is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def claim_address(numbers: Iterator[int]) -> tuple[str, socket.socket]:
    """The next loopback address whose ports are free, and its lock: no other data plane takes it until that is closed.

    Raises DataPlaneError where no address is free.
    """
    problem = ""
    for number in islice(numbers, ADDRESS_TRIES):
        address = str(FIRST_ADDRESS + number)
        # Redis has no use for UDP, so the port of that kind is the lock; the kernel opens it when the process ends.
        lock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            lock.bind((address, PLAIN_PORT))
            for port in PORTS:
                socket.create_server((address, port)).close()
        except OSError as error:
            lock.close()
            problem = f"{address}: {error.strerror}"
        else:
            return address, lock
    raise DataPlaneError(
        f"no loopback address has its ports {', '.join(map(str, PORTS))} free (last tried {problem}); "
        "stop the program that listens on one of them at all addresses"
    )


class Connection:
    """A connection as the administrator. It knows the replies that the emulator needs: strings, integers, errors."""

    def __init__(self, address: str, context: ssl.SSLContext | None, admin_password: str) -> None:
        """Connect, with TLS where a context is given; raises OSError."""
        plain = socket.create_connection((address, TLS_PORT if context else PLAIN_PORT), COMMAND_LIMIT)
        self._socket = context.wrap_socket(plain, server_hostname=address) if context else plain
        self._replies = self._socket.makefile("rb")
        self.call("AUTH", ADMIN, admin_password)

    def call(self, *words: str) -> str:
        """The reply to one command; raises OSError, and DataPlaneError with what the server refuses."""
        encoded = [word.encode() for word in words]
        parts = [b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded]
        self._socket.sendall(b"*%d\r\n%b" % (len(parts), b"".join(parts)))
        reply = self._replies.readline()
        if not reply.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, value = reply[:1], reply[1:-2]
        if kind == b"-":
            raise DataPlaneError(f"{words[0]}: {value.decode()}")
        if kind == b"$":
            value = self._replies.read(int(value) + 2)[:-2]
        return value.decode()

    def info(self, *command: str) -> dict[str, str]:
        """The reply to INFO or CLUSTER INFO as a mapping."""
        return dict(line.split(":", 1) for line in self.call(*command).splitlines() if ":" in line)

    def close(self) -> None:
        """Close it."""
        self._replies.close()
        self._socket.close()


class RedisServer:
    """A server's process. It works in ``folder``, on the files that lie there when it starts."""

    def __init__(
        self, host: str, address: str, folder: Path, *, context: ssl.SSLContext | None, admin_password: str
    ) -> None:
        """With a context the administrator connects by TLS."""
        self.host = host
        self.address = address
        self.folder = folder
        self._context = context
        self._admin_password = admin_password
        self._process: subprocess.Popen[str] | None = None

    def start(self, configuration: Sequence[str], starter: Executor) -> None:
        """Start the process in a thread of ``starter``, with which it ends; returns before it serves."""
        process = self._process = starter.submit(self._spawn).result()
        assert process.stdin is not None
        try:
            # By a pipe, so that the passwords are in no list of processes and in no file.
            with process.stdin as pipe:
                pipe.write("\n".join(configuration) + "\n")
        except BrokenPipeError:
            pass  # It ended at once; wait_until says why.

    def _spawn(self) -> subprocess.Popen[str]:
        # The kernel kills the server with the thread that started it; sh sees where that ended before it was asked to.
        guard = ("setpriv", "--pdeathsig", "KILL", "sh", "-c", 'test "$PPID" = "$0" && exec "$@"', str(os.getpid()))
        with open(self.folder / "log", "w", encoding="utf-8") as log:
            return subprocess.Popen(
                [*guard, str(find_program()), "-"],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                process_group=0,  # Ctrl-C is for the emulator, which then stops its servers.
            )

    def wait_until(self, expected: Mapping[str, str]) -> None:
        """Wait until INFO and CLUSTER INFO say what is expected; raises DataPlaneError when they will not."""
        assert self._process is not None
        deadline = time.monotonic() + START_LIMIT
        while not self._says(expected):
            if self._process.poll() is not None:
                log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                end = "\n".join(log.splitlines()[-10:])
                raise DataPlaneError(f"the Redis of host {self.host} ended; the end of its log:\n{end}")
            if time.monotonic() > deadline:
                raise DataPlaneError(f"the Redis of host {self.host} is not ready after {START_LIMIT:.0f} s")
            time.sleep(0.01)

    def _says(self, expected: Mapping[str, str]) -> bool:
        try:
            with closing(self._connect()) as connection:
                state = connection.info("INFO")
                if "cluster_state" in expected:
                    state |= connection.info("CLUSTER", "INFO")
        except (OSError, DataPlaneError):  # not listening yet, or still loading
            return False
        return expected.items() <= state.items()

    def run(self, commands: Sequence[Sequence[str]]) -> None:
        """Run commands as the administrator; raises DataPlaneError."""
        try:
            with closing(self._connect()) as connection:
                for command in commands:
                    connection.call(*command)
        except (OSError, DataPlaneError) as error:
            raise DataPlaneError(f"the Redis of host {self.host}: {error}") from error

    def _connect(self) -> Connection:
        return Connection(self.address, self._context, self._admin_password)

    def stop(self) -> None:
        """Kill the process and wait for its end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
