# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the API become backups: checked, named as facts, placed in time. No I/O."""

from __future__ import annotations

import json
import operator
import typing as t

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

from ._cloud.errors import InvalidResponse
from ._cloud.instants import SECOND, parse_instant
from ._cloud.text import quoted, type_name
from ._engine import REDIS

ABSENT = -(1 << 80)
"""The instant of a time that is not there: before every other."""

NOT_COMPLETED = frozenset({ABSENT, parse_instant("0001-01-01T00:00:00Z"), 0})
"""Completion times that are none: absent, and the zero values that serialisers write for it."""

DISTRUST = "The list cannot be trusted, so nothing was chosen; if it stays so, report it to the cloud's support."
"""What a list that contradicts the API comes to."""

_DEEPEST = 100


class Backup(t.NamedTuple):
    """A backup, comparable by the order that holds everywhere: completed, started, id.

    :ivar created: instant of completion, :data:`ABSENT` where the API gave none
    :ivar started: instant of the start, :data:`ABSENT` where the API gave none
    :ivar facts: what is handed to Ansible
    """

    created: int
    started: int
    id: str
    facts: dict[str, t.Any]

    @property
    def completed(self) -> bool:
        """Whether the backup has a real completion time."""
        return self.created not in NOT_COMPLETED

    @property
    def cluster_id(self) -> str:
        """The cluster that was backed up."""
        return t.cast(str, self.facts["source_cluster_id"])


order: t.Callable[[Backup], tuple[int, int, str]] = operator.itemgetter(0, 1, 2)
"""The sort key of every list of completed backups; the newest has the greatest."""


def parse_rows(rows: list[t.Any], evaluated_at: int, source: str, cluster_id: str | None = None) -> list[Backup]:
    """The backups of one page.

    :param evaluated_at: the instant from which ages are counted
    :param source: what was read, for messages, such as "cluster c9q1"
    :param cluster_id: the only cluster whose rows may appear; any, for a folder
    :raises InvalidResponse: a row is not what the API documents, or belongs to another cluster
    """
    backups = []
    for number, row in enumerate(rows, start=1):
        try:
            backup = _parse(row, REDIS.fields, evaluated_at)
            if cluster_id and backup.cluster_id != cluster_id:
                raise ValueError(f"the field 'sourceClusterId' names another cluster, {quoted(backup.cluster_id)}")
        except ValueError as exc:
            raise InvalidResponse(f"{source}: row {number} of a page{_named(row)}: {exc}. {DISTRUST}") from None
        backups.append(backup)
    return backups


def from_facts(rows: t.Iterable[t.Any], evaluated_at: int | None) -> list[Backup]:
    """Backups of facts that :func:`parse_rows` made earlier and that Ansible kept in a variable.

    :param evaluated_at: counts the ages anew from this instant; without it they stay as they are
    :raises InvalidResponse: an element is no such fact
    """
    backups = []
    for number, row in enumerate(rows, start=1):
        try:
            backup = _parse(row, _FACT_NAMES, evaluated_at or 0)
        except ValueError as exc:
            raise InvalidResponse(f"element {number} of the list{_named(row)}: {exc}") from None
        if evaluated_at is None:
            backup.facts["age_seconds"] = row.get("age_seconds")
        backups.append(backup)
    return backups


def merge(backups: list[Backup]) -> list[Backup]:
    """One backup per id, since a row can repeat or shift between pages while a backup finishes: the finished one stays."""
    best: dict[str, Backup] = {}
    for backup in backups:
        other = best.setdefault(backup.id, backup)
        if other is not backup:
            best[backup.id] = max(other, backup, key=_rank)
    return list(best.values())


def by_cluster(backups: list[Backup]) -> dict[str, list[Backup]]:
    """The backups by cluster id, one per id."""
    clusters: dict[str, list[Backup]] = {}
    for backup in merge(backups):
        clusters.setdefault(backup.cluster_id, []).append(backup)
    return clusters


def _rank(backup: Backup) -> tuple[bool, tuple[int, int, str], str]:
    """Which of two rows with one id stays, whatever the order in which they came."""
    return backup.completed, order(backup), json.dumps(backup.facts, sort_keys=True, default=str)


def _parse(row: t.Any, fields: t.Mapping[str, str], evaluated_at: int) -> Backup:
    """One row as a backup; raises ValueError with what is wrong.

    :param fields: the row's known fields, and their names among the facts
    """
    if not isinstance(row, dict):
        raise ValueError(f"it must be a mapping, got {type_name(row)}")
    facts = {name: _READERS[name](field, row.get(field)) for field, name in fields.items()}
    named = {name: field for field, name in fields.items()}
    created, started = (_instant(named[name], facts[name]) for name in ("created_at", "started_at"))
    facts.setdefault("source_cluster_name", None)
    facts["age_seconds"] = None if created in NOT_COMPLETED else (evaluated_at - created) // SECOND
    for field, value in row.items():  # sibling engines have gained fields; those of ours are never overwritten
        if field not in fields:
            if _is_deeper(value, _DEEPEST):
                raise ValueError(f"the field {quoted(field)} is nested more than {_DEEPEST} deep")
            facts.setdefault(next(iter(camel_dict_to_snake_dict({field: None}))), value)
    return Backup(created, started, facts["id"], facts)


def _string(field: str, value: t.Any) -> str:
    if not isinstance(value, str) or not value:
        problem = "is missing" if value in (None, "") else f"must be a string, got {type_name(value)}"
        raise ValueError(f"the field '{field}' {problem}")
    return value


def _optional_string(field: str, value: t.Any) -> str | None:
    return None if value is None or value == "" else _string(field, value)


def _strings(field: str, value: t.Any) -> list[str]:
    if value is None or value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"the field '{field}' must be a list of strings")
    return value


def _type(field: str, value: t.Any) -> str | None:
    """A type's name: a number that the definitions know becomes its name, any other is handed on as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return REDIS.types[value - 1] if 0 < value <= len(REDIS.types) else str(value) if value else None
    name = _optional_string(field, value)
    return None if name is None or name.endswith("_UNSPECIFIED") else name


_READERS: dict[str, t.Callable[[str, t.Any], t.Any]] = {
    "id": _string,
    "folder_id": _optional_string,
    "created_at": _optional_string,
    "started_at": _optional_string,
    "source_cluster_id": _string,
    "source_cluster_name": _optional_string,
    "source_shard_names": _strings,
    "type": _type,
}
_FACT_NAMES = {name: name for name in (*REDIS.fields.values(), "source_cluster_name")}


def _instant(field: str, text: str | None) -> int:
    if text is None:
        return ABSENT
    try:
        return parse_instant(text)
    except ValueError as exc:
        raise ValueError(f"the field '{field}' {quoted(text)} {exc}") from None


def _is_deeper(value: t.Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)


def _named(row: t.Any) -> str:
    backup_id = row.get("id") if isinstance(row, dict) else None
    return f" (backup {quoted(backup_id)})" if isinstance(backup_id, str) and backup_id else ""
