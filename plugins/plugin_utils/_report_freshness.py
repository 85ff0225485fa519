# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the page on a verdict shows. Pure functions; _report_freshness.html.j2 says where.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import dataclasses
import operator
import typing as t

from ..module_utils._cloud.durations import format_duration
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.instants import SECOND, parse_instant
from ..module_utils._cloud.text import type_name
from ..module_utils._criteria import CRITERIA
from ._report import page
from ._timeline import SAMPLES, Axis, Mark, Path, axis_labels, paths, within
from ._values import instant_of, plain
from ._verdict_words import aged, counted, headline

MANY = 20
"""From how many rows on fresh clusters fold away and rows can be filtered."""

_SIGNS = {"never": "✕", "stale": "▲", "fresh": "✓", "skipped": "○"}
_WORDS = {"never": "Never backed up", "stale": "Too old", "fresh": "Fresh", "skipped": "Not judged"}
_KINDS = {"AUTOMATED": "automated", "MANUAL": "manual", None: "of unknown type"}

_Facts = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class _Row:
    """One cluster.

    :ivar name: its name or, where that is not known, its id
    :ivar below_name: further lines on the cluster itself
    :ivar kind: the type of its newest backup, behind the time
    :ivar against: how far it is from the objective
    :ivar detail: why, where the rest of the row does not say
    :ivar paths: its line of time
    :ivar line: the same in words
    """

    status: str
    name: str
    below_name: list[str]
    newest: _Facts | None
    age: str
    kind: str
    against: str
    detail: str | None
    paths: list[Path]
    line: str


def freshness_page(verdict: _Facts, backups: t.Any = ()) -> str:
    """The whole page.

    :param verdict: what the freshness filter returned
    :param backups: backups for the lines of time, as the module returns them; without them each line shows the newest
    :raises OptionError: these are no backups
    """
    axis = Axis(round(verdict["objective_seconds"] * SECOND))
    marks = _marks(backups, verdict, parse_instant(verdict["measured_from"]))
    rows = [_row(cluster, marks[cluster["cluster_id"]], axis) for cluster in verdict["clusters"].values()]
    kinds = {mark.kind for found in marks.values() for mark in within(axis, found)}
    of_check = verdict["measured_from"] == verdict["evaluated_at"]
    outcome, sign = _outcome(verdict)
    values = {
        "title": headline(verdict).removesuffix("."),
        "outcome": outcome,
        "outcome_sign": sign,
        "counts": {status: verdict["counts"][status] for status in _SIGNS},
        "signs": _SIGNS,
        "words": _WORDS,
        "evaluated_at": verdict["evaluated_at"],
        "measured_from": "the check" if of_check else "created_before",
        "facts": _asked(verdict["query"]),
        "tables": _tables(rows),
        "legend": [(shows, SAMPLES[shows], words) for shows, words in _legend(verdict, kinds)],
        "axis_end": "check" if of_check else "created_before",
        "axis_labels": axis_labels(axis),
        "window": format_duration(axis.window),
    }
    return page("_report_freshness.html.j2", values, with_script=len(rows) > MANY)


def _outcome(verdict: _Facts) -> tuple[str, str]:
    if verdict["missed"]:
        return "bad", _SIGNS["never"]
    return ("good", _SIGNS["fresh"]) if verdict["counts"]["fresh"] else ("none", _SIGNS["skipped"])


def _asked(query: _Facts) -> list[str]:
    given = {name: query.get(name) for name in CRITERIA if query.get(name)}
    criteria = [f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in given.items()]
    return [
        *([f"folder {query['folder_id']}"] if query.get("folder_id") else []),
        *([f"counting only backups with {'; '.join(criteria)}"] if criteria else []),
    ]


def _tables(rows: list[_Row]) -> list[tuple[str, list[_Row], bool]]:
    """The rows in tables with a caption, and whether each is folded away. Few fresh clusters stand below the others."""
    judged = [row for row in rows if row.status != "skipped"]
    fresh = [row for row in rows if row.status == "fresh"]
    skipped = [row for row in rows if row.status == "skipped"]
    many = len(fresh) > MANY
    first = [row for row in judged if row.status != "fresh"] if many else judged
    tables = [
        ("Clusters, the worst first", first, False),
        (f"{len(fresh)} fresh clusters, the oldest first", fresh if many else [], True),
        (f"{counted(len(skipped), 'cluster')} not judged", skipped, len(skipped) > MANY),
    ]
    return [table for table in tables if table[1]]


