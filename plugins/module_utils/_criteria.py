# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters: which options choose among backups, and what each of them keeps. Pure functions, no I/O."""

from __future__ import annotations

import datetime
import typing as t

from ._backups import Backup
from ._cloud.errors import OptionError
from ._cloud.instants import parse_instant
from ._cloud.text import quoted, type_name
from ._engine import REDIS


class Criterion(t.NamedTuple):
    """One way for a backup to fail to qualify.

    :ivar spec: the option's entry in an argument spec
    :ivar prepare: the option's value made ready for comparing; raises ValueError with what is wrong
    :ivar keeps: whether a completed backup qualifies
    :ivar filtered_out: how the others are described, behind their number
    """

    spec: dict[str, t.Any]
    prepare: t.Callable[[t.Any], t.Any]
    keeps: t.Callable[[Backup, t.Any], bool]
    filtered_out: t.Callable[[t.Any], str]


def _types(values: list[str]) -> frozenset[str]:
    for value in values:
        if value not in REDIS.types:
            raise ValueError(f"holds {quoted(value)}; the types are {' and '.join(REDIS.types)}")
    return frozenset(values)


def _shards(values: list[str]) -> frozenset[str]:
    if not all(values):
        raise ValueError("holds an empty string; leave it out, or name a shard")
    return frozenset(values)


_ALL = {
    "created_after": Criterion(
        {"type": "str"},
        parse_instant,
        lambda backup, bound: backup.created >= bound,
        lambda given: f"before created_after {given}",
    ),
    "created_before": Criterion(
        {"type": "str"},
        parse_instant,
        lambda backup, bound: backup.created < bound,
        lambda given: f"not before created_before {given}",
    ),
    "type": Criterion(
        {"type": "list", "elements": "str", "choices": list(REDIS.types)},
        _types,
        lambda backup, wanted: backup.facts["type"] in wanted,
        lambda given: f"not of type {' or '.join(given)}",
    ),
    "shards": Criterion(
        {"type": "list", "elements": "str"},
        _shards,
        lambda backup, wanted: wanted.issubset(backup.facts["source_shard_names"]),
        lambda given: f"without {'shard' if len(given) == 1 else 'all shards of'} {', '.join(given)}",
    ),
}

CRITERIA = {option: _ALL[option] for option in REDIS.criteria}
"""The engine's filters by option, in the order in which they are applied."""


class Criteria(t.NamedTuple):
    """What a backup has to satisfy.

    :ivar given: the options' values as they were given, less those that filter nothing
    :ivar prepared: the same, ready for comparing
    """

    given: dict[str, t.Any]
    prepared: dict[str, t.Any]

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Criteria:
        """The criteria among a plugin's options; null and an empty list filter nothing.

        :raises OptionError: a value is invalid, an empty string included, or no backup could satisfy both times
        """
        given, prepared = {}, {}
        for option, criterion in CRITERIA.items():
            value = _converted(option, options.get(option), is_list=criterion.spec["type"] == "list")
            if value is None or value == []:
                continue
            try:
                prepared[option] = criterion.prepare(value)
            except ValueError as exc:
                shown = f" {quoted(value)}" if isinstance(value, str) else ""
                raise OptionError(f"{option}{shown} {exc}.", option=option) from None
            given[option] = value
        if "created_after" in prepared and prepared["created_after"] >= prepared.get("created_before", float("inf")):
            raise OptionError(
                f"created_after {given['created_after']} must be before created_before {given['created_before']},"
                " or no backup can match.",
                option="created_after",
            )
        return cls(given, prepared)

    def first_failed(self, backup: Backup) -> str | None:
        """The option that filters the backup out, the first in the order of :data:`CRITERIA`; None where it qualifies."""
        for option, prepared in self.prepared.items():
            if not CRITERIA[option].keeps(backup, prepared):
                return option
        return None


def _converted(option: str, value: t.Any, is_list: bool) -> t.Any:
    """The value as the option's type: a module's option is of it already, a lookup's or a filter's may not be."""
    if value is None:
        return None
    if value == "":
        raise OptionError(f"{option} is an empty string; leave it out, or give a value.", option=option)
    if is_list:
        return list_option(value, option)
    if isinstance(value, datetime.date):  # as YAML reads an unquoted time
        value = value.isoformat()
    if not isinstance(value, str):
        raise OptionError(f"{option} must be a time in quotes, got {type_name(value)}.", option=option)
    return value


def list_option(value: t.Any, option: str) -> list[str]:
    """An option's list of strings, of which one alone, numbers and a string with commas are made as Ansible does for a module.

    :raises OptionError: the value is no such list
    """
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(item, (str, int)) and not isinstance(item, bool) for item in items):
        raise OptionError(f"{option} must be a list of strings, got {type_name(value)}.", option=option)
    return [str(item).strip() for item in items]
