# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reading calls of the Managed Redis API; lists are read to their last page.

Source: https://yandex.cloud/en/docs/managed-redis/api-ref/Cluster/listBackups and its neighbours.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ._backups import DISTRUST, Backup, by_cluster, merge, parse_rows
from ._cloud.client import Client
from ._cloud.errors import NOT_FOUND, ApiError, InvalidResponse
from ._cloud.operations import Operation, parse_operation
from ._cloud.text import type_name
from ._clusters import Cluster, parse_cluster
from ._engine import REDIS

CLUSTERS_PAGE_SIZE = 100
"""Rows of a page of clusters or operations: they are large, and the API's gateway refuses pages of more than about 1 MiB."""


class Api:
    """The API behind one client. Safe to use from several threads.

    Each call raises InvalidResponse where the response contradicts the API, ApiError where the API refuses, and another
    CloudError where it could not be asked.

    :param page_size: backups asked for in one request, 1 to 1000
    :param evaluated_at: the instant from which ages are counted
    """

    def __init__(self, client: Client, *, page_size: int, evaluated_at: int) -> None:
        self.client = client
        self._page_size = page_size
        self._evaluated_at = evaluated_at

    def cluster_backups(self, cluster_id: str) -> list[Backup]:
        """All backups of a cluster; a row of another cluster is an error.

        :raises ApiError: with code 5 or 7 also where the cluster was deleted
        """
        source, path = f"cluster {cluster_id}", f"{_cluster_path(cluster_id)}/backups"
        pages = self._pages("backups", source, path, hints={NOT_FOUND: _NO_CLUSTER}, cluster_id=cluster_id)
        return merge([b for rows in pages for b in parse_rows(rows, self._evaluated_at, source, cluster_id)])

    def folder_backups(self, folder_id: str) -> dict[str, list[Backup]]:
        """All backups of a folder by cluster id, those of deleted clusters included."""
        pages = self._folder_pages("backups", folder_id)
        return by_cluster([b for rows in pages for b in parse_rows(rows, self._evaluated_at, f"folder {folder_id}")])

    def clusters(self, folder_id: str) -> list[Cluster]:
        """All clusters of a folder, by id."""
        pages = self._folder_pages("clusters", folder_id)
        found = [parse_cluster(row, f"folder {folder_id}") for rows in pages for row in rows]
        return sorted({cluster.id: cluster for cluster in found}.values(), key=lambda cluster: cluster.id)

    def cluster(self, cluster_id: str) -> Cluster:
        """One cluster.

        :raises ApiError: with code 5 where there is no such cluster
        """
        source = f"cluster {cluster_id}"
        row = self.client.get(_cluster_path(cluster_id), doing=f"{source}: reading it", cluster_id=cluster_id)
        cluster = parse_cluster(row, source)
        if cluster.id != cluster_id:
            raise InvalidResponse(f"{source}: the API answered with another cluster, {cluster.id}.")
        return cluster

    def operations(self, cluster_id: str) -> list[Operation]:
        """All operations of a cluster that the API still knows, in no order.

        :raises ApiError: with code 7 where the account may not read operations
        """
        source, path = f"cluster {cluster_id}", f"{_cluster_path(cluster_id)}/operations"
        pages = self._pages("operations", source, path, cluster_id=cluster_id)
        return [parse_operation(row, f"{source}: listing its operations") for rows in pages for row in rows]

    def backup(self, backup_id: str) -> Backup | None:
        """One backup; None where there is no such backup, or no longer."""
        source, path = f"backup {backup_id}", f"{REDIS.prefix}/backups/{quote(backup_id, safe='')}"
        try:
            row = self.client.get(path, doing=f"{source}: reading it", backup_id=backup_id)
        except ApiError as exc:
            if exc.code == NOT_FOUND and "message" in exc.details:  # of the API, not of a server in its place
                return None
            raise
        (backup,) = parse_rows([row], self._evaluated_at, source)
        if backup.id != backup_id:
            raise InvalidResponse(f"{source}: the API answered with another backup, {backup.id}. Nothing was chosen.")
        return backup

    def _folder_pages(self, field: str, folder_id: str) -> t.Iterator[list[t.Any]]:
        return self._pages(
            field,
            f"folder {folder_id}",
            f"{REDIS.prefix}/{field}",
            params={"folderId": folder_id},
            hints={NOT_FOUND: _NO_FOLDER},
            folder_id=folder_id,
        )

    def _pages(self, field: str, source: str, path: str, **more: t.Any) -> t.Iterator[list[t.Any]]:
        """The rows of each page of a list; absent, null and empty are the same.

        :param field: the field of a page that holds them
        :param source: whose list it is, for messages
        """
        page_size = self._page_size if field == "backups" else min(self._page_size, CLUSTERS_PAGE_SIZE)
        for page in self.client.pages(path, doing=f"{source}: listing its {field}", page_size=page_size, **more):
            rows = page.get(field)
            rows = [] if rows is None or rows == "" else rows
            if not isinstance(rows, list):
                raise InvalidResponse(
                    f"{source}: the field '{field}' must be a list, got {type_name(rows)}. {DISTRUST}"
                )
            yield rows


def _cluster_path(cluster_id: str) -> str:
    return f"{REDIS.prefix}/clusters/{quote(cluster_id, safe='')}"


_NO_CLUSTER = (
    "No such cluster: check the id and the region (endpoint). A cluster's name goes into cluster_names with folder_id,"
    " in the lookup with by='name'."
)
_NO_FOLDER = "No such folder: check folder_id and the region (endpoint)."
