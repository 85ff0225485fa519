# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page on a restore drill shows. Pure functions; _report_drill.html.j2 says where."""

from __future__ import annotations

import dataclasses
import typing as t

from ._drill import removal_command
from ._drill_words import backup_words, headline, leftover_words, length, objective_words
from ._report import page

_PHASES = {
    "choose": "Choose the backup",
    "restore": "Restore it",
    "ready": "Wait until the cluster is ready",
    "check": "Read and check the data",
    "remove": "Remove the cluster",
}
_OUTCOMES = {
    "passed": ("fresh", "✓", "Passed"),
    "failed": ("never", "✕", "Failed"),
    "untested": ("stale", "▲", "Untested"),
}
_LEFT, _RIGHT, _TOP, _BOTTOM = 4, 476, 1, 29
_LEAST_WIDTH = 2
"""So that a phase of no length can be seen."""

_Facts = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class _Phase:
    """One phase on its line of time.

    :ivar took: its length in words
    :ivar ended: the time from the start to its end, likewise
    :ivar paths: the line's paths, each with its class in the style sheet
    :ivar line: the same in words
    """

    name: str
    took: str
    ended: str
    paths: list[tuple[str, str]]
    line: str


def drill_page(verdict: _Facts) -> str:
    """The whole page.

    :param verdict: what the drill's filter returned
    """
    outcome, sign, _word = _OUTCOMES[verdict["outcome"]]
    well = not verdict["failure"]
    values = {
        "title": headline(verdict).removesuffix("."),
        "header": {"fresh": "good" if well else "unsure", "never": "bad", "stale": "unsure"}[outcome],
        "sign": sign,
        "chips": _chips(verdict),
        "problem": verdict["problem"],
        "evaluated_at": verdict["evaluated_at"],
        "folder_id": verdict["source"]["folder_id"],
        "facts": _facts(verdict),
        "phases": _phases(verdict),
        "axis_end": length(_whole(verdict)),
        "objective": verdict["rto"],
        "removal_shown": "remove" in verdict["seconds"],
        "checks": verdict["checks"],
        "not_tested": verdict["not_tested"],
        "removals": _removals(verdict),
        "leftovers": _leftovers(verdict),
    }
    return page("_report_drill.html.j2", values, styles=("_report.css", "_report_drill.css"))


def _chips(verdict: _Facts) -> list[tuple[str, str, str]]:
    """The state of everything that has one: class, sign and words."""
    chips = [_OUTCOMES[verdict["outcome"]]]
    if verdict["rto_met"] is not None:
        chips.append(("fresh", "✓", "Objective met") if verdict["rto_met"] else ("never", "✕", "Objective missed"))
    if verdict["not_removed"]:
        chips.append(("never", "✕", "Cluster not removed"))
    elif verdict["kept"]:
        chips.append(("stale", "▲", "Cluster kept"))
    return chips


def _facts(verdict: _Facts) -> list[tuple[str, str]]:
    cluster, backup, keys = verdict["cluster"], verdict["backup"] or {}, verdict["key_count"]
    found: list[tuple[str, str | None]] = [
        ("Backup", backup_words(verdict)),
        ("Its data are of", backup.get("started_at") or backup.get("created_at")),
        ("Restored cluster", f"{cluster['name']} ({cluster['id']})" if cluster else None),
        ("Keys", None if keys is None else f"{keys}, {verdict['persistent_key_count']} of them without a time to live"),
        ("Expired by the restore", None if not verdict["expired_on_load"] else f"{verdict['expired_on_load']} keys"),
        ("Time to readable data", None if verdict["readable_seconds"] is None else length(verdict["readable_seconds"])),
        ("Objective", objective_words(verdict)),
    ]
    return [(name, words) for name, words in found if words]


# --- the lines of time ---


def _whole(verdict: _Facts) -> float:
    """The seconds that the lines show."""
    return max(float(sum(verdict["seconds"].values())), float(verdict["rto_seconds"] or 0), 1.0)


def _phases(verdict: _Facts) -> list[_Phase]:
    scale, limit = (_RIGHT - _LEFT) / _whole(verdict), verdict["rto_seconds"]
    phases, start = [], 0.0
    for phase, seconds in verdict["seconds"].items():
        end = start + seconds
        counts = phase != "remove"
        path = _bar(_LEFT + start * scale, _LEFT + end * scale)
        phases.append(
            _Phase(
                name=_PHASES[phase],
                took=length(seconds),
                ended=length(end),
                paths=[*_limit(limit, scale), ("bar" if counts else "bar after", path)],
                line=f"From {length(start)} to {length(end)} after the start{_beyond(end, limit) if counts else ''}.",
            )
        )
        start = end
    return phases


def _limit(limit: float | None, scale: float) -> list[tuple[str, str]]:
    base = ("base", f"M{_LEFT} {_BOTTOM}H{_RIGHT}")
    if limit is None:
        return [base]
    x = round(_LEFT + limit * scale, 1)
    return [("band", f"M{_LEFT} {_TOP}H{x}V{_BOTTOM}H{_LEFT}z"), base, ("limit", f"M{x} {_TOP}V{_BOTTOM}")]


def _bar(start: float, end: float) -> str:
    # At the right end there is no room for the least width.
    start = min(start, _RIGHT - _LEAST_WIDTH)
    return f"M{start:.1f} 8H{max(end, start + _LEAST_WIDTH):.1f}V22H{start:.1f}z"


def _beyond(end: float, limit: float | None) -> str:
    return "" if limit is None else ", beyond the objective" if end > limit else ", within the objective"


# --- what is left in the cloud ---


def _removals(verdict: _Facts) -> list[tuple[str, str, str | None]]:
    """The clusters that somebody has to remove: what each is, why it is there, and the command that removes it."""
    found = [
        (
            f"Cluster {left['cluster_id']} ({left['name']})"
            if left["cluster_id"]
            else f"Perhaps a cluster named {left['name']}",
            f"in folder {left['folder_id']} could not be removed: {left['problem']}.",
            left["command"],
        )
        for left in verdict["not_removed"]
    ]
    if verdict["kept"]:
        cluster = verdict["cluster"]
        command = removal_command(cluster["id"], cluster["name"])
        found.append((f"Cluster {cluster['id']} ({cluster['name']})", "was kept, as keep_on_failure asks.", command))
    return found


def _leftovers(verdict: _Facts) -> list[str] | None:
    if verdict["leftovers"] is None:
        return None
    return [
        f"{leftover_words(leftover)}."
        for leftover in verdict["leftovers"]
        if not (leftover["due"] and leftover["problem"])
    ]
