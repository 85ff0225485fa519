# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking and deleting backups: what becomes of them, and what operations say meanwhile."""

from __future__ import annotations

import pytest

from .conftest import CLUSTER, DELETED

pytest.importorskip("yacloud_mdb_emulator")

TYPE = "type.googleapis.com/yandex.cloud.mdb.redis.v1"
BACKUPS = "/managed-redis/v1/backups"


def ids(client, cluster=CLUSTER):
    return {row["id"] for row in client.backups({"pageSize": 1000}, cluster)[1].get("backups", [])}


def new_backups(client, before):
    rows = client.backups({"pageSize": 1000})[1]["backups"]
    return [row for row in rows if row["id"] not in before]


def test_backup_from_its_beginning_to_its_end(client, clock):
    before = ids(client)
    status, started = client.backup()
    assert status == 200
    assert started["createdAt"] == started["modifiedAt"]
    assert started["createdAt"].startswith("2026-11-25T10:00:0")
    assert started["metadata"] == {"@type": f"{TYPE}.BackupClusterMetadata", "clusterId": CLUSTER}
    assert not {"done", "error", "response"} & set(started)
    assert client.operation(started["id"]) == started
    assert ids(client) == before
    clock.pass_to(601)
    ended = client.operation(started["id"])
    assert ended["done"] is True
    assert ended["response"] == {"@type": f"{TYPE}.Cluster", **client.cluster(CLUSTER)}
    assert ended["modifiedAt"] == started["createdAt"].replace("T10:00:", "T10:10:")
    (row,) = new_backups(client, before)
    assert (row["type"], row["sourceClusterId"], row["sourceShardNames"]) == ("MANUAL", CLUSTER, ["shard1"])
    assert (row["startedAt"], row["createdAt"]) == (started["createdAt"], ended["modifiedAt"])


def test_no_duration_ends_at_once(client, emulator):
    emulator.settings(backup_duration=0)
    before = ids(client)
    assert client.backup()[1]["done"] is True
    assert len(new_backups(client, before)) == 1


def test_running_backup_may_be_listed(client, emulator, clock):
    emulator.settings(list_running_backups=True)
    before = ids(client)
    client.backup()
    (running,) = new_backups(client, before)
    assert "createdAt" not in running
    clock.pass_to(601)
    (finished,) = new_backups(client, before)
    assert {name: value for name, value in finished.items() if name != "createdAt"} == running


def test_new_backup_may_be_listed_late(client, emulator, clock):
    emulator.settings(backup_lag=60)
    before = ids(client)
    operation = client.backup()[1]
    clock.pass_to(610)
    assert client.operation(operation["id"])["done"] is True
    assert ids(client) == before
    clock.pass_to(661)
    assert len(new_backups(client, before)) == 1


def test_row_for_each_shard(client, emulator):
    hosts = [{"name": name, "shard_name": name} for name in ("shard1", "shard2")]
    emulator.seed({"clusters": [{"id": CLUSTER, "sharded": True, "hosts": hosts}]})
    emulator.settings(rows="per-shard", types="absent", backup_duration=0)
    client.backup()
    rows = client.backups()[1]["backups"]
    assert sorted(row["sourceShardNames"] for row in rows) == [["shard1"], ["shard2"]]
    assert not any("type" in row for row in rows)


@pytest.mark.parametrize("status", ["STOPPED", "CREATING", "ERROR"])
def test_only_running_clusters_are_backed_up(client, emulator, status):
    assert emulator.change_cluster(CLUSTER, status=status)["status"] == status
    answered, error = client.backup()
    assert (answered, error["code"]) == (400, 9)
    assert status in error["message"]
    assert emulator.operations() == []


@pytest.mark.parametrize("cluster", ["nope", DELETED])
def test_cluster_must_exist(client, cluster):
    assert client.backup(cluster)[1]["code"] == 5


@pytest.mark.parametrize(("code", "status"), [(9, 400), (10, 409)])
def test_one_operation_at_a_time(client, emulator, clock, code, status):
    emulator.settings(conflict_code=code)
    operation = client.backup()[1]
    answered, error = client.backup()
    assert (answered, error["code"]) == (status, code)
    assert error["message"] == f"Conflicting operation {operation['id']} detected"
    clock.pass_to(601)
    assert client.backup()[0] == 200


