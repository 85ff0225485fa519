# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The newest backup of each cluster: read for the lookup, or chosen for the filter among backups that Ansible already holds."""

from __future__ import annotations

import typing as t

from ..module_utils._backup_info import read_backups
from ..module_utils._backups import by_cluster, from_facts
from ..module_utils._cloud.connection import Connection
from ..module_utils._cloud.credentials import CredentialSource
from ..module_utils._cloud.durations import duration_option
from ..module_utils._cloud.errors import OptionError, SelectionError
from ..module_utils._cloud.text import type_name
from ..module_utils._criteria import CRITERIA, Criteria
from ..module_utils._engine import REDIS
from ..module_utils._query import Query
from ..module_utils._selection import Explainer, select
from ._filters import instant_of, plain, refuse_unknown

FILTER_OPTIONS = (*CRITERIA, "evaluated_at", "max_age")


def newest_backups(
    terms: list[t.Any], options: dict[str, t.Any], sources: list[CredentialSource], *, whole_folder: bool
) -> tuple[list[t.Any], list[str]]:
    """The newest matching backup of each cluster named, in that order, and the warnings beside them.

    :param terms: cluster ids or names, possibly in lists
    :param options: the lookup's options by name
    :param sources: where credentials are set
    :param whole_folder: whether no term stands for every cluster of `folder_id`
    :raises CloudError: the API could not be asked, a cluster has no match where that is an error, or one that is too old
    """
    named, by_name = _flatten(terms), options["by"] == "name"
    which = {} if whole_folder else {"cluster_names" if by_name else "cluster_ids": named}
    guards = {"on_missing": "skip" if whole_folder else options["on_missing"], "on_stale": "error"}
    query = Query.from_options({**options, **which, **guards, "limit": 1})
    facts, warnings = read_backups(query, lambda: Connection.from_options(options, REDIS.service, sources))
    newest = facts["newest"]
    cluster_ids = newest if whole_folder else [facts["cluster_ids"][name] if by_name else name for name in named]
    chosen = [newest[cluster_id] for cluster_id in cluster_ids if cluster_id in newest]
    return [backup["id"] for backup in chosen] if options["return_format"] == "id" else chosen, warnings


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


def newest_by_cluster(rows: t.Any, options: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """The newest matching backup of each cluster, by cluster id in the order of the ids.

    :param rows: backups as the module returns them
    :param options: :data:`FILTER_OPTIONS` by name
    :raises OptionError: an option is unknown or invalid
    :raises InvalidResponse: a row is not a backup
    :raises SelectionError: a newest backup is older than `max_age`
    """
    refuse_unknown(options, FILTER_OPTIONS)
    if not isinstance(rows, (list, tuple)):
        hint = " Give the result's 'backups'." if isinstance(rows, dict) and "backups" in rows else ""
        raise OptionError(
            f"the input must be a list of backups as yacloud.mdb.redis_backup_info returns it, got {type_name(rows)}.{hint}"
        )
    criteria = Criteria.from_options(plain(options))
    given, limit = options.get("evaluated_at"), options.get("max_age")
    evaluated_at = None if given is None else instant_of(given, "evaluated_at")
    if limit is not None and evaluated_at is None:
        raise OptionError("max_age needs evaluated_at, the instant from which ages are counted.", option="max_age")
    explainer = Explainer(criteria, duration_option(limit, "max_age"), limit, evaluated_at or 0)
    backups = by_cluster(from_facts(plain(rows), evaluated_at))
    chosen = {cluster_id: select(backups[cluster_id], criteria) for cluster_id in sorted(backups)}
    stale = [cluster_id for cluster_id, selection in chosen.items() if explainer.is_stale(selection.newest)]
    if stale:
        raise SelectionError("\n".join(explainer.explain(cluster_id, chosen[cluster_id]) for cluster_id in stale))
    return {cluster_id: selection.newest.facts for cluster_id, selection in chosen.items() if selection.newest}
