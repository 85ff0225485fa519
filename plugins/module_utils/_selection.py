# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which backups qualify, which of them is newest, and why the others fell. Pure functions, no I/O.

A filter is one entry of :data:`CRITERIA`: the module, the lookup, the filter plugin and the roles take it from there.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import datetime
import itertools
import typing as t

from ._backups import NOT_COMPLETED, TYPES, Backup, completion, order_unfinished, sort_newest_first
from ._cloud.errors import OptionError
from ._cloud.instants import (
    SECOND,
    parse_instant,
)
from ._cloud.text import quoted

FUTURE_TOLERANCE = 300 * SECOND
"""How far ahead of our clock a completion time may lie before it is worth a warning: 5 minutes."""


class Criterion(t.NamedTuple):
    """One way for a backup to fail to qualify.

    :ivar option: the option's name, everywhere
    :ivar spec: the option's entry in an argument spec
    :ivar prepare: the option's value made ready for comparing; raises ValueError with what is wrong
    :ivar keeps: whether a completed backup qualifies
    :ivar fallen: how the others are described, behind their number
    """

    option: str
    spec: dict[str, t.Any]
    prepare: t.Callable[[t.Any], t.Any]
    keeps: t.Callable[[Backup, t.Any], bool]
    fallen: t.Callable[[t.Any], str]


def _types(values: list[str]) -> frozenset[str]:
    for value in values:
        if value not in TYPES:
            raise ValueError(f"holds {quoted(str(value))}; the types are {' and '.join(TYPES)}")
    return frozenset(values)


CRITERIA = (
    Criterion(
        "created_after",
        {"type": "str"},
        parse_instant,
        lambda backup, bound: backup.created >= bound,
        lambda given: f"before created_after {given}",
    ),
    Criterion(
        "created_before",
        {"type": "str"},
        parse_instant,
        lambda backup, bound: backup.created < bound,
        lambda given: f"not before created_before {given}",
    ),
    Criterion(
        "type",
        {"type": "list", "elements": "str", "choices": list(TYPES)},
        _types,
        lambda backup, wanted: backup.facts["type"] in wanted,
        lambda given: f"not of type {' or '.join(given)}",
    ),
    Criterion(
        "shards",
        {"type": "list", "elements": "str"},
        frozenset,
        lambda backup, wanted: wanted.issubset(backup.facts["source_shard_names"]),
        lambda given: f"without {'shard' if len(given) == 1 else 'all shards of'} {', '.join(given)}",
    ),
)


def _fits(value: t.Any, kind: str) -> bool:
    """Whether a value is of an option's type: what Ansible's argument spec has seen to, and nobody for a filter."""
    if kind == "list":
        return isinstance(value, (list, tuple)) and all(isinstance(item, (str, int)) for item in value)
    return isinstance(value, str)


class Criteria(t.NamedTuple):
    """What a backup has to satisfy.

    :ivar given: the options' values as they were given, less those that filter nothing
    :ivar prepared: the same, ready for comparing
    """

    given: dict[str, t.Any]
    prepared: dict[str, t.Any]

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Criteria:
        """The criteria among a plugin's options.

        :raises OptionError: a value cannot be worked with
        """
        given, prepared = {}, {}
        for criterion in CRITERIA:
            value = options.get(criterion.option)
            if value is None or value == []:
                continue
            if isinstance(value, datetime.date):  # as YAML reads an unquoted time
                value = str(value)
            if not _fits(value, criterion.spec["type"]):
                wanted = "a list of texts" if criterion.spec["type"] == "list" else "a time in quotes"
                raise OptionError(f"{criterion.option} is of a wrong type; write {wanted}.", option=criterion.option)
            if isinstance(value, (list, tuple)):  # what a module's option is made, a lookup's is not
                value = [str(item) for item in value]
            try:
                prepared[criterion.option] = criterion.prepare(value)
            except ValueError as exc:
                shown = f" {quoted(value)}" if isinstance(value, str) else ""
                raise OptionError(f"{criterion.option}{shown} {exc}.", option=criterion.option) from None
            given[criterion.option] = value
        return cls(given, prepared)

    def first_failed(self, backup: Backup) -> str | None:
        """The option at which the backup falls, in the order of :data:`CRITERIA`; None where it qualifies."""
        for criterion in CRITERIA:
            if criterion.option in self.prepared and not criterion.keeps(backup, self.prepared[criterion.option]):
                return criterion.option
        return None


class Selection(t.NamedTuple):
    """What became of one cluster's backups.

    :ivar matched: those that qualify, newest first
    :ivar incomplete: those without a completion time, newest start first
    :ivar filtered_out: how many fell first at each criterion
    """

    matched: list[Backup]
    incomplete: list[Backup]
    filtered_out: dict[str, int]

    @property
    def newest(self) -> Backup | None:
        """The newest backup that qualifies."""
        return self.matched[0] if self.matched else None

    def counts(self) -> dict[str, t.Any]:
        """The counts by which the choice can be explained: RV(selection) of the module."""
        fallen = sum(self.filtered_out.values())
        return {
            "listed": len(self.matched) + len(self.incomplete) + fallen,
            "incomplete": len(self.incomplete),
            "filtered_out": dict(self.filtered_out),
            "matched": len(self.matched),
        }


def select(backups: t.Sequence[Backup], criteria: Criteria) -> Selection:
    """Sorts one cluster's backups into those that qualify, newest first, and those that do not."""
    filtered_out = dict.fromkeys((criterion.option for criterion in CRITERIA), 0)
    matched, incomplete = list(backups), []
    if not NOT_COMPLETED.isdisjoint(map(completion, backups)):
        matched = [backup for backup in backups if backup.completed]
        incomplete = [backup for backup in backups if not backup.completed]
    if criteria.prepared:
        completed, matched = matched, []
        for backup in completed:
            if option := criteria.first_failed(backup):
                filtered_out[option] += 1
            else:
                matched.append(backup)
    sort_newest_first(matched)
    incomplete.sort(key=order_unfinished, reverse=True)
    return Selection(matched, incomplete, filtered_out)


def is_stale(backup: Backup, max_age: int, evaluated_at: int) -> bool:
    """Whether the backup is strictly older than the limit, to the nanosecond.

    :param max_age: nanoseconds
    :param evaluated_at: the instant from which ages are counted
    """
    return evaluated_at - backup.created > max_age


def warn_of_future(cluster: str, backups: t.Iterable[Backup], evaluated_at: int) -> str | None:
    """A warning where backups claim to come from the future, which makes them newest whatever else there is.

    :param backups: newest first
    :param evaluated_at: the instant of the machine's clock
    """
    latest = evaluated_at + FUTURE_TOLERANCE
    ahead = list(itertools.takewhile(lambda backup: backup.created > latest, backups))
    if not ahead:
        return None
    from ._cloud.durations import format_duration

    first = ahead[0]
    others = f" (and {len(ahead) - 1} more)" if len(ahead) > 1 else ""
    return (
        f"cluster {cluster}: backup {first.id}{others} claims to come from the future: created_at {first.facts['created_at']}"
        f" is {format_duration(first.created - evaluated_at)} ahead of this machine's clock. Check the clock before trusting ages."
    )
