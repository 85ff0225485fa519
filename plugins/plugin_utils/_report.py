# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A verdict as a page for people: one file that loads nothing and runs nothing. Pure functions.

Whatever comes from outside passes :func:`_text`; the page's own policy would stop a script or a request if something slipped.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import base64
import hashlib
import html
import operator
import typing as t

from ..module_utils._backups import NOT_COMPLETED, completions
from ..module_utils._cloud.durations import format_duration
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.instants import (
    SECOND,
    format_instant,
    parse_instant,
)
from ._freshness import (
    Document,
    aged,
    headline,
    in_words,
    read_document,
)
from ._report_style import STYLE
from ._timeline import Axis, Mark, draw, draw_axis, sample, within

_SIGNS = {"never": "✕", "stale": "▲", "fresh": "✓", "deleted": "○"}
_WORDS = {"never": "Never backed up", "stale": "Too old", "fresh": "Fresh", "deleted": "Deleted"}
_COLUMNS = ("Verdict", "Cluster", "Newest backup", "Against the objective")
_KINDS = {"AUTOMATED": "automated", "MANUAL": "manual", None: "of unknown type"}

_FOOTER = "Made by the Ansible collection yacloud.mdb. Ages count from the time of the check; they do not move on while the page is open."

_Cluster = t.Mapping[str, t.Any]


def report_html(document: t.Any, backups: t.Any) -> str:
    """The whole page.

    :param document: what the freshness filter returned
    :param backups: backups for the time lines, as the module returns them
    :raises MdbError: the input is neither
    """
    document, clusters = read_document(document)
    evaluated_at = parse_instant(document["evaluated_at"])
    axis = Axis(round(document["objective_seconds"] * SECOND))
    marks = _marks(backups, clusters, evaluated_at, axis)
    rows = "".join(_row(cluster_id, cluster, marks[cluster_id], axis) for cluster_id, cluster in clusters)
    kinds = {mark.kind for cluster_marks in marks.values() for mark in within(axis, cluster_marks)}
    body = [
        _header(document, clusters),
        f"<main>{_legend(document, kinds)}{_table(rows, axis)}" if clusters else "<main>",
        f"{_deleted(document)}</main>",
        f"<footer><p>{_FOOTER}</p></footer>",
    ]
    return _page(headline(document), "\n".join(body))


def _page(title: str, body: str) -> str:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{_text(title.rstrip("."))} · Redis backups</title>
<style>{STYLE}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _header(document: Document, clusters: list[tuple[str, _Cluster]]) -> str:
    verdict = "none" if not clusters else "bad" if document["missed"] else "good"
    sign = {"bad": "✕", "good": "✓", "none": "○"}[verdict]
    counts = document["counts"]
    chips = "".join(
        f'<li class="{status}"><span aria-hidden="true">{_SIGNS[status]}</span> <b>{counts[status]}</b> {_WORDS[status].lower()}</li>'
        for status in _SIGNS
        if counts[status]
    )
    facts = [f"Checked {_time(document['evaluated_at'])}"]
    if document.get("folder_id"):
        facts.append(f"folder {_text(document['folder_id'])}")
    if document.get("criteria"):
        facts.append(f"counting only backups with {_criteria(document['criteria'])}")
    return f"""<header class="{verdict}">
<p class="kind">Redis backups against the recovery point objective</p>
<h1><span class="sign" aria-hidden="true">{sign}</span> {_text(headline(document).rstrip("."))}</h1>
<ul class="chips">{chips}</ul>
<p class="facts">{" · ".join(facts)}</p>
</header>"""


def _criteria(criteria: t.Mapping[str, t.Any]) -> str:
    words = [
        f"{name} {', '.join(value) if isinstance(value, (list, tuple)) else value}" for name, value in criteria.items()
    ]
    return _text("; ".join(words))


def _legend(document: Document, kinds: set[str | None]) -> str:
    entries = [
        ("auto", "automated backup"),
        ("manual", "manual backup"),
        *([("other", "backup of unknown type")] if kinds - {"AUTOMATED", "MANUAL"} else []),
        ("band", f"the objective: the last {_text(document['objective'])}"),
        ("gap", "time beyond the objective without a backup"),
        ("older", "older backups, not shown"),
    ]
    items = "".join(f"<li>{sample(kind)} {words}</li>" for kind, words in entries)
    return f'<ul class="legend" aria-label="Signs on the time lines">{items}</ul>'


def _table(rows: str, axis: Axis) -> str:
    heads = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in _COLUMNS)
    last = f'<th scope="col" role="columnheader" class="time">Before the check {draw_axis(axis)}</th>'
    return f"""<table role="table">
<caption>Clusters, the worst first</caption>
<thead role="rowgroup"><tr role="row">{heads}{last}</tr></thead>
<tbody role="rowgroup">
{rows}</tbody>
</table>"""


