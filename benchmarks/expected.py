# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The right answer, worked out from the rows on its own: no code of the collection or of its peers is used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

#: `newest`: cluster id → backup id; `listed`: how many there are; `ids`: all of them, sorted.
Answer = dict[str, Any]


def answer_of(rows: Iterable[dict[str, Any]]) -> Answer:
    """The whole answer."""
    rows = list(rows)
    newest: dict[str, dict[str, Any]] = {}
    for row in rows:
        other = newest.setdefault(row["sourceClusterId"], row)
        if _instant(row["createdAt"]) > _instant(other["createdAt"]):
            newest[row["sourceClusterId"]] = row
    return {
        "newest": {cluster: row["id"] for cluster, row in newest.items()},
        "listed": len(rows),
        "ids": sorted(row["id"] for row in rows),
    }


def _instant(text: str) -> tuple[datetime, str]:
    seconds, fraction = text.removesuffix("Z").partition(".")[::2]
    return datetime.fromisoformat(seconds), fraction.ljust(9, "0")


def difference(got: Answer, right: Answer) -> str:
    """What is wrong with an answer, which may leave parts out; empty if nothing is."""
    if not got:
        return "nothing was answered"
    for part, value in got.items():
        if part not in right or value != right[part]:
            return f"'{part}' is not what the rows say"
    return ""
