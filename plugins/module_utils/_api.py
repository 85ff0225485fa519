# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The reading calls of the Managed Redis API; lists are read to their last page.

Source: https://yandex.cloud/en/docs/managed-redis/api-ref/Cluster/listBackups and its neighbours.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ._backups import Backup, merge, parse_rows
from ._cloud.client import Client
from ._cloud.errors import NOT_FOUND, ApiError, InvalidResponse
from ._cloud.operations import Operation, parse_operation
from ._cloud.text import type_name
from ._clusters import Cluster, parse_cluster, parse_clusters
from ._engine import REDIS

CLUSTERS_PAGE_SIZE = 100
"""Rows of a page of clusters or operations: they are large, and the API's gateway refuses pages of more than about 1 MiB."""


class Api:
    """The API behind one client. Safe to use from several threads.

    :param page_size: backups asked for in one request, 1 to 1000
    :param evaluated_at: the instant from which ages are counted
    """

    def __init__(self, client: Client, *, page_size: int, evaluated_at: int) -> None:
        self.client = client
        self._page_size = page_size
        self._evaluated_at = evaluated_at

    def cluster_backups(self, cluster_id: str) -> list[Backup]:
        """All backups of a cluster.

        :raises ApiError: the API refuses; code 5 or 7 also where the cluster was deleted
        :raises InvalidResponse: a response contradicts the API, a row of another cluster included
        :raises CloudError: the API could not be asked
        """
        source = f"cluster {cluster_id}"
        pages = self.client.pages(
            f"{REDIS.prefix}/clusters/{quote(cluster_id, safe='')}/backups",
            doing=f"{source}: listing its backups",
            page_size=self._page_size,
            hints={NOT_FOUND: _NO_CLUSTER},
            cluster_id=cluster_id,
        )
        return merge([b for page in pages for b in self._rows(page, source, cluster_id)])

    def folder_backups(self, folder_id: str) -> dict[str, list[Backup]]:
        """All backups of a folder by cluster id, those of deleted clusters included.

        :raises ApiError: the API refuses
        :raises InvalidResponse: a response contradicts the API
        :raises CloudError: the API could not be asked
        """
        source = f"folder {folder_id}"
        pages = self._folder_pages("backups", folder_id, self._page_size)
        clusters: dict[str, list[Backup]] = {}
        for backup in merge([b for page in pages for b in self._rows(page, source)]):
            clusters.setdefault(backup.cluster_id, []).append(backup)
        return clusters

    def clusters(self, folder_id: str) -> list[Cluster]:
        """All clusters of a folder, by id.

        :raises ApiError: the API refuses
        :raises InvalidResponse: a response contradicts the API
        :raises CloudError: the API could not be asked
        """
        pages = self._folder_pages("clusters", folder_id, min(self._page_size, CLUSTERS_PAGE_SIZE))
        found = [cluster for page in pages for cluster in parse_clusters(page.get("clusters"), f"folder {folder_id}")]
        return sorted({cluster.id: cluster for cluster in found}.values(), key=lambda cluster: cluster.id)

    def cluster(self, cluster_id: str) -> Cluster:
        """One cluster.

        :raises ApiError: the API refuses; code 5 where there is no such cluster
        :raises InvalidResponse: the response is not a cluster of this id
        :raises CloudError: the API could not be asked
        """
        source = f"cluster {cluster_id}"
        row = self.client.get(
            f"{REDIS.prefix}/clusters/{quote(cluster_id, safe='')}",
            doing=f"{source}: reading it",
            cluster_id=cluster_id,
        )
        cluster = parse_cluster(row, source)
        if cluster.id != cluster_id:
            raise InvalidResponse(f"{source}: the API answered with another cluster, {cluster.id}.")
        return cluster

    def operations(self, cluster_id: str) -> list[Operation]:
        """All operations of a cluster that the API still knows, in no order.

        :raises ApiError: the API refuses; code 7 where the account may not read operations
        :raises InvalidResponse: a response contradicts the API
        :raises CloudError: the API could not be asked
        """
        doing = f"cluster {cluster_id}: listing its operations"
        pages = self.client.pages(
            f"{REDIS.prefix}/clusters/{quote(cluster_id, safe='')}/operations",
            doing=doing,
            page_size=min(self._page_size, CLUSTERS_PAGE_SIZE),
            cluster_id=cluster_id,
        )
        return [parse_operation(row, doing) for page in pages for row in _operation_rows(page, doing)]

    def backup(self, backup_id: str) -> Backup | None:
        """One backup; None where there is no such backup, or no longer.

        :raises ApiError: the API refuses
        :raises InvalidResponse: the response is not a backup of this id
        :raises CloudError: the API could not be asked
        """
        source = f"backup {backup_id}"
        try:
            row = self.client.get(
                f"{REDIS.prefix}/backups/{quote(backup_id, safe='')}",
                doing=f"{source}: reading it",
                backup_id=backup_id,
            )
        except ApiError as exc:
            if exc.code == NOT_FOUND and "message" in exc.details:  # of the API, not of a server in its place
                return None
            raise
        (backup,) = parse_rows([row], self._evaluated_at, source)
        if backup.id != backup_id:
            raise InvalidResponse(f"{source}: the API answered with another backup, {backup.id}. Nothing was chosen.")
        return backup

    def _rows(self, page: dict[str, t.Any], source: str, cluster_id: str | None = None) -> list[Backup]:
        return parse_rows(page.get("backups"), self._evaluated_at, source, cluster_id)

    def _folder_pages(self, what: str, folder_id: str, page_size: int) -> t.Iterator[dict[str, t.Any]]:
        return self.client.pages(
            f"{REDIS.prefix}/{what}",
            doing=f"folder {folder_id}: listing its {what}",
            page_size=page_size,
            params={"folderId": folder_id},
            hints={NOT_FOUND: _NO_FOLDER},
            folder_id=folder_id,
        )


def _operation_rows(page: dict[str, t.Any], doing: str) -> list[t.Any]:
    rows = page.get("operations") or []
    if not isinstance(rows, list):
        raise InvalidResponse(f"{doing}: the field 'operations' must be a list, got {type_name(rows)}.")
    return rows


_NO_CLUSTER = (
    "No such cluster: check the id and the region (endpoint). A cluster's name goes into cluster_names with folder_id,"
    " in the lookup with by='name'."
)
_NO_FOLDER = "No such folder: check folder_id and the region (endpoint)."
