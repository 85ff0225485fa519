# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restored cluster comes to be once, is left alone when it is ready, and never replaces another."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.restore_cloud import (
    BACKUP,
    FOLDER,
    OLDER,
    PASSWORD,
    QUICK,
    RESTORE,
    RUNNING,
    SOURCE,
    ask,
    restored,
    seed,
    writes,
)


def restoring(cloud: t.Any, **settings: t.Any) -> str:
    """The id of a cluster whose restore was begun and is not waited for."""
    cloud.settings(**settings)
    begun = ask(cloud, wait=False, **RESTORE)
    assert begun["changed"]
    assert begun["operation"]["done"] is False
    assert begun["cluster"]["status"] == "CREATING"
    cloud.clear_requests()
    return str(begun["cluster"]["id"])


# --- made ---


def test_a_cluster_is_made_and_ready(cloud: t.Any) -> None:
    cloud.settings(alive_delay=0.1)
    result = ask(cloud, **RESTORE)
    assert "error" not in result
    assert result["changed"]
    assert result["msg"] == f"cluster copy: {result['cluster']['id']} is restored from backup {BACKUP}."
    assert (result["cluster"]["status"], result["cluster"]["health"]) == ("RUNNING", "ALIVE")
    assert result["cluster"]["folder_id"] == FOLDER
    assert [host["role"] for host in result["hosts"]] == ["MASTER"]
    assert result["operation"]["done"]
    assert result["operation"]["error"] is None
    assert result["seconds"]["restore"] == QUICK["restore_duration"]
    assert result["seconds"]["ready"] > 0
    assert result["backup_id"] == BACKUP
    assert writes(cloud) == ["POST RestoreCluster"]
    # The emulator masks a password that has arrived.
    assert result["request"]["configSpec"]["redis"]["password"] == "********"
    (sent,) = cloud.requests("RestoreCluster")
    assert sent["message"]["config_spec"]["redis"]["password"] == "********"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_second_run_changes_nothing(cloud: t.Any, check_mode: bool) -> None:
    first = ask(cloud, **RESTORE)
    second = ask(cloud, check_mode, **RESTORE)
    assert not second["changed"]
    assert "request" not in second
    assert second["cluster"]["id"] == first["cluster"]["id"]
    assert second["hosts"] == first["hosts"]
    assert (second["operation"], second["seconds"], second["inherited"]) == (None, {}, [])
    assert writes(cloud) == ["POST RestoreCluster"]


def test_a_second_run_does_not_need_the_backup(cloud: t.Any) -> None:
    ask(cloud, **RESTORE)
    cloud.add_fault(route="GetBackup", kind="status", status=404, times=-1)
    assert ask(cloud, folder_id=FOLDER, **RESTORE)["changed"] is False
    assert "set folder_id to find that" in ask(cloud, **RESTORE)["msg"]


def test_another_folder(cloud: t.Any) -> None:
    document = seed()
    cloud.seed({**document, "folders": ["b1gdrills"]})
    result = ask(cloud, folder_id="b1gdrills", **RESTORE)
    assert result["cluster"]["folder_id"] == "b1gdrills"


@pytest.mark.parametrize(
    ("backup_id", "kind", "said"),
    [(RUNNING, "state", "it is not finished"), ("c9qsource:none", "selection", "there is no such backup")],
)
def test_a_backup_that_cannot_be_restored(cloud: t.Any, backup_id: str, kind: str, said: str) -> None:
    result = ask(cloud, backup_id=backup_id, name="copy")
    assert result["error"]["kind"] == kind
    assert said in result["msg"]
    assert not result["changed"]
    assert writes(cloud) == []


# --- inherited ---


def test_what_is_copied_is_named_and_sent(cloud: t.Any) -> None:
    result = ask(cloud, disk_size_gib=32, hosts=None, **RESTORE)
    assert "disk_size_gib" not in result["inherited"]
    assert {"network_id", "hosts", "version", "security_group_ids", "config"} <= set(result["inherited"])
    resources = result["cluster"]["config"]["resources"]
    assert resources == {"resourcePresetId": "hm3-c2-m8", "diskSize": str(32 << 30), "diskTypeId": "network-ssd"}
    assert result["cluster"]["security_group_ids"] == ["enpsg1"]


