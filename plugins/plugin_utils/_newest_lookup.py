# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The lookup's result, chosen from the same facts as the module's.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from ..module_utils._backup_info import Result, read_backups
from ..module_utils._cloud.connection import Connection
from ..module_utils._cloud.credentials import CredentialSource
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.text import type_name
from ..module_utils._engine import REDIS
from ..module_utils._query import Query


def newest_backups(
    terms: list[t.Any], options: dict[str, t.Any], sources: list[CredentialSource], *, whole_folder: bool
) -> tuple[list[t.Any], list[str]]:
    """The newest matching backup of each cluster named, and the warnings beside them.

    :param terms: cluster ids or names, possibly in lists
    :param options: the lookup's options by name
    :param sources: where credentials are set
    :param whole_folder: whether no term stands for every cluster of `folder_id`
    :raises CloudError: the API could not be asked, a cluster has no match where that is an error, or one that is too old
    """
    named = _flatten(terms)
    query = _query(named, options, whole_folder)
    result = read_backups(query, lambda: Connection.from_options(options, REDIS.service, sources))
    newest = result.facts["newest"]
    cluster_ids = list(newest) if whole_folder else [_id_of(name, options, result) for name in named]
    chosen = [newest[cluster_id] for cluster_id in cluster_ids if cluster_id in newest]
    return [backup["id"] for backup in chosen] if options["return_format"] == "id" else chosen, result.warnings


def _flatten(terms: t.Iterable[t.Any]) -> list[str]:
    names: list[str] = []
    for term in terms:
        if isinstance(term, (list, tuple)):
            names += _flatten(term)
        elif isinstance(term, (str, int)) and not isinstance(term, bool):
            names.append(str(term))
        else:
            raise OptionError(f"a term must be a cluster's id or name, or a list of them, got {type_name(term)}.")
    return names


def _query(named: list[str], options: dict[str, t.Any], whole_folder: bool) -> Query:
    which = {} if whole_folder else {"cluster_names" if options["by"] == "name" else "cluster_ids": named}
    guards = {"on_missing": "skip" if whole_folder else options["on_missing"], "on_stale": "error"}
    return Query.from_options({**options, **which, **guards, "limit": 1})


def _id_of(name: str, options: dict[str, t.Any], result: Result) -> str:
    return t.cast(str, result.facts["cluster_ids"][name]) if options["by"] == "name" else name
