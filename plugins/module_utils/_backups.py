# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Rows of the API become backups: checked, named as facts, placed in time. No I/O.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import functools
import itertools
import json
import operator
import typing as t

from ._cloud.errors import MalformedAnswer
from ._cloud.instants import SECOND, parse_instant, parse_instants
from ._cloud.text import quoted

ABSENT = -(1 << 80)
"""The instant of a time that is not there: before every other."""

NOT_COMPLETED = frozenset({ABSENT, parse_instant("0001-01-01T00:00:00Z"), 0})
"""Completion times that are none: absent, and the zero values that serialisers write for it."""

TYPES = ("AUTOMATED", "MANUAL")
"""The types of a backup by their number in the definitions, less one."""

_FACTS = {
    "id": "id",
    "folderId": "folder_id",
    "createdAt": "created_at",
    "startedAt": "started_at",
    "sourceClusterId": "source_cluster_id",
    "sourceShardNames": "source_shard_names",
    "type": "type",
}
_KNOWN = frozenset(_FACTS)
_OBJECT, _LIST, _TEXT = frozenset({dict}), frozenset({list}), frozenset({str})
_KNOWN_TYPES = frozenset(TYPES)
_NO_TYPE = (None, "", 0, "BACKUP_TYPE_UNSPECIFIED")
_DEEPEST = 100

T = t.TypeVar("T")


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


order: t.Callable[[Backup], tuple[int, int, str]] = operator.itemgetter(0, 1, 2)
"""The sort key of every list of completed backups; the newest has the greatest."""

order_unfinished: t.Callable[[Backup], tuple[int, str]] = operator.itemgetter(1, 2)
"""The sort key of backups without a completion time."""

completion: t.Callable[[Backup], int] = operator.itemgetter(0)
"""A backup's instant of completion."""

_id: t.Callable[[Backup], str] = operator.itemgetter(2)
_backup: t.Callable[[tuple[int, int, str, dict[str, t.Any]]], Backup] = functools.partial(tuple.__new__, Backup)


def sort_newest_first(backups: list[Backup]) -> None:
    """Sorts in place by :data:`order`, the newest first."""
    # Ties are rare, and whole numbers compare at half the cost of tuples. They are looked for before the sort, since
    # afterwards neighbours lie anywhere in the memory.
    tied = len(set(map(completion, backups))) < len(backups)
    backups.sort(key=completion, reverse=True)
    if tied:
        backups.sort(key=order, reverse=True)


def parse_rows(rows: t.Any, evaluated_at: int, source: str, cluster_id: str | None = None) -> list[Backup]:
    """The backups of one page.

    :param rows: C(backups) of the page as decoded; absent, null and empty are the same
    :param evaluated_at: the instant from which ages are counted
    :param source: what was read, for messages, such as "cluster c9q1"
    :param cluster_id: the only cluster whose rows may appear; any, for a folder
    :raises MalformedAnswer: a row is not what the API documents, or belongs to another cluster
    """
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise MalformedAnswer(
            f"{source}: the field 'backups' of the answer is {_kind(rows)} instead of a list. {_REPORT}"
        )
    try:
        return _parse(rows, evaluated_at, cluster_id)
    except _BadRow as exc:
        number = next(index for index, row in enumerate(rows, start=1) if row is exc.row)
        raise MalformedAnswer(f"{source}: row {number} of a page{_named(exc.row)}: {exc}. {_REPORT}") from None


def merge(pages: t.Iterable[list[Backup]]) -> list[Backup]:
    """One backup per id, since a row can repeat or shift between pages while a backup finishes: the finished one stays."""
    backups = list(itertools.chain.from_iterable(pages))
    if len(set(map(_id, backups))) == len(backups):
        return backups
    best: dict[str, Backup] = {}
    for backup in backups:
        other = best.setdefault(backup.id, backup)
        if other is not backup:
            best[backup.id] = max(other, backup, key=_rank)
    return list(best.values())


def _rank(backup: Backup) -> tuple[bool, tuple[int, int, str], str]:
    """Which of two rows with one id stays, whatever the order in which they came."""
    return backup.completed, order(backup), json.dumps(backup.facts, sort_keys=True, default=str)


