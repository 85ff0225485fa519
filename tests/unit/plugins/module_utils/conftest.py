# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, certificates and keys; and nothing may be left behind."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import ssl
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result, read_backups
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client as _client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.redaction import Secrets
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import Transport, TransportOptions
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.restore_cloud import seed
from ansible_collections.yacloud.mdb.tests.unit.samples import NOW, Ask, connection, query
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server, until


def _sockets() -> set[str]:
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:"):
            found.add(f"{name} {target}")
    return found


@pytest.fixture(autouse=True)
def nothing_left() -> t.Iterator[None]:
    """No test leaves a thread or a socket behind."""
    threads, sockets = set(threading.enumerate()), _sockets()
    yield
    assert until(lambda: set(threading.enumerate()) <= threads), f"threads left: {set(threading.enumerate()) - threads}"
    if not until(lambda: _sockets() <= sockets, 0.2):
        # What only a cycle of references keeps is no leak of the test's; whether close() leaves some is tested by itself.
        gc.collect()
    assert until(lambda: _sockets() <= sockets), f"sockets left: {_sockets() - sockets}"


@pytest.fixture
def second_server() -> t.Iterator[Server]:
    """Another one."""
    with Server() as running:
        yield running


@pytest.fixture
def make_transport() -> t.Iterator[t.Callable[..., Transport]]:
    """Makes transports by their options, and closes them."""
    with contextlib.ExitStack() as made:

        def make(**options: t.Any) -> Transport:
            transport = Transport(TransportOptions(**options), Secrets())
            made.callback(transport.close)
            return transport

        yield make


@pytest.fixture
def ask(server: Server) -> Ask:
    """Asks the server, at the tests' own instant."""

    def read(through: dict[str, t.Any] | None = None, **asked: t.Any) -> Result:
        return read_backups(query(**asked), lambda: connection(server.url, **through or {}), lambda: NOW)

    return read


@pytest.fixture(scope="session")
def _shared_cloud() -> t.Iterator[t.Any]:
    testing = pytest.importorskip("yacloud_mdb_emulator.testing")
    with testing.Emulator.start(seed=seed()) as emulator:
        yield emulator


@pytest.fixture
def cloud(_shared_cloud: t.Any, monkeypatch: pytest.MonkeyPatch) -> t.Any:
    """An emulated cloud as restore_cloud describes it, whose operations are looked at more often than once a second."""
    _shared_cloud.reset()
    monkeypatch.setattr(_client, "pause", lambda seconds: time.sleep(min(seconds, 0.01)))
    return _shared_cloud


class Authority(t.NamedTuple):
    """An authority's certificate, and what a server needs that it has signed for 127.0.0.1."""

    path: str
    server: ssl.SSLContext


@pytest.fixture(scope="session")
def make_authority(tmp_path_factory: pytest.TempPathFactory) -> t.Callable[..., Authority]:
    """Makes authorities, each with a server's certificate."""
    trustme = pytest.importorskip("trustme")

    def make(*names: str, **more: t.Any) -> Authority:
        ca = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(*(names or ("127.0.0.1",)), **more).configure_cert(context)
        path = tmp_path_factory.mktemp("ca") / "ca.pem"
        ca.cert_pem.write_to_path(str(path))
        return Authority(str(path), context)

    return make


@pytest.fixture(scope="session")
def authority(make_authority: t.Callable[..., Authority]) -> Authority:
    """An authority."""
    return make_authority()


@pytest.fixture
def tls_server(authority: Authority) -> t.Iterator[Server]:
    """A server over HTTPS."""
    with Server(authority.server) as running:
        yield running


class Key(t.NamedTuple):
    """An authorized key: its file's content as a mapping, and the public half."""

    content: dict[str, str]
    public_pem: str

    @property
    def text(self) -> str:
        return json.dumps(self.content)


PREAMBLE = "PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <ajekey0000000000001>\n"


@pytest.fixture(scope="session")
def key() -> Key:
    """An authorized key as the service writes it."""
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(65537, 1024)  # small, since each use of a key checks its primes
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    content = {
        "id": "ajekey0000000000001",
        "service_account_id": "ajeaccount000000001",
        "created_at": "2026-11-01T00:00:00Z",
        "key_algorithm": "RSA_2048",
        "public_key": public,
        "private_key": PREAMBLE + pem,
    }
    return Key(content, public)


@pytest.fixture
def write(tmp_path: Path) -> t.Callable[[str, str], str]:
    """Writes a file and returns its path."""

    def write_file(name: str, content: str) -> str:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    return write_file
