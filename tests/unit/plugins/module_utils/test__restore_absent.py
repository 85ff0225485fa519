# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restored cluster is removed, and no other, whatever is asked for."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.restore_cloud import (
    BACKUP,
    OLDER,
    RESTORE,
    SOURCE,
    ask,
    restored,
    seed,
    writes,
)


@pytest.fixture
def copy(cloud: t.Any) -> str:
    """The id of a restored cluster."""
    cluster_id = str(ask(cloud, **RESTORE)["cluster"]["id"])
    cloud.clear_requests()
    return cluster_id


def remove(cloud: t.Any, cluster_id: str, name: str = "copy", **more: t.Any) -> dict[str, t.Any]:
    return ask(cloud, state="absent", cluster_id=cluster_id, name=name, **more)


def refused(cloud: t.Any, cluster_id: str, name: str = "copy", **more: t.Any) -> str:
    """The message of a refusal; the clusters are as before."""
    before = cloud.state()["clusters"]
    result = remove(cloud, cluster_id, name, **more)
    assert result["error"]["kind"] == "state"
    assert result["error"]["cluster_id"] == cluster_id
    assert not result["changed"]
    assert writes(cloud) == []
    assert cloud.state()["clusters"] == before
    return str(result["msg"])


def operation(cluster_id: str, backup_id: str, created_at: str) -> dict[str, t.Any]:
    """A restore among a cluster's seeded operations."""
    kind = "type.googleapis.com/yandex.cloud.mdb.redis.v1.RestoreClusterMetadata"
    metadata = {"@type": kind, "cluster_id": cluster_id, "backup_id": backup_id}
    return {"created_at": created_at, "modified_at": created_at, "done": True, "metadata": metadata}


# --- removed ---


def test_it_is_removed_once(cloud: t.Any, copy: str) -> None:
    result = remove(cloud, copy, backup_id=BACKUP)
    assert "error" not in result
    assert result["changed"]
    assert (result["cluster"], result["hosts"]) == (None, [])
    assert result["backup_id"] == BACKUP
    assert result["seconds"] == {"remove": 0.03}
    assert restored(cloud) == []
    again = remove(cloud, copy)
    assert (again["msg"], again["changed"]) == (f"cluster {copy}: it does not exist.", False)
    assert writes(cloud) == ["DELETE DeleteCluster"]


@pytest.mark.parametrize("protected", [False, True])
def test_check_mode_says_so_and_removes_nothing(cloud: t.Any, copy: str, protected: bool) -> None:
    cloud.change_cluster(copy, deletion_protection=protected)
    result = remove(cloud, copy, lift_deletion_protection=protected, check_mode=True)
    assert result["changed"]
    assert result["cluster"]["id"] == copy
    assert restored(cloud) == [copy]
    assert writes(cloud) == []


def test_it_is_told_without_waiting(cloud: t.Any, copy: str) -> None:
    cloud.settings(delete_duration=5.0)
    result = remove(cloud, copy, wait=False)
    assert result["changed"]
    assert result["operation"]["done"] is False


def test_a_removal_that_fails_at_once_is_a_failure_without_waiting_too(cloud: t.Any, copy: str) -> None:
    cloud.settings(delete_duration=0.0)
    cloud.add_fault(route="DeleteCluster", kind="operation_error")
    assert remove(cloud, copy, wait=False)["error"]["kind"] == "operation"


def test_gone_by_the_time_that_it_is_asked_for(cloud: t.Any, copy: str) -> None:
    cloud.add_fault(route="DeleteCluster", kind="status", status=404)
    result = remove(cloud, copy)
    assert "error" not in result
    assert result["changed"]


def test_it_is_gone_when_the_api_does_not_show_it_any_more(cloud: t.Any, copy: str) -> None:
    shown = {"id": copy, "name": "copy", "status": "RUNNING"}
    cloud.add_fault(route="GetCluster", kind="body", body=json.dumps(shown), after=1)
    cloud.add_fault(route="GetCluster", kind="status", status=403, code=7, after=1)
    cloud.add_fault(route="ListClusterHosts", kind="body", body="{}", times=-1)
    result = remove(cloud, copy)
    assert "error" not in result
    assert [one["status"] for one in cloud.requests("GetCluster")] == [200, 200, 403]


def test_it_is_told_where_the_api_goes_on_showing_it(cloud: t.Any, copy: str) -> None:
    shown = {"id": copy, "name": "copy", "status": "RUNNING"}
    cloud.add_fault(route="GetCluster", kind="body", body=json.dumps(shown), times=-1)
    cloud.add_fault(route="ListClusterHosts", kind="body", body="{}", times=-1)
    result = remove(cloud, copy, wait_timeout=0.3)
    assert result["error"]["kind"] == "wait"
    assert "the API still shows the cluster" in result["msg"]


def test_a_removal_that_runs_is_taken_up(cloud: t.Any, copy: str) -> None:
    cloud.settings(delete_duration=1.5)
    begun = cloud.start_operation(copy, "DeleteCluster")
    result = remove(cloud, copy)
    assert result["changed"]
    assert result["operation"]["id"] == begun["id"]
    assert writes(cloud) == []


def test_a_restore_that_runs_is_waited_for(cloud: t.Any) -> None:
    cloud.settings(restore_duration=0.5)
    cluster_id = ask(cloud, wait=False, **RESTORE)["cluster"]["id"]
    result = remove(cloud, cluster_id)
    assert "error" not in result
    assert restored(cloud) == []


