# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with operations, and answers that are lost after the work has begun."""

from __future__ import annotations

import http.client
from contextlib import nullcontext

import pytest

from .conftest import CLUSTER, RESTORE

pytest.importorskip("yacloud_mdb_emulator")

CLUSTERS = "/managed-redis/v1/clusters"
BACKUP_PATH = f"{CLUSTERS}/{CLUSTER}:backup"


def restored_names(client, emulator):
    page = client.get(CLUSTERS, {"folderId": emulator.folder_id})[1]
    return {row["name"]: row["status"] for row in page["clusters"] if row["name"] == RESTORE["name"]}


def test_operation_fails_at_its_end(client, emulator, clock):
    before = client.backups({"pageSize": 1000})[1]
    emulator.add_fault(route="BackupCluster", kind="operation_error", code=2, message="Unknown error")
    operation = client.backup()[1]
    assert "error" not in operation
    clock.pass_to(601)
    ended = client.operation(operation["id"])
    assert (ended["done"], ended["error"]) == (True, {"code": 2, "message": "Unknown error"})
    assert "response" not in ended
    assert client.backups({"pageSize": 1000})[1] == before


def test_failing_backup_that_is_listed_disappears(client, emulator, clock):
    emulator.settings(list_running_backups=True)
    emulator.add_fault(route="BackupCluster", kind="operation_error")
    client.backup()
    assert len(client.backups({"pageSize": 1000})[1]["backups"]) == 26
    clock.pass_to(601)
    assert len(client.backups({"pageSize": 1000})[1]["backups"]) == 25


def test_error_before_the_end(client, emulator, clock):
    emulator.add_fault(route="RestoreCluster", kind="operation_error", code=8, message="m", rollback=100)
    operation_id = client.restore()[1]["id"]
    seen = []
    for seconds in (490, 510, 601):
        clock.pass_to(seconds)
        operation = client.operation(operation_id)
        seen.append((operation.get("done"), operation.get("error")))
    error = {"code": 8, "message": "m"}
    assert seen == [(None, None), (None, error), (True, error)]


@pytest.mark.parametrize(("leaves", "left"), [(False, {}), (True, {RESTORE["name"]: "ERROR"})])
def test_failed_restore(client, emulator, clock, leaves, left):
    emulator.add_fault(route="RestoreCluster", kind="operation_error", leaves_cluster=leaves)
    operation = client.restore()[1]
    assert restored_names(client, emulator) == {RESTORE["name"]: "CREATING"}
    clock.pass_to(601)
    assert client.operation(operation["id"])["error"]["code"] == 13
    assert restored_names(client, emulator) == left


def test_failed_deletion_deletes_nothing(client, emulator):
    emulator.settings(delete_duration=0)
    emulator.add_fault(route="DeleteCluster", kind="operation_error", code=13)
    assert client.write("DELETE", f"{CLUSTERS}/{CLUSTER}")[1]["error"]["code"] == 13
    assert client.cluster(CLUSTER)["id"] == CLUSTER


def test_conflict(client, emulator, clock):
    emulator.add_fault(route="BackupCluster", kind="conflict")
    _status, error = client.backup()
    (other,) = emulator.operations()
    assert error["message"] == f"Conflicting operation {other['operation']['id']} detected"
    assert other["own"] is False
    clock.pass_to(601)
    assert client.backup()[0] == 200


def test_another_persons_backup_at_the_same_time(client, emulator, clock):
    before = {row["id"] for row in client.backups({"pageSize": 1000})[1]["backups"]}
    emulator.add_fault(route="BackupCluster", kind="other_backup", row={"sizeBytes": "7"})
    operation_id = client.backup()[1]["id"]
    clock.pass_to(601)
    operation = client.operation(operation_id)
    rows = [row for row in client.backups({"pageSize": 1000})[1]["backups"] if row["id"] not in before]
    assert [row["type"] for row in rows] == ["MANUAL", "MANUAL"]
    assert {row.get("sizeBytes") for row in rows} == {None, "7"}
    assert all(operation["createdAt"] <= row["startedAt"] <= operation["modifiedAt"] for row in rows)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("reset", None), ("stall", None), ("status", 503), ("html", 502), ("gateway_error", 504), ("bare_error", 500)],
)
def test_answer_lost_after_the_work_has_begun(client, emulator, clock, kind, status):
    emulator.add_fault(route="BackupCluster", kind=kind, status=status, after_effect=True)
    lost = (ConnectionResetError, TimeoutError, http.client.RemoteDisconnected)
    with nullcontext() if status else pytest.raises(lost):
        got = client.request(BACKUP_PATH, method="POST", headers={"Idempotency-Key": "k1"}, timeout=1)
        assert got[0] == status
    (operation,) = emulator.operations("BackupCluster")
    (entry,) = emulator.requests("BackupCluster")
    assert (entry["operation_id"], entry["status"]) == (operation["operation"]["id"], status)
    assert client.backup(key="k1")[1]["id"] == operation["operation"]["id"]
    assert emulator.started("BackupCluster") == 1


def test_5xx_before_the_work(client, emulator):
    emulator.add_fault(route="BackupCluster", kind="status")
    assert client.request(BACKUP_PATH, method="POST")[0] == 503
    assert emulator.started("BackupCluster") == 0
    assert emulator.requests("BackupCluster")[0]["message"] == {"cluster_id": CLUSTER}
