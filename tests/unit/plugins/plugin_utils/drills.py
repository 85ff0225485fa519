# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restore drill's tasks return, without an API."""

from __future__ import annotations

import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.plugins.plugin_utils._drill import judge_drill
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import ORDERS, backups, hours_ago, result
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW

NAME = "redis-drill-20261120t100001-ab12"
CLUSTER = "c9qdrill"
BACKUP = f"{ORDERS}:b00000"
SKIPPED = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}


def failed(msg: str = "It broke.", **facts: t.Any) -> dict[str, t.Any]:
    """The result of a task that failed."""
    return {"changed": False, "failed": True, "msg": msg, **facts}


def choice(*hours: float) -> dict[str, t.Any]:
    """The choice of one backup, by the cluster's name."""
    return result(
        {ORDERS: backups(ORDERS, *(hours or (5,)))},
        {"orders": ORDERS},
        cluster_names=["orders"],
        folder_id=FOLDER,
    )


def restored(**facts: t.Any) -> dict[str, t.Any]:
    """A restore that took 7 minutes, and half a minute more until the cluster was ready."""
    cluster = {"id": CLUSTER, "name": NAME, "folder_id": FOLDER, "status": "RUNNING", "health": "ALIVE"}
    return {
        "changed": True,
        "msg": "It is restored.",
        "cluster": cluster,
        "hosts": [],
        "backup_id": BACKUP,
        "operation": {"id": "c9qoperation"},
        "inherited": ["hosts", "version", "resource_preset_id", "disk_size_gib", "disk_type_id"],
        "seconds": {"restore": 420.0, "ready": 30.0},
    } | facts


def checked(*, passed: bool = True, **facts: t.Any) -> dict[str, t.Any]:
    """A check of the data."""
    detail = f"{12 if passed else 2} keys, and at least 10 are required"
    return {
        "changed": False,
        "key_count": 12,
        "persistent_key_count": 9,
        "expired_on_load": 3,
        "checks": [{"name": "min_keys", "passed": passed, "detail": detail}],
        "passed": passed,
        "seconds": 2.5,
    } | facts


def removed(**facts: t.Any) -> dict[str, t.Any]:
    """A removal that took a minute and a half."""
    return {"changed": True, "msg": "It is removed.", "cluster": None, "seconds": {"remove": 90.0}} | facts


def leftover(cluster_id: str, hours: float = 30, **facts: t.Any) -> dict[str, t.Any]:
    """A look at a cluster with the prefix, as the loop registers it."""
    name = f"redis-drill-20261119t100001-{cluster_id[-4:]}"
    return {
        "changed": True,
        "msg": "It would be removed.",
        "ansible_loop_var": "looked_at",
        "looked_at": {"key": cluster_id, "value": {"name": name}},
        "backup_id": BACKUP,
        "cluster": {"id": cluster_id, "name": name, "created_at": hours_ago(hours)},
    } | facts


def swept(cluster_id: str, **facts: t.Any) -> dict[str, t.Any]:
    """The removal of such a cluster, likewise."""
    item = {"cluster_id": cluster_id}
    return {"changed": True, "cluster": None, "ansible_loop_var": "due", "due": item} | facts


def steps(**other: t.Any) -> dict[str, t.Any]:
    """All steps of a drill that has passed, with some of them replaced."""
    return {
        "query": {"cluster_names": ["orders"], "folder_id": FOLDER},
        "choice": choice(),
        "folder": result({}, folder_id=FOLDER),
        "leftovers": {"results": [], "skipped": True},
        "swept": {"results": [], "skipped": True},
        "restored": restored(),
        "checked": checked(),
        "found": SKIPPED,
        "removed": removed(),
        "name": NAME,
        "rto": "10m",
        "chosen_at": format_instant(NOW + SECOND // 2),
        "evaluated_at": format_instant(NOW + 600 * SECOND),
    } | other


def drill(**other: t.Any) -> dict[str, t.Any]:
    """The verdict on such a drill."""
    return judge_drill(steps(**other))