def from_facts(rows: t.Iterable[t.Any], evaluated_at: int | None) -> list[Backup]:
    """Backups of facts that :func:`parse_rows` made earlier and that Ansible kept in a variable.

    :param evaluated_at: counts the ages anew from this instant; without it they stay as they are
    :raises MalformedAnswer: an element is no such fact
    """
    given = list(rows)
    parsed = _of_facts(given, _FACTS, lambda known: _parse(known, evaluated_at or 0, None))
    backups = []
    for facts, backup in zip(given, parsed, strict=True):
        age = (facts if evaluated_at is None else backup.facts).get("age_seconds")
        backups.append(backup._replace(facts={**facts, **backup.facts, "age_seconds": age}))
    return backups


def completions(rows: t.Iterable[t.Any]) -> list[tuple[str, int]]:
    """The cluster and the instant of completion of such facts, reading nothing else: each value that a variable of Ansible's gives costs.

    :returns: as many as there are rows; the instant is one of :data:`NOT_COMPLETED` where a backup is not
    :raises MalformedAnswer: an element is no such fact
    """

    def read(known: list[dict[str, t.Any]]) -> list[tuple[str, int]]:
        owners = _column(known, "sourceClusterId", _all_texts, _cluster)
        return list(zip(owners, _times(known, "createdAt")[1], strict=True))

    return _of_facts(list(rows), ("sourceClusterId", "createdAt"), read)


def _of_facts(
    given: list[t.Any], fields: t.Iterable[str], read: t.Callable[[list[dict[str, t.Any]]], list[T]]
) -> list[T]:
    """What is read of facts, as rows of the API with these fields."""
    for number, facts in enumerate(given, start=1):
        if not isinstance(facts, dict):
            raise MalformedAnswer(
                f"element {number} of the list is {_kind(facts)} instead of a backup as the module returns it"
            )
    names = [(field, _FACTS[field]) for field in fields]
    known = [{field: facts.get(name) for field, name in names} for facts in given]
    try:
        return read(known)
    except _BadRow as exc:
        number = next(index for index, row in enumerate(known, start=1) if row is exc.row)
        raise MalformedAnswer(f"element {number} of the list{_named(exc.row)}: {exc}") from None


class _BadRow(Exception):
    def __init__(self, row: t.Any, message: str) -> None:
        super().__init__(message)
        self.row = row


_REPORT = "The list cannot be trusted, so nothing was chosen; if it stays so, report it to the cloud's support."


def _parse(rows: list[t.Any], evaluated_at: int, cluster_id: str | None) -> list[Backup]:
    # A listing can hold 100,000 rows, so fields are checked as columns; a column that is not all plain is read value by value.
    if not _OBJECT.issuperset(map(type, rows)):
        for row in rows:
            if not isinstance(row, dict):
                raise _BadRow(row, f"it is {_kind(row)} instead of an object")
    ids = _column(rows, "id", _all_texts, _text)
    owners = _shared(_column(rows, "sourceClusterId", _all_texts, _cluster))
    if cluster_id and owners.count(cluster_id) != len(rows):
        _refuse_foreign(rows, cluster_id)
    folders = _shared(_column(rows, "folderId", _all_texts, _optional_text))
    created_at, created = _times(rows, "createdAt")
    started_at, started = _times(rows, "startedAt")
    shards = _column(rows, "sourceShardNames", _all_lists_of_texts, _shards)
    types = _shared(_column(rows, "type", _all_types, _type))
    facts = [
        {
            "id": backup_id,
            "folder_id": folder,
            "created_at": completion,
            "started_at": start,
            "source_cluster_id": owner,
            "source_shard_names": names,
            "type": kind,
            "age_seconds": None if instant in NOT_COMPLETED else (evaluated_at - instant) // SECOND,
        }
        for backup_id, folder, completion, instant, start, owner, names, kind in zip(
            ids, folders, created_at, created, started_at, owners, shards, types, strict=True
        )
    ]
    if not _KNOWN.issuperset(set().union(*rows)):
        for row, made in zip(rows, facts, strict=True):
            _add_unknown(row, made)
    return list(map(_backup, zip(created, started, ids, facts, strict=True)))