def _row(cluster_id: str, cluster: _Cluster, marks: list[Mark], axis: Axis) -> str:
    status = cluster["status"]
    name = cluster["cluster_name"]
    who = f"<b>{_text(name)}</b><small>{_text(cluster_id)}</small>" if name else f"<b>{_text(cluster_id)}</b>"
    line = draw(axis, marks, cluster["matched"], status, _text(_in_words(marks, cluster, axis)))
    return (
        f'<tr role="row" class="{status}">'
        f'<td role="cell" class="verdict"><span class="badge"><span aria-hidden="true">{_SIGNS[status]}</span> {_WORDS[status]}</span></td>'
        f'<th role="rowheader" scope="row">{who}</th>'
        f'<td role="cell" class="newest">{_newest(cluster)}</td>'
        f'<td role="cell" class="against">{_against(cluster)}</td>'
        f'<td role="cell" class="time">{line}<p class="ends" aria-hidden="true"><span>{in_words(axis.window)} before</span><span>check</span></p></td>'
        "</tr>\n"
    )


def _newest(cluster: _Cluster) -> str:
    newest = cluster["newest"]
    if newest is None:
        return "<b>None</b>"
    when = aged(cluster["age_seconds"] * SECOND)
    kind = newest["type"]
    kind_words = f", {_text(_KINDS.get(kind, kind))}" if kind else ""
    # Whoever looks at a fresh cluster has no use for the backup's id, and the page stays short without it.
    backup_id = "" if cluster.get("status") == "fresh" else f'<small class="id">{_text(newest["id"])}</small>'
    return f"<b>{when}</b><small>{_time(newest['created_at'])}{kind_words}</small>{backup_id}"


def _against(cluster: _Cluster) -> str:
    if cluster["status"] == "never":
        reason = cluster["reason"].partition(": ")[2] or cluster["reason"]
        return f"<b>Nothing to restore</b><small>{_text(reason)}</small>"
    overdue = cluster["overdue_seconds"] * SECOND
    if cluster["status"] == "stale":
        return f"<b>{format_duration(overdue)} too old</b>"
    return f"{format_duration(-overdue)} to spare"


def _in_words(marks: list[Mark], cluster: _Cluster, axis: Axis) -> str:
    """What the line shows, for those who cannot see it."""
    if not marks:
        return "No backup"
    shown = within(axis, marks)
    counts = [
        f"{sum(1 for mark in shown if mark.kind == kind)} {words}"
        for kind, words in _KINDS.items()
        if any(mark.kind == kind for mark in shown)
    ]
    older = cluster["matched"] - len(shown)
    rest = f"; {older} older, not shown" if older > 0 else ""
    cut = len(shown) == len(marks) and older > 0
    which = f"The newest {len(shown)} backups" if cut else f"Backups of the last {in_words(axis.window)}"
    return f"{which}: {', '.join(counts) or 'none'}{rest}. The newest is {aged(marks[0].age)}."


def _marks(rows: t.Any, clusters: list[tuple[str, _Cluster]], evaluated_at: int, axis: Axis) -> dict[str, list[Mark]]:
    """Each cluster's backups, newest first; the newest alone where none were given."""
    if not isinstance(rows, (list, tuple)):
        raise OptionError("backups is no list of backups as the module returns them.", option="backups")
    rows = list(rows)
    found: dict[str, list[Mark]] = {cluster_id: [] for cluster_id, cluster in clusters}
    for row, (cluster_id, created) in zip(rows, completions(rows), strict=True):
        if created not in NOT_COMPLETED and cluster_id in found:
            age = evaluated_at - created
            found[cluster_id].append(Mark(age, row.get("type") if age <= axis.window else None))
    for cluster_id, cluster in clusters:
        if (newest := cluster["newest"]) and not found[cluster_id]:
            found[cluster_id] = [Mark(evaluated_at - parse_instant(newest["created_at"]), newest["type"])]
    return {cluster_id: sorted(marks, key=operator.attrgetter("age")) for cluster_id, marks in found.items()}


def _deleted(document: Document) -> str:
    if not document["deleted"]:
        return ""
    rows = "".join(
        f'<tr role="row"><th role="rowheader" scope="row"><b>{_text(cluster_id)}</b></th>'
        f'<td role="cell" class="newest">{_newest(cluster)}</td><td role="cell">{cluster["listed"]} left</td></tr>\n'
        for cluster_id, cluster in document["deleted"].items()
    )
    return f"""<section><h2>Deleted clusters, not judged</h2>
<p>The folder no longer lists these clusters, but their backups. Those go away by themselves 7 days after the deletion; until then a
cluster can be restored from them.</p>
<table role="table" class="deleted">
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Cluster</th><th scope="col" role="columnheader">Newest backup</th><th
scope="col" role="columnheader">Backups</th></tr></thead>
<tbody role="rowgroup">
{rows}</tbody></table></section>"""


def _time(instant: str) -> str:
    """A time of the API, cut to minutes in UTC for the eye, to the letter for machines."""
    shown = format_instant(parse_instant(instant))[:16].replace("T", " ")
    return f'<time datetime="{_text(instant)}">{shown} UTC</time>'


def _text(value: t.Any) -> str:
    """Text from outside, for an element or an attribute; what cannot be printed, or would turn the writing direction, is made visible."""
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value))
    return html.escape(text, quote=True)
