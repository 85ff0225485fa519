# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on a restore drill as a Prometheus textfile. Pure functions."""

from __future__ import annotations

import re
import typing as t

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.text import type_name
from ._metrics import gauge_lines, series_labels, unix_seconds

PREFIX = "yacloud_redis_restore_drill_"
OUTCOMES = ("passed", "failed", "untested")

_LAST_SUCCESS = "last_success_timestamp_seconds"
_Facts = t.Mapping[str, t.Any]


class Gauge(t.NamedTuple):
    """One metric.

    :ivar name: without the prefix
    :ivar help: what it means
    :ivar values: its samples of a verdict; None is none
    :ivar label: what tells several samples apart
    """

    name: str
    help: str
    values: t.Callable[[_Facts], t.Mapping[str, t.Any]]
    label: str | None = None


def _one(value: t.Callable[[_Facts], t.Any]) -> t.Callable[[_Facts], dict[str, t.Any]]:
    return lambda verdict: {"": value(verdict)}


GAUGES = (
    Gauge(
        "last_run_timestamp_seconds",
        "When the last drill ended, whatever came of it.",
        _one(lambda verdict: unix_seconds(verdict["evaluated_at"])),
    ),
    Gauge(
        _LAST_SUCCESS,
        "When a drill last passed; absent before the first that did.",
        _one(lambda verdict: verdict["last_success"]),
    ),
    Gauge(
        "outcome",
        "1 for what came of the last drill, 0 for the others.",
        lambda verdict: {outcome: int(verdict["outcome"] == outcome) for outcome in OUTCOMES},
        "outcome",
    ),
    Gauge("phase_seconds", "How long each phase took.", lambda verdict: verdict["seconds"], "phase"),
    Gauge(
        "readable_seconds",
        "The time to readable data; absent where they could not be read.",
        _one(lambda verdict: verdict["readable_seconds"]),
    ),
    Gauge("objective_seconds", "The objective for that time.", _one(lambda verdict: verdict["rto_seconds"])),
    Gauge(
        "objective_met",
        "1 where the data could be read within the objective, 0 where not; absent where that is not known.",
        _one(lambda verdict: None if verdict["rto_met"] is None else int(verdict["rto_met"])),
    ),
    Gauge(
        "backup_age_seconds",
        "Age of the backup when it was chosen; absent without one.",
        _one(lambda verdict: (verdict["backup"] or {}).get("age_seconds")),
    ),
    Gauge("keys", "Keys of the restored cluster.", _one(lambda verdict: verdict["key_count"])),
    Gauge(
        "persistent_keys",
        "Those of them without a time to live.",
        _one(lambda verdict: verdict["persistent_key_count"]),
    ),
    Gauge(
        "cleaned_up",
        "1 where nothing is left of the drill, 0 where its cluster is there or may be.",
        _one(lambda verdict: int(verdict["cleaned_up"] is True)),
    ),
    Gauge(
        "leftover_clusters",
        "Clusters of earlier drills that are still there; absent where they could not be looked for.",
        _one(lambda verdict: _still_there(verdict["leftovers"])),
    ),
)


def drill_metrics(verdict: _Facts, previous: t.Any = None) -> str:
    """The whole content of a textfile.

    :param previous: the content that it replaces, whose last success is kept where this drill has not passed
    :raises OptionError: the former content is not a string
    """
    labels = series_labels(_labels(verdict["query"]))
    facts = {**verdict, "last_success": _last_success(verdict, labels, previous)}
    lines: list[str] = []
    for gauge in GAUGES:
        name = f"{PREFIX}{gauge.name}"
        samples = [
            f"{name}{{{_joined(labels, gauge.label, key)}}} {value}"
            for key, value in gauge.values(facts).items()
            if value is not None
        ]
        lines += gauge_lines(name, gauge.help, samples)
    return "".join(f"{line}\n" for line in lines)


def _labels(query: _Facts) -> dict[str, str | None]:
    """What was asked for, and nothing that was found out: so a drill that found nothing has the same series as any other."""
    return {
        "cluster_id": next(iter(query.get("cluster_ids") or ()), None),
        "cluster_name": next(iter(query.get("cluster_names") or ()), None),
        "folder_id": query.get("folder_id"),
    }


def _joined(labels: str, name: str | None, value: str) -> str:
    own = [series_labels({name: value})] if name else []
    return ",".join([*([labels] if labels else []), *own])


def _last_success(verdict: _Facts, labels: str, previous: t.Any) -> str | None:
    if previous is not None and not isinstance(previous, str):
        raise OptionError(f"previous must be a string, got {type_name(previous)}.", option="previous")
    if verdict["outcome"] == "passed":
        return unix_seconds(verdict["evaluated_at"])
    series = re.escape(f"{PREFIX}{_LAST_SUCCESS}{{{labels}}}")
    match = re.search(rf"^{series} ([0-9]+(?:\.[0-9]+)?)$", previous or "", re.MULTILINE)
    return match[1] if match else None


def _still_there(leftovers: t.Any) -> int | None:
    return None if leftovers is None else sum(1 for leftover in leftovers if not leftover["removed"])
