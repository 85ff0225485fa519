# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own definitions as a witness: what arrives for a restore is, field by field, the message that the SDK would build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.plugins.module_utils import _restored_cluster, _writing

testing = pytest.importorskip("yacloud_mdb_emulator.testing")
yandexcloud = pytest.importorskip("yandexcloud")
json_format = pytest.importorskip("google.protobuf.json_format")
wrappers = pytest.importorskip("google.protobuf.wrappers_pb2")
service = pytest.importorskip("yandex.cloud.mdb.redis.v1.cluster_service_pb2")
service_grpc = pytest.importorskip("yandex.cloud.mdb.redis.v1.cluster_service_pb2_grpc")
cluster_pb2 = pytest.importorskip("yandex.cloud.mdb.redis.v1.cluster_pb2")
redis_pb2 = pytest.importorskip("yandex.cloud.mdb.redis.v1.config.redis_pb2")

SOURCE, BACKUP, FOLDER = "c9qsource", "c9qsource:b1", "b1gwitness"
MASK = "********"
SEED = {
    "clusters": [
        {
            "id": SOURCE,
            "folder_id": FOLDER,
            "environment": "PRESTABLE",
            "sharded": True,
            "announce_hostnames": True,
            "persistence_mode": "ON_REPLICAS",
            "security_group_ids": ["sg1", "sg2"],
            "deletion_protection": True,
            "labels": {"env": "prod"},
            "config": {
                "version": "8.1-valkey",
                "resources": {"resource_preset_id": "hm3-c2-m8", "disk_size": 3 << 33, "disk_type_id": "network-ssd"},
                "redis": {
                    "effective_config": {"maxmemory_policy": "ALLKEYS_LRU", "databases": 16, "timeout": 0},
                    "user_config": {
                        "maxmemory_policy": "VOLATILE_TTL",
                        "timeout": 0,
                        "use_luajit": False,
                        "client_output_buffer_limit_normal": {"hard_limit": 16777216, "soft_seconds": 60},
                    },
                },
            },
            "hosts": [
                {
                    "name": "rc1a-1.mdb.yandexcloud.net",
                    "role": "MASTER",
                    "zone_id": "ru-central1-a",
                    "subnet_id": "e9b1",
                    "shard_name": "shard1",
                    "replica_priority": 0,
                    "assign_public_ip": True,
                },
                {
                    "name": "rc1b-1.mdb.yandexcloud.net",
                    "role": "MASTER",
                    "zone_id": "ru-central1-b",
                    "subnet_id": "e2l1",
                    "shard_name": "shard2",
                },
            ],
            "backups": [{"id": BACKUP, "created_at": "2026-11-20T22:10:00Z", "started_at": "2026-11-20T22:00:00Z"}],
        }
    ]
}


@pytest.fixture(scope="module")
def secure() -> Iterator[Emulator]:
    """An emulator that speaks both, over TLS."""
    with testing.Emulator.start(["--tls", "--grpc"], seed=SEED) as emulator:
        yield emulator


@pytest.fixture
def cloud(secure: Emulator) -> Emulator:
    secure.reset()
    return secure


def arrived(cloud: Emulator, **options: Any) -> Any:
    """The message that arrived for what the module was asked."""
    defaults = {name: spec.get("default") for name, spec in _restored_cluster.argument_spec().items()}
    reach = {"endpoint": cloud.url, "ca_path": cloud.ca_file, "iam_token": cloud.iam_token, "wait": False}
    asked = {**defaults, **reach, "backup_id": BACKUP, "name": "copy", **options}
    _restored_cluster.restored_cluster(asked, False, _writing.Progress(_restored_cluster.FACTS))
    (entry,) = cloud.requests("RestoreCluster")
    return json_format.ParseDict(entry["message"], service.RestoreClusterRequest())


def check_same(message: Any, expected: Any) -> None:
    """Each field by itself, for a failure that can be read."""
    for field in service.RestoreClusterRequest.DESCRIPTOR.fields:
        assert getattr(message, field.name) == getattr(expected, field.name), field.name
    assert message == expected


def source_of(cloud: Emulator) -> tuple[Any, list[Any]]:
    """The source cluster and its hosts, as the SDK reads them."""
    key = json.loads(Path(cloud.key_file).read_text(encoding="utf-8"))
    ca = Path(str(cloud.ca_file)).read_bytes()
    sdk = yandexcloud.SDK(endpoint=cloud.grpc_address, root_certificates=ca, service_account_key=key)
    client = sdk.client(service_grpc.ClusterServiceStub)
    cluster = client.Get(service.GetClusterRequest(cluster_id=SOURCE))
    return cluster, list(client.ListHosts(service.ListClusterHostsRequest(cluster_id=SOURCE)).hosts)


def host_spec(host: Any, **other: Any) -> Any:
    """A new host that is like one that there is."""
    fields = ("zone_id", "subnet_id", "shard_name", "assign_public_ip")
    spec = service.HostSpec(**{**{name: getattr(host, name) for name in fields}, **other})
    if host.HasField("replica_priority"):
        spec.replica_priority.CopyFrom(host.replica_priority)
    return spec


