# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Choosing among backups that Ansible already holds.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from ..module_utils._backups import Backup, from_facts, merge
from ..module_utils._cloud.durations import duration_option
from ..module_utils._cloud.errors import OptionError, SelectionError
from ..module_utils._cloud.text import type_name
from ..module_utils._criteria import CRITERIA, Criteria
from ..module_utils._explanation import Explainer
from ..module_utils._selection import Selection, is_stale, reference_instant, select
from ._values import instant_of, plain, refuse_unknown

OPTIONS = (*CRITERIA, "evaluated_at", "max_age")


def newest_by_cluster(rows: t.Any, options: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """The newest matching backup of each cluster, by cluster id in the order of the ids.

    :param rows: backups as the module returns them
    :param options: :data:`OPTIONS` by name
    :raises OptionError: an option is unknown or invalid
    :raises InvalidResponse: a row is not a backup
    :raises SelectionError: a newest backup is older than `max_age`
    """
    refuse_unknown(options, OPTIONS)
    if not isinstance(rows, (list, tuple)):
        hint = " Give the result's 'backups'." if isinstance(rows, dict) and "backups" in rows else ""
        raise OptionError(
            f"the input must be a list of backups as yacloud.mdb.redis_backup_info returns it, got {type_name(rows)}.{hint}"
        )
    criteria = Criteria.from_options(plain(options))
    given = options.get("evaluated_at")
    evaluated_at = None if given is None else instant_of(given, "evaluated_at")
    chosen = {
        cluster_id: selection
        for cluster_id, backups in sorted(_by_cluster(from_facts(plain(rows), evaluated_at)).items())
        if (selection := select(backups, criteria)).newest
    }
    _refuse_stale(chosen, criteria, options.get("max_age"), evaluated_at)
    return {cluster_id: selection.newest.facts for cluster_id, selection in chosen.items() if selection.newest}


def _refuse_stale(chosen: dict[str, Selection], criteria: Criteria, limit: t.Any, evaluated_at: int | None) -> None:
    max_age = duration_option(limit, "max_age")
    if max_age is None:
        return
    if evaluated_at is None:
        raise OptionError("max_age needs evaluated_at, the instant from which ages are counted.", option="max_age")
    explain = Explainer(criteria, max_age, str(limit), evaluated_at, reference_instant(criteria, evaluated_at))
    stale = [
        explain.choice(cluster_id, selection)
        for cluster_id, selection in chosen.items()
        if selection.newest and is_stale(selection.newest, max_age, explain.measured_from)
    ]
    if stale:
        raise SelectionError("\n".join(stale))


def _by_cluster(backups: list[Backup]) -> dict[str, list[Backup]]:
    clusters: dict[str, list[Backup]] = {}
    for backup in merge(backups):
        clusters.setdefault(backup.cluster_id, []).append(backup)
    return clusters
