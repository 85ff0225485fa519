# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are taken while the emulator runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from yandex.cloud.mdb.redis.v1 import backup_pb2

from .settings import Settings
from .storage import Cluster, Row
from .times import stamp

NewId = Callable[[str], str]


def running(cluster: Cluster, now: int, settings: Settings, new_id: NewId, kind: str = "MANUAL") -> list[Row]:
    """A backup that starts now: a row that names all shards, or a row for each."""
    shards = sorted({host.message.shard_name for host in cluster.hosts}) or ["shard1"]
    named = [[shard] for shard in shards] if settings.rows == "per-shard" else [shards]
    rows = [_row(cluster, now, new_id, shards) for shards in named]
    if settings.types == "present":
        for row in rows:
            row.change(type=backup_pb2.Backup.BackupType.Value(kind))
    return rows


def of_another(cluster: Cluster, begins: int, ends: int, new_id: NewId, raw: Mapping[str, Any]) -> Row:
    """A finished manual backup of another person's, taken between two instants."""
    row = _row(cluster, (begins + ends) // 2, new_id, ["shard1"], raw)
    row.change(type=backup_pb2.Backup.MANUAL)
    row.finish(ends)
    return row


def _row(cluster: Cluster, now: int, new_id: NewId, shards: list[str], raw: Mapping[str, Any] | None = None) -> Row:
    message = backup_pb2.Backup(
        id=f"{cluster.id}:{new_id('')}",
        folder_id=cluster.folder_id,
        source_cluster_id=cluster.id,
        started_at=stamp(now),
        source_shard_names=shards,
    )
    return Row(message, raw)
