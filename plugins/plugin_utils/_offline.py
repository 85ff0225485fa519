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
from ..module_utils._selection import (
    is_stale,
    select,
)
from ._explanations import explain_stale
from ._values import (
    CRITERIA_OPTIONS,
    criteria_of,
    instant_of,
    refuse_unknown,
)

OPTIONS = (*CRITERIA_OPTIONS, "evaluated_at", "max_age")


def newest_by_cluster(rows: t.Any, options: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """The newest matching backup of each cluster, by cluster id in the order of the ids.

    :param rows: backups as the module returns them
    :param options: :data:`OPTIONS` by name
    :raises OptionError: an option is unknown or cannot be worked with
    :raises MalformedAnswer: a row is no backup
    :raises SelectionError: a newest backup is older than C(max_age)
    """
    refuse_unknown(options, OPTIONS)
    if not isinstance(rows, (list, tuple)):
        hint = " Give the result's 'backups'." if isinstance(rows, dict) and "backups" in rows else ""
        raise OptionError(f"the input is no list of backups as yacloud.mdb.redis_backup_info returns it.{hint}")
    criteria = criteria_of(options)
    given = options.get("evaluated_at")
    evaluated_at = None if given is None else instant_of(given, "evaluated_at")
    newest: dict[str, Backup] = {}
    for cluster_id, backups in sorted(_by_cluster(from_facts(rows, evaluated_at)).items()):
        if found := select(backups, criteria).newest:
            newest[cluster_id] = found
    _refuse_stale(newest, duration_option(options.get("max_age"), "max_age"), evaluated_at)
    return {cluster_id: backup.facts for cluster_id, backup in newest.items()}


def _by_cluster(backups: list[Backup]) -> dict[str, list[Backup]]:
    clusters: dict[str, list[Backup]] = {}
    for backup in merge([backups]):
        clusters.setdefault(backup.facts["source_cluster_id"], []).append(backup)
    return clusters


def _refuse_stale(newest: dict[str, Backup], max_age: int | None, evaluated_at: int | None) -> None:
    if max_age is None:
        return
    if evaluated_at is None:
        raise OptionError("max_age needs evaluated_at, the instant from which ages are counted.")
    lines = [
        explain_stale(cluster_id, backup, max_age, evaluated_at)
        for cluster_id, backup in newest.items()
        if is_stale(backup, max_age, evaluated_at)
    ]
    if lines:
        raise SelectionError(f"{'; '.join(lines)}.")