def test_what_else_is_done_to_it_is_waited_for(cloud: t.Any, copy: str) -> None:
    cloud.settings(backup_duration=0.5)
    cloud.start_operation(copy, "BackupCluster")
    assert "error" not in remove(cloud, copy)
    assert restored(cloud) == []


def test_the_leftover_of_a_failed_restore_is_removed(cloud: t.Any) -> None:
    cloud.add_fault(route="RestoreCluster", kind="operation_error", leaves_cluster=True)
    ask(cloud, **RESTORE)
    (cluster_id,) = restored(cloud)
    assert "error" not in remove(cloud, cluster_id, backup_id=BACKUP)
    assert restored(cloud) == []


# --- refused ---


def test_the_name_has_to_match(cloud: t.Any, copy: str) -> None:
    assert f"cluster {copy}: its name is 'copy', not 'orders'" in refused(cloud, copy, "orders", force=True)


def test_only_one_restored_from_the_backup(cloud: t.Any, copy: str) -> None:
    assert f"it was restored from backup {BACKUP}, and backup_id names {OLDER}" in refused(cloud, copy, backup_id=OLDER)
    refused(cloud, copy, backup_id=OLDER, force=True)
    refused(cloud, "c9qother", "other", backup_id=BACKUP, force=True)


def test_only_a_restored_one_unless_forced(cloud: t.Any) -> None:
    said = refused(cloud, "c9qother", "other")
    assert "it was not restored from a backup, by its operations. Set force: true" in said
    assert "error" not in remove(cloud, "c9qother", "other", force=True)


def test_the_source_of_the_backup_is_never_removed(cloud: t.Any) -> None:
    said = refused(cloud, SOURCE, "orders", backup_id=BACKUP, force=True)
    assert f"backup {BACKUP} was taken of it" in said
    refused(cloud, SOURCE, "orders")


def test_the_source_of_its_own_restore_is_never_removed(cloud: t.Any) -> None:
    document = seed()
    document["clusters"][0]["operations"] = [operation(SOURCE, BACKUP, "2026-11-21T10:00:00Z")]
    cloud.seed(document)
    assert f"backup {BACKUP} was taken of it" in refused(cloud, SOURCE, "orders", force=True)


def test_the_oldest_restore_of_the_cluster_itself_decides(cloud: t.Any) -> None:
    document = seed()
    document["clusters"][1]["operations"] = [
        operation("c9qother", OLDER, "2026-11-21T10:00:00.5Z"),
        operation("c9qother", BACKUP, "2026-11-21T10:00:00Z"),
        operation("c9qelse", "c9qsource:b0", "2026-11-21T09:00:00Z"),
    ]
    cloud.seed(document)
    assert f"it was restored from backup {BACKUP}" in refused(cloud, "c9qother", "other", backup_id=OLDER)
    assert "error" not in remove(cloud, "c9qother", "other", backup_id=BACKUP)


def test_operations_that_may_not_be_read(cloud: t.Any, copy: str) -> None:
    cloud.add_fault(route="ListClusterOperations", kind="status", status=403, code=7)
    result = remove(cloud, copy, force=True)
    assert "managed-redis.viewer" in result["msg"]
    assert not result["changed"]
    assert restored(cloud) == [copy]


def test_the_role_that_is_missing_is_named(cloud: t.Any, copy: str) -> None:
    cloud.add_fault(route="DeleteCluster", kind="status", status=403, code=7)
    result = remove(cloud, copy)
    assert "managed-redis.editor" in result["msg"]
    assert result["changed"]


def test_a_removal_that_fails(cloud: t.Any, copy: str) -> None:
    cloud.add_fault(route="DeleteCluster", kind="operation_error", code=13, message="Internal error")
    result = remove(cloud, copy)
    assert result["error"]["kind"] == "operation"
    assert result["operation"]["error"] == {"code": 13, "message": "Internal error"}
    assert result["cluster"]["id"] == copy


# --- protected ---


@pytest.fixture
def protected(cloud: t.Any, copy: str) -> str:
    cloud.change_cluster(copy, deletion_protection=True)
    return copy


def test_protection_is_lifted_on_request_only(cloud: t.Any, protected: str) -> None:
    assert "Set lift_deletion_protection: true" in refused(cloud, protected, force=True)
    result = remove(cloud, protected, lift_deletion_protection=True)
    assert "error" not in result
    assert result["seconds"] == {"unprotect": 0.03, "remove": 0.03}
    assert writes(cloud) == ["PATCH UpdateCluster", "DELETE DeleteCluster"]
    (sent,) = cloud.requests("UpdateCluster")
    assert sent["message"] == {"cluster_id": protected, "update_mask": "deletionProtection"}


def test_protection_lifted_meanwhile(cloud: t.Any, protected: str) -> None:
    cloud.add_fault(route="UpdateCluster", kind="status", status=400, code=9, message="no changes detected")
    cloud.change_cluster(protected, deletion_protection=False)
    shown = {"id": protected, "name": "copy", "deletionProtection": True}
    cloud.add_fault(route="GetCluster", kind="body", body=json.dumps(shown))
    result = remove(cloud, protected, lift_deletion_protection=True)
    assert "error" not in result
    assert writes(cloud) == ["PATCH UpdateCluster", "DELETE DeleteCluster"]


def test_protection_that_stays_off_is_told(cloud: t.Any, protected: str) -> None:
    cloud.add_fault(route="DeleteCluster", kind="status", status=403, code=7)
    result = remove(cloud, protected, lift_deletion_protection=True)
    assert "Its deletion protection is off now." in result["msg"]
