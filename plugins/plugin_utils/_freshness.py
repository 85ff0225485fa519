# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Clusters held against a recovery point objective. Pure functions on the module's result.

The document made here is what all that follows works on: the role's fact, its message, metrics, JSON and page.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import json
import typing as t

from ..module_utils._cloud.durations import duration_option, format_duration
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.instants import SECOND
from ..module_utils._selection import (
    Criteria,
    is_stale,
)
from ._decision import Answer, label
from ._explanations import explain_none
from ._values import criteria_of, instant_of, plain

STATUSES = ("never", "stale", "fresh")
"""What a cluster can be, the worst first."""

Document = t.Mapping[str, t.Any]


def judge(
    result: t.Any,
    options: t.Mapping[str, t.Any],
    *,
    max_age: t.Any,
    folder_id: str | None = None,
) -> dict[str, t.Any]:
    """The verdict on every cluster that a result is about.

    :param options: the criteria that were asked with
    :param max_age: how old a newest backup may be
    :param folder_id: the folder that was read, for clusters whose backups do not tell
    :raises MdbError: the result or an option cannot be worked with
    """
    answer, criteria, limit = Answer(result), criteria_of(options), duration_option(max_age, "max_age")
    if limit is None:
        raise OptionError("max_age is missing; it is the objective, such as 26h.", option="max_age")
    clusters = {
        cluster_id: _cluster(answer, cluster_id, criteria, limit, folder_id)
        for cluster_id in answer.selection
        if cluster_id not in answer.deleted
    }
    deleted = {
        cluster_id: _deleted_cluster(answer, cluster_id, counts)
        for cluster_id, counts in answer.selection.items()
        if cluster_id in answer.deleted
    }
    ordered = _worst_first(clusters)
    return {
        "evaluated_at": result["evaluated_at"],
        "objective": in_words(limit),
        "objective_seconds": _seconds(limit),
        "folder_id": folder_id,
        "criteria": dict(criteria.given),
        "counts": {
            **{status: sum(1 for cluster in clusters.values() if cluster["status"] == status) for status in STATUSES},
            "deleted": len(deleted),
        },
        "missed": [cluster_id for cluster_id, cluster in ordered if cluster["status"] != "fresh"],
        "clusters": dict(ordered),
        "deleted": dict(sorted(deleted.items())),
    }


def _cluster(
    answer: Answer, cluster_id: str, criteria: Criteria, limit: int, folder_id: str | None
) -> dict[str, t.Any]:
    newest, counts = answer.newest.get(cluster_id), answer.selection[cluster_id]
    facts: dict[str, t.Any] = {
        "status": "never",
        "age_seconds": None,
        "newest": None,
        "cluster_name": answer.names.get(cluster_id),
        "folder_id": folder_id,
        "overdue_seconds": None,
        "listed": counts["listed"],
        "matched": counts["matched"],
        "reason": explain_none(None, counts, criteria),
    }
    if newest:
        age = answer.age(newest)
        stale = is_stale(newest, limit, answer.evaluated_at)
        gap = (
            f"{format_duration(age - limit)} beyond the objective"
            if stale
            else f"{format_duration(limit - age)} to spare"
        )
        facts |= {
            "status": "stale" if stale else "fresh",
            "age_seconds": age // SECOND,
            "newest": newest.facts,
            "folder_id": newest.facts["folder_id"] or folder_id,
            "overdue_seconds": (age - limit) // SECOND,
            "reason": f"its newest backup is {aged(age)}, {gap}",
        }
    return facts


def _deleted_cluster(answer: Answer, cluster_id: str, counts: dict[str, t.Any]) -> dict[str, t.Any]:
    newest = answer.newest.get(cluster_id)
    return {
        "age_seconds": answer.age(newest) // SECOND if newest else None,
        "newest": newest.facts if newest else None,
        "listed": counts["listed"],
        "matched": counts["matched"],
    }


