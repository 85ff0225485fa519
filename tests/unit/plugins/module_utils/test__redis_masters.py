# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds the data, and what is waited for until somebody does."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ConnectionFailed,
    StateError,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._redis_connection import Access, Address
from ansible_collections.yacloud.mdb.plugins.module_utils._redis_failures import (
    ConnectionRefused,
    StillLoading,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._redis_masters import Master, find_masters, wait_for_masters
from ansible_collections.yacloud.mdb.tests.unit import redis_server
from ansible_collections.yacloud.mdb.tests.unit.redis_server import PASSWORD, RedisServer, free_port, wait_until

ACCESS = Access(tls=False, password=PASSWORD)
NOWHERE = Address("no-such-host.invalid", 6379)


def local(port: int) -> Address:
    return Address("127.0.0.1", port)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self, after_sleep: t.Callable[[], object] = lambda: None) -> None:
        self.now = 0.0
        self._after_sleep = after_sleep

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._after_sleep()

    def wait(self, address: Address, wait_timeout: float, access: Access = ACCESS) -> list[Master]:
        return wait_for_masters([address], access, wait_timeout, self, self.sleep)


def test_a_server_that_starts_is_waited_for(start_redis: t.Callable[..., RedisServer]) -> None:
    port = free_port()
    clock = Clock(lambda: clock.now == 3 and start_redis(port=port))
    (found,) = clock.wait(local(port), 300)
    assert found.address == local(port)
    assert clock.now == 3


@pytest.mark.parametrize(("wait_timeout", "waited"), [(5, 5), (300, 10)])
def test_a_refused_connection_is_waited_for_until_it_cannot_be_a_start(wait_timeout: int, waited: int) -> None:
    clock = Clock()
    with pytest.raises(ConnectionRefused, match=rf"refused the connection.* This was waited for {waited} s\.$"):
        clock.wait(local(free_port()), wait_timeout)
    assert clock.now == waited


def test_an_unknown_name_is_not_waited_for() -> None:
    clock = Clock()
    with pytest.raises(ConnectionFailed, match="cannot be resolved"):
        clock.wait(NOWHERE, 300, Access(tls=False))
    assert clock.now == 0


def test_all_hosts_are_told_of_where_none_is_a_master() -> None:
    closed = local(free_port())
    with pytest.raises(ConnectionRefused) as refused:
        find_masters([NOWHERE, closed], Access(tls=False))
    assert str(refused.value).startswith(
        "None of the hosts answers as a master. The host name of Redis at no-such-host.invalid:6379"
    )
    assert f"Redis at {closed} refused the connection" in str(refused.value)
    with pytest.raises(ConnectionFailed) as failed:
        find_masters([NOWHERE, NOWHERE._replace(port=1)], Access(tls=False))
    assert not isinstance(failed.value, ConnectionRefused)


def test_a_sentinel_holds_no_data(redis: RedisServer, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "sentinel.conf").write_text(f"port {port}\nbind 127.0.0.1\ndir {tmp_path}\n", encoding="utf-8")
    process = subprocess.Popen(
        [str(redis_server.PROGRAM), str(tmp_path / "sentinel.conf"), "--sentinel"], stdout=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _sentinel_answers(port))
        with pytest.raises(
            StateError, match=f"127.0.0.1:{port} holds no data: its mode is sentinel. Add the master to hosts"
        ):
            find_masters([local(port)], Access(tls=False))
    finally:
        process.kill()
        process.wait()


def _sentinel_answers(port: int) -> bool:
    try:
        return bool(Access(tls=False).info(local(port)))
    except ConnectionRefused:
        return False


def serve_slots(server: RedisServer, last: int = 16_383) -> None:
    """Lets a server of a cluster serve the slots to this one, and waits until it does."""
    client = server.client()
    client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, last)
    wait_until(lambda: b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"))


def test_a_sharded_cluster_with_a_part_missing_is_not_counted_but_waited_for(
    start_redis: t.Callable[..., RedisServer],
) -> None:
    server, clock = start_redis(["cluster-enabled yes", f"cluster-port {free_port()}"]), Clock()
    words = r"is not complete: its state is fail, and 0 of 16384 slots are served.* This was waited for 15 s\.$"
    with pytest.raises(StillLoading, match=words):
        clock.wait(local(server.port), 15)
    assert clock.now == 15
    server.client().config_set("cluster-require-full-coverage", "no")
    serve_slots(server, 16_000)
    with pytest.raises(StillLoading, match=r"its state is ok, and 16001 of 16384 slots are served"):
        find_masters([local(server.port)], ACCESS)


def test_a_cluster_that_announces_no_address_is_reached_where_it_was_asked(
    start_redis: t.Callable[..., RedisServer],
) -> None:
    settings = [
        "cluster-enabled yes",
        f"cluster-port {free_port()}",
        "cluster-preferred-endpoint-type unknown-endpoint",
    ]
    server = start_redis(settings)
    serve_slots(server)
    (found,) = find_masters([local(server.port)], ACCESS)
    assert found.address == local(server.port)


def test_a_host_of_another_sharded_cluster_is_found(
    shards: list[RedisServer], start_redis: t.Callable[..., RedisServer]
) -> None:
    other = start_redis(["cluster-enabled yes", f"cluster-port {free_port()}"])
    hosts = [local(shards[0].port), local(other.port)]
    assert len(find_masters(hosts, ACCESS)) == 3  # it holds nothing, as a new host of the same cluster
    serve_slots(other)
    other.client().set("a", "b")
    with pytest.raises(
        StateError, match=f"{other.host} holds data and does not belong to the sharded cluster of {shards[0].host}"
    ):
        find_masters(hosts, ACCESS)


def test_the_master_of_a_key() -> None:
    first, second = Master(NOWHERE, {}, ((0, 100), (12_182, 12_182))), Master(NOWHERE, {}, ((101, 12_181),))
    assert first.holds(b"foo")  # slot 12182
    assert first.holds(b"x{foo}y")
    assert not second.holds(b"foo")
    assert second.holds(b"bar")  # slot 5061
