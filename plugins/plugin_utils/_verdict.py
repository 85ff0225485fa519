# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clusters held against a recovery point objective. Pure functions on the module's result.

The verdict made here is what all that follows works on: the role's fact, its message, metrics, JSON and page.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._cloud.durations import duration_option, format_duration
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.instants import SECOND
from ..module_utils._cloud.text import type_name
from ..module_utils._criteria import list_option
from ..module_utils._selection import aged
from ._filters import instant_of, plain
from ._results import keys_asked, names_by_id, read_result
from ._verdict_words import counted, failure, message, printable

STATUSES = ("never", "stale", "fresh", "skipped")
"""What a cluster can be, the worst first."""


class _Objective(t.NamedTuple):
    """How old a newest backup may be, and from when its age is measured: as written, and in nanoseconds."""

    text: str
    limit: int
    measured_from: str
    instant: int


def _objective(result: dict[str, t.Any], max_age: t.Any) -> _Objective:
    given = plain(result["query"].get("max_age") if max_age is None else max_age)
    limit = duration_option(given, "max_age")
    if limit is None:
        raise OptionError(
            "max_age is missing. Give it to this filter or to yacloud.mdb.redis_backup_info, such as 26h.",
            option="max_age",
        )
    text = str(given).strip()
    text += "s" if re.fullmatch(r"[0-9.]+", text) else ""
    # Where the bound below which backups were looked for is past, ages say how much was lost at that moment.
    bound, evaluated_at = result["query"].get("created_before"), str(result["evaluated_at"])
    now = instant_of(evaluated_at, "evaluated_at")
    instant = min(now, instant_of(bound, "created_before")) if bound else now
    return _Objective(text, limit, evaluated_at if instant == now else str(bound), instant)


class _Exceptions(t.NamedTuple):
    """Which clusters are shown, but not judged.

    :ivar patterns: of names or ids
    :ivar stopped: whether clusters that are STOPPED are among them
    """

    patterns: list[str]
    stopped: bool

    @classmethod
    def of(cls, exclude: t.Any, skip_stopped: t.Any) -> _Exceptions:
        patterns = [] if exclude is None else list_option(plain(exclude), "exclude")
        if "" in patterns:
            raise OptionError("exclude holds an empty string; leave it out, or name a cluster.", option="exclude")
        try:
            return cls(patterns, boolean(skip_stopped))
        except TypeError:
            raise OptionError(
                f"skip_stopped must be a boolean, got {type_name(skip_stopped)}.", option="skip_stopped"
            ) from None

    def why(self, cluster: t.Mapping[str, t.Any], *, deleted: bool) -> str | None:
        """Why a cluster is not judged, None where it is."""
        if deleted:
            left = counted(cluster["listed"], "backup")
            return f"deleted, {left} left for at most 7 days" if cluster["listed"] else "deleted, no backup left"
        known = [value for value in (cluster["cluster_id"], cluster["cluster_name"]) if value]
        if any(fnmatch.fnmatchcase(value, pattern) for pattern in self.patterns for value in known):
            return "excluded"
        return "skip_stopped is set" if self.stopped and cluster["cluster_status"] == "STOPPED" else None


def judge(result: t.Any, max_age: t.Any = None, exclude: t.Any = None, skip_stopped: t.Any = False) -> dict[str, t.Any]:
    """The verdict on every cluster that a result is about, by options as the filter redis_backup_freshness documents them.

    :raises OptionError: the result or an option is invalid
    """
    facts = read_result(result)
    objective, exceptions = _objective(facts, max_age), _Exceptions.of(exclude, skip_stopped)
    names = names_by_id(facts)
    clusters = {
        key: _cluster(facts, cluster_id, names.get(cluster_id), objective, exceptions)
        for cluster_id, key in keys_asked(facts).items()
    }
    ordered = sorted(clusters.items(), key=_worst_first)
    whole, rest = divmod(objective.limit, SECOND)
    verdict = {
        "evaluated_at": facts["evaluated_at"],
        "measured_from": objective.measured_from,
        "objective": objective.text,
        "objective_seconds": objective.limit / SECOND if rest else whole,
        "query": facts["query"],
        "counts": {name: sum(1 for _key, cluster in ordered if cluster["status"] == name) for name in STATUSES},
        "missed": [key for key, cluster in ordered if cluster["status"] in ("never", "stale")],
        "clusters": dict(ordered),
    }
    return {**verdict, "message": message(verdict), "failure": failure(verdict)}