def _legend(verdict: _Facts, kinds: set[str | None]) -> list[tuple[str, str]]:
    return [
        ("auto", "automated backup"),
        ("manual", "manual backup"),
        *([("other", "backup of unknown type")] if kinds - {"AUTOMATED", "MANUAL"} else []),
        ("band", f"the objective: the last {verdict['objective']}"),
        ("gap", "time beyond the objective without a backup"),
        ("older", "older backups, not shown"),
    ]


def _row(cluster: _Facts, marks: list[Mark], axis: Axis) -> _Row:
    status, newest = cluster["status"], cluster["newest"]
    missed = status in ("never", "stale")
    against, detail = _against(cluster, axis.objective, marks)
    kind = newest and _KINDS.get(newest.get("type"), newest.get("type"))
    return _Row(
        status=status,
        name=cluster["cluster_name"] or cluster["cluster_id"],
        below_name=_below_name(cluster, mentioned=detail is not None),
        newest=newest,
        age=aged(marks[0].age, axis.objective if status == "stale" else None) if newest else "",
        kind=f", {kind}" if newest and newest.get("type") else "",
        against=against,
        detail=detail,
        paths=paths(axis, marks, cluster["matched"], missed=missed),
        line=_line(marks, cluster["matched"], axis),
    )


def _below_name(cluster: _Facts, *, mentioned: bool) -> list[str]:
    lines = [cluster["cluster_id"]] if cluster["cluster_name"] else []
    if cluster["cluster_status"] == "STOPPED" and not mentioned:
        lines.append("STOPPED: makes no backups")
    if cluster["running"] and not mentioned:
        lines.append(f"{counted(cluster['running'], 'backup')} running")
    return lines


def _against(cluster: _Facts, limit: int, marks: list[Mark]) -> tuple[str, str | None]:
    if cluster["status"] == "never":
        return "Nothing to restore", cluster["reason"]
    if cluster["status"] == "skipped":
        return "", cluster["reason"]
    if cluster["status"] == "stale":
        return f"{format_duration(marks[0].age - limit, beyond=0)} too old", None
    return f"{format_duration(limit - marks[0].age)} to spare", None


def _line(marks: list[Mark], matched: int, axis: Axis) -> str:
    """What the line shows, for those who cannot see it."""
    if not marks:
        return "No backup"
    shown = within(axis, marks)
    counts = [
        f"{sum(1 for mark in shown if mark.kind == kind)} {words}"
        for kind, words in _KINDS.items()
        if any(mark.kind == kind for mark in shown)
    ]
    older = matched - len(shown)
    rest = f"; {older} older, not shown" if older > 0 else ""
    cut = len(shown) == len(marks) and older > 0
    which = (
        f"The newest {counted(len(shown), 'backup')}" if cut else f"Backups of the last {format_duration(axis.window)}"
    )
    return f"{which}: {', '.join(counts) or 'none'}{rest}. The newest is {aged(marks[0].age)}."


def _marks(rows: t.Any, verdict: _Facts, measured_from: int) -> dict[str, list[Mark]]:
    """Each cluster's backups by its id, newest first; the newest alone where none were given."""
    if not isinstance(rows, (list, tuple)):
        raise OptionError(f"backups must be a list of backups, got {type_name(rows)}.", option="backups")
    clusters = {cluster["cluster_id"]: cluster for cluster in verdict["clusters"].values()}
    found: dict[str, list[Mark]] = {cluster_id: [] for cluster_id in clusters}
    for row in rows:
        if not isinstance(row, t.Mapping) or not {"source_cluster_id", "created_at"} <= set(row):
            raise OptionError(
                "backups holds something that is not a backup; give it the backups of the result.", option="backups"
            )
        # Each value read of a variable of Ansible's costs, so that no other is.
        if (cluster_id := plain(row["source_cluster_id"])) in found:
            age = measured_from - instant_of(row["created_at"], "created_at")
            found[cluster_id].append(Mark(age, plain(row.get("type"))))
    for cluster_id, cluster in clusters.items():
        if (newest := cluster["newest"]) and not found[cluster_id]:
            age = measured_from - instant_of(newest["created_at"], "created_at")
            found[cluster_id] = [Mark(age, newest.get("type"))]
    return {cluster_id: sorted(marks, key=operator.attrgetter("age")) for cluster_id, marks in found.items()}