def _column(
    rows: list[dict[str, t.Any]],
    field: str,
    all_plain: t.Callable[[list[t.Any]], bool],
    read: t.Callable[[dict[str, t.Any], str, t.Any], t.Any],
) -> list[t.Any]:
    """One field of all rows, as facts: as it stands where all are plain, else each value as it is read."""
    values = [row.get(field) for row in rows]
    return values if all_plain(values) else [read(row, field, value) for row, value in zip(rows, values, strict=True)]


def _shared(values: list[T]) -> list[T]:
    """The same values, as one object where all are equal: a cluster's rows repeat them, and 100,000 copies cost memory and time."""
    return values[:1] * len(values) if values and values.count(values[0]) == len(values) else values


def _times(rows: list[dict[str, t.Any]], field: str) -> tuple[list[str | None], list[int]]:
    """A time of all rows, as written and as instants."""
    texts = _column(rows, field, _all_texts, _optional_time)
    try:
        return texts, parse_instants(texts)
    except (TypeError, ValueError):
        return texts, [
            ABSENT if text is None else _instant(row, field, text) for row, text in zip(rows, texts, strict=True)
        ]


def _all_texts(values: list[t.Any]) -> bool:
    return _TEXT.issuperset(map(type, values)) and all(values)


def _all_lists_of_texts(values: list[t.Any]) -> bool:
    return _LIST.issuperset(map(type, values)) and _TEXT.issuperset(map(type, itertools.chain.from_iterable(values)))


def _all_types(values: list[t.Any]) -> bool:
    return _TEXT.issuperset(map(type, values)) and _KNOWN_TYPES.issuperset(values)


def _text(row: dict[str, t.Any], field: str, value: t.Any) -> str:
    if not isinstance(value, str) or not value:
        raise _BadRow(row, f"the field '{field}' is {_kind(value)} instead of a text")
    return value


def _optional_text(row: dict[str, t.Any], field: str, value: t.Any) -> str | None:
    return None if value is None or value == "" else _text(row, field, value)


def _optional_time(row: dict[str, t.Any], field: str, value: t.Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _BadRow(row, f"the field '{field}' is {_kind(value)} instead of a time")
    return value


def _instant(row: dict[str, t.Any], field: str, text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError as exc:
        raise _BadRow(row, f"the field '{field}' {quoted(text)} {exc}") from None


def _cluster(row: dict[str, t.Any], field: str, value: t.Any) -> str:
    if not isinstance(value, str) or not value:
        raise _BadRow(row, f"the field '{field}' is {_kind(value)} instead of a cluster's id")
    return value


def _refuse_foreign(rows: list[dict[str, t.Any]], cluster_id: str) -> t.NoReturn:
    row = next(row for row in rows if row["sourceClusterId"] != cluster_id)
    raise _BadRow(row, f"the field 'sourceClusterId' names another cluster, {quoted(row['sourceClusterId'])}")


def _shards(row: dict[str, t.Any], field: str, value: t.Any) -> list[str]:
    if value is None or value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _BadRow(row, f"the field '{field}' is no list of texts")
    return value


def _type(row: dict[str, t.Any], field: str, value: t.Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
        raise _BadRow(row, f"the field '{field}' is {_kind(value)} instead of a text")
    if value in _NO_TYPE:
        return None
    if isinstance(value, int):
        return TYPES[value - 1] if 0 < value <= len(TYPES) else str(value)
    return value


def _add_unknown(row: dict[str, t.Any], facts: dict[str, t.Any]) -> None:
    """Carries fields that the API has gained since, as sibling engines did; never over a fact of ours."""
    for field, value in row.items():
        if field not in _KNOWN:
            if _depth(value) > _DEEPEST:
                raise _BadRow(row, f"the field {quoted(field)} is nested more than {_DEEPEST} deep")
            facts.setdefault(_snake_case(field), value)


def _depth(value: t.Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth


@functools.cache
def _snake_case(field: str) -> str:
    from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

    return t.cast(str, next(iter(camel_dict_to_snake_dict({field: None}))))


def _named(row: t.Any) -> str:
    backup_id = row.get("id") if isinstance(row, dict) else None
    return f" (backup {quoted(backup_id)})" if isinstance(backup_id, str) and backup_id else ""


def _kind(value: t.Any) -> str:
    """A value's JSON type, in words: messages never quote a whole value."""
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
        int: "a number",
        float: "a number",
    }
    return "missing" if value is None or value == "" else names.get(type(value), type(value).__name__)
