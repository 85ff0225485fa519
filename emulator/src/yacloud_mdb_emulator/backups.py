# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of backups: generated ones, and those that are taken while the emulator runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from yandex.cloud.mdb.redis.v1 import backup_pb2

from .settings import Settings
from .storage import Cluster, Row
from .times import stamp


def make(
    cluster: Cluster,
    name: str,
    shards: Sequence[str],
    starts: int,
    ends: int | None,
    kind: Any,
    raw: Mapping[str, Any] | None = None,
) -> Row:
    """One backup, running if it has no end; ``name`` is the part of its id behind the cluster's."""
    message = backup_pb2.Backup(
        id=f"{cluster.id}:{name}",
        folder_id=cluster.folder_id,
        source_cluster_id=cluster.id,
        started_at=stamp(starts),
        source_shard_names=shards,
        type=kind,
    )
    if ends is not None:
        message.created_at.CopyFrom(stamp(ends))
    return Row(message, raw)


def rows(shards: Sequence[str], settings: Settings) -> list[Sequence[str]]:
    """The shards that each row of a backup names: one row names all of them, or there is a row for each."""
    return [[shard] for shard in shards] if settings.rows == "per-shard" else [shards]


def kind_shown(kind: Any, settings: Settings) -> Any:
    """The type that rows have, or none."""
    return kind if settings.types == "present" else backup_pb2.Backup.BACKUP_TYPE_UNSPECIFIED


def begin(cluster: Cluster, now: int, settings: Settings, new_id: Callable[[str], str], kind: str) -> list[Row]:
    """The rows of a backup that starts now."""
    shards = sorted({host.message.shard_name for host in cluster.hosts}) or ["shard1"]
    shown = kind_shown(backup_pb2.Backup.BackupType.Value(kind), settings)
    return [make(cluster, new_id(""), names, now, None, shown) for names in rows(shards, settings)]
