# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations, and what is to happen at later instants. Nothing runs by itself: each request first catches up."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Operation:
    """One operation. ``message`` is what the API shows of it now."""

    #: The route that starts such operations: ``BackupCluster``.
    kind: str
    cluster_id: str
    message: Any
    idempotency_key: str | None = None
    #: Whether a request started it; otherwise the seed or another person did.
    own: bool = True
    #: How many more times reading it answers 404.
    early_404s: int = 0

    @property
    def id(self) -> str:
        """The operation's id."""
        return str(self.message.id)


class Operations:
    """All operations, and the agenda of what they and their consequences still do."""

    def __init__(self) -> None:
        self.by_id: dict[str, Operation] = {}
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def add(self, operation: Operation) -> None:
        """Add an operation."""
        self.by_id[operation.id] = operation

    def at(self, instant: int, effect: Callable[[], None]) -> None:
        """Let something happen at an instant, in nanoseconds since 1970."""
        heapq.heappush(self._agenda, (instant, next(self._order), effect))

    def advance(self, now: int) -> None:
        """Let everything happen that is due, in order."""
        while self._agenda and self._agenda[0][0] <= now:
            heapq.heappop(self._agenda)[2]()

    def with_key(self, key: str | None) -> Operation | None:
        """The operation that an idempotency key has started."""
        found = (operation for operation in self.by_id.values() if operation.idempotency_key == key)
        return next(found, None) if key else None

    def of_cluster(self, cluster_id: str) -> list[Operation]:
        """A cluster's operations, oldest first."""
        return [operation for operation in self.by_id.values() if operation.cluster_id == cluster_id]

    def running(self, cluster_id: str) -> Operation | None:
        """The operation that a cluster is busy with."""
        return next((operation for operation in self.of_cluster(cluster_id) if not operation.message.done), None)

    def started(self) -> dict[str, int]:
        """How many operations of each kind requests have started."""
        return dict(Counter(operation.kind for operation in self.by_id.values() if operation.own))
