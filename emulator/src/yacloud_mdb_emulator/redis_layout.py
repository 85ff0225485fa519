# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the servers of a cluster are configured to be: masters and replicas, ports, slots and users."""

from __future__ import annotations

import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

#: The ports of the service, without and with TLS.
PLAIN_PORT = 6379
TLS_PORT = 6380
#: What Redis adds to a port for the bus between the nodes of a sharded cluster.
BUS_OFFSET = 10_000
PORTS = (PLAIN_PORT, TLS_PORT, PLAIN_PORT + BUS_OFFSET, TLS_PORT + BUS_OFFSET)

SLOTS = 16_384

#: The emulator's own user, for what the managed service keeps from its users.
ADMIN = "emulator"
#: Commands that the managed service blocks.
BLOCKED = "-@admin -acl -config -debug -lastsave -migrate -move -object"

#: The files that a server reads from its folder; the first holds certificate and key.
TLS_FILE = "tls.pem"
CA_FILE = "ca.pem"
NODES_FILE = "nodes.conf"
RDB_FILE = "dump.rdb"


@dataclass(frozen=True)
class Host:
    """A host as the API describes it. Its shard counts in sharded clusters only."""

    name: str
    shard: str


@dataclass(frozen=True)
class Node:
    """Where a host is served, and as a replica of which other; a master has no ``master``."""

    host: Host
    address: str
    id: str
    master: Node | None

    @property
    def role(self) -> str:
        """MASTER or REPLICA, as the API spells it."""
        return "REPLICA" if self.master else "MASTER"


@dataclass(frozen=True)
class Layout:
    """What all servers of a cluster have in common."""

    sharded: bool
    tls: bool
    password: str
    admin_password: str

    @property
    def ports(self) -> tuple[int, int]:
        """The ports without and with TLS; 0 is none."""
        return 0 if self.sharded and self.tls else PLAIN_PORT, TLS_PORT if self.tls else 0

    def nodes(self, hosts: Sequence[Host], addresses: Sequence[str]) -> list[Node]:
        """A node for each host; the first host of a shard, or of all without shards, is the master."""
        masters: dict[str, Node] = {}
        nodes = []
        for host, address in zip(hosts, addresses, strict=True):
            shard = host.shard if self.sharded else ""
            node = Node(host, address, secrets.token_hex(20), masters.get(shard))
            masters.setdefault(shard, node)
            nodes.append(node)
        return nodes

    def configuration(self, node: Node) -> list[str]:
        """The lines of a server's configuration, secrets among them."""
        plain_port, tls_port = self.ports
        lines = [
            f"bind {node.address}",
            f"port {plain_port}",
            'save ""',
            # A replica need not wait for others that might come.
            "repl-diskless-sync-delay 0",
            # Leave it to the users' rights, so that the answer is NOPERM as for the other blocked commands.
            "enable-debug-command yes",
            f"user default on {_hashed(self.password)} ~* &* +@all {BLOCKED}",
            f"user {ADMIN} on {_hashed(self.admin_password)} ~* &* +@all",
            f"masteruser {ADMIN}",
            f"masterauth {self.admin_password}",
        ]
        if self.tls:
            lines += [f"tls-port {tls_port}", "tls-auth-clients no"]
            lines += [f"tls-cert-file {TLS_FILE}", f"tls-key-file {TLS_FILE}", f"tls-ca-cert-file {CA_FILE}"]
        if self.sharded:
            encrypted = "yes" if self.tls else "no"
            lines += ["cluster-enabled yes", f"cluster-config-file {NODES_FILE}"]
            lines += [f"cluster-announce-ip {node.address}", "cluster-replica-no-failover yes"]
            lines += [f"tls-cluster {encrypted}", f"tls-replication {encrypted}"]
        elif node.master:
            lines.append(f"replicaof {node.master.address} {PLAIN_PORT}")
        return lines

    def ready(self, node: Node) -> dict[str, str]:
        """What INFO and CLUSTER INFO say once a server has all data and serves."""
        expected = {"loading": "0", "role": "slave" if node.master else "master"}
        if node.master:
            expected["master_link_status"] = "up"
        if self.sharded:
            expected["cluster_state"] = "ok"
        return expected

    def nodes_file(self, me: Node, nodes: Sequence[Node]) -> str:
        """The nodes.conf of one node: all of them and their slots, so that nobody has to meet or to be given slots."""
        masters = [node.id for node in nodes if not node.master]
        port = max(self.ports)
        lines = []
        for node in nodes:
            flags = ("myself," if node is me else "") + ("slave" if node.master else "master")
            master = node.master or node
            number = masters.index(master.id)
            of, slots = ("-", _slots(number, len(masters))) if master is node else (master.id, "")
            where = f"{node.address}:{port}@{port + BUS_OFFSET}"
            lines.append(f"{node.id} {where} {flags} {of} 0 0 {number + 1} connected {slots}".rstrip())
        lines.append(f"vars currentEpoch {len(masters)} lastVoteEpoch 0")
        return "\n".join(lines) + "\n"


def _hashed(password: str) -> str:
    return "#" + hashlib.sha256(password.encode()).hexdigest()


def _slots(number: int, shards: int) -> str:
    return f"{number * SLOTS // shards}-{(number + 1) * SLOTS // shards - 1}"


def shard_of(key: str, shards: int) -> int:
    """The number of the shard that a key belongs to; of a key like ``a{b}c`` only ``b`` counts."""
    _before, _brace, rest = key.partition("{")
    tag, closed, _after = rest.partition("}")
    slot = binascii.crc_hqx((tag if tag and closed else key).encode(), 0) % SLOTS
    return next(number for number in range(shards) if slot < (number + 1) * SLOTS // shards)