def test_key_gives_the_same_operation_again(client, emulator, clock):
    first = client.backup(key="k1")[1]
    assert client.backup(key="k1")[1] == first
    client.backup(key="k2")
    clock.pass_to(601)
    assert client.backup(key="k1")[1] == client.operation(first["id"])
    assert client.backup(key="k2")[1]["id"] != first["id"]
    assert emulator.started("BackupCluster") == 2
    operation = emulator.operations("BackupCluster")[0]
    assert (operation["idempotency_key"], operation["own"], operation["cluster_id"]) == ("k1", True, CLUSTER)
    entries = emulator.requests("BackupCluster")
    assert [entry["idempotency_key"] for entry in entries] == ["k1", "k1", "k2", "k1", "k2"]
    assert operation["requests"] == [entry["number"] for entry in entries if entry["idempotency_key"] == "k1"]
    assert entries[0]["message"] == {"cluster_id": CLUSTER}
    assert (entries[0]["operation_id"], entries[2]["operation_id"]) == (first["id"], None)


def test_another_person_makes_a_conflict(client, emulator, clock):
    operation = emulator.start_operation(CLUSTER, "UpdateCluster")
    assert client.backup()[1]["message"] == f"Conflicting operation {operation['id']} detected"
    assert (emulator.started("UpdateCluster"), len(emulator.operations())) == (0, 1)


def test_service_takes_a_backup(client, emulator, clock):
    before = ids(client)
    emulator.start_operation(CLUSTER, type="AUTOMATED")
    clock.pass_to(601)
    assert [row["type"] for row in new_backups(client, before)] == ["AUTOMATED"]


def test_early_404s(client, emulator, clock):
    emulator.settings(early_404s=2)
    path = f"/operations/{client.backup()[1]['id']}"
    assert [client.get(path)[0] for _turn in range(3)] == [404, 404, 200]


def test_poll_interval(client, emulator, clock):
    name = "x-operation-poll-interval"
    operation_id = client.backup()[1]["id"]
    assert client.request(f"/operations/{operation_id}")[1][name] is None
    emulator.settings(poll_interval=7)
    assert client.request(f"/operations/{operation_id}")[1][name] == "7"
    assert client.request(f"/managed-redis/v1/clusters/{CLUSTER}")[1][name] is None


def test_operations_of_a_cluster(client, clock):
    path = f"/managed-redis/v1/clusters/{CLUSTER}/operations"
    started = []
    for turn in range(3):
        clock.pass_to(1000 * turn)
        started.append(client.backup()[1]["id"])
    pages = client.walk(path, pageSize=2)
    rows = [row for page in pages for row in page["operations"]]
    assert (len(pages), {row["id"] for row in rows}) == (2, set(started))
    assert all(row["metadata"]["@type"] == f"{TYPE}.BackupClusterMetadata" for row in rows)
    assert ["done" in row for row in sorted(rows, key=lambda row: row["createdAt"])] == [True, True, False]
    assert client.get(f"/managed-redis/v1/clusters/{DELETED}/operations")[0] == 404


def test_seeded_operations(client, emulator):
    metadata = {"@type": f"{TYPE}.RestoreClusterMetadata", "clusterId": "c9qone", "backupId": "b"}
    running = {"id": "o1", "created_at": "2026-11-24T10:00:00Z", "metadata": metadata}
    emulator.seed({"clusters": [{"id": "c9qone", "operations": [running]}]})
    assert client.operation("o1")["metadata"] == metadata
    assert client.backup("c9qone")[1]["message"] == "Conflicting operation o1 detected"
    assert (emulator.operations()[0]["kind"], emulator.started("RestoreCluster")) == ("RestoreCluster", 0)


def test_backup_is_deleted(client, emulator, clock):
    backup_id = f"{CLUSTER}:b0003"
    status, operation = client.write("DELETE", f"{BACKUPS}/{backup_id}")
    assert status == 200
    assert operation["metadata"] == {"@type": f"{TYPE}.DeleteBackupMetadata", "backupId": backup_id}
    assert backup_id in ids(client)
    clock.pass_to(601)
    assert client.operation(operation["id"])["response"] == {"@type": "type.googleapis.com/google.protobuf.Empty"}
    assert backup_id not in ids(client)
    assert client.write("DELETE", f"{BACKUPS}/{backup_id}")[0] == 404
    emulator.settings(delete_duration=0)
    other = ids(client).pop()
    assert client.write("DELETE", f"{BACKUPS}/{other}")[1]["done"] is True
    assert other not in ids(client)


def test_backups_of_a_deleted_cluster_are_not_deleted_by_request(client):
    status, error = client.write("DELETE", f"{BACKUPS}/{DELETED}:b0001")
    assert (status, error["code"]) == (400, 9)