def in_words(nanoseconds: int) -> str:
    """A duration as people who wrote V(26h) say it: hours stay hours below two days."""
    hours, rest = divmod(nanoseconds, 3600 * SECOND)
    if 24 <= hours < 48:
        minutes = rest // (60 * SECOND)
        return f"{hours}h {minutes}m" if minutes else f"{hours}h"
    return format_duration(nanoseconds)


def aged(nanoseconds: int) -> str:
    """An age as people say it, that of a backup from the future included."""
    return f"{in_words(nanoseconds)} old" if nanoseconds >= 0 else f"{in_words(-nanoseconds)} ahead of the clock"


def _seconds(nanoseconds: int) -> int | float:
    whole, rest = divmod(nanoseconds, SECOND)
    return nanoseconds / SECOND if rest else whole


def _worst_first(clusters: t.Mapping[str, t.Any]) -> list[tuple[str, t.Any]]:
    return sorted(
        clusters.items(), key=lambda item: (STATUSES.index(item[1]["status"]), -(item[1]["age_seconds"] or 0), item[0])
    )


def read_document(document: t.Any) -> tuple[Document, list[tuple[str, t.Any]]]:
    """A document that :func:`judge` made, and its clusters with the worst first.

    :param document: the document, or its JSON text, which Ansible hands over as it is instead of value by value
    :raises OptionError: it is none
    """
    needed = ("evaluated_at", "objective", "objective_seconds", "missed", "clusters", "deleted")
    document = _loaded(document) if isinstance(document, str) else plain(document)
    if not isinstance(document, t.Mapping) or any(key not in document for key in needed):
        raise OptionError("the input is no result of the filter yacloud.mdb.redis_backup_freshness.")
    instant_of(document["evaluated_at"], "evaluated_at")
    return document, _worst_first(document["clusters"])


def _loaded(text: str) -> t.Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise OptionError(f"the input is a text, but not the JSON of a verdict: {exc}.") from None


def headline(document: Document) -> str:
    """The verdict in one sentence."""
    total, missed = len(document["clusters"]), len(document["missed"])
    if not total:
        return "No cluster was checked."
    if not missed:
        subject = "The cluster has" if total == 1 else f"All {total} clusters have"
        return f"{subject} a backup within the objective of {document['objective']}."
    subject = (
        "The cluster misses" if total == 1 else f"{missed} of {total} clusters {'misses' if missed == 1 else 'miss'}"
    )
    return f"{subject} the objective of {document['objective']}."


def summary(document: Document, clusters: list[tuple[str, t.Any]]) -> list[str]:
    """The verdict in lines to read: all stale and never-backed-up clusters, the worst first; then what else there is.

    :param document: what :func:`read_document` read
    :param clusters: its clusters, the worst first
    """
    lines = [headline(document)]
    for cluster_id, cluster in clusters:
        if cluster["status"] == "never":
            lines.append(f"  NEVER  {label(cluster_id, cluster['cluster_name'])}: {cluster['reason']}")
        elif cluster["status"] == "stale":
            lines.append(
                f"  STALE  {label(cluster_id, cluster['cluster_name'])}: {cluster['reason']}; {cluster['newest']['id']} of {cluster['newest']['created_at']}"
            )
    lines += _fresh_line([cluster for cluster_id, cluster in clusters if cluster["status"] == "fresh"])
    for cluster_id, cluster in document["deleted"].items():
        newest = cluster["newest"]
        last = (
            f"its newest backup is {aged(cluster['age_seconds'] * SECOND)}" if newest else "none of its backups matches"
        )
        lines.append(f"  deleted {cluster_id}: {last}, {cluster['listed']} left for at most 7 days; not judged")
    return lines


def _fresh_line(fresh: list[t.Mapping[str, t.Any]]) -> list[str]:
    if not fresh:
        return []
    oldest, newest = (aged(cluster["age_seconds"] * SECOND) for cluster in (fresh[0], fresh[-1]))
    ages = oldest if oldest == newest else f"between {newest.removesuffix(' old')} and {oldest}"
    return [f"  fresh  {len(fresh)} cluster{'s' if len(fresh) != 1 else ''}, newest backup {ages}"]
