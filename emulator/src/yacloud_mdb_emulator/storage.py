# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clusters and backups held, and the order in which a listing shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from yandex.cloud.mdb.redis.v1 import cluster_pb2

from .descriptors import to_json
from .errors import not_found
from .json_text import dumps
from .settings import Settings
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
    """All data, with the order of long listings kept until something changes."""

    def __init__(self, folder_id: str) -> None:
        self.folder_id = folder_id
        #: Folders that exist without anything in them.
        self.folders: set[str] = {folder_id}
        self.clusters: dict[str, Cluster] = {}
        self._listings: dict[tuple[str, Settings], list[Row]] = {}

    def add_cluster(self, cluster: Cluster) -> None:
        """Add or replace a cluster."""
        self.clusters[cluster.id] = cluster
        self._listings.clear()

    def add_backups(self, cluster: Cluster, rows: Iterable[Row]) -> None:
        """Add backups to a cluster."""
        cluster.backups.extend(rows)
        self._listings.clear()

    def remove_cluster(self, cluster_id: str) -> None:
        """Drop a cluster as if it had never been."""
        del self.clusters[cluster_id]
        self._listings.clear()

    def remove_backup(self, backup_id: str) -> None:
        """Drop a backup, if it is there."""
        for cluster in self.clusters.values():
            cluster.backups = [row for row in cluster.backups if row.message.id != backup_id]
        self._listings.clear()

    def existing(self) -> Iterator[Cluster]:
        """Every cluster that is not deleted."""
        return (cluster for cluster in self.clusters.values() if not cluster.deleted)

    def cluster(self, cluster_id: str) -> Cluster:
        """The cluster with this id; raises ApiError where there is none or it is deleted."""
        cluster = self.clusters.get(cluster_id)
        if cluster is None or cluster.deleted:
            raise not_found("Cluster", cluster_id)
        return cluster

    def name_is_taken(self, folder_id: str, name: str) -> bool:
        """Whether a cluster of this name exists in the folder."""
        return any((cluster.folder_id, cluster.name) == (folder_id, name) for cluster in self.existing())

    def check_folder(self, folder_id: str) -> None:
        """Raises ApiError for a folder that does not exist: nothing is in it, and the seed does not name it."""
        of_clusters = (cluster.folder_id for cluster in self.clusters.values())
        of_backups = (row.message.folder_id for row in self.all_backups())
        if folder_id not in self.folders and folder_id not in chain(of_clusters, of_backups):
            raise not_found("Folder", folder_id)

    def backup(self, backup_id: str) -> Row:
        """The backup with this id; raises ApiError where there is none."""
        for row in self.all_backups():
            if row.message.id == backup_id:
                return row
        raise not_found("Backup", backup_id)

    def source(self, backup: Row) -> Cluster | None:
        """The cluster that a backup was taken of, while that exists."""
        cluster = self.clusters.get(backup.message.source_cluster_id)
        return None if cluster is None or cluster.deleted else cluster

    def all_backups(self) -> Iterator[Row]:
        """Every backup of every cluster."""
        for cluster in self.clusters.values():
            yield from cluster.backups

    def cluster_backups(self, cluster: Cluster, settings: Settings) -> list[Row]:
        """A cluster's backups in the order of the knobs."""
        return self._kept(f"cluster {cluster.id}", cluster.backups, settings)

    def folder_backups(self, folder_id: str, settings: Settings) -> list[Row]:
        """A folder's backups, deleted clusters' included, in the order of the knobs."""
        rows = (row for row in self.all_backups() if row.message.folder_id == folder_id)
        return self._kept(f"folder {folder_id}", rows, settings)

    def _kept(self, name: str, rows: Iterable[Row], settings: Settings) -> list[Row]:
        key = (name, settings)
        if key not in self._listings:
            self._listings[key] = in_order(rows, settings)
        return self._listings[key]

    def finish_backups(self, cluster_id: str | None, now_ns: int) -> None:
        """Complete the running backups of one cluster or of all."""
        rows = self.all_backups() if cluster_id is None else self.clusters[cluster_id].backups
        for row in rows:
            if not row.finished:
                row.finish(now_ns)
                row.again = True


def in_order(rows: Iterable[Row], settings: Settings, *, timeless: bool = False) -> list[Row]:
    """Rows in the order of the knobs; what has no time of its own is shuffled or as stored."""
    if settings.order == "shuffled":
        return sorted(rows, key=lambda row: _shuffle_key(row, settings.random_seed))
    if settings.order == "stored" or timeless:
        return list(rows)
    return sorted(rows, key=lambda row: row.position, reverse=settings.order == "newest")


def _shuffle_key(row: Row, seed: int) -> bytes:
    # By a hash of the id, not by a random number: a row added later then leaves the others in their order.
    name = row.message.name if isinstance(row.message, cluster_pb2.Host) else row.message.id
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()
