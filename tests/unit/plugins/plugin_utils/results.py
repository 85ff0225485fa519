# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the module as roles get them, without an API."""

from __future__ import annotations

import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Listing, _result
from ansible_collections.yacloud.mdb.plugins.module_utils._backups import parse_rows
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.plugins.plugin_utils._freshness import judge
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW, query, row

HOUR = 3_600 * SECOND
ORDERS, SESSIONS, CARTS, GONE = "c9qorders", "c9qsessions", "c9qcarts", "c9qgone"


def hours_ago(hours: float) -> str:
    """The instant so long before the tests' own."""
    return format_instant(NOW - round(hours * HOUR))


def backups(cluster: str, *hours: float, **fields: t.Any) -> list[dict[str, t.Any]]:
    """Rows of a cluster, one completed so many hours before the tests' instant each."""
    return [row(number, cluster, createdAt=hours_ago(age), **fields) for number, age in enumerate(hours)]


def result(
    clusters: dict[str, list[dict[str, t.Any]]],
    names: dict[str, str] | None = None,
    deleted: tuple[str, ...] = (),
    **options: t.Any,
) -> dict[str, t.Any]:
    """What the module returns.

    :param clusters: cluster id to its rows as the API writes them
    :param names: cluster name to id
    :param deleted: the clusters that exist no more
    :param options: what was asked beside the clusters
    """
    asked = query(cluster_ids=list(clusters), **options)
    listing = Listing(
        {cluster: parse_rows(rows, NOW, cluster, cluster) for cluster, rows in clusters.items()},
        names or {},
        list(deleted),
    )
    return _result(asked, listing, NOW, 1).facts


def folder(deleted: tuple[str, ...] = (GONE,), **options: t.Any) -> dict[str, t.Any]:
    """A verdict on a folder with a cluster of each kind."""
    answer = result(
        {ORDERS: backups(ORDERS, 3, 27), SESSIONS: backups(SESSIONS, 30), CARTS: [], GONE: backups(GONE, 50)},
        {"orders-prod": ORDERS, "sessions-prod": SESSIONS, "carts": CARTS},
        deleted,
    )
    return judge(answer, {}, **{"max_age": "26h", "folder_id": FOLDER, **options})
