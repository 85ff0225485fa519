# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is asked: the options that name clusters, filters and guards, checked before any request. No I/O.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import os
import re
import typing as t

from ._cloud.connection import check_limits, from_environment
from ._cloud.durations import duration_option
from ._cloud.errors import OptionError
from ._cloud.text import quoted, type_name
from ._criteria import CRITERIA, Criteria

FOLDER_VARIABLE = "YC_FOLDER_ID"
GUARD_CHOICES = ("error", "warn", "skip")

_ID = re.compile(r"[A-Za-z0-9_-]{1,50}").fullmatch
_NAME_LENGTH = 63
_LIMITS = {"page_size": (1, 1000), "limit": (1, None)}
_WHICH = ("cluster_ids", "cluster_names", "backup_ids")
_STRINGS = ("folder_id", "max_age", "created_after", "created_before")
_ASKED = (*_WHICH, "folder_id", *CRITERIA, "max_age")


def query_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of what is asked: clusters or backups, the filters of :data:`CRITERIA`, guards, and how much is returned."""
    return {
        **{option: {"type": "list", "elements": "str", "aliases": [option[:-1]]} for option in _WHICH},
        "folder_id": from_environment(FOLDER_VARIABLE, type="str"),
        **{option: dict(criterion.spec) for option, criterion in CRITERIA.items()},
        "max_age": {"type": "str"},
        **{
            guard: {"type": "str", "default": "skip", "choices": list(GUARD_CHOICES)}
            for guard in ("on_missing", "on_stale")
        },
        "limit": {"type": "int"},
        "page_size": {"type": "int", "default": 1000},
    }


class Query(t.NamedTuple):
    """What is asked.

    :ivar given: what was asked by the options' names, exactly as given: the module's `query`
    :ivar cluster_ids: the clusters, each once, in the order asked; None where they are not given so
    :ivar cluster_names: the clusters by name, likewise
    :ivar backup_ids: single backups, likewise
    :ivar folder_id: the folder of the names, of clusters that cannot be read directly, or to read whole
    :ivar criteria: what a backup has to satisfy
    :ivar max_age: nanoseconds beyond which a newest backup is stale, if that is asked
    :ivar on_missing: what to do about a cluster without a matching backup: error, warn or skip
    :ivar on_stale: what to do about a cluster whose newest backup is stale, likewise
    :ivar limit: how many backups of each cluster are returned, the newest first
    :ivar page_size: rows asked for in one request
    """

    given: dict[str, t.Any]
    cluster_ids: tuple[str, ...] | None
    cluster_names: tuple[str, ...] | None
    backup_ids: tuple[str, ...] | None
    folder_id: str | None
    criteria: Criteria
    max_age: int | None
    on_missing: str
    on_stale: str
    limit: int | None
    page_size: int

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Query:
        """The query that a plugin's options describe.

        :raises OptionError: a value is invalid, or the options do not go together
        """
        check_limits(options, _LIMITS)
        _check_strings(options)
        folder_id = _folder(options, _which(options))
        given = {option: options[option] for option in _ASKED if options.get(option) is not None}
        given = {option: value for option, value in given.items() if option != "folder_id" or folder_id}
        return cls(
            given=given,
            cluster_ids=_each_once(options.get("cluster_ids"), lambda value: check_id("cluster_ids", value)),
            cluster_names=_each_once(options.get("cluster_names"), lambda value: check_name("cluster_names", value)),
            backup_ids=_each_once(options.get("backup_ids"), lambda value: check_backup_id("backup_ids", value)),
            folder_id=folder_id,
            criteria=Criteria.from_options(options),
            max_age=duration_option(options.get("max_age"), "max_age"),
            on_missing=_guard(options, "on_missing"),
            on_stale=_guard(options, "on_stale"),
            limit=options.get("limit"),
            page_size=options.get("page_size") or 1000,
        )

    @property
    def asks_nothing(self) -> bool:
        """Whether clusters or backups were given as an empty list, which never widens to a folder."""
        return () in (self.cluster_ids, self.cluster_names, self.backup_ids)


def _check_strings(options: t.Mapping[str, t.Any]) -> None:
    for option in _STRINGS:
        if options.get(option) == "":
            raise OptionError(f"{option} is an empty string; leave it out, or give a value.", option=option)


def _which(options: t.Mapping[str, t.Any]) -> str | None:
    """The one option that names clusters or backups; two are two answers to the same question."""
    given = [option for option in _WHICH if options.get(option) is not None]
    if len(given) > 1:
        raise OptionError(f"{' and '.join(given)} exclude each other; give one of them.", option=given[0])
    return given[0] if given else None


def _folder(options: t.Mapping[str, t.Any], which: str | None) -> str | None:
    """The folder, if one is needed or may help."""
    folder_id = options.get("folder_id")
    if which == "backup_ids":
        _refuse_beside_backup_ids(options)
        return None
    if which is None and not folder_id:
        raise OptionError(
            "nothing to read is named: set cluster_ids, cluster_names with folder_id, backup_ids,"
            f" or folder_id (variable {FOLDER_VARIABLE})."
        )
    if which == "cluster_names" and options["cluster_names"] and not folder_id:
        raise OptionError(
            f"cluster_names needs folder_id (variable {FOLDER_VARIABLE}), the folder in which names are looked up."
        )
    return check_id("folder_id", folder_id) if folder_id else None


def _refuse_beside_backup_ids(options: t.Mapping[str, t.Any]) -> None:
    """The folder of the environment is ignored; what was given besides is an error."""
    given = [option for option in ("folder_id", *CRITERIA, "limit") if options.get(option) not in (None, [])]
    if options.get("folder_id") == os.environ.get(FOLDER_VARIABLE):
        given = [option for option in given if option != "folder_id"]
    if given:
        raise OptionError(f"backup_ids reads each backup by itself; leave out {' and '.join(given)}.", option=given[0])


def _guard(options: t.Mapping[str, t.Any], option: str) -> str:
    value = options.get(option, "skip")
    if value not in GUARD_CHOICES:
        raise OptionError(
            f"{option} must be one of {', '.join(GUARD_CHOICES)}, got {quoted(str(value))}.", option=option
        )
    return t.cast(str, value)


def check_id(option: str, value: t.Any) -> str:
    """The value, if it can be the id of a cluster or a folder.

    :raises OptionError: it cannot
    :source: the length stands in the definitions (yandex.cloud.length), the characters are those of all ids so far
    """
    if isinstance(value, str) and _ID(value):
        return value
    shown = quoted(value) if isinstance(value, str) else type_name(value)
    kind, such = ("folder", "b1gabcdefghij0klmnop") if option == "folder_id" else ("cluster", "c9qe1abcd2fghij3klmn")
    raise OptionError(
        f"{option}: {shown} is not a {kind} id; those have 1 to 50 letters, digits, '-' and '_', such as {such}.",
        option=option,
    )


def check_backup_id(option: str, value: t.Any) -> str:
    """The value, if it can be a backup's id, from which nothing else can be read.

    :raises OptionError: it cannot
    """
    if isinstance(value, str) and value.strip() and value.isprintable() and value not in (".", ".."):
        return value
    shown = quoted(value) if isinstance(value, str) else type_name(value)
    raise OptionError(f"{option}: {shown} is not a backup id; copy one as redis_backup_info returns it.", option=option)


def check_name(option: str, value: str) -> str:
    """The value, if it can be a cluster's name.

    :raises OptionError: it cannot
    """
    if not value or len(value) > _NAME_LENGTH:
        raise OptionError(
            f"{option}: {quoted(value)} is not a cluster name; those have 1 to {_NAME_LENGTH} characters.",
            option=option,
        )
    return value


def _each_once(values: t.Sequence[str] | None, check: t.Callable[[str], str]) -> tuple[str, ...] | None:
    return None if values is None else tuple(dict.fromkeys(check(value) for value in values))
