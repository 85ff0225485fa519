# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the writing modules do and say through the real gateway, whatever its options, is what they do and say at the emulator's REST."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.plugins.module_utils import _backup, _restored_cluster
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError
from ansible_collections.yacloud.mdb.plugins.module_utils._writing import Progress

CLUSTER, OTHER, BACKUP = "c9qgateway", "c9qother", "c9qgateway:1"
DURATIONS = ("backup_duration", "restore_duration", "update_duration", "delete_duration", "alive_delay")
RESTORED = {
    "created_at": "2026-11-21T10:00:00Z",
    "modified_at": "2026-11-21T10:00:00Z",
    "done": True,
    "metadata": {
        "@type": "type.googleapis.com/yandex.cloud.mdb.redis.v1.RestoreClusterMetadata",
        "cluster_id": OTHER,
        "backup_id": BACKUP,
    },
}
SEED = {
    "clusters": [
        {
            "id": CLUSTER,
            "name": "orders",
            "environment": "PRESTABLE",
            "persistence_mode": "ON_REPLICAS",
            "config": {
                "version": "8.1-valkey",
                "resources": {"resource_preset_id": "hm3-c2-m8", "disk_size": 3 << 33, "disk_type_id": "network-ssd"},
                "redis": {"user_config": {"maxmemory_policy": "ALLKEYS_LRU"}},
            },
            "backups": [
                {"id": BACKUP, "type": "MANUAL", "created_at": "2026-11-20T22:10:00Z"},
                {"id": f"{BACKUP}2", "type": "AUTOMATED", "created_at": "2026-11-21T22:10:00Z"},
            ],
        },
        {"id": OTHER, "name": "other", "deletion_protection": True, "operations": [RESTORED]},
        {"id": "c9qstopped", "status": "STOPPED", "deletion_protection": True},
    ],
    "settings": {**dict.fromkeys(DURATIONS, 0.05), "early_404s": 1},
}
RESTORE = {"backup_id": BACKUP, "name": "copy", "password": "s3cret-s3cret"}
REMOVE = {"state": "absent", "cluster_id": OTHER, "name": "other", "lift_deletion_protection": True}
GENERATED = re.compile(r"c9q[a-z0-9]{17}|(?<=c9qgateway:)[a-z0-9]{20}|2\d{3}-\d\d-\d\dT[0-9:.]+Z")
"""Ids and times, which differ from one run to the next."""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "pause", lambda seconds: time.sleep(seconds * 0.01))


def _told(module: Any, function: Any, behind: Emulator, url: str, fault: dict[str, Any] | None, options: Any) -> str:
    """What a module returns or fails with, less what differs from one run to the next."""
    behind.seed(SEED)
    behind.clear_faults()
    if fault:
        behind.add_fault(times=-1, **fault)
    defaults = {name: spec.get("default") for name, spec in module.argument_spec().items()}
    connection = {"endpoint": url, "iam_token": behind.iam_token, "api_retries": 0}
    progress = Progress(module.FACTS)
    try:
        said, error = function({**defaults, **connection, **options}, False, progress), None
    except CloudError as exc:
        said, error = str(exc), {**exc.as_dict(), "request_id": None, "server_trace_id": None}
    result = {**_reduced(progress.result()), "seconds": sorted(progress.seconds), "msg": said, "error": error}
    text = re.sub(r" \(x-request-id [^)]*\)", "", json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True))
    return GENERATED.sub("GENERATED", text.replace(url, "ENDPOINT"))


def _reduced(result: dict[str, Any]) -> dict[str, Any]:
    """A result without ages, and without what the API writes of a cluster and its hosts in one of several ways."""
    kept = {"backup": ("id", "type", "source_cluster_id"), "cluster": ("id", "name", "status", "health")}
    reduced = {name: {key: result[name][key] for key in keys} for name, keys in kept.items() if result.get(name)}
    hosts = [host["role"] for host in result.get("hosts") or ()]
    return {**result, **reduced, "hosts": hosts, "request": None}


def _same(
    behind: Emulator, gateways: dict[str, str], module: Any, function: Any, options: Any, fault: dict[str, Any] | None
) -> dict[str, Any]:
    expected = _told(module, function, behind, behind.url, fault, options)
    for variant, url in gateways.items():
        assert _told(module, function, behind, url, fault, options) == expected, variant
    result: dict[str, Any] = json.loads(expected)
    return result


@pytest.mark.parametrize(
    ("options", "fault", "kind"),
    [
        ({"cluster_id": CLUSTER}, None, None),
        ({"cluster_id": CLUSTER}, {"route": "BackupCluster", "kind": "operation_error", "code": 8}, "operation"),
        ({"cluster_id": CLUSTER}, {"route": "BackupCluster", "kind": "status", "code": 8}, "api"),
        ({"cluster_id": CLUSTER}, {"route": "GetOperation", "kind": "status", "code": 7}, "api"),
        ({"cluster_id": "c9qstopped"}, None, "state"),
        ({"state": "absent", "backup_id": BACKUP}, None, None),
        ({"state": "absent", "backup_id": "none"}, None, None),
        ({"state": "absent", "backup_id": f"{BACKUP}2", "allow_newest": True}, None, "state"),
    ],
)
def test_same_backup(
    behind: Emulator, gateways: dict[str, str], options: Any, fault: dict[str, Any] | None, kind: str | None
) -> None:
    result = _same(behind, gateways, _backup, _backup.backup, options, fault)
    assert (result["error"] or {}).get("kind") == kind, result["msg"]


@pytest.mark.parametrize(
    ("options", "fault", "kind"),
    [
        (RESTORE, None, None),
        (RESTORE, {"route": "RestoreCluster", "kind": "operation_error", "leaves_cluster": True}, "operation"),
        ({**RESTORE, "name": "orders"}, None, "state"),
        (REMOVE, None, None),
        ({**REMOVE, "lift_deletion_protection": False}, None, "state"),
    ],
)
def test_same_restored_cluster(
    behind: Emulator, gateways: dict[str, str], options: Any, fault: dict[str, Any] | None, kind: str | None
) -> None:
    result = _same(behind, gateways, _restored_cluster, _restored_cluster.restored_cluster, options, fault)
    assert (result["error"] or {}).get("kind") == kind, result["msg"]
