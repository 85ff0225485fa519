# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The knobs: everything about the API that nobody documents, changeable by flag, seed file or at run time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

from . import times
from .errors import HTTP_STATUS, ConfigError


def _knob(default: Any, text: str, choices: tuple[str, ...] = (), metavar: str | None = None) -> Any:
    # pylint: disable-next=invalid-field-call  # it stands for the field in the class below
    return field(default=default, metadata={"help": text, "choices": choices, "metavar": metavar})


@dataclass(frozen=True)
class Settings:
    """The value of every knob. Frozen: a change makes a new one, so that caches can compare by identity."""

    order: str = _knob(
        "shuffled",
        "order of the rows of a listing; shuffled is the same for the same --random-seed",
        ("shuffled", "newest", "oldest", "stored"),
    )
    random_seed: int = _knob(0, "seed of the shuffled order and of generated data", metavar="N")
    default_page_size: int = _knob(100, "rows of a page where the request names no page size", metavar="N")
    page_token_format: str = _knob(
        "opaque",
        "look of page tokens; url-hostile holds every printable character over six pages",
        ("opaque", "url-hostile", "numeric", "long"),
    )
    empty_pages: str = _knob(
        "none",
        "send empty pages that carry a token before the first, between all, or after the last page",
        ("none", "before", "between", "after", "all"),
    )
    repeat_rows: bool = _knob(False, "let the last row of a page stand again on the next page")
    latency: float = _knob(0.0, "wait before each answer of the API", metavar="SECONDS")
    token_lifetime: float = _knob(43200.0, "lifetime of the IAM tokens handed out", metavar="SECONDS")
    deleted_cluster_answer: str = _knob(
        "404", "what a deleted cluster's own list of backups answers", ("404", "403", "list")
    )
    name_filter: str = _knob(
        "exact",
        'how filter=name="x" works: exact; strict refuses names outside the documented grammar; '
        "ignored returns every cluster",
        ("exact", "strict", "ignored"),
    )
    fraction_digits: str = _knob("mixed", "fraction digits of generated times", ("mixed", "0", "3", "6", "9"))
    rows: str = _knob("whole", "generated backups: one row per shard, or one for all", ("whole", "per-shard"))
    types: str = _knob("present", "generated backups: with a type or without", ("present", "absent"))
    unfinished: str = _knob(
        "none",
        "give each generated cluster one running backup: without created_at, or with 0001-01-01T00:00:00Z",
        ("none", "absent", "zero"),
    )
    backup_duration: float = _knob(1.0, "how long a backup takes", metavar="SECONDS")
    restore_duration: float = _knob(1.0, "how long a restore takes", metavar="SECONDS")
    update_duration: float = _knob(1.0, "how long a change of a cluster takes", metavar="SECONDS")
    delete_duration: float = _knob(1.0, "how long deleting a cluster or a backup takes", metavar="SECONDS")
    alive_delay: float = _knob(0.0, "time from a restore's end until the cluster's health is ALIVE", metavar="SECONDS")
    backup_lag: float = _knob(0.0, "time from a backup's end until it is listed", metavar="SECONDS")
    list_running_backups: bool = _knob(False, "list a backup that is being taken, without created_at")
    early_404s: int = _knob(0, "how often reading a new operation answers 404 first", metavar="N")
    poll_interval: int = _knob(0, "value of the header x-operation-poll-interval; 0 sends none", metavar="SECONDS")
    conflict_code: int = _knob(9, "google.rpc.Code of the refusal while another operation runs", metavar="CODE")
    now: str = _knob("", "time at the start, where generated data end (default: the clock)", metavar="RFC3339")

    def changed(self, values: Mapping[str, Any], origin: str) -> Settings:
        """These settings with some changed; raises ConfigError that names the knob and ``origin``."""
        knobs = {item.name: item for item in fields(self)}
        checked: dict[str, Any] = {}
        for key, value in values.items():
            name = str(key).replace("-", "_")
            if name not in knobs:
                raise ConfigError(f"{origin}: unknown setting '{key}'; known are {', '.join(knobs)}")
            checked[name] = _checked(knobs[name], value, origin)
        return replace(self, **checked)

    def as_dict(self) -> dict[str, Any]:
        """Every knob by its name, for JSON."""
        return asdict(self)

    def now_ns(self, clock: int | None = None) -> int:
        """The emulator's idea of now, in nanoseconds since 1970; without the knob what the clock says."""
        if self.now:
            return times.read(self.now, "now")
        return time.time_ns() if clock is None else clock


def _checked(knob: Field[Any], value: Any, origin: str) -> Any:
    choices, kind = knob.metadata["choices"], type(knob.default)
    if knob.name == "empty_pages" and isinstance(value, bool):
        value = "all" if value else "none"
    if choices:
        value = str(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{origin}: setting '{knob.name}' must be of type {kind.__name__}, not {value!r}")
    if choices and value not in choices:
        raise ConfigError(f"{origin}: setting '{knob.name}' is '{value}'; choose {', '.join(choices)}")
    _check_range(knob.name, value, origin)
    return value


def _check_range(name: str, value: Any, origin: str) -> None:
    if name == "default_page_size" and not 1 <= value <= 1000:
        raise ConfigError(f"{origin}: setting '{name}' is {value}; choose 1 to 1000")
    if name in ("early_404s", "poll_interval") and value < 0:
        raise ConfigError(f"{origin}: setting '{name}' is {value}; give a number, 0 or more")
    if name == "conflict_code" and value not in HTTP_STATUS:
        raise ConfigError(f"{origin}: setting '{name}' is {value}; give a google.rpc.Code, 1 to 16")
    if isinstance(value, float) and not 0 <= value < 1e9:
        raise ConfigError(f"{origin}: setting '{name}' is {value}; give seconds, 0 or more")
    if name == "now" and value:
        times.read(value, f"{origin}: setting 'now'")


def add_flags(group: argparse._ArgumentGroup) -> None:
    """One flag for each knob. A flag that is not given stays absent, so that a seed file's value holds."""
    for knob in fields(Settings):
        flag = "--" + knob.name.replace("_", "-")
        text = knob.metadata["help"]
        options: dict[str, Any] = {"default": argparse.SUPPRESS, "dest": knob.name}
        if isinstance(knob.default, bool):
            options |= {"action": argparse.BooleanOptionalAction, "help": text}
        else:
            shown = f" (default: {knob.default})" if knob.default != "" else ""
            options |= {"type": type(knob.default), "help": text + shown}
            if knob.metadata["choices"]:
                options["choices"] = knob.metadata["choices"]
            else:
                options["metavar"] = knob.metadata["metavar"]
        if knob.name == "empty_pages":
            options |= {"nargs": "?", "const": "all"}
        group.add_argument(flag, **options)