@pytest.mark.parametrize("gone", ["deleted", "forbidden"])
def test_without_a_source_each_missing_option_is_named(cloud: t.Any, gone: str) -> None:
    if gone == "deleted":
        document = seed()
        document["clusters"][0]["deleted"] = True
        cloud.seed(document)
    else:
        cloud.add_fault(route="GetCluster", kind="status", status=403, code=7, cluster_id=SOURCE, times=-1)
    result = ask(cloud, environment="PRESTABLE", disk_size_gib=16, **RESTORE)
    assert result["error"]["kind"] == "option"
    assert result["msg"].endswith("have to be set: network_id, hosts, version, resource_preset_id.")
    assert SOURCE in result["msg"]
    assert writes(cloud) == []


def test_without_a_source_what_is_given_is_enough(cloud: t.Any) -> None:
    document = seed()
    document["clusters"][0]["deleted"] = True
    cloud.seed(document)
    given: dict[str, t.Any] = {
        "environment": "PRESTABLE",
        "network_id": "enp2",
        "hosts": [{"zone_id": "ru-central1-b"}],
        "version": "8.1-valkey",
        "resource_preset_id": "hm3-c2-m8",
        "disk_size_gib": 16,
    }
    result = ask(cloud, **given, **RESTORE)
    assert result["inherited"] == []
    assert result["cluster"]["network_id"] == "enp2"


def test_nothing_is_copied_unasked(cloud: t.Any) -> None:
    refused = ask(cloud, inherit=False, **RESTORE)
    assert refused["msg"] == "cluster copy: inherit is false, so these options have to be set: environment."
    result = ask(cloud, inherit=False, environment="PRESTABLE", **RESTORE)
    assert result["inherited"] == []
    assert set(result["request"]) == {
        "backupId",
        "name",
        "folderId",
        "environment",
        "configSpec",
        "deletionProtection",
    }


def test_a_setting_that_the_api_ignores_is_told(cloud: t.Any) -> None:
    result = ask(cloud, config={"maxmemory_polcy": "NOEVICTION", "timeout": 0}, **RESTORE)
    (warning,) = result["warnings"]
    assert "does not have the settings maxmemoryPolcy, which the API ignored" in warning
    assert result["cluster"]["config"]["redis"]["userConfig"] == {"maxmemoryPolicy": "ALLKEYS_LRU", "timeout": "0"}


# --- there already ---


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("other", [{"backup_id": OLDER, "name": "copy"}, {"backup_id": BACKUP, "name": "other"}])
def test_another_cluster_of_that_name_is_never_touched(cloud: t.Any, other: dict[str, t.Any], check_mode: bool) -> None:
    ask(cloud, **RESTORE)
    cloud.clear_requests()
    result = ask(cloud, check_mode, **other)
    assert result["error"]["kind"] == "state"
    assert "Nothing is ever replaced" in result["msg"]
    assert not result["changed"]
    assert writes(cloud) == []


def test_a_description_proves_nothing(cloud: t.Any) -> None:
    document = seed()
    document["clusters"][1].update(name="copy", description=f"restored from {BACKUP}", labels={"source": SOURCE})
    cloud.seed(document)
    assert ask(cloud, **RESTORE)["error"]["kind"] == "state"


def test_a_restore_that_runs_is_taken_up(cloud: t.Any) -> None:
    cluster_id = restoring(cloud, restore_duration=1.5)
    result = ask(cloud, **RESTORE)
    assert result["changed"]
    assert result["cluster"]["id"] == cluster_id
    assert result["cluster"]["status"] == "RUNNING"
    assert result["seconds"]["restore"] == 1.5
    assert writes(cloud) == []


