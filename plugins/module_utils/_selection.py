# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which backups of a cluster qualify, and which of them is the newest. Pure functions, no I/O.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from ._backups import Backup, order
from ._cloud.durations import format_duration
from ._cloud.instants import SECOND
from ._criteria import CRITERIA, Criteria

FUTURE_TOLERANCE = 300 * SECOND
"""How far ahead of our clock a completion time may lie before it is worth a warning: 5 minutes."""


class Selection(t.NamedTuple):
    """What became of one cluster's backups.

    :ivar matched: those that qualify, newest first
    :ivar incomplete: those without a completion time, newest start first
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
            "filtered_out": dict(self.filtered_out),
            "matched": len(self.matched),
        }


def select(backups: t.Sequence[Backup], criteria: Criteria) -> Selection:
    """Sorts one cluster's backups into those that qualify, newest first, and those that do not."""
    matched, incomplete, filtered_out = [], [], dict.fromkeys(CRITERIA, 0)
    for backup in backups:
        if not backup.completed:
            incomplete.append(backup)
        elif option := criteria.first_failed(backup):
            filtered_out[option] += 1
        else:
            matched.append(backup)
    matched.sort(key=order, reverse=True)
    incomplete.sort(key=lambda backup: (backup.started, backup.id), reverse=True)
    return Selection(matched, incomplete, filtered_out)


def reference_instant(criteria: Criteria, evaluated_at: int) -> int:
    """The instant from which `max_age` is measured: `created_before` where that is given and past, else now."""
    created_before: int = criteria.prepared.get("created_before", evaluated_at)
    return min(created_before, evaluated_at)


def is_stale(backup: Backup, max_age: int, measured_from: int) -> bool:
    """Whether the backup is strictly older than the limit, to the nanosecond.

    :param max_age: nanoseconds
    :param measured_from: the instant from which the age is measured
    """
    return measured_from - backup.created > max_age


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
