# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Why no backup qualifies, or the newest is too old: the lines that lookup, filters and roles print.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from ..module_utils._backups import Backup
from ..module_utils._cloud.durations import format_duration
from ..module_utils._selection import CRITERIA, Criteria, Criterion


def explain_none(cluster: str | None, counts: dict[str, t.Any], criteria: Criteria) -> str:
    """Why no backup of a cluster qualifies, in one line for the person on call.

    :param cluster: None where it is named beside the line
    """
    whose = f" of cluster {cluster}" if cluster else ""
    if not counts["listed"]:
        return f"no backup{whose} exists: the API lists none"
    parts = [f"{counts['listed']} listed"]
    if counts["incomplete"]:
        parts.append(f"{counts['incomplete']} unfinished")
    parts += explain_fallen(counts["filtered_out"], criteria)
    return f"no backup{whose} qualifies: {', '.join(parts)}"


def explain_fallen(filtered_out: dict[str, int], criteria: Criteria) -> list[str]:
    """How many backups fell at each criterion, such as "4 without shard shard2"; criteria at which none fell are left out."""
    return [
        f"{filtered_out[criterion.option]} {_fallen(criterion, criteria)}"
        for criterion in CRITERIA
        if filtered_out.get(criterion.option)
    ]


def _fallen(criterion: Criterion, criteria: Criteria) -> str:
    """In words, without the value where it is not known: the module was asked with it, and a filter afterwards without."""
    given = criteria.given.get(criterion.option)
    return f"not as {criterion.option} wants" if given is None else criterion.fallen(given)


def explain_stale(cluster: str, newest: Backup, max_age: int, evaluated_at: int) -> str:
    """That a cluster's newest backup is too old, in one line.

    :param max_age: nanoseconds
    :param evaluated_at: the instant from which ages are counted
    """
    age = format_duration(evaluated_at - newest.created)
    return (
        f"the newest matching backup of cluster {cluster} is too old: {newest.id} of {newest.facts['created_at']}"
        f" is {age} old, max_age allows {format_duration(max_age)}"
    )
