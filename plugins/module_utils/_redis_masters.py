# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts hold the data: the one master, or every master of a sharded cluster, once they have loaded it."""

from __future__ import annotations

import time
import typing as t

try:
    from redis.crc import key_slot
except ImportError:
    key_slot = None  # type: ignore[assignment]

from ._cloud.errors import CloudError, ConnectionFailed, OptionError, StateError
from ._redis_connection import Access, Address
from ._redis_failures import ConnectionRefused, StillLoading

SLOTS = 16_384
POLL_INTERVAL = 1.0
"""Seconds."""
STARTING = 10.0
"""Seconds within which a Redis that starts listens; from then on it says that it is loading. Beyond, the port is wrong."""

Info = dict[str, t.Any]
"""What INFO answers, as redis-py parses it."""


class Master(t.NamedTuple):
    """A host that holds data.

    :ivar slots: the hash slots of a sharded cluster that it serves, as first and last of each range
    """

    address: Address
    info: Info
    slots: tuple[tuple[int, int], ...] = ((0, SLOTS - 1),)

    def holds(self, key: bytes) -> bool:
        """Whether this is the master that has the key, if there is one."""
        slot = key_slot(key)
        return any(first <= slot <= last for first, last in self.slots)


def wait_for_masters(
    hosts: t.Sequence[Address],
    access: Access,
    wait_timeout: float,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> list[Master]:
    """All masters, once each of them has loaded its data.

    Only what a starting Redis shows is waited for: a refused connection, data still loading, a sharded cluster not complete yet.

    :raises StillLoading: it was still so after wait_timeout seconds
    :raises ConnectionRefused: likewise, or after STARTING seconds if those are fewer
    :raises CloudError: Redis cannot be asked
    """
    start = clock()
    while True:
        try:
            return find_masters(hosts, access)
        except (StillLoading, ConnectionRefused) as exc:
            longest = wait_timeout if isinstance(exc, StillLoading) else min(wait_timeout, STARTING)
            if clock() >= start + longest:
                raise type(exc)(f"{exc} This was waited for {longest:g} s.") from None
        sleep(POLL_INTERVAL)


def find_masters(hosts: t.Sequence[Address], access: Access) -> list[Master]:
    """All masters of the Redis that these hosts belong to.

    :raises StillLoading, ConnectionRefused: not now, but this may pass
    :raises CloudError: Redis cannot be asked
    """
    answers = {address: _info_or_failure(address, access) for address in hosts}
    infos = {address: answer for address, answer in answers.items() if not isinstance(answer, ConnectionFailed)}
    failures = [answer for answer in answers.values() if isinstance(answer, ConnectionFailed)]
    sharded = [address for address, info in infos.items() if info.get("cluster_enabled")]
    if not sharded:
        return [_only_master(infos, failures)]
    for address in infos:
        if address not in sharded:
            raise StateError(
                f"{sharded[0]} belongs to a sharded cluster and {address} does not. hosts must be of one cluster."
            )
    return _shards(infos, access)


def _info_or_failure(address: Address, access: Access) -> Info | ConnectionFailed:
    try:
        return access.info(address)
    except ConnectionFailed as exc:
        return exc


def _only_master(infos: t.Mapping[Address, Info], failures: t.Sequence[ConnectionFailed]) -> Master:
    masters = [address for address, info in infos.items() if info.get("role") == "master"]
    if len(masters) > 1:
        raise StateError(
            f"{' and '.join(map(str, masters))} are masters independent of each other. hosts must be of one cluster."
        )
    if not masters:
        raise _no_master(infos, failures)
    _check_loaded(masters[0], infos[masters[0]])
    return Master(masters[0], infos[masters[0]])


def _no_master(infos: t.Mapping[Address, Info], failures: t.Sequence[ConnectionFailed]) -> CloudError:
    if len(failures) == 1 and not infos:
        return failures[0]
    roles = [_role(address, info) for address, info in infos.items()]
    text = " ".join(["None of the hosts answers as a master.", *roles, *map(str, failures)])
    if any(isinstance(failure, ConnectionRefused) for failure in failures):
        return ConnectionRefused(text)
    return ConnectionFailed(text) if failures else StateError(f"{text} Add the master to hosts.")


def _role(address: Address, info: Info) -> str:
    if info.get("role") == "slave":
        return f"{address} is a replica of {info['master_host']}:{info['master_port']}."
    return f"{address} holds no data: its mode is {info.get('redis_mode')}."


def _check_loaded(address: Address, info: Info) -> None:
    if info.get("loading") or info.get("async_loading"):
        percent = info.get("loading_loaded_perc")
        so_far = f" ({percent} % so far)" if percent is not None else ""
        raise StillLoading(f"Redis at {address} is still loading its data{so_far}.")


def _shards(infos: t.Mapping[Address, Info], access: Access) -> list[Master]:
    given = {_node_id(address, access): address for address in infos}
    first = next(iter(infos))
    with access.database(first) as client:
        _check_complete(first, client.execute_command("CLUSTER", "INFO"))
        ranges = client.execute_command("CLUSTER", "SLOTS")
    addresses: dict[bytes, Address] = {}
    slots: dict[bytes, list[tuple[int, int]]] = {}
    members = set()
    for start, end, master, *replicas in ranges:
        host, port, node = master[:3]
        # No host name means: the one that was asked. Source: https://redis.io/docs/latest/commands/cluster-slots/
        addresses[node] = given.get(node) or Address(host.decode() if host else first.host, port)
        slots.setdefault(node, []).append((start, end))
        members |= {node, *(replica[2] for replica in replicas)}
    for node, address in given.items():
        if node not in members and any(name.startswith("db") for name in infos[address]):
            raise StateError(
                f"{address} holds data and does not belong to the sharded cluster of {first}. hosts must be of one cluster."
            )
    return [_shard(address, tuple(slots[node]), node in given, access) for node, address in addresses.items()]


def _node_id(address: Address, access: Access) -> bytes:
    with access.database(address) as client:
        return bytes(client.execute_command("CLUSTER", "MYID"))


def _check_complete(address: Address, cluster_info: bytes) -> None:
    facts = dict(line.split(":", 1) for line in cluster_info.decode().splitlines() if ":" in line)
    state, served = facts.get("cluster_state"), facts.get("cluster_slots_ok")
    if state != "ok" or served != str(SLOTS):
        raise StillLoading(
            f"The sharded cluster of Redis at {address} is not complete: its state is {state}, and {served} of {SLOTS} slots are served."
        )


def _shard(address: Address, slots: tuple[tuple[int, int], ...], is_given: bool, access: Access) -> Master:
    try:
        info = access.info(address)
    except (ConnectionFailed, OptionError) as exc:
        if is_given:
            raise
        raise type(exc)(
            f"{exc} This is the address that the sharded cluster announces for one of its masters. Turn on announceHostnames of the "
            "cluster, name every host in hosts, or run the check inside the cluster's network.",
            **exc.details,
        ) from None
    _check_loaded(address, info)
    if info.get("role") != "master":
        raise StillLoading(f"The sharded cluster is changing its masters: {address} has just become a replica.")
    return Master(address, info, slots)
