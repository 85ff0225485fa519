# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked: the options that name clusters, filters and guards, checked before any request. No I/O."""

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

_ID = re.compile(r"[A-Za-z0-9_-]{1,50}").fullmatch
_NAME_LENGTH = 63
_PAGE_SIZE = 1000
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
        "on_missing": {"type": "str", "default": "skip", "choices": ["error", "warn", "skip"]},
        "on_stale": {"type": "str", "default": "skip", "choices": ["error", "warn", "skip"]},
        "limit": {"type": "int"},
        "page_size": {"type": "int", "default": _PAGE_SIZE},
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
        for option in _STRINGS:
            if options.get(option) == "":
                raise OptionError(f"{option} is an empty string; leave it out, or give a value.", option=option)
        options = {**options, "folder_id": _folder(options, _which(options))}
        return cls(
            given={option: options[option] for option in _ASKED if options.get(option) is not None},
            cluster_ids=_each_once(options, "cluster_ids", check_id),
            cluster_names=_each_once(options, "cluster_names", check_name),
            backup_ids=_each_once(options, "backup_ids", check_backup_id),
            folder_id=options["folder_id"],
            criteria=Criteria.from_options(options),
            max_age=duration_option(options.get("max_age"), "max_age"),
            on_missing=options["on_missing"],
            on_stale=options["on_stale"],
            limit=options.get("limit"),
            page_size=options.get("page_size") or _PAGE_SIZE,
        )

    @property
    def asks_nothing(self) -> bool:
        """Whether clusters or backups were given as an empty list, which never widens to a folder."""
        return () in (self.cluster_ids, self.cluster_names, self.backup_ids)


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


def check_id(option: str, value: t.Any) -> str:
    """The value, if it can be the id of a cluster or a folder.

    :raises OptionError: it cannot
    :source: the length stands in the definitions (yandex.cloud.length), the characters are those of all ids so far
    """
    kind, such = ("folder", "b1gabcdefghij0klmnop") if option == "folder_id" else ("cluster", "c9qe1abcd2fghij3klmn")
    rule = f"is not a {kind} id; those have 1 to 50 letters, digits, '-' and '_', such as {such}."
    return _checked(option, value, _ID, rule)


def check_backup_id(option: str, value: t.Any) -> str:
    """The value, if it can be a backup's id, from which nothing else can be read.

    :raises OptionError: it cannot
    """
    problem = "is not a backup id; copy one as redis_backup_info returns it."
    return _checked(
        option, value, lambda text: text.strip() and text.isprintable() and text not in (".", ".."), problem
    )


def check_name(option: str, value: t.Any) -> str:
    """The value, if it can be a cluster's name.

    :raises OptionError: it cannot
    """
    problem = f"is not a cluster name; those have 1 to {_NAME_LENGTH} characters."
    return _checked(option, value, lambda text: 0 < len(text) <= _NAME_LENGTH, problem)


def _checked(option: str, value: t.Any, is_valid: t.Callable[[str], t.Any], problem: str) -> str:
    if isinstance(value, str) and is_valid(value):
        return value
    shown = quoted(value) if isinstance(value, str) else type_name(value)
    raise OptionError(f"{option}: {shown} {problem}", option=option)


def _each_once(
    options: t.Mapping[str, t.Any], option: str, check: t.Callable[[str, t.Any], str]
) -> tuple[str, ...] | None:
    values = options.get(option)
    return None if values is None else tuple(dict.fromkeys(check(option, value) for value in values))
