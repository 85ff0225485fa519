# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clean environment for each test, a server that follows a script, and Redis servers for the tests that need one."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import sharing as _sharing
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import tokens as _tokens
from ansible_collections.yacloud.mdb.tests.unit import redis_server
from ansible_collections.yacloud.mdb.tests.unit.redis_server import RedisServer
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server

StartRedis = t.Callable[..., RedisServer]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings reaches a test, and no token that an earlier test obtained."""
    for name in list(os.environ):
        if (
            name.startswith("YC_")
            or name.lower().endswith("_proxy")
            or name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NETRC")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setattr(_tokens, "_SOURCES", {})
    monkeypatch.setattr(_sharing, "_way", _sharing._alone)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What users are warned of."""
    from ansible.utils.display import Display

    said: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda self, msg, *unused, **more: said.append(msg))
    return said


@pytest.fixture
def server() -> t.Iterator[Server]:
    """A server over plain HTTP."""
    with Server() as running:
        yield running


@pytest.fixture(scope="session")
def _redis_program() -> None:
    if redis_server.PROGRAM is None:
        pytest.skip("needs redis-server or valkey-server, as Debian's packages of these names have it")
    pytest.importorskip("redis")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificates of an authority and of the shared server."""
    pytest.importorskip("trustme")
    folder = tmp_path_factory.mktemp("certificates")
    redis_server.make_certificates(folder)
    return folder


@pytest.fixture(scope="session")
def _shared_redis(
    _redis_program: None, certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> t.Iterator[RedisServer]:
    server = redis_server.start_redis(tmp_path_factory.mktemp("redis"), tls=str(certificates))
    yield server
    server.stop()


@pytest.fixture
def redis(_shared_redis: RedisServer) -> RedisServer:
    """An empty Redis, which speaks TLS too."""
    _shared_redis.client().flushall()
    _shared_redis.client().execute_command("ACL LOG", "RESET")
    return _shared_redis


@pytest.fixture(scope="session")
def _shared_shards(_redis_program: None, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[list[RedisServer]]:
    servers = redis_server.start_sharded(tmp_path_factory.mktemp("sharded"))
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def shards(_shared_shards: list[RedisServer]) -> list[RedisServer]:
    """An empty sharded Redis of three masters."""
    for server in _shared_shards:
        server.client().flushall()
        server.client().config_set("cluster-preferred-endpoint-type", "ip")
    return _shared_shards


@pytest.fixture
def start_redis(_redis_program: None, tmp_path: Path) -> t.Iterator[StartRedis]:
    """Starts further servers, each in a folder of its own unless one is given, and stops them afterwards."""
    servers: list[RedisServer] = []

    def start(settings: t.Sequence[str] = (), *, folder: Path | None = None, **options: t.Any) -> RedisServer:
        servers.append(redis_server.start_redis(folder or tmp_path / f"redis{len(servers)}", settings, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