def _worst_first(item: tuple[str, dict[str, t.Any]]) -> tuple[int, int, str]:
    key, cluster = item
    return STATUSES.index(cluster["status"]), -(cluster["age_seconds"] or 0), key


def _cluster(
    facts: dict[str, t.Any], cluster_id: str, name: str | None, objective: _Objective, exceptions: _Exceptions
) -> dict[str, t.Any]:
    newest, counts = facts["newest"].get(cluster_id), facts["selection"][cluster_id]
    known = (facts["clusters"] or {}).get(cluster_id, {})
    age = objective.instant - instant_of(newest["created_at"], "created_at") if newest else None
    cluster = {
        "status": "never" if age is None else "stale" if age > objective.limit else "fresh",
        "age_seconds": None if age is None else age // SECOND,
        "newest": newest,
        "cluster_status": known.get("status"),
        "cluster_id": cluster_id,
        "cluster_name": name,
        "folder_id": (newest or {}).get("folder_id") or facts["query"].get("folder_id"),
        "overdue_seconds": None if age is None else (age - objective.limit) // SECOND,
        "listed": counts["listed"],
        "matched": counts["matched"],
        "running": counts["incomplete"],
    }
    deleted = bool(known.get("deleted")) or cluster_id in (facts["deleted"] or ())
    why = exceptions.why(cluster, deleted=deleted)
    if why:
        cluster |= {"status": "skipped", "overdue_seconds": None}
    return {**cluster, "reason": _reason(cluster, why, counts, age, objective.limit)}


def _reason(
    cluster: dict[str, t.Any], why_skipped: str | None, counts: dict[str, t.Any], age: int | None, limit: int
) -> str:
    parts = [why_skipped] if why_skipped else []
    if age is None:
        parts.append(_why_none(counts))
    elif not why_skipped:
        parts.append(_distance(cluster, age, limit))
    if cluster["cluster_status"] == "STOPPED":
        parts.append("the cluster is STOPPED and makes no backups")
    if cluster["running"]:
        parts.append(f"{counted(cluster['running'], 'backup is', 'backups are')} running")
    return "; ".join(parts)


def _distance(cluster: dict[str, t.Any], age: int, limit: int) -> str:
    newest = printable(f"its newest backup {cluster['newest']['id']} of {cluster['newest']['created_at']}")
    if age > limit:
        return f"{newest} is {aged(age, limit)}, {format_duration(age - limit, beyond=0)} beyond the objective"
    return f"{newest} is {aged(age)}, {format_duration(limit - age)} to spare"


def _why_none(counts: dict[str, t.Any]) -> str:
    if not counts["listed"]:
        return "no backup exists"
    if counts["listed"] == counts["incomplete"]:
        return "no backup has finished"
    fell = [f"{count} ruled out by {option}" for option, count in counts["filtered_out"].items() if count]
    return f"no backup matches: {', '.join([str(counts['listed']) + ' listed', *fell])}"


def read_verdict(value: t.Any) -> dict[str, t.Any] | None:
    """A verdict that :func:`judge` made, as plain values; None where the value is something else."""
    needed = ("evaluated_at", "measured_from", "objective", "objective_seconds", "counts", "missed", "clusters")
    return plain(value) if isinstance(value, dict) and all(name in value for name in needed) else None
