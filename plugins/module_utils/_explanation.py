# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A choice in words: one line for each cluster, for the person on call. Pure functions, no I/O.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from ._backups import Backup
from ._cloud.durations import format_duration
from ._cloud.text import quoted
from ._criteria import CRITERIA, Criteria
from ._selection import Selection, is_stale


class Explainer(t.NamedTuple):
    """What all lines of one result have in common.

    :ivar max_age: nanoseconds beyond which a newest backup is stale, if that is asked
    :ivar limit: `max_age` as the user wrote it
    :ivar evaluated_at: the instant from which ages are counted
    :ivar measured_from: the instant from which `max_age` is measured
    """

    criteria: Criteria
    max_age: int | None
    limit: str
    evaluated_at: int
    measured_from: int

    def choice(self, label: str, selection: Selection) -> str:
        """What was chosen, how old it is, what would come next, and how many were filtered out by what.

        :param label: the cluster for people
        """
        newest = selection.newest
        if newest is None:
            return f"{label}: {none_matches(selection.counts(), self.criteria)}"
        parts = [f"{label}: newest match is {self._backup(newest)}{self._against_limit(newest)}"]
        if len(selection.matched) > 1:
            parts.append(f"next is {self._backup(selection.matched[1])}")
        else:
            parts.append("no other backup matches")
        parts.append(", ".join(counts_in_words(selection.counts(), self.criteria)))
        return "; ".join(parts)

    def _backup(self, backup: Backup) -> str:
        kind = backup.facts["type"]
        return f"{_shown(backup.id)}, completed {backup.facts['created_at']}, {self._age(backup)}{f', {kind}' if kind else ''}"

    def _age(self, backup: Backup) -> str:
        age = self.measured_from - backup.created
        if age < 0:
            return f"{format_duration(-age)} ahead of the clock"
        words = format_duration(age, self.max_age if self._is_stale(backup) else None)
        return (
            f"{words} old"
            if self.measured_from == self.evaluated_at
            else f"{words} before created_before {self.criteria.given['created_before']}"
        )

    def _is_stale(self, backup: Backup) -> bool:
        return self.max_age is not None and is_stale(backup, self.max_age, self.measured_from)

    def _against_limit(self, newest: Backup) -> str:
        return f", older than max_age {self.limit} allows" if self._is_stale(newest) else ""


def none_matches(counts: dict[str, t.Any], criteria: Criteria) -> str:
    """Why no backup of a cluster qualifies."""
    if not counts["listed"]:
        return "it has no backup, the API lists none"
    return f"no backup qualifies; {', '.join(counts_in_words(counts, criteria))}"


def counts_in_words(counts: dict[str, t.Any], criteria: Criteria) -> list[str]:
    """How many rows there are, and how many of them match, are unfinished, or were filtered out by what."""
    parts = [f"{counts['listed']} listed"]
    if counts["matched"]:
        parts.append(f"{counts['matched']} {'matches' if counts['matched'] == 1 else 'match'}")
    if counts["incomplete"]:
        parts.append(f"{counts['incomplete']} unfinished")
    parts += [
        f"{count} {CRITERIA[option].filtered_out(criteria.given[option])}"
        for option, count in counts["filtered_out"].items()
        if count
    ]
    return parts


def _shown(text: str) -> str:
    return text if text.isprintable() else quoted(text)