def like_source(cloud: Emulator, **fields: Any) -> Any:
    """The message that asks for a cluster like the source."""
    cluster, hosts = source_of(cloud)
    return service.RestoreClusterRequest(
        backup_id=BACKUP,
        name="copy",
        folder_id=FOLDER,
        environment=cluster.environment,
        network_id=cluster.network_id,
        host_specs=fields.pop("host_specs", None) or [host_spec(host) for host in hosts],
        security_group_ids=fields.pop("security_group_ids", cluster.security_group_ids),
        tls_enabled=wrappers.BoolValue(value=cluster.tls_enabled),
        persistence_mode=cluster.persistence_mode,
        announce_hostnames=cluster.announce_hostnames,
        sharded=cluster.sharded,
        config_spec=cluster_config(cluster),
    )


def cluster_config(cluster: Any) -> Any:
    config = service.ConfigSpec()
    config.version = cluster.config.version
    config.resources.CopyFrom(cluster.config.resources)
    config.redis.CopyFrom(cluster.config.redis.user_config)
    return config


def test_what_is_inherited(cloud: Emulator) -> None:
    check_same(arrived(cloud), like_source(cloud))


def test_another_network(cloud: Emulator) -> None:
    _cluster, hosts = source_of(cloud)
    expected = like_source(cloud, host_specs=[host_spec(host, subnet_id="") for host in hosts], security_group_ids=[])
    expected.network_id = "enpother"
    check_same(arrived(cloud, network_id="enpother"), expected)


def test_what_is_given_among_what_is_inherited(cloud: Emulator) -> None:
    expected = like_source(cloud)
    expected.tls_enabled.value = False
    expected.config_spec.resources.disk_size = 100 << 30
    expected.config_spec.redis.maxmemory_policy = redis_pb2.RedisConfig.NOEVICTION
    expected.config_spec.redis.password = MASK
    expected.disk_encryption_key_id.value = ""
    given = {"tls_enabled": False, "disk_size_gib": 100, "config": {"maxmemory_policy": "NOEVICTION"}}
    check_same(arrived(cloud, password="s3cret-s3cret", disk_encryption_key_id="", **given), expected)


def test_everything_given(cloud: Emulator) -> None:
    given = {
        "folder_id": FOLDER,
        "environment": "PRODUCTION",
        "network_id": "enp2",
        "hosts": [
            {
                "zone_id": "ru-central1-b",
                "subnet_id": "e2l2",
                "shard_name": "s1",
                "replica_priority": 7,
                "assign_public_ip": True,
            },
            {"zone_id": "ru-central1-d", "assign_public_ip": False},
        ],
        "security_group_ids": ["sg9"],
        "version": "7.2-valkey",
        "resource_preset_id": "b3-c1-m4",
        "disk_size_gib": 8,
        "disk_type_id": "local-ssd",
        "config": {"databases": 32, "useLuajit": True, "notify_keyspace_events": "Ex"},
        "tls_enabled": True,
        "sharded": True,
        "announce_hostnames": True,
        "persistence_mode": "OFF",
        "password": "s3cret-s3cret",
        "description": "of a drill",
        "labels": {"drill": "7"},
        "disk_encryption_key_id": "abjkey",
        "deletion_protection": True,
    }
    hosts = [
        service.HostSpec(
            zone_id="ru-central1-b",
            subnet_id="e2l2",
            shard_name="s1",
            replica_priority=wrappers.Int64Value(value=7),
            assign_public_ip=True,
        ),
        service.HostSpec(zone_id="ru-central1-d"),
    ]
    redis = redis_pb2.RedisConfig(
        databases=wrappers.Int64Value(value=32),
        use_luajit=wrappers.BoolValue(value=True),
        notify_keyspace_events="Ex",
        password=MASK,
    )
    resources = cluster_pb2.Resources(resource_preset_id="b3-c1-m4", disk_size=8 << 30, disk_type_id="local-ssd")
    expected = service.RestoreClusterRequest(
        backup_id=BACKUP,
        name="copy",
        description="of a drill",
        labels={"drill": "7"},
        environment=cluster_pb2.Cluster.PRODUCTION,
        config_spec=service.ConfigSpec(version="7.2-valkey", resources=resources, redis=redis),
        host_specs=hosts,
        network_id="enp2",
        folder_id=FOLDER,
        security_group_ids=["sg9"],
        tls_enabled=wrappers.BoolValue(value=True),
        persistence_mode=cluster_pb2.Cluster.OFF,
        deletion_protection=True,
        announce_hostnames=True,
        sharded=True,
        disk_encryption_key_id=wrappers.StringValue(value="abjkey"),
    )
    check_same(arrived(cloud, inherit=False, **given), expected)


def test_next_to_nothing_given(cloud: Emulator) -> None:
    expected = service.RestoreClusterRequest(
        backup_id=BACKUP,
        name="copy",
        folder_id=FOLDER,
        environment=cluster_pb2.Cluster.PRODUCTION,
        config_spec=service.ConfigSpec(),
    )
    check_same(arrived(cloud, inherit=False, environment="PRODUCTION"), expected)
