# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of any shape that the definitions allow, for reading the same in two ways."""

from __future__ import annotations

import random
from typing import Any

FOLDER = "b1gwitness"
_WORDS = ("orders", "a<b>&c", "\u2028\u00ad\x7f", "заказы", "\"\\/'", "🔑")


def _time(rng: random.Random) -> str:
    digits = rng.choice((0, 3, 6, 9))
    second = (
        f"2026-{rng.randrange(1, 12):02d}-{rng.randrange(1, 29):02d}T{rng.randrange(24):02d}:00:{rng.randrange(3):02d}"
    )
    return second + (f".{rng.randrange(1, 10**digits):0{digits}d}Z" if digits else "Z")


def _backup(rng: random.Random, number: int) -> dict[str, Any]:
    """A backup of any shape that the definitions allow; few distinct times, so that the order has to look further."""
    fields = {
        "id": f"b:{rng.randrange(10**6):06d}:{number}",
        "created_at": _time(rng),
        "started_at": _time(rng),
        "type": rng.choice(("AUTOMATED", "MANUAL", 7)),
        "source_shard_names": [f"{rng.choice(_WORDS)}{shard}" for shard in range(rng.randrange(4))],
    }
    return {name: value for name, value in fields.items() if name == "id" or rng.random() < 0.85}


def random_seed(rng: random.Random) -> dict[str, Any]:
    """A folder of a few clusters, and how the API lists them."""
    clusters = [
        {
            "id": f"c9qwitness{number}",
            "name": f"{rng.choice(_WORDS)}-{number}",
            "folder_id": FOLDER,
            "deleted": rng.random() < 0.3,
            "backups": [_backup(rng, index) for index in range(rng.choice((0, 1, 7, 40)))],
        }
        for number in range(4)
    ]
    settings = {
        "random_seed": rng.randrange(1000),
        "page_token_format": rng.choice(("opaque", "url-hostile", "numeric", "long")),
        "empty_pages": rng.choice(("none", "all")),
        "repeat_rows": rng.random() < 0.5,
        "deleted_cluster_answer": "list",
    }
    return {"clusters": clusters, "settings": settings}
