# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The knobs: everything about the API that nobody documents, changeable by flag, seed file or at run time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from . import records, times
from .records import option


def _seconds(default: float, text: str) -> Any:
    return option(default, text, least=0, most=1e9, metavar="SECONDS")


@dataclass(frozen=True)
class Settings:
    """The value of every knob. Frozen: a change makes a new one, so that caches can compare by identity."""

    order: str = option(
        "shuffled",
        "order of the rows of a listing; shuffled is the same for the same --random-seed",
        ("shuffled", "newest", "oldest", "stored"),
    )
    random_seed: int = option(0, "seed of the shuffled order and of generated data", metavar="N")
    default_page_size: int = option(
        100, "rows of a page where the request names no page size", least=1, most=1000, metavar="N"
    )
    page_token_format: str = option(
        "opaque",
        "look of page tokens; url-hostile holds every printable character over six pages",
        ("opaque", "url-hostile", "numeric", "long"),
    )
    empty_pages: str = option(
        "none",
        "send empty pages that carry a token before the first, between all, or after the last page",
        ("none", "before", "between", "after", "all"),
        alone="all",
    )
    repeat_rows: bool = option(False, "let the last row of a page stand again on the next page")
    latency: float = _seconds(0.0, "wait before each answer of the API")
    token_lifetime: float = _seconds(43200.0, "lifetime of the IAM tokens handed out")
    deleted_cluster_answer: str = option(
        "404", "what a deleted cluster's own list of backups answers", ("404", "403", "list")
    )
    name_filter: str = option(
        "exact",
        'how filter=name="x" works: exact; strict refuses names outside the documented grammar; '
        "ignored returns every cluster",
        ("exact", "strict", "ignored"),
    )
    fraction_digits: str = option("mixed", "fraction digits of generated times", ("mixed", "0", "3", "6", "9"))
    rows: str = option("whole", "generated backups: one row per shard, or one for all", ("whole", "per-shard"))
    types: str = option("present", "generated backups: with a type or without", ("present", "absent"))
    unfinished: str = option(
        "none",
        "give each generated cluster one running backup: without created_at, or with 0001-01-01T00:00:00Z",
        ("none", "absent", "zero"),
    )
    backup_duration: float = _seconds(1.0, "how long a backup takes")
    restore_duration: float = _seconds(1.0, "how long a restore takes")
    update_duration: float = _seconds(1.0, "how long a change of a cluster takes")
    delete_duration: float = _seconds(1.0, "how long deleting a cluster or a backup takes")
    alive_delay: float = _seconds(0.0, "time from a restore's end until the cluster's health is ALIVE")
    backup_lag: float = _seconds(0.0, "time from a backup's end until it is listed")
    list_running_backups: bool = option(False, "list a backup that is being taken, without created_at")
    early_404s: int = option(0, "how often reading a new operation answers 404 first", least=0, metavar="N")
    poll_interval: int = _seconds(0, "value of the header x-operation-poll-interval; 0 sends none")
    conflict_code: int = option(
        9, "google.rpc.Code of the refusal while another operation runs", least=1, most=16, metavar="CODE"
    )
    now: str = option("", "time at the start, where generated data end (default: the clock)", metavar="RFC3339")

    def changed(self, values: Mapping[str, Any], origin: str) -> Settings:
        """These settings with some changed; raises ConfigError that names the knob and ``origin``."""
        settings = replace(self, **records.read(Settings, values, origin))
        if settings.now:
            times.read(settings.now, f"{origin}: now")
        return settings

    def as_dict(self) -> dict[str, Any]:
        """Every knob by its name, for JSON."""
        return asdict(self)

    def now_ns(self, clock: int | None = None) -> int:
        """The emulator's idea of now, in nanoseconds since 1970; without the knob what the clock says."""
        if self.now:
            return times.read(self.now, "now")
        return time.time_ns() if clock is None else clock
