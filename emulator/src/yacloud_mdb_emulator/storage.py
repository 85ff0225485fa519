# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clusters and backups held, and the order in which a listing shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from yandex.cloud.mdb.redis.v1 import cluster_pb2

from .descriptors import to_json
from .errors import not_found
from .json_text import dumps
from .times import ZERO_TIME

#: The Redis password of clusters whose seed names none.
DEFAULT_PASSWORD = "emulator-password"  # noqa: S105 - it guards nothing


class Row:
    """One message as it is served, with JSON laid over it verbatim where the seed asks for it."""

    __slots__ = ("_json", "_position", "again", "message", "raw")

    def __init__(self, message: Any, raw: Mapping[str, Any] | None = None) -> None:
        self.message = message
        self.raw = dict(raw or {})
        #: Finished while it was being listed: a listing may show it a second time.
        self.again = False
        self._json: bytes | None = None
        self._position: int | None = None

    def document(self) -> dict[str, Any]:
        """The row as REST shows it."""
        return {**to_json(self.message), **self.raw}

    @property
    def json(self) -> bytes:
        """The row as REST sends it; made once."""
        if self._json is None:
            self._json = dumps(self.document())
        return self._json

    def grpc_message(self) -> Message:
        """The row for gRPC: what of the JSON laid over it the message can hold."""
        if not self.raw:
            return self.message  # type: ignore[no-any-return]
        try:
            message: Message = type(self.message)()
            json_format.ParseDict(self.document(), message, ignore_unknown_fields=True)
        except json_format.ParseError:
            return self.message  # type: ignore[no-any-return]
        return message

    @property
    def finished(self) -> bool:
        """Whether a backup has a time of completion."""
        created = self.message.created_at
        return bool(self.message.HasField("created_at") and created.ToNanoseconds() != ZERO_TIME)

    @property
    def position(self) -> int:
        """Where the backup stands in time, in nanoseconds; a running one by its start.

        Fixed at the first look: a row that moved while it is being listed would push others off a page.
        """
        if self._position is None:
            stamp = self.message.created_at if self.finished else self.message.started_at
            self._position = stamp.ToNanoseconds()
        return self._position

    def finish(self, now_ns: int) -> None:
        """Complete a running backup at ``now_ns``."""
        self._position = self.position
        self.message.created_at.FromNanoseconds(now_ns)
        self._json = None

    def change(self, **fields: Any) -> None:
        """Give fields of the message other values."""
        for name, value in fields.items():
            setattr(self.message, name, value)
        self._json = None


@dataclass
class Cluster:
    """A cluster, deleted or not, with its hosts, and its backups in the order they were stored."""

    row: Row
    deleted: bool = False
    backups: list[Row] = field(default_factory=list)
    hosts: list[Row] = field(default_factory=list)
    #: For the data plane: the password and the keys that it starts with.
    password: str = field(default=DEFAULT_PASSWORD, repr=False)
    data: Mapping[str, Any] = field(default_factory=dict)
    #: The keys in those of its backups that hold others, by the backup's id.
    backup_data: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The cluster's id."""
        return str(self.row.message.id)

    @property
    def folder_id(self) -> str:
        """The id of the folder that the cluster is in."""
        return str(self.row.message.folder_id)

    @property
    def name(self) -> str:
        """The cluster's name, unique among those of its folder that exist."""
        return str(self.row.message.name)


