# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests, for tests that count them. Credentials never stand in it."""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

#: Requests kept; older ones are dropped.
LIMIT = 200_000


@dataclass
class Entry:
    """One request. ``status`` is None until it was answered, and stays so for one that never is."""

    number: int
    protocol: str
    method: str
    path: str
    query: str
    route: str
    connection: int
    user_agent: str | None
    has_authorization: bool
    authorization_scheme: str | None
    authorization_sha256: str | None
    cluster_id: str | None = None
    page: int | None = None
    status: int | None = None
    code: int | None = None
    fault: str | None = None
    request_id: str = ""
    #: Of writing methods: the key, the request message (passwords masked) and the operation that was answered.
    idempotency_key: str | None = None
    message: dict[str, Any] | None = None
    operation_id: str | None = None


class RequestLog:
    """Every request since the last clearing, and the number of connections that they came on."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=LIMIT)
        self._numbers = itertools.count(1)

    def add(self, authorization: str | None, **values: Any) -> Entry:
        """Write down a request as it arrives; whoever answers fills in the answer."""
        scheme, token = (authorization or "").partition(" ")[::2]
        entry = Entry(
            number=next(self._numbers),
            request_id=str(uuid.uuid4()),
            has_authorization=authorization is not None,
            authorization_scheme=scheme or None,
            authorization_sha256=hashlib.sha256(token.encode()).hexdigest() if token else None,
            **values,
        )
        self.entries.append(entry)
        return entry

    @property
    def connections(self) -> int:
        """How many connections the requests came on."""
        return len({entry.connection for entry in self.entries})

    def as_list(self) -> list[dict[str, Any]]:
        """Every entry, for JSON."""
        return [asdict(entry) for entry in self.entries]

    def clear(self) -> None:
        """Forget all requests."""
        self.entries.clear()
