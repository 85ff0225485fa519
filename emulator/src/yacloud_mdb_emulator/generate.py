# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data made up: clusters with a backup a day, as they look in a real folder."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yandex.cloud.mdb.redis.v1 import backup_pb2, cluster_pb2

from . import backups
from .clusters import DEFAULTS, ID_LETTERS, default_hosts
from .descriptors import from_document
from .records import option
from .settings import Settings
from .storage import Cluster, Row, Store
from .times import SECOND, ZERO_TIME

_DAY = 86_400 * SECOND
#: When automatic backups are made, from midnight UTC.
_EVENING = 22 * 3600 * SECOND
_AUTOMATED, _MANUAL = backup_pb2.Backup.AUTOMATED, backup_pb2.Backup.MANUAL
_NAMES = ("orders", "sessions", "catalog", "cart", "search", "billing", "users", "geo", "mail", "stats")
_USES = ("cache", "queue", "store", "limits")
_STAGES = ("prod", "stage", "test")


@dataclass(frozen=True)
class Amount:
    """How much to make up."""

    clusters: int = option(0, "clusters to make up", least=0, metavar="N")
    backups_per_cluster: int = option(7, "backups of each of them, one a day back from now", least=0, metavar="N")
    large_cluster: int = option(0, "give the first of them this many backups instead", least=0, metavar="N")
    shards: int = option(1, "shards of each of them", least=0, metavar="N")


def fill(store: Store, amount: Amount, settings: Settings, now: int) -> None:
    """Put made-up clusters and their backups into the store; the same for the same random seed and ``now``."""
    maker = _Maker(amount, settings, now)
    for number in range(amount.clusters or (1 if amount.large_cluster else 0)):
        cluster = maker.cluster(number, store.folder_id)
        count = amount.large_cluster if number == 0 and amount.large_cluster else amount.backups_per_cluster
        cluster.backups.extend(maker.backups(cluster, count))
        store.add_cluster(cluster)


class _Maker:
    """Makes data up, all of it from one source of chance."""

    def __init__(self, amount: Amount, settings: Settings, now: int) -> None:
        self.settings = settings
        self.now = now
        self.shards = [f"shard{index + 1}" for index in range(max(1, amount.shards))]
        self.chance = random.Random(settings.random_seed)

    def cluster(self, number: int, folder_id: str) -> Cluster:
        """A cluster without backups; no two numbers share a name."""
        stage, rest = _STAGES[number % len(_STAGES)], number // len(_STAGES)
        kind, rest = _NAMES[rest % len(_NAMES)], rest // len(_NAMES)
        use, lap = _USES[rest % len(_USES)], rest // len(_USES)
        document = {
            **DEFAULTS,
            "id": self._id("c9q", 20),
            "folder_id": folder_id,
            "name": f"{kind}-{use}-{stage}" + (f"-{lap + 1}" if lap else ""),
            "sharded": len(self.shards) > 1,
        }
        message = from_document(cluster_pb2.Cluster, document, "generated cluster")
        return Cluster(Row(message), hosts=default_hosts(message, self.shards))

    def backups(self, cluster: Cluster, count: int) -> Iterator[Row]:
        """A cluster's backups, newest first: one a day at 22:00 UTC ± half an hour, about one in ten by hand."""
        evening = (self.now - _EVENING) // _DAY * _DAY + _EVENING
        if self.settings.unfinished != "none" and count:
            yield from self._rows(cluster, self.now - 60 * SECOND, None, _MANUAL)
            count -= 1
        for day in range(count):
            by_hand = self.chance.random() < 0.1
            ends = evening - day * _DAY + self.chance.randrange(-1800, 1800) * SECOND
            if by_hand:
                ends -= self.chance.randrange(2, 12) * 3600 * SECOND
            if ends >= self.now:
                ends = evening - 1800 * SECOND
            starts = ends - self.chance.randrange(60, 1500) * SECOND
            yield from self._rows(cluster, starts, ends, _MANUAL if by_hand else _AUTOMATED)

    def _rows(self, cluster: Cluster, starts: int, ends: int | None, kind: Any) -> Iterator[Row]:
        """The rows of one backup, running if it has no end."""
        kind = backups.kind_shown(kind, self.settings)
        for names in backups.rows(self.shards, self.settings):
            begun = starts + self._fraction()
            ended = None if ends is None else ends + self._fraction()
            if ends is None and self.settings.unfinished == "zero":
                ended = ZERO_TIME
            yield backups.make(cluster, self._id("", 20), names, begun, ended, kind)

    def _id(self, prefix: str, length: int) -> str:
        return prefix + "".join(self.chance.choices(ID_LETTERS, k=length - len(prefix)))

    def _fraction(self) -> int:
        """Nanoseconds below a second that JSON shows with the fraction digits asked for."""
        kind = self.settings.fraction_digits
        digits = self.chance.choice((0, 3, 6, 9)) if kind == "mixed" else int(kind)
        if not digits:
            return 0
        # Ending in 1, or a shorter form would do and would be written.
        fraction: int = (self.chance.randrange(10 ** (digits - 1)) * 10 + 1) * 10 ** (9 - digits)
        return fraction
