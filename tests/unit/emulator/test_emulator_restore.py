# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restoring, protecting and deleting clusters."""

from __future__ import annotations

import pytest

from .conftest import CLUSTER, DELETED, RESTORE

pytest.importorskip("yacloud_mdb_emulator")

TYPE = "type.googleapis.com/yandex.cloud.mdb.redis.v1"
CLUSTERS = "/managed-redis/v1/clusters"
GIB = 1 << 30


def names(client, emulator):
    page = client.get(CLUSTERS, {"folderId": emulator.folder_id})[1]
    return sorted(row["name"] for row in page["clusters"])


def hosts(client, cluster_id):
    return client.get(f"{CLUSTERS}/{cluster_id}/hosts")[1]["hosts"]


@pytest.fixture
def whole(emulator):
    """Operations end at once."""
    emulator.settings(restore_duration=0, update_duration=0, delete_duration=0)
    return emulator


def restored(client, **body):
    """The new cluster of a restore that has ended."""
    status, operation = client.restore(**body)
    assert (status, operation.get("done")) == (200, True), operation
    return client.cluster(operation["metadata"]["clusterId"])


def test_from_creating_to_alive(client, emulator, clock):
    emulator.settings(alive_delay=60)
    operation = client.restore()[1]
    cluster_id = operation["metadata"]["clusterId"]
    assert operation["metadata"] == {
        "@type": f"{TYPE}.RestoreClusterMetadata", "clusterId": cluster_id, "backupId": RESTORE["backupId"],
    }  # fmt: skip
    seen = []
    for seconds in (0, 601, 661):
        clock.pass_to(seconds)
        cluster, (host,) = client.cluster(cluster_id), hosts(client, cluster_id)
        seen.append((cluster["status"], cluster.get("health"), host.get("health")))
    assert seen == [("CREATING", None, None), ("RUNNING", None, None), ("RUNNING", "ALIVE", "ALIVE")]
    assert client.operation(operation["id"])["response"]["id"] == cluster_id


def test_first_operation_tells_where_the_cluster_comes_from(client, whole):
    cluster = restored(client)
    (operation,) = client.get(f"{CLUSTERS}/{cluster['id']}/operations")[1]["operations"]
    assert operation["metadata"]["backupId"] == RESTORE["backupId"]
    assert cluster["createdAt"] == operation["createdAt"]


def test_what_is_not_given_comes_from_the_source(client, whole):
    source, cluster = client.cluster(CLUSTER), restored(client)
    for part in ("version", "resources"):
        assert cluster["config"][part] == source["config"][part]
    assert cluster["networkId"] == source["networkId"]
    assert {"tlsEnabled", "labels", "deletionProtection"} & set(cluster) == set()
    (theirs,), (ours,) = hosts(client, CLUSTER), hosts(client, cluster["id"])
    assert ours["name"] != theirs["name"]
    assert {**ours, "name": "", "clusterId": ""} == {**theirs, "name": "", "clusterId": ""}


def test_what_is_given_holds(client, whole):
    resources = {"resourcePresetId": "hm3-c4-m16", "diskSize": str(32 * GIB)}
    given = {
        "description": "d",
        "labels": {"drill": "1"},
        "environment": "PRESTABLE",
        "networkId": "enpother",
        "securityGroupIds": ["sg1"],
        "tlsEnabled": True,
        "persistenceMode": "OFF",
        "deletionProtection": True,
        "announceHostnames": True,
        "diskEncryptionKeyId": "",
    }
    spec = {"version": "9.0-valkey", "resources": resources, "redis": {"databases": 3, "password": "Drill-Passw0rd"}}
    cluster = restored(client, **given, configSpec=spec)
    assert {name: cluster.get(name) for name in given} == given
    assert cluster["config"]["version"] == "9.0-valkey"
    assert cluster["config"]["resources"] == {**resources, "diskTypeId": "network-ssd"}
    assert cluster["config"]["redis"]["userConfig"] == {"databases": "3"}


def test_hosts_that_are_given(client, whole):
    specs = [
        {"zoneId": f"ru-central1-{zone}", "subnetId": f"sub{zone}", "shardName": shard, "replicaPriority": "7"}
        for shard in ("s1", "s2")
        for zone in "ab"
    ]
    cluster = restored(client, sharded=True, hostSpecs=specs)
    found = sorted(hosts(client, cluster["id"]), key=lambda host: (host["shardName"], host["role"]))
    assert [(host["shardName"], host["role"]) for host in found] == [
        ("s1", "MASTER"), ("s1", "REPLICA"), ("s2", "MASTER"), ("s2", "REPLICA"),
    ]  # fmt: skip
    assert [host["subnetId"] for host in found] == ["suba", "subb", "suba", "subb"]
    assert {host["replicaPriority"] for host in found} == {"7"}
    assert found[0]["name"].startswith("rc1a-")
    assert len({host["name"] for host in found}) == 4


