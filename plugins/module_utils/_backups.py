# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Rows of the API become backups: checked, named as facts, placed in time. No I/O.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import functools
import json
import operator
import re
import typing as t

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

from ansible_collections.yacloud.mdb.plugins.module_utils._errors import MalformedAnswer
from ansible_collections.yacloud.mdb.plugins.module_utils._time import SECOND, parse_instant

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
_NO_TYPE = (None, "", 0, "BACKUP_TYPE_UNSPECIFIED")
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


order: t.Callable[[Backup], tuple[int, int, str]] = operator.itemgetter(0, 1, 2)
"""The sort key of every list in this collection; the newest backup has the greatest."""

_backup: t.Callable[[tuple[int, int, str, dict[str, t.Any]]], Backup] = functools.partial(tuple.__new__, Backup)


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
        return [_parse_row(row, evaluated_at, cluster_id) for row in rows]
    except _BadRow as exc:
        number = next(index for index, row in enumerate(rows, start=1) if row is exc.row)
        raise MalformedAnswer(f"{source}: row {number} of a page{_named(exc.row)}: {exc}. {_REPORT}") from None


def merge(pages: t.Iterable[list[Backup]]) -> list[Backup]:
    """One backup per id, since a row can repeat or shift between pages while a backup finishes: the finished one stays."""
    best: dict[str, Backup] = {}
    for page in pages:
        for backup in page:
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
    backups = []
    for number, facts in enumerate(rows, start=1):
        if not isinstance(facts, dict):
            raise MalformedAnswer(
                f"element {number} of the list is {_kind(facts)} instead of a backup as the module returns it"
            )
        row = {key: facts.get(name) for key, name in _FACTS.items()}
        try:
            parsed = _parse_row(row, evaluated_at or 0, None)
        except _BadRow as exc:
            raise MalformedAnswer(f"element {number} of the list{_named(row)}: {exc}") from None
        age = facts.get("age_seconds") if evaluated_at is None else parsed.facts["age_seconds"]
        backups.append(parsed._replace(facts={**facts, "age_seconds": age}))
    return backups


class _BadRow(Exception):
    def __init__(self, row: t.Any, message: str) -> None:
        super().__init__(message)
        self.row = row


_REPORT = "The list cannot be trusted, so nothing was chosen; if it stays so, report it to the cloud's support."


def _parse_row(row: t.Any, evaluated_at: int, cluster_id: str | None) -> Backup:
    # A listing can hold 100,000 rows, so the checks of well-formed fields stand in line; words are found only for the others.
    if not isinstance(row, dict):
        raise _BadRow(row, f"it is {_kind(row)} instead of an object")
    get = row.get
    backup_id, owner, folder_id, kind = get("id"), get("sourceClusterId"), get("folderId"), get("type")
    if not isinstance(backup_id, str) or not backup_id:
        raise _BadRow(row, f"the field 'id' is {_kind(backup_id)} instead of a text")
    if not owner or not isinstance(owner, str) or (cluster_id and owner != cluster_id):
        raise _BadRow(row, _foreign(owner, cluster_id))
    if not isinstance(folder_id, str) and folder_id is not None:
        raise _BadRow(row, f"the field 'folderId' is {_kind(folder_id)} instead of a text")
    created_at, started_at, shards = get("createdAt"), get("startedAt"), get("sourceShardNames")
    created = _instant(row, "createdAt", created_at) if created_at else _nothing(row, "createdAt", created_at)
    facts = {
        "id": backup_id,
        "folder_id": folder_id or None,
        "created_at": created_at or None,
        "started_at": started_at or None,
        "source_cluster_id": owner,
        "source_shard_names": _shards(row, shards) if shards else _no_shards(row, shards),
        "type": kind if kind in TYPES else _type(row, kind),
        "age_seconds": None if created in NOT_COMPLETED else (evaluated_at - created) // SECOND,
    }
    if not _KNOWN.issuperset(row):
        _add_unknown(row, facts)
    started = _instant(row, "startedAt", started_at) if started_at else _nothing(row, "startedAt", started_at)
    return _backup((created, started, backup_id, facts))


def _nothing(row: dict[str, t.Any], field: str, value: t.Any) -> int:
    """Whether a field without content is one that may be read as absent."""
    if value is None or value == "":
        return ABSENT
    raise _BadRow(row, f"the field '{field}' is {_kind(value)} instead of a time")


def _instant(row: dict[str, t.Any], field: str, text: t.Any) -> int:
    if not isinstance(text, str):
        raise _BadRow(row, f"the field '{field}' is {_kind(text)} instead of a time")
    try:
        return parse_instant(text)
    except ValueError as exc:
        raise _BadRow(row, f"the field '{field}' {quoted(text)} {exc}") from None


def _shards(row: dict[str, t.Any], names: t.Any) -> list[str]:
    if isinstance(names, list):
        for name in names:
            if not isinstance(name, str):
                break
        else:
            return names
    raise _BadRow(row, "the field 'sourceShardNames' is no list of texts")


def _no_shards(row: dict[str, t.Any], value: t.Any) -> list[str]:
    if value is None or value == "" or value == []:
        return []
    raise _BadRow(row, "the field 'sourceShardNames' is no list of texts")


def _type(row: dict[str, t.Any], value: t.Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
        raise _BadRow(row, f"the field 'type' is {_kind(value)} instead of a text")
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
    return t.cast(str, next(iter(camel_dict_to_snake_dict({field: None}))))


def _foreign(owner: t.Any, cluster_id: str | None) -> str:
    if isinstance(owner, str) and owner and cluster_id:
        return f"the field 'sourceClusterId' names another cluster, {quoted(owner)}"
    return f"the field 'sourceClusterId' is {_kind(owner)} instead of a cluster's id"


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


def quoted(text: str) -> str:
    """Text from outside for use in a message: printable, in quotes, at most 80 characters.

    It is cut between words, since half a secret could no longer be recognised and taken out.
    """
    shown = text if len(text) <= 80 else re.sub(r"\S*$", "", text[:80]) + "…"
    safe = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown)
    return f"'{safe}'"