class Store:
    """All data, with the listings of it cached until it changes."""

    def __init__(self, folder_id: str) -> None:
        self.folder_id = folder_id
        #: Folders that exist without anything in them.
        self.folders: set[str] = {folder_id}
        self.clusters: dict[str, Cluster] = {}
        self._cache: dict[tuple[Any, ...], Any] = {}

    def add_cluster(self, cluster: Cluster) -> None:
        """Add or replace a cluster."""
        self.clusters[cluster.id] = cluster
        self._cache.clear()

    def add_backups(self, cluster: Cluster, rows: Iterable[Row]) -> None:
        """Add backups to a cluster."""
        cluster.backups.extend(rows)
        self._cache.clear()

    def remove_cluster(self, cluster_id: str) -> None:
        """Drop a cluster as if it had never been."""
        del self.clusters[cluster_id]
        self._cache.clear()

    def delete_cluster(self, cluster: Cluster) -> None:
        """Mark a cluster as deleted; its backups stay."""
        cluster.deleted = True
        self._cache.clear()

    def remove_backup(self, backup_id: str) -> None:
        """Drop a backup, if it is there."""
        for cluster in self.clusters.values():
            cluster.backups = [row for row in cluster.backups if row.message.id != backup_id]
        self._cache.clear()

    def existing(self, cluster_id: str) -> Cluster | None:
        """The cluster with this id, unless it is deleted."""
        cluster = self.clusters.get(cluster_id)
        return None if cluster is None or cluster.deleted else cluster

    def name_is_taken(self, folder_id: str, name: str) -> bool:
        """Whether a cluster of this name exists in the folder."""
        known = (cluster for cluster in self.clusters.values() if not cluster.deleted)
        return any((cluster.folder_id, cluster.name) == (folder_id, name) for cluster in known)

    def has_folder(self, folder_id: str) -> bool:
        """Whether anything was seeded into this folder, or it is the emulator's own."""
        return folder_id in self._cached(("folders",), self._folders)

    def check_folder(self, folder_id: str) -> None:
        """Raises ApiError for a folder that does not exist."""
        if not self.has_folder(folder_id):
            raise not_found("Folder", folder_id)

    def backup(self, backup_id: str) -> Row | None:
        """The backup with this id."""
        rows: dict[str, Row] = self._cached(("by id",), self._by_id)
        return rows.get(backup_id)

    def all_backups(self) -> Iterator[Row]:
        """Every backup of every cluster."""
        for cluster in self.clusters.values():
            yield from cluster.backups

    def cluster_backups(self, cluster_id: str, order: str, seed: int) -> list[Row]:
        """A cluster's backups in the order asked for."""
        rows = self.clusters[cluster_id].backups
        return self._ordered(("cluster", cluster_id), rows, order, seed)

    def folder_backups(self, folder_id: str, order: str, seed: int) -> list[Row]:
        """A folder's backups, deleted clusters' included, in the order asked for."""
        rows = (row for row in self.all_backups() if row.message.folder_id == folder_id)
        return self._ordered(("folder", folder_id), rows, order, seed)

    def folder_clusters(self, folder_id: str, order: str, seed: int) -> list[Row]:
        """A folder's clusters but the deleted ones, stored or shuffled: they have no time of their own."""
        known = self.clusters.values()
        rows = (item.row for item in known if item.folder_id == folder_id and not item.deleted)
        return self._ordered(("clusters", folder_id), rows, order if order == "shuffled" else "stored", seed)

    def cluster_hosts(self, cluster_id: str, order: str, seed: int) -> list[Row]:
        """A cluster's hosts, stored or shuffled."""
        return in_order(self.clusters[cluster_id].hosts, order if order == "shuffled" else "stored", seed)

    def finish_backups(self, cluster_id: str | None, now_ns: int) -> int:
        """Complete the running backups of one cluster or of all; returns how many there were."""
        rows = self.all_backups() if cluster_id is None else self.clusters[cluster_id].backups
        running = [row for row in rows if not row.finished]
        for row in running:
            row.finish(now_ns)
            row.again = True
        return len(running)

    def _folders(self) -> set[str]:
        folders = {*self.folders, *(item.folder_id for item in self.clusters.values())}
        return folders | {row.message.folder_id for row in self.all_backups()}

    def _by_id(self) -> dict[str, Row]:
        return {row.message.id: row for row in self.all_backups()}

    def _ordered(self, what: tuple[str, str], rows: Iterable[Row], order: str, seed: int) -> list[Row]:
        ordered: list[Row] = self._cached((*what, order, seed), lambda: in_order(rows, order, seed))
        return ordered

    def _cached(self, key: tuple[Any, ...], make: Any) -> Any:
        if key not in self._cache:
            self._cache[key] = make()
        return self._cache[key]


def in_order(rows: Iterable[Row], order: str, seed: int) -> list[Row]:
    """Rows in one of the orders of the knob ``order``."""
    if order == "shuffled":
        return sorted(rows, key=lambda row: _shuffle_key(row, seed))
    if order in ("newest", "oldest"):
        return sorted(rows, key=lambda row: row.position, reverse=order == "newest")
    return list(rows)


def _shuffle_key(row: Row, seed: int) -> bytes:
    # By a hash of the id, not by a random number: a row added later then leaves the others in their order.
    name = row.message.name if isinstance(row.message, cluster_pb2.Host) else row.message.id
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()
