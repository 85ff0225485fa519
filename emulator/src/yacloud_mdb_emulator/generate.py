# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data made up: clusters with a backup a day, as they look in a real folder."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from yandex.cloud.mdb.redis.v1 import backup_pb2, cluster_pb2

from .settings import Settings
from .storage import Cluster, Row, Store
from .times import SECOND, ZERO_TIME, stamp

_DAY = 86_400 * SECOND
_BACKUP_HOUR = 22
#: Cloud ids are lower-case base 32 without look-alikes.
_ID_LETTERS = "0123456789abcdefghijklmnopqrstuv"
_NAMES = ("orders", "sessions", "catalog", "cart", "search", "billing", "users", "geo", "mail", "stats")
_KINDS = ("cache", "queue", "store", "limits")
_STAGES = ("prod", "stage", "test")


@dataclass(frozen=True)
class Amount:
    """How much to make up. ``large_cluster``: backups of the first cluster, 0 for no such one."""

    clusters: int = 0
    backups_per_cluster: int = 7
    large_cluster: int = 0
    shards: int = 1


def fill(store: Store, amount: Amount, settings: Settings) -> None:
    """Put made-up clusters and their backups into the store; the same for the same random seed and time."""
    chance = random.Random(settings.random_seed)
    total = amount.clusters or (1 if amount.large_cluster else 0)
    for number in range(total):
        cluster = _cluster(chance, number, store.folder_id, sharded=amount.shards > 1)
        count = amount.large_cluster if number == 0 and amount.large_cluster else amount.backups_per_cluster
        shards = [f"shard{index + 1}" for index in range(max(1, amount.shards))]
        cluster.backups.extend(_backups(chance, cluster, count, shards, settings))
        store.add_cluster(cluster)


def new_id(chance: random.Random, prefix: str, length: int = 20) -> str:
    """An id that looks like a real one."""
    return prefix + "".join(chance.choices(_ID_LETTERS, k=length - len(prefix)))


def _cluster(chance: random.Random, number: int, folder_id: str, *, sharded: bool) -> Cluster:
    stage, rest = _STAGES[number % 3], number // 3
    name = f"{_NAMES[rest % len(_NAMES)]}-{_KINDS[rest // len(_NAMES) % len(_KINDS)]}-{stage}"
    round_ = rest // (len(_NAMES) * len(_KINDS))
    message = cluster_pb2.Cluster(
        id=new_id(chance, "c9q"),
        folder_id=folder_id,
        name=f"{name}-{round_ + 1}" if round_ else name,
        environment=cluster_pb2.Cluster.PRODUCTION,
        health=cluster_pb2.Cluster.ALIVE,
        status=cluster_pb2.Cluster.RUNNING,
        sharded=sharded,
    )
    return Cluster(Row(message))


def _backups(
    chance: random.Random, cluster: Cluster, count: int, shards: list[str], settings: Settings
) -> Iterator[Row]:
    """A cluster's backups, newest first: one a day at 22:00 UTC ± half an hour, about one in ten by hand."""
    now = settings.now_ns()
    last_evening = (now - _BACKUP_HOUR * 3600 * SECOND) // _DAY * _DAY + _BACKUP_HOUR * 3600 * SECOND
    if settings.unfinished != "none" and count:
        yield from _rows(chance, cluster, shards, settings, now - 60 * SECOND, None, manual=True)
        count -= 1
    for day in range(count):
        manual = chance.random() < 0.1
        ends = last_evening - day * _DAY + chance.randrange(-1800, 1800) * SECOND
        if manual:
            ends -= chance.randrange(2, 12) * 3600 * SECOND
        if ends >= now:
            ends = last_evening - 1800 * SECOND
        starts = ends - chance.randrange(60, 1500) * SECOND + _fraction(chance, settings)
        yield from _rows(chance, cluster, shards, settings, starts, ends, manual=manual)


def _rows(
    chance: random.Random,
    cluster: Cluster,
    shards: list[str],
    settings: Settings,
    starts: int,
    ends: int | None,
    *,
    manual: bool,
) -> Iterator[Row]:
    """One backup: a row that names all shards, or a row for each."""
    for names in [[name] for name in shards] if settings.rows == "per-shard" else [shards]:
        message = backup_pb2.Backup(
            id=f"{cluster.id}:{new_id(chance, '')}",
            folder_id=cluster.folder_id,
            source_cluster_id=cluster.id,
            started_at=stamp(starts),
            source_shard_names=names,
        )
        if ends is not None:
            message.created_at.CopyFrom(stamp(ends + _fraction(chance, settings)))
        elif settings.unfinished == "zero":
            message.created_at.CopyFrom(stamp(ZERO_TIME))
        if settings.types == "present":
            message.type = backup_pb2.Backup.MANUAL if manual else backup_pb2.Backup.AUTOMATED
        yield Row(message)


def _fraction(chance: random.Random, settings: Settings) -> int:
    """Nanoseconds below a second that JSON shows with the fraction digits asked for."""
    kind = settings.fraction_digits
    digits = chance.choice((0, 3, 6, 9)) if kind == "mixed" else int(kind)
    if not digits:
        return 0
    # Ending in 1, or a shorter form would do and would be written.
    fraction: int = (chance.randrange(10 ** (digits - 1)) * 10 + 1) * 10 ** (9 - digits)
    return fraction