def test_deleted_source_gives_nothing(client, whole):
    gone = f"{DELETED}:b0001"
    given = {"networkId": "enp", "hostSpecs": [{"zoneId": "ru-central1-a", "subnetId": "s"}]}
    given["configSpec"] = {"version": "8.1-valkey", "resources": {"diskSize": 16 * GIB}}
    fields = {"networkId": "network_id", "hostSpecs": "host_specs", "configSpec": "config_spec.version"}
    for name, field in fields.items():
        body = {**given, name: {}} if name == "configSpec" else {**given, name: None}
        status, error = client.restore(backupId=gone, **body)
        assert (status, error["code"], error["details"][0]["fieldViolations"][0]["field"]) == (400, 3, field)
    assert restored(client, backupId=gone, **given)["networkId"] == "enp"


def test_name_is_unique_in_its_folder(client, emulator, clock):
    emulator.seed(
        {"clusters": [{"id": CLUSTER, "backups": [{"id": "b", "created_at": clock.at(0)}]}], "folders": ["b1gother"]}
    )
    assert client.restore(backupId="b")[0] == 200
    status, error = client.restore(backupId="b")
    assert (status, error["code"]) == (409, 6)
    assert RESTORE["name"] in error["message"]
    status, operation = client.restore(backupId="b", folderId="b1gother")
    assert client.cluster(operation["metadata"]["clusterId"])["folderId"] == "b1gother"


def test_things_that_must_exist(client):
    assert client.restore(backupId="nope")[1]["code"] == 5
    assert client.restore(folderId="nope")[1]["code"] == 5


def test_backup_must_be_finished(client, emulator):
    row = emulator.add_backup(CLUSTER, created_at=None)
    assert client.restore(backupId=row["id"])[1]["code"] == 9


def test_password_is_nowhere(client, emulator, whole):
    users = [{"name": "u", "passwords": ["User-Passw0rd"]}]
    cluster = restored(client, userSpecs=users)
    assert emulator.requests("RestoreCluster")[0]["message"] == {
        "backup_id": RESTORE["backupId"],
        "name": RESTORE["name"],
        "environment": "PRODUCTION",
        "config_spec": {"redis": {"password": "********"}},
        "user_specs": [{"name": "u", "passwords": ["********"]}],
    }
    shown = [emulator.state(), emulator.requests(), emulator.operations(), cluster, hosts(client, cluster["id"])]
    assert "Passw0rd" not in str(shown) + emulator.log()


def test_cluster_is_deleted(client, emulator, clock):
    before = client.get("/managed-redis/v1/backups", {"folderId": emulator.folder_id})[1]
    status, operation = client.write("DELETE", f"{CLUSTERS}/{CLUSTER}")
    assert (status, operation["metadata"]["clusterId"]) == (200, CLUSTER)
    assert client.get(f"{CLUSTERS}/{CLUSTER}")[0] == 200
    clock.pass_to(601)
    assert client.operation(operation["id"])["done"] is True
    assert [client.get(f"{CLUSTERS}/{CLUSTER}{part}")[0] for part in ("", "/hosts", "/operations")] == [404] * 3
    assert names(client, emulator) == ["sessions_PROD"]
    assert client.get("/managed-redis/v1/backups", {"folderId": emulator.folder_id})[1] == before
    assert client.write("DELETE", f"{CLUSTERS}/{CLUSTER}")[0] == 404


def test_cluster_that_is_created_is_not_deleted_yet(client, clock):
    operation = client.restore()[1]
    status, error = client.write("DELETE", f"{CLUSTERS}/{operation['metadata']['clusterId']}")
    assert (status, error["message"]) == (400, f"Conflicting operation {operation['id']} detected")


def protect(client, value, cluster_id=CLUSTER):
    return client.write(
        "PATCH", f"{CLUSTERS}/{cluster_id}", {"updateMask": "deletionProtection", "deletionProtection": value}
    )


def test_protection(client, whole):
    assert protect(client, True)[1]["done"] is True
    assert client.cluster(CLUSTER)["deletionProtection"] is True
    status, error = client.write("DELETE", f"{CLUSTERS}/{CLUSTER}")
    assert (status, error["code"]) == (400, 9)
    assert "'deletion_protection' = ON" in error["message"]
    assert protect(client, False)[1]["response"]["id"] == CLUSTER
    assert client.write("DELETE", f"{CLUSTERS}/{CLUSTER}")[0] == 200


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"updateMask": "deletionProtection"}, 9, "no changes detected"),
        ({"deletionProtection": True}, 3, "update_mask"),
        ({"updateMask": "name", "deletionProtection": True}, 3, "update_mask"),
        ({"updateMask": "deletionProtection,name", "deletionProtection": True}, 3, "update_mask"),
    ],
)
def test_update_that_is_refused(client, body, code, message):
    status, error = client.write("PATCH", f"{CLUSTERS}/{CLUSTER}", body)
    assert (status, error["code"]) == (400, code)
    assert message in error["message"]