def test_a_cluster_that_is_not_alive_yet_is_waited_for(cloud: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster_id = ask(cloud, **RESTORE)["cluster"]["id"]
    cloud.change_cluster(cluster_id, health="DEGRADED")
    cloud.clear_requests()
    monkeypatch.setattr(client, "pause", lambda seconds: cloud.change_cluster(cluster_id, health="ALIVE"))
    result = ask(cloud, **RESTORE)
    assert result["changed"]
    assert (result["cluster"]["id"], result["cluster"]["health"]) == (cluster_id, "ALIVE")
    assert writes(cloud) == []


def test_a_cluster_is_not_ready_before_its_hosts_have_roles(cloud: t.Any) -> None:
    cluster_id = ask(cloud, **RESTORE)["cluster"]["id"]
    host = {"name": "rc1a-1.mdb.yandexcloud.net", "role": "ROLE_UNKNOWN"}
    for hosts in ([], [host]):
        cloud.add_fault(route="ListClusterHosts", kind="body", body=json.dumps({"hosts": hosts}))
        result = ask(cloud, wait=False, **RESTORE)
        assert f"is not ready yet: status RUNNING, health ALIVE, 0 of {len(hosts)} hosts with a role" in result["msg"]
        assert [one["role"] for one in result["hosts"]] == [None] * len(hosts)
        assert result["cluster"]["id"] == cluster_id


@pytest.mark.parametrize(
    ("how", "changed", "said"),
    [
        ({"wait": False}, False, "is not ready yet: status CREATING"),
        ({"check_mode": True}, True, "would be waited for"),
    ],
)
def test_a_restore_that_runs_is_told_without_waiting(
    cloud: t.Any, how: dict[str, bool], changed: bool, said: str
) -> None:
    restoring(cloud, restore_duration=5.0)
    result = ask(cloud, **how, **RESTORE)
    assert result["changed"] is changed
    assert result["operation"]["done"] is False
    assert said in result["msg"]
    assert writes(cloud) == []


@pytest.mark.parametrize("status", ["STOPPED", "ERROR"])
def test_a_cluster_that_does_not_become_ready(cloud: t.Any, status: str) -> None:
    cluster_id = ask(cloud, **RESTORE)["cluster"]["id"]
    cloud.change_cluster(cluster_id, status=status)
    result = ask(cloud, **RESTORE)
    assert result["error"] == {"kind": "state", "cluster_id": cluster_id, "status": status}
    assert f"Remove it by state: absent, cluster_id: {cluster_id}, name: copy." in result["msg"]


def test_a_cluster_that_is_being_removed(cloud: t.Any) -> None:
    cluster_id = ask(cloud, **RESTORE)["cluster"]["id"]
    cloud.settings(delete_duration=5.0)
    cloud.start_operation(cluster_id, "DeleteCluster")
    result = ask(cloud, **RESTORE)
    assert result["error"]["kind"] == "state"
    assert "is being removed" in result["msg"]


# --- failures ---


@pytest.mark.parametrize("wait", [False, True])
def test_a_restore_that_fails_without_a_trace(cloud: t.Any, wait: bool) -> None:
    cloud.settings(restore_duration=QUICK["restore_duration"] if wait else 0.0)
    cloud.add_fault(route="RestoreCluster", kind="operation_error", code=2, message="Unknown error")
    result = ask(cloud, wait=wait, **RESTORE)
    assert result["error"]["kind"] == "operation"
    assert result["changed"]
    assert result["cluster"] is None
    assert result["operation"]["error"] == {"code": 2, "message": "Unknown error"}
    assert result["msg"].endswith("It left no cluster behind.")


def test_a_restore_that_leaves_a_cluster_behind(cloud: t.Any) -> None:
    cloud.add_fault(route="RestoreCluster", kind="operation_error", leaves_cluster=True)
    result = ask(cloud, deletion_protection=True, **RESTORE)
    (cluster_id,) = restored(cloud)
    assert result["cluster"]["id"] == result["error"]["cluster_id"] == cluster_id
    assert f"It left cluster {cluster_id} behind, with status ERROR." in result["msg"]
    assert f"cluster_id: {cluster_id}, name: copy, lift_deletion_protection: true." in result["msg"]
    again = ask(cloud, **RESTORE)
    assert again["error"]["kind"] == "state"
    assert "its restore has failed" in again["msg"]
    assert not again["changed"]


def test_an_error_before_the_end_is_waited_through(cloud: t.Any) -> None:
    cloud.settings(restore_duration=0.2)
    cloud.add_fault(route="RestoreCluster", kind="operation_error", rollback=0.15, code=8, message="Quota exceeded")
    result = ask(cloud, **RESTORE)
    assert result["operation"]["done"]
    assert "A quota of the cloud is used up" in result["msg"]


QUOTA, BUSY = "Quota limit mdb.clusters.count exceeded", "Conflicting operation c9qbusy detected"


@pytest.mark.parametrize(
    ("status", "code", "message", "said"),
    [
        (429, 8, QUOTA, [QUOTA, "A quota of the cloud is used up"]),
        (400, 9, QUOTA, [QUOTA, "A quota of the cloud is used up"]),
        (400, 9, BUSY, [BUSY, "Another operation is running on the source cluster"]),
        (403, 7, "no", ["managed-redis.restorer", "vpc.user"]),
        (400, 3, f"password {PASSWORD} is weak", ["password ******** is weak"]),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_tried_again(
    cloud: t.Any, status: int, code: int, message: str, said: list[str]
) -> None:
    cloud.add_fault(route="RestoreCluster", kind="status", status=status, code=code, message=message, times=-1)
    result = ask(cloud, **RESTORE)
    assert [words for words in said if words not in result["msg"]] == []
    assert writes(cloud) == ["POST RestoreCluster"]


def test_operations_that_may_not_be_read(cloud: t.Any) -> None:
    ask(cloud, **RESTORE)
    cloud.add_fault(route="ListClusterOperations", kind="status", status=403, code=7)
    result = ask(cloud, **RESTORE)
    assert "managed-redis.viewer" in result["msg"]
    assert "Only a cluster's operations prove" in result["msg"]
    assert not result["changed"]


@pytest.mark.parametrize("phase", ["restore", "ready"])
def test_the_time_to_wait_passes(cloud: t.Any, phase: str) -> None:
    cloud.settings(restore_duration=30.0 if phase == "restore" else 0.0, alive_delay=30.0)
    result = ask(cloud, wait_timeout=0.2, **RESTORE)
    (cluster_id,) = restored(cloud)
    assert result["error"]["kind"] == "wait"
    assert "run this again to take it up" in result["msg"]
    assert result["changed"]
    assert result["cluster"]["id"] == cluster_id
    assert phase in result["seconds"]


@pytest.mark.parametrize(
    "lost", [{"kind": "reset", "times": -1}, {"kind": "status", "status": 409, "code": 6}, {"kind": "garbage"}]
)
def test_a_restore_that_began_all_the_same_is_taken_up(cloud: t.Any, lost: dict[str, t.Any]) -> None:
    cloud.add_fault(route="RestoreCluster", after_effect=True, **lost)
    result = ask(cloud, **RESTORE)
    assert "error" not in result
    assert restored(cloud) == [result["cluster"]["id"]]


def test_a_name_taken_meanwhile_by_another_cluster(cloud: t.Any) -> None:
    cloud.add_fault(route="ListClusters", kind="body", body="{}")
    result = ask(cloud, backup_id=BACKUP, name="other")
    assert result["error"]["code"] == 6
    assert restored(cloud, "other") == ["c9qother"]


def test_a_source_that_cannot_be_asked_is_no_deleted_one(cloud: t.Any) -> None:
    cloud.add_fault(route="GetCluster", kind="status", status=400, code=3, cluster_id=SOURCE)
    result = ask(cloud, **RESTORE)
    assert result["error"]["kind"] == "api"
    assert not result["changed"]


def test_the_deadline_is_for_each_look(cloud: t.Any) -> None:
    cloud.settings(restore_duration=0.0, alive_delay=2.0)
    assert "error" not in ask(cloud, api_deadline=1.5, **RESTORE)


# --- check mode ---


def test_check_mode_without_a_cluster(cloud: t.Any) -> None:
    result = ask(cloud, check_mode=True, **RESTORE)
    assert result["changed"]
    assert result["request"]["configSpec"]["redis"] == {"maxmemoryPolicy": "ALLKEYS_LRU", "password": "********"}
    assert (result["cluster"], result["operation"]) == (None, None)
    real = ask(cloud, **RESTORE)
    assert real["request"] == result["request"]
    assert real["inherited"] == result["inherited"]


# --- options ---


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "copy"}, "backup_id is missing, which state present needs"),
        ({**RESTORE, "cluster_id": "c9q1"}, "cluster_id goes with state absent only"),
        ({**RESTORE, "backup_id": ".."}, "backup_id: '..' is not a backup id"),
        ({**RESTORE, "folder_id": "b1g/x"}, "folder_id: 'b1g/x' is not a folder id"),
        ({**RESTORE, "name": ""}, "name: '' is not a cluster name"),
        ({**RESTORE, "wait_timeout": -1.0}, "wait_timeout must be"),
        ({"state": "absent", "name": "copy"}, "cluster_id is missing, which state absent needs"),
        ({"state": "absent", "name": "copy", "cluster_id": ".."}, "cluster_id: '..' is not a cluster id"),
    ],
)
def test_options_that_do_not_go_together(cloud: t.Any, options: dict[str, t.Any], said: str) -> None:
    result = ask(cloud, **options)
    assert result["error"]["kind"] == "option"
    assert said in result["msg"]
    assert cloud.requests() == []
