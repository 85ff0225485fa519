# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The calls of the Managed Redis API that this collection makes, each to its last page.

Source: https://yandex.cloud/en/docs/managed-redis/api-ref/Cluster/listBackups and its neighbours.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import threading
import typing as t
from urllib.parse import quote

from ._backups import Backup, merge, parse_rows
from ._cloud.discovery import Services
from ._cloud.errors import (
    NOT_FOUND,
    PERMISSION_DENIED,
    UNAUTHENTICATED,
    MalformedAnswer,
)
from ._cloud.responses import (
    api_error,
    decode_object,
    is_success,
)
from ._cloud.tokens import TokenSource
from ._cloud.transport import Answer, Bearer, Transport

SERVICE = "managed-redis"
LIST_CLUSTER_BACKUPS = "/managed-redis/v1/clusters/{cluster_id}/backups"
LIST_BACKUPS = "/managed-redis/v1/backups"
LIST_CLUSTERS = "/managed-redis/v1/clusters"


class Cluster(t.NamedTuple):
    """A cluster of a folder, as far as it matters here."""

    id: str
    name: str


class RedisApi:
    """The API with one credential in one region. Safe to use from several threads.

    :param page_size: rows asked for in one request, 1 to 1000
    :param evaluated_at: the instant from which ages are counted
    """

    def __init__(
        self, transport: Transport, services: Services, tokens: TokenSource, *, page_size: int, evaluated_at: int
    ) -> None:
        self._transport = transport
        self._services = services
        self._tokens = tokens
        self._page_size = page_size
        self._evaluated_at = evaluated_at
        self._lock = threading.Lock()
        self.pages = 0

    def cluster_backups(self, cluster_id: str) -> list[Backup]:
        """All backups of a cluster.

        :raises ApiError: the API refuses; code 5 or 7 also where the cluster was deleted
        :raises MalformedAnswer: an answer contradicts the API, a row of another cluster included
        :raises MdbError: the API could not be asked
        """
        source = f"cluster {cluster_id}"
        path = LIST_CLUSTER_BACKUPS.format(cluster_id=quote(cluster_id, safe=""))
        hints = {NOT_FOUND: _NO_CLUSTER, PERMISSION_DENIED: _NO_ROLE, UNAUTHENTICATED: self._no_credential()}
        pages = self._pages(path, {}, f"{source}: listing its backups", hints, cluster_id=cluster_id)
        return merge(parse_rows(page.get("backups"), self._evaluated_at, source, cluster_id) for page in pages)

    def folder_backups(self, folder_id: str) -> dict[str, list[Backup]]:
        """All backups of a folder by cluster id, those of deleted clusters included.

        :raises ApiError: the API refuses
        :raises MalformedAnswer: an answer contradicts the API
        :raises MdbError: the API could not be asked
        """
        source = f"folder {folder_id}"
        pages = self._folder_pages(LIST_BACKUPS, folder_id, "backups")
        clusters: dict[str, list[Backup]] = {}
        for backup in merge(parse_rows(page.get("backups"), self._evaluated_at, source) for page in pages):
            clusters.setdefault(backup.facts["source_cluster_id"], []).append(backup)
        return clusters

    def clusters(self, folder_id: str) -> list[Cluster]:
        """All clusters of a folder, by id.

        :raises ApiError: the API refuses
        :raises MalformedAnswer: an answer contradicts the API
        :raises MdbError: the API could not be asked
        """
        source = f"folder {folder_id}"
        found: dict[str, Cluster] = {}
        for page in self._folder_pages(LIST_CLUSTERS, folder_id, "clusters"):
            rows = page.get("clusters")
            if rows is not None and not isinstance(rows, list):
                raise MalformedAnswer(f"{source}: the field 'clusters' of the answer is no list.")
            for row in rows or []:
                cluster_id, name = (row.get("id"), row.get("name") or "") if isinstance(row, dict) else (None, None)
                if not isinstance(cluster_id, str) or not cluster_id or not isinstance(name, str):
                    raise MalformedAnswer(f"{source}: a row of its clusters has no usable 'id' and 'name'.")
                found[cluster_id] = Cluster(cluster_id, name)
        return sorted(found.values())

    def _folder_pages(self, path: str, folder_id: str, what: str) -> t.Iterator[dict[str, t.Any]]:
        hints = {NOT_FOUND: _NO_FOLDER, PERMISSION_DENIED: _NO_ROLE, UNAUTHENTICATED: self._no_credential()}
        doing = f"folder {folder_id}: listing its {what}"
        return self._pages(path, {"folderId": folder_id}, doing, hints, folder_id=folder_id)

    def _pages(
        self, path: str, params: dict[str, str], doing: str, hints: dict[int, str], **details: str
    ) -> t.Iterator[dict[str, t.Any]]:
        """Page after page until no token comes back; a page may be empty and still not be the last."""
        token: t.Any = ""
        seen: set[str] = set()
        while True:
            query = {**params, "pageSize": str(self._page_size), **({"pageToken": token} if token else {})}
            with self._lock:
                self.pages += 1
            answer = self._get(path, query, doing)
            if not is_success(answer):
                raise api_error(answer, doing, self._transport.secrets, hints, **details)
            page = decode_object(answer, f"{doing}, page {len(seen) + 1}")
            yield page
            token = page.get("nextPageToken")
            if token is None or token == "":
                return
            if not isinstance(token, str):
                raise MalformedAnswer(
                    f"{doing}, page {len(seen) + 1}: the field 'nextPageToken' is no text.", **details
                )
            if token in seen:
                raise MalformedAnswer(
                    f"{doing}: after {len(seen)} page tokens the API gave one of them again, so that the list would never end."
                    " Nothing was chosen from it; try again, and report it to the cloud's support if it stays so.",
                    tokens=len(seen),
                    **details,
                )
            seen.add(token)

    def _get(self, path: str, query: dict[str, str], doing: str) -> Answer:
        """One answer; a token that is refused is renewed once, and the pages read so far are kept."""
        base = self._services.find(SERVICE, self._transport)
        for renewed in (False, True):
            token = self._tokens.get(self._transport, self._services)
            answer = self._transport.send("GET", base, path, doing=doing, auth=Bearer(token), params=query)
            if answer.status != 401:
                self._tokens.accepted(token)
                return answer
            if not self._tokens.refused(token) or renewed:
                return answer
        return answer

    def _no_credential(self) -> str:
        return (
            f"The credential was refused: {self._tokens.description}. Renew it, or check that it belongs to this cloud."
        )


_NO_CLUSTER = "No such cluster: check the id and the region (endpoint)."
_NO_FOLDER = "No such folder: check folder_id and the region (endpoint)."
_NO_ROLE = "The role managed-redis.viewer is missing: grant it on the folder to the account behind the credential, or check the id."
