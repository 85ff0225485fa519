# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and their hosts: what seeded and generated ones have by default, and one restored from a backup."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf import json_format
from yandex.cloud.mdb.redis.v1 import cluster_pb2, cluster_service_pb2

from .errors import invalid
from .redaction import without_passwords
from .storage import Cluster, Row
from .times import stamp

#: Cloud ids are lower-case base 32 without look-alikes.
ID_LETTERS = "0123456789abcdefghijklmnopqrstuv"
#: What a cluster has where its seed says nothing.
DEFAULTS: dict[str, Any] = {
    "created_at": "2026-01-12T09:30:00Z",
    "status": "RUNNING",
    "health": "ALIVE",
    "environment": "PRODUCTION",
    "network_id": "enpemulatornetwork00",
    "tls_enabled": True,
    "config": {
        "version": "8.1-valkey",
        "resources": {"resource_preset_id": "hm3-c2-m8", "disk_size": 16 << 30, "disk_type_id": "network-ssd"},
        "redis": {
            "effective_config": {"maxmemory_policy": "ALLKEYS_LRU", "databases": 16, "timeout": 0},
            "user_config": {"maxmemory_policy": "ALLKEYS_LRU"},
        },
    },
}
_ZONE_ID, _SUBNET_ID = "ru-central1-a", "e9bemulatorsubnet000"
_Cluster, _Host = cluster_pb2.Cluster, cluster_pb2.Host


def make_id(prefix: str, name: str) -> str:
    """An id of 20 characters, the same for the same name."""
    digest = hashlib.blake2b(name.encode(), digest_size=20).digest()
    return prefix + "".join(ID_LETTERS[byte % 32] for byte in digest)[len(prefix) :]


def default_hosts(cluster: Any, shards: Sequence[str]) -> list[Row]:
    """A host for each shard of a cluster."""
    specs = [cluster_service_pb2.HostSpec(zone_id=_ZONE_ID, subnet_id=_SUBNET_ID, shard_name=shard) for shard in shards]
    return make_hosts(cluster, specs)


def make_hosts(cluster: Any, specs: Iterable[Any]) -> list[Row]:
    """A cluster's hosts by their specs; the first of each shard is its master."""
    hosts: list[Row] = []
    seen: set[str] = set()
    for spec in specs:
        shard = spec.shard_name or "shard1"
        host = _Host(
            name=f"{_short(spec.zone_id)}-{make_id('', f'{cluster.id} {len(hosts)}')[:16]}.mdb.yandexcloud.net",
            cluster_id=cluster.id,
            zone_id=spec.zone_id,
            subnet_id=spec.subnet_id,
            resources=cluster.config.resources,
            role=_Host.REPLICA if shard in seen else _Host.MASTER,
            shard_name=shard,
            assign_public_ip=spec.assign_public_ip,
        )
        if spec.HasField("replica_priority"):
            host.replica_priority.CopyFrom(spec.replica_priority)
        seen.add(shard)
        hosts.append(Row(host))
    set_health(hosts, cluster.health)
    return hosts


def _short(zone: str) -> str:
    """The part of a host's name that stands for its zone: ``rc1a`` for ``ru-central1-a``."""
    return "".join(word[:1] for word in zone.split("-")[:2]) + zone[-3:].replace("-", "") if zone else "rc1a"


def set_health(hosts: Iterable[Row], health: int) -> None:
    """Give hosts the health of their cluster."""
    value = _Host.ALIVE if health == _Cluster.ALIVE else _Host.HEALTH_UNKNOWN
    for host in hosts:
        host.change(health=value)


def restored(request: Any, cluster_id: str, folder_id: str, source: Cluster | None, now: int) -> Cluster:
    """The cluster that a restore makes, still CREATING. What the request leaves out comes from the source cluster.

    Raises ApiError naming what is missing where there is no source any more.
    """
    asked = json_format.MessageToDict(without_passwords(request), preserving_proto_field_name=True)
    made = _Cluster()
    json_format.ParseDict({**asked, "labels": asked.get("labels", {})}, made, ignore_unknown_fields=True)
    made.id, made.folder_id, made.status = cluster_id, folder_id, _Cluster.CREATING
    made.created_at.CopyFrom(stamp(now))
    _set_config(made.config, asked.get("config_spec", {}), source)
    made.network_id = made.network_id or (source.row.message.network_id if source else "")
    specs = request.host_specs or [spec_of(host.message) for host in (source.hosts if source else [])]
    for field, value in (("network_id", made.network_id), ("host_specs", specs)):
        _require(field, bool(value))
    return Cluster(Row(made), hosts=make_hosts(made, specs))


def _set_config(config: Any, asked: dict[str, Any], source: Cluster | None) -> None:
    settings = asked.pop("redis", {})
    asked["redis"] = {"effective_config": settings, "user_config": settings}
    json_format.ParseDict(asked, config, ignore_unknown_fields=True)
    if source:
        known = source.row.message.config
        config.version = config.version or known.version
        resources = type(known.resources)()
        resources.CopyFrom(known.resources)
        resources.MergeFrom(config.resources)
        config.resources.CopyFrom(resources)
    for field, value in (("version", config.version), ("resources", config.resources.disk_size)):
        _require(f"config_spec.{field}", bool(value))


def _require(field: str, given: bool) -> None:
    if not given:
        raise invalid(field, "the field is required, since the source cluster does not exist to copy it from")


def spec_of(host: Any) -> Any:
    """The spec that a host would be made by."""
    names = ("zone_id", "subnet_id", "shard_name", "assign_public_ip")
    spec = cluster_service_pb2.HostSpec(**{name: getattr(host, name) for name in names})
    if host.HasField("replica_priority"):
        spec.replica_priority.CopyFrom(host.replica_priority)
    return spec
