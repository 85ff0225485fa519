# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page on a verdict shows. Pure functions; _report_freshness.html.j2 says where."""

from __future__ import annotations

import operator
import typing as t

from ..module_utils._cloud.durations import format_duration
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.instants import SECOND, parse_instant
from ..module_utils._cloud.text import type_name
from ..module_utils._criteria import CRITERIA
from ..module_utils._selection import aged
from ._filters import instant_of, plain
from ._report import page
from ._timeline import SAMPLES, Axis, Mark, axis_labels, paths, within
from ._verdict_words import counted, headline

MANY = 20
"""From how many rows on fresh clusters fold away and rows can be filtered."""

_SIGNS = {"never": "✕", "stale": "▲", "fresh": "✓", "skipped": "○"}
_WORDS = {"never": "Never backed up", "stale": "Too old", "fresh": "Fresh", "skipped": "Not judged"}
_KINDS = {"AUTOMATED": "automated", "MANUAL": "manual", None: "of unknown type"}

_Facts = t.Mapping[str, t.Any]


def freshness_page(verdict: _Facts, backups: t.Any = ()) -> str:
    """The whole page.

    :param verdict: what the freshness filter returned
    :param backups: backups for the lines of time, as the module returns them; without them each line shows the newest
    :raises OptionError: these are no backups
    """
    axis = Axis(round(verdict["objective_seconds"] * SECOND))
    marks = _marks(backups, verdict, parse_instant(verdict["measured_from"]))
    rows = [_row(cluster, marks[cluster["cluster_id"]], axis) for cluster in verdict["clusters"].values()]
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
        "legend": _legend(verdict, axis, marks),
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
    """The folder and the filters in words, where there are some."""
    given = {name: query[name] for name in CRITERIA if query.get(name)}
    criteria = [f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in given.items()]
    folder = [f"folder {query['folder_id']}"] if query.get("folder_id") else []
    return folder + ([f"counting only backups with {'; '.join(criteria)}"] if criteria else [])


def _tables(rows: list[_Facts]) -> list[tuple[str, list[_Facts], bool]]:
    """The rows in tables with a caption, and whether each is folded away. Few fresh clusters stand below the others."""
    skipped = [row for row in rows if row["status"] == "skipped"]
    fresh = [row for row in rows if row["status"] == "fresh"]
    many = len(fresh) > MANY
    first = [row for row in rows if row["status"] in (("never", "stale") if many else ("never", "stale", "fresh"))]
    tables = [
        ("Clusters, the worst first", first, False),
        (f"{len(fresh)} fresh clusters, the oldest first", fresh if many else [], True),
        (f"{counted(len(skipped), 'cluster')} not judged", skipped, len(skipped) > MANY),
    ]
    return [table for table in tables if table[1]]


def _legend(verdict: _Facts, axis: Axis, marks: dict[str, list[Mark]]) -> list[tuple[str, str, str]]:
    """Each sign: what it shows, its shape, and its meaning."""
    kinds = {mark.kind for found in marks.values() for mark in within(axis, found)}
    meanings = {
        "auto": "automated backup",
        "manual": "manual backup",
        **({"other": "backup of unknown type"} if kinds - {"AUTOMATED", "MANUAL"} else {}),
        "band": f"the objective: the last {verdict['objective']}",
        "gap": "time beyond the objective without a backup",
        "older": "older backups, not shown",
    }
    return [(shows, SAMPLES[shows], words) for shows, words in meanings.items()]


def _row(cluster: _Facts, marks: list[Mark], axis: Axis) -> _Facts:
    """One cluster's row: the verdict on it, and what is shown of that in words and as a line of time."""
    status, newest = cluster["status"], cluster["newest"]
    against, detail = _against(cluster, axis.objective, marks)
    below = [cluster["cluster_id"]] if cluster["cluster_name"] else []
    if cluster["cluster_status"] == "STOPPED" and not detail:
        below.append("STOPPED: makes no backups")
    if cluster["running"] and not detail:
        below.append(f"{counted(cluster['running'], 'backup')} running")
    kind = newest and newest.get("type")
    return {
        **cluster,
        "name": cluster["cluster_name"] or cluster["cluster_id"],
        "below_name": below,
        "age": newest and aged(marks[0].age, axis.objective if status == "stale" else None),
        "kind": f", {_KINDS.get(kind, kind)}" if kind else "",
        "against": against,
        "detail": detail,
        "paths": paths(axis, marks, cluster["matched"], missed=status in ("never", "stale")),
        "line": _line(marks, cluster["matched"], axis),
    }


def _against(cluster: _Facts, limit: int, marks: list[Mark]) -> tuple[str, str | None]:
    """How far a cluster is from the objective, and why where the rest of the row does not say."""
    if cluster["status"] in ("never", "skipped"):
        return "Nothing to restore" if cluster["status"] == "never" else "", cluster["reason"]
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
    if not all(isinstance(row, t.Mapping) and {"source_cluster_id", "created_at"} <= set(row) for row in rows):
        raise OptionError(
            "backups holds something that is not a backup; give it the backups of the result.", option="backups"
        )
    given: dict[str, list[_Facts]] = {}
    for row in rows:
        given.setdefault(plain(row["source_cluster_id"]), []).append(row)

    def marks(cluster: _Facts) -> list[Mark]:
        found = given.get(cluster["cluster_id"]) or ([cluster["newest"]] if cluster["newest"] else [])
        made = [
            Mark(measured_from - instant_of(row["created_at"], "created_at"), plain(row.get("type"))) for row in found
        ]
        return sorted(made, key=operator.attrgetter("age"))

    return {cluster["cluster_id"]: marks(cluster) for cluster in verdict["clusters"].values()}
