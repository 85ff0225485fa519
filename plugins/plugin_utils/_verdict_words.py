# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict in lines that people read."""

from __future__ import annotations

import typing as t

from ..module_utils._cloud.instants import SECOND
from ..module_utils._selection import aged

Verdict = t.Mapping[str, t.Any]


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number with its noun: ``1 backup``, ``2 backups``."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def headline(verdict: Verdict) -> str:
    """The verdict in one sentence."""
    missed, objective = len(verdict["missed"]), f"the objective of {verdict['objective']}"
    total = sum(count for status, count in verdict["counts"].items() if status != "skipped")
    if verdict["measured_from"] != verdict["evaluated_at"]:
        objective += f", measured from {verdict['measured_from']}"
    if not total:
        return "No cluster was checked."
    if not missed:
        return f"{'The cluster has' if total == 1 else f'All {total} clusters have'} a backup within {objective}."
    if total == 1:
        return f"The cluster misses {objective}."
    return f"{missed} of {total} clusters {'misses' if missed == 1 else 'miss'} {objective}."


def message(verdict: Verdict) -> list[str]:
    """The whole verdict: the headline, each cluster that misses the objective, the fresh ones together, each skipped one."""
    fresh = _of(verdict, "fresh")
    return [
        headline(verdict),
        *_missed(verdict),
        *([_fresh(fresh)] if fresh else []),
        *(_skipped(key, cluster) for key, cluster in _of(verdict, "skipped")),
    ]


def failure(verdict: Verdict) -> list[str]:
    """The headline and the clusters that miss the objective; nothing where none does."""
    return [headline(verdict), *_missed(verdict)] if verdict["missed"] else []


def label(key: str, cluster: t.Mapping[str, t.Any]) -> str:
    """A cluster as it was asked for, with its other name where that is known: ``c9q… (orders)`` or ``orders (c9q…)``."""
    other = cluster["cluster_name"] if key == cluster["cluster_id"] else cluster["cluster_id"]
    return f"{printable(key)} ({printable(other)})" if other else printable(key)


def printable(text: str) -> str:
    """Text from outside; what cannot be printed, or would turn the writing direction, is made visible."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _missed(verdict: Verdict) -> list[str]:
    return [_line(cluster["status"].upper(), key, cluster) for key, cluster in _of(verdict, "never", "stale")]


def _of(verdict: Verdict, *statuses: str) -> list[tuple[str, t.Mapping[str, t.Any]]]:
    return [item for item in verdict["clusters"].items() if item[1]["status"] in statuses]


def _line(status: str, key: str, cluster: t.Mapping[str, t.Any]) -> str:
    return f"  {status:<7} {label(key, cluster)}: {cluster['reason']}"


def _skipped(key: str, cluster: t.Mapping[str, t.Any]) -> str:
    newest = f"; its newest backup is {aged(cluster['age_seconds'] * SECOND)}" if cluster["newest"] else ""
    return f"{_line('skipped', key, cluster)}{newest}"


def _fresh(clusters: list[tuple[str, t.Mapping[str, t.Any]]]) -> str:
    """The fresh clusters in one line; by name only those that make no backups any more."""
    oldest, newest = (aged(cluster["age_seconds"] * SECOND) for _key, cluster in (clusters[0], clusters[-1]))
    ages = oldest if oldest == newest else f"between {newest.removesuffix(' old')} and {oldest}"
    parts = [f"  fresh   {counted(len(clusters), 'cluster')}, newest backup {ages}"]
    stopped = [label(key, cluster) for key, cluster in clusters if cluster["cluster_status"] == "STOPPED"]
    if stopped:
        parts.append(f"STOPPED and making no backups: {', '.join(stopped)}")
    if running := sum(1 for _key, cluster in clusters if cluster["running"]):
        parts.append(f"{running} with a backup running")
    return "; ".join(parts)
