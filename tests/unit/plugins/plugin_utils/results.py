# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the module as filters get them, without an API."""

from __future__ import annotations

import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.plugins.plugin_utils._verdict import judge
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW

HOUR = 3_600 * SECOND
ORDERS, SESSIONS, CARTS, GONE = "c9qorders", "c9qsessions", "c9qcarts", "c9qgone"
NAMES = {"orders-prod": ORDERS, "sessions-prod": SESSIONS, "carts": CARTS}

Backups = list[dict[str, t.Any]]


def hours_ago(hours: float) -> str:
    """The instant so long before the tests' own."""
    return format_instant(NOW - round(hours * HOUR))


def backups(cluster: str, *hours: float, **fields: t.Any) -> Backups:
    """A cluster's backups, one completed so many hours before the tests' instant each."""
    return [
        {
            "id": f"{cluster}:b{number:05d}",
            "folder_id": FOLDER,
            "created_at": hours_ago(age),
            "started_at": hours_ago(age + 1),
            "source_cluster_id": cluster,
            "source_cluster_name": None,
            "source_shard_names": ["shard1"],
            "type": "AUTOMATED",
            "age_seconds": round(age * 3600),
        }
        | fields
        for number, age in enumerate(hours)
    ]


def result(
    clusters: dict[str, Backups],
    names: dict[str, str] | None = None,
    deleted: tuple[str, ...] = (),
    statuses: dict[str, str] | None = None,
    limit: int | None = None,
    **query: t.Any,
) -> dict[str, t.Any]:
    """What the module returns.

    :param clusters: cluster id to its matching backups, newest first
    :param names: cluster name to id
    :param statuses: cluster id to status
    :param query: what was asked, by option; the clusters by their ids where nothing is said
    """
    names = names or {}
    newest = {cluster: found[0] for cluster, found in clusters.items() if found}
    return {
        "changed": False,
        "failed": False,
        "backups": [row for found in clusters.values() for row in found[:limit]],
        "newest": newest,
        "newest_by_name": {name: newest[cluster] for name, cluster in names.items() if cluster in newest},
        "missing": [cluster for cluster in clusters if cluster not in newest],
        "stale": [],
        "incomplete": [],
        "cluster_ids": names,
        "clusters": {
            cluster: {
                "name": name,
                "status": (statuses or {}).get(cluster, "RUNNING"),
                "health": None,
                "deleted": False,
            }
            for name, cluster in names.items()
        },
        "deleted": list(deleted),
        "selection": {cluster: counts(len(found)) for cluster, found in clusters.items()},
        "explanation": dict.fromkeys(clusters, "as the module says"),
        "query": query or {"cluster_ids": list(clusters)},
        "pages": 1,
        "evaluated_at": format_instant(NOW),
    }


def counts(matched: int, incomplete: int = 0, **filtered_out: int) -> dict[str, t.Any]:
    """One cluster's entry in the module's selection."""
    return {
        "listed": matched + incomplete + sum(filtered_out.values()),
        "incomplete": incomplete,
        "filtered_out": {"created_after": 0, "created_before": 0, "type": 0, "shards": 0} | filtered_out,
        "matched": matched,
    }


def folder_result(**query: t.Any) -> dict[str, t.Any]:
    """A folder with a cluster of each kind: fresh, stale, never backed up, deleted."""
    return result(
        {
            ORDERS: backups(ORDERS, 3, 27),
            SESSIONS: backups(SESSIONS, 30, type="MANUAL"),
            CARTS: [],
            GONE: backups(GONE, 50),
        },
        NAMES,
        (GONE,),
        **{"folder_id": FOLDER} | query,
    )


def folder(max_age: t.Any = "26h", **options: t.Any) -> dict[str, t.Any]:
    """The verdict on that folder."""
    return judge(folder_result(), max_age, **options)
