# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane: a real Redis behind each emulated cluster, on loopback addresses with the service's ports.

It needs Linux with util-linux, and Debian's ``redis-server`` (Redis 7.0 or newer) or ``valkey-server``.
"""

from __future__ import annotations

import itertools
import secrets
import shutil
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import trustme

from .errors import ConfigError
from .redis_layout import CA_FILE, NODES_FILE, RDB_FILE, TLS_FILE, Host, Layout, Node, shard_of
from .redis_server import ADDRESS_NUMBERS, DataPlaneError, RedisServer, claim_address, missing_program

__all__ = ["DAMAGES", "DataPlane", "DataPlaneError", "Host", "Node", "Value"]

#: An RDB file without keys; a checksum of zeros is not checked.
EMPTY_RDB = b"REDIS0009\xff" + bytes(8)
#: What :meth:`DataPlane.damage_backup` can do.
DAMAGES = ("truncate", "empty")

Scalar = str | int | float
#: What a key can hold: a string, a list or a hash.
Value = Scalar | Sequence[Scalar] | Mapping[str, Scalar]


@dataclass(frozen=True)
class _Cluster:
    nodes: Sequence[Node]
    masters: Sequence[RedisServer]
    resources: ExitStack


class DataPlane:
    """All servers and backup files of one emulator.

    Every method returns when its work is done, so an event loop calls it in a thread; different clusters may be worked
    on at the same time. Starting or restoring takes some 30 ms for a single server, 1 s with replicas, 2 s for a sharded
    cluster, and the time to read the data; saving a backup takes the time to write the data, loading 50 µs a key, the
    rest next to nothing. The servers end with the process of this object, even a killed one; only then its files stay.
    """

    def __init__(self, authority: trustme.CA) -> None:
        """Servers with TLS get certificates of this authority. Raises ConfigError where a program is missing."""
        problem = missing_program()
        if problem:
            raise ConfigError(problem)
        self._authority = authority
        self._context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
        self._folder = tempfile.TemporaryDirectory(prefix="yacloud-mdb-data-plane-")
        # The kernel ends a server with the thread that started it, so this one starts them all and lives as long.
        self._starter = ThreadPoolExecutor(1)
        self._admin_password = secrets.token_hex()
        self._numbers = itertools.cycle(ADDRESS_NUMBERS)
        self._clusters: dict[str, _Cluster] = {}
        self._backups: dict[str, list[Path]] = {}

    def start_cluster(
        self,
        cluster_id: str,
        hosts: Sequence[Host],
        *,
        sharded: bool,
        tls: bool,
        password: str,
        backup_id: str | None = None,
    ) -> None:
        """Start a cluster, empty or with the data of a backup, whose shards go to the cluster's in their order.

        The first host of each shard (or of all, without shards) becomes its master. Ports are 6379, and 6380 with TLS; a
        sharded cluster with TLS has 6380 only. The user is ``default``, limited to what the managed service allows.
        Raises DataPlaneError, also for a backup that is damaged or has another number of shards.
        """
        if cluster_id in self._clusters:
            raise DataPlaneError(f"cluster {cluster_id} has a Redis already; stop it first")
        if not hosts:
            raise DataPlaneError(f"cluster {cluster_id} has no hosts; give it at least one")
        files = self._files(backup_id) if backup_id else []
        shards = len({host.shard for host in hosts}) if sharded else 1
        if backup_id and len(files) != shards:
            raise DataPlaneError(
                f"backup {backup_id} has the data of {len(files)} shards, and cluster {cluster_id} would have {shards}; "
                "restore it to as many"
            )
        layout = Layout(sharded=sharded, tls=tls, password=password, admin_password=self._admin_password)
        with ExitStack() as resources:
            nodes, masters = self._start(hosts, layout, files, resources)
            self._clusters[cluster_id] = _Cluster(nodes, masters, resources.pop_all())

    def _start(
        self, hosts: Sequence[Host], layout: Layout, files: Sequence[Path], resources: ExitStack
    ) -> tuple[Sequence[Node], Sequence[RedisServer]]:
        """A node for each host, and the masters among them, once all serve; the resources hold what ends them."""
        folder = Path(resources.enter_context(tempfile.TemporaryDirectory(dir=self._folder.name)))
        addresses = []
        for _host in hosts:
            address, lock = claim_address(self._numbers)
            resources.enter_context(lock)
            addresses.append(address)
        nodes = layout.nodes(hosts, addresses)
        servers = {node.id: self._server(node, layout, folder) for node in nodes}
        masters = [servers[node.id] for node in nodes if not node.master]
        for master, file in zip(masters, files, strict=bool(files)):
            shutil.copyfile(file, master.folder / RDB_FILE)
        for node in nodes:
            if layout.sharded:
                (servers[node.id].folder / NODES_FILE).write_text(layout.nodes_file(node, nodes), encoding="utf-8")
            resources.callback(servers[node.id].stop)
            servers[node.id].start(layout.configuration(node), self._starter)
        for node in nodes:
            servers[node.id].wait_until(layout.ready(node))
        return nodes, masters

    def _server(self, node: Node, layout: Layout, parent: Path) -> RedisServer:
        folder = parent / node.id
        folder.mkdir()
        if layout.tls:
            leaf = self._authority.issue_cert(node.host.name, node.address)
            leaf.private_key_and_cert_chain_pem.write_to_path(folder / TLS_FILE)
            self._authority.cert_pem.write_to_path(folder / CA_FILE)
        context = None if layout.ports[0] else self._context
        return RedisServer(node.host.name, node.address, folder, context=context, admin_password=self._admin_password)

    def nodes(self, cluster_id: str) -> Sequence[Node]:
        """Where each host of a cluster is served, in the order given; raises DataPlaneError for an unknown cluster."""
        return self._cluster(cluster_id).nodes

    def stop_cluster(self, cluster_id: str) -> None:
        """End a cluster's servers and drop their data; its backups stay. Does nothing for an unknown cluster."""
        cluster = self._clusters.pop(cluster_id, None)
        if cluster:
            cluster.resources.close()

    def load(self, cluster_id: str, data: Mapping[str, Value]) -> None:
        """Let a cluster hold these keys in database 0 and no others, each a string, a list or a mapping (a hash).

        Raises DataPlaneError, for other values too.
        """
        masters = self._cluster(cluster_id).masters
        commands: list[list[list[str]]] = [[["FLUSHALL"]] for _master in masters]
        for key, value in data.items():
            commands[shard_of(key, len(masters))].append(_command(key, value))
        for master, wanted in zip(masters, commands, strict=True):
            master.run(wanted)

    def save_backup(self, cluster_id: str, *backup_ids: str) -> None:
        """Save what a cluster's masters hold at this moment under one or several ids, in place of what they held.

        Raises DataPlaneError.
        """
        masters = self._cluster(cluster_id).masters
        for master in masters:
            master.run([["SAVE"]])
        for backup_id in backup_ids:
            folder = Path(tempfile.mkdtemp(prefix="backup-", dir=self._folder.name))
            files = [folder / f"{number}.rdb" for number in range(len(masters))]
            for master, file in zip(masters, files, strict=True):
                shutil.copyfile(master.folder / RDB_FILE, file)
            self.delete_backup(backup_id)
            self._backups[backup_id] = files
        for master in masters:
            (master.folder / RDB_FILE).unlink()

    def delete_backup(self, backup_id: str) -> None:
        """Remove a backup's files. Does nothing for an unknown backup."""
        files = self._backups.pop(backup_id, None)
        if files:
            shutil.rmtree(files[0].parent)

    def damage_backup(self, backup_id: str, how: str) -> None:
        """For tests: ``truncate`` cuts the files in half (no server starts on them), ``empty`` takes all keys away.

        To give a backup another cluster's data, save that cluster under this backup's id. Raises DataPlaneError.
        """
        if how not in DAMAGES:
            raise DataPlaneError(f"backup {backup_id}: unknown damage '{how}'; choose {' or '.join(DAMAGES)}")
        for file in self._files(backup_id):
            content = file.read_bytes()
            file.write_bytes(content[: len(content) // 2] if how == "truncate" else EMPTY_RDB)

    def clear(self) -> None:
        """End all servers and forget all backups."""
        for cluster_id in list(self._clusters):
            self.stop_cluster(cluster_id)
        for backup_id in list(self._backups):
            self.delete_backup(backup_id)

    def close(self) -> None:
        """End all servers and remove all files. A call that is under way in another thread fails."""
        for cluster_id in list(self._clusters):
            self.stop_cluster(cluster_id)
        self._starter.shutdown()
        self._folder.cleanup()

    def _cluster(self, cluster_id: str) -> _Cluster:
        try:
            return self._clusters[cluster_id]
        except KeyError:
            raise DataPlaneError(f"cluster {cluster_id} has no Redis; start it first") from None

    def _files(self, backup_id: str) -> list[Path]:
        try:
            return self._backups[backup_id]
        except KeyError:
            raise DataPlaneError(f"backup {backup_id} has no data; only one that was saved here has any") from None


def _command(key: str, value: Value) -> list[str]:
    if isinstance(value, Mapping):
        return ["HSET", key, *(_string(key, part) for pair in value.items() for part in pair)]
    if isinstance(value, list):
        return ["RPUSH", key, *(_string(key, item) for item in value)]
    return ["SET", key, _string(key, value)]


def _string(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, Scalar):
        raise DataPlaneError(f"key '{key}': must be a string or a number, or a list or mapping of them, got {value!r}")
    return str(value)
