# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_freshness
short_description: Clusters held against a recovery point objective
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Gives each cluster a verdict. It is C(fresh) where its newest matching backup is at most as old as O(max_age), C(stale) where that is older, and
    C(never) where no completed backup matches.
  - A deleted cluster is not judged. It stands in RV(_value.deleted), so that it is not silent in the days that its backups outlive it.
extends_documentation_fragment:
  - yacloud.mdb._choosing

positional: max_age
options:
  _input:
    description: What M(yacloud.mdb.redis_backup_info) returned.
    type: dict
    required: true
  max_age:
    description: The objective, such as V(26h), V(1d2h), V(90m), or a number of seconds. Only what is strictly older is stale.
    type: raw
    required: true
  folder_id:
    description: The folder, for clusters that have no backup to tell it.
    type: str
"""

EXAMPLES = r"""
- name: Read the backups of every cluster of a folder
  yacloud.mdb.redis_backup_info:
    folder_id: b1gabcdefghij0klmnop
  register: redis

- name: Name those that miss the objective
  ansible.builtin.debug:
    msg: "{{ (redis | yacloud.mdb.redis_backup_freshness('26h')).missed }}"
"""

RETURN = r"""
_value:
  description: The verdict, which the filters for its summary, metrics and page take as their input.
  type: dict
  contains:
    evaluated_at:
      description: The instant from which ages are counted.
      type: str
    objective:
      description: The objective in words.
      type: str
    objective_seconds:
      description: The objective in seconds.
      type: float
    folder_id:
      description: The folder as it was given.
      type: str
    criteria:
      description: The filters that were given.
      type: dict
    counts:
      description: How many clusters are C(never), C(stale), C(fresh) and C(deleted).
      type: dict
    missed:
      description: Ids of the clusters that are C(never) or C(stale), the worst first.
      type: list
      elements: str
    clusters:
      description: The verdict by cluster id, the worst first.
      type: dict
      contains:
        status:
          description: V(fresh), V(stale) or V(never).
          type: str
        age_seconds:
          description: Age of the newest matching backup, null without one.
          type: int
        newest:
          description: The newest matching backup, null without one.
          type: dict
        cluster_name:
          description: The cluster's name, null where it is not known.
          type: str
        folder_id:
          description: The cluster's folder, null where it is not known.
          type: str
        overdue_seconds:
          description: By how much the age exceeds the objective, negative where there is time to spare, null without a backup.
          type: int
        listed:
          description: How many backups the API lists.
          type: int
        matched:
          description: How many of them match.
          type: int
        reason:
          description: The verdict's reason in words.
          type: str
    deleted:
      description: C(age_seconds), C(newest), C(listed) and C(matched) of deleted clusters by cluster id.
      type: dict
"""

import typing as t

from ..plugin_utils._filters import as_filter
from ..plugin_utils._freshness import judge
from ..plugin_utils._values import CRITERIA_OPTIONS, refuse_unknown


@as_filter
def redis_backup_freshness(
    result: t.Any, max_age: t.Any, folder_id: str | None = None, **options: t.Any
) -> dict[str, t.Any]:
    """The verdict, as :func:`judge` makes it.

    :param max_age: the objective: a duration, or a number of seconds
    :param options: the criteria that were asked with
    :raises AnsibleFilterError: the input is no result of the module, or an option cannot be worked with
    """
    refuse_unknown(options, CRITERIA_OPTIONS)
    return judge(result, options, max_age=max_age, folder_id=folder_id)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_freshness": redis_backup_freshness}
