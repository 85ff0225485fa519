# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which backups of a cluster qualify, which of them is the newest, and why in words. Pure functions, no I/O."""

from __future__ import annotations

import typing as t

from ._backups import Backup, order
from ._cloud.durations import format_duration
from ._cloud.instants import SECOND
from ._cloud.text import quoted
from ._criteria import CRITERIA, Criteria

FUTURE_TOLERANCE = 300 * SECOND
"""How far ahead of our clock a completion time may lie before it is worth a warning: 5 minutes."""


class Selection(t.NamedTuple):
    """What became of one cluster's backups.

    :ivar matched: those that qualify, newest first
    :ivar incomplete: those without a completion time
    :ivar filtered_out: how many each criterion was the first to filter out
    """

    matched: list[Backup]
    incomplete: list[Backup]
    filtered_out: dict[str, int]

    @property
    def newest(self) -> Backup | None:
        """The newest backup that qualifies."""
        return self.matched[0] if self.matched else None

    def counts(self) -> dict[str, t.Any]:
        """The counts by which the choice can be explained: `selection` of the module."""
        return {
            "listed": len(self.matched) + len(self.incomplete) + sum(self.filtered_out.values()),
            "incomplete": len(self.incomplete),
            "filtered_out": self.filtered_out,
            "matched": len(self.matched),
        }


def select(backups: t.Iterable[Backup], criteria: Criteria) -> Selection:
    """Sorts one cluster's backups into those that qualify, newest first, and those that do not."""
    matched, incomplete, filtered_out = [], [], dict.fromkeys(CRITERIA, 0)
    for backup in backups:
        if not backup.completed:
            incomplete.append(backup)
        elif option := criteria.first_failed(backup):
            filtered_out[option] += 1
        else:
            matched.append(backup)
    return Selection(sorted(matched, key=order, reverse=True), incomplete, filtered_out)


class Explainer(t.NamedTuple):
    """What holds the choices of one result against `max_age`, and says why: a line for each cluster, for the person on call.

    :ivar max_age: nanoseconds beyond which a newest backup is stale; None where that is not asked
    :ivar limit: `max_age` as the user wrote it
    :ivar evaluated_at: the instant from which ages are counted
    """

    criteria: Criteria
    max_age: int | None
    limit: t.Any
    evaluated_at: int

    @property
    def measured_from(self) -> int:
        """The instant from which `max_age` is measured: `created_before` where that is given and past, else now."""
        created_before: int = self.criteria.prepared.get("created_before", self.evaluated_at)
        return min(created_before, self.evaluated_at)

    def is_stale(self, backup: Backup | None) -> bool:
        """Whether the backup is strictly older than the limit, to the nanosecond."""
        if backup is None or self.max_age is None:
            return False
        return self.measured_from - backup.created > self.max_age

    def explain(self, label: str, selection: Selection) -> str:
        """What was chosen, how old it is, what would come next, and how many were filtered out by what.

        :param label: the cluster for people
        """
        counts = self._counts(selection.counts())
        if not selection.counts()["listed"]:
            return f"{label}: it has no backup, the API lists none"
        if not selection.newest:
            return f"{label}: no backup qualifies; {counts}"
        newest, *others = selection.matched
        stale = f", older than max_age {self.limit} allows" if self.is_stale(newest) else ""
        after = f"next is {self._backup(others[0])}" if others else "no other backup matches"
        return f"{label}: newest match is {self._backup(newest)}{stale}; {after}; {counts}"

    def _backup(self, backup: Backup) -> str:
        shown = backup.id if backup.id.isprintable() else quoted(backup.id)
        kind = f", {backup.facts['type']}" if backup.facts["type"] else ""
        return f"{shown}, completed {backup.facts['created_at']}, {self._age(backup)}{kind}"

    def _age(self, backup: Backup) -> str:
        age, beyond = self.measured_from - backup.created, self.max_age if self.is_stale(backup) else None
        if self.measured_from == self.evaluated_at or age < 0:
            return aged(age, beyond)
        return f"{format_duration(age, beyond)} before created_before {self.criteria.given['created_before']}"

    def _counts(self, counts: dict[str, t.Any]) -> str:
        parts = [f"{counts['listed']} listed"]
        if matched := counts["matched"]:
            parts.append(f"{matched} {'matches' if matched == 1 else 'match'}")
        if counts["incomplete"]:
            parts.append(f"{counts['incomplete']} unfinished")
        for option, count in counts["filtered_out"].items():
            if count:
                parts.append(f"{count} {CRITERIA[option].filtered_out(self.criteria.given[option])}")
        return ", ".join(parts)


def aged(nanoseconds: int, beyond: int | None = None) -> str:
    """An age in words, also that of a backup from the future.

    :param beyond: a limit that the age exceeds, and like which it must not read
    """
    if nanoseconds < 0:
        return f"{format_duration(-nanoseconds)} ahead of the clock"
    return f"{format_duration(nanoseconds, beyond)} old"


def warn_of_future(cluster: str, matched: t.Sequence[Backup], evaluated_at: int) -> str | None:
    """The warning about backups that were completed after now by our clock; None without one.

    :param matched: newest first
    """
    ahead = [backup for backup in matched if backup.created > evaluated_at + FUTURE_TOLERANCE]
    if not ahead:
        return None
    first = ahead[0]
    others = f" (and {len(ahead) - 1} more)" if len(ahead) > 1 else ""
    return (
        f"cluster {cluster}: backup {first.id}{others} claims to come from the future: created_at {first.facts['created_at']}"
        f" is {format_duration(first.created - evaluated_at)} ahead of this machine's clock. Check the clock before trusting ages."
    )
