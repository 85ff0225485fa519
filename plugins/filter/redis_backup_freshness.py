# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_freshness
short_description: Clusters held against a recovery point objective
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Gives each cluster a verdict. It is V(fresh) where its newest matching backup is at most as old as O(max_age), V(stale) where that is older,
    and V(never) where no completed backup matches.
  - A cluster that is deleted, excluded or, with O(skip_stopped), STOPPED is V(skipped). It is shown, but not judged.
  - Which clusters and filters were asked for is in the result, so it is not repeated here.
  - Ages are measured from RV(_value.measured_from). That is O(yacloud.mdb.redis_backup_info#module:created_before) where it was given and lies
    before RV(yacloud.mdb.redis_backup_info#module:evaluated_at), so that the verdict is about what an incident at that moment lost.
    Otherwise it is RV(yacloud.mdb.redis_backup_info#module:evaluated_at).
positional: max_age
options:
  _input:
    description: What M(yacloud.mdb.redis_backup_info) returned. One row for each cluster is enough (O(yacloud.mdb.redis_backup_info#module:limit=1)).
    type: dict
    required: true
  max_age:
    description:
      - The objective, such as V(26h), V(1d2h), V(90m), or a number of seconds. Only what is strictly older is stale.
      - By default what O(yacloud.mdb.redis_backup_info#module:max_age) was. One of them is needed.
    type: raw
  exclude:
    description: Names or ids of clusters that are not judged, or shell patterns of them such as V(test-*). Case matters.
    type: list
    elements: str
  skip_stopped:
    description: Whether clusters that are STOPPED are not judged. Those make no backups, so that their newest one only ages.
    type: bool
    default: false
seealso:
  - plugin: yacloud.mdb.redis_backup_export
    plugin_type: filter
    description: Writes a verdict as JSON, YAML, Prometheus metrics or a page.
"""

EXAMPLES = r"""
- name: Read the newest backup of every cluster of a folder
  yacloud.mdb.redis_backup_info:
    folder_id: b1gabcdefghij0klmnop
    limit: 1
  register: redis

- name: Fail for those that miss the objective
  vars:
    verdict: "{{ redis | yacloud.mdb.redis_backup_freshness('26h', exclude=['*-test'], skip_stopped=true) }}"
  ansible.builtin.assert:
    that: verdict.missed | length == 0
    fail_msg: "{{ verdict.failure | join('\n') }}"
    success_msg: "{{ verdict.message }}"
"""

RETURN = r"""
_value:
  description: The verdict, of which the filter P(yacloud.mdb.redis_backup_export#filter) makes files.
  type: dict
  contains:
    evaluated_at:
      description: When the backups were read.
      type: str
    measured_from:
      description: The instant from which ages are measured.
      type: str
    objective:
      description: The objective as it was given; a bare number is followed by V(s).
      type: str
      sample: 26h
    objective_seconds:
      description: The objective in seconds.
      type: float
    query:
      description: What the module was asked, by its options' names.
      type: dict
    counts:
      description: How many clusters are V(never), V(stale), V(fresh) and V(skipped).
      type: dict
    missed:
      description: The keys in RV(_value.clusters) of those that are V(never) or V(stale), the worst first.
      type: list
      elements: str
    clusters:
      description: The verdict on each cluster, the worst first, by its name where clusters were asked for by name, otherwise by its id.
      type: dict
      contains:
        status:
          description: V(fresh), V(stale), V(never) or V(skipped).
          type: str
        age_seconds:
          description: Age of the newest matching backup at RV(_value.measured_from), null without one.
          type: int
        newest:
          description: The newest matching backup as the module returned it, null without one.
          type: dict
        cluster_status:
          description: The cluster's status, such as V(RUNNING) or V(STOPPED), null where it is not known.
          type: str
        cluster_id:
          description: The cluster's id.
          type: str
        cluster_name:
          description: The cluster's name, null where it is not known.
          type: str
        folder_id:
          description: The cluster's folder, null where it is not known.
          type: str
        overdue_seconds:
          description: By how much the age exceeds the objective, negative where there is time to spare; null without a backup or judgement.
          type: int
        listed:
          description: How many backups the API lists.
          type: int
        matched:
          description: How many of them match.
          type: int
        running:
          description: How many of them are not finished.
          type: int
        reason:
          description: Why the status is as it is, in one line.
          type: str
    message:
      description:
        - The verdict in lines to read. A headline, a line for each cluster that misses the objective, one for all that are fresh, and one for
          each that is skipped.
      type: list
      elements: str
      sample:
        - 2 of 3 clusters miss the objective of 26h.
        - "  NEVER   c9qcarts (carts): no backup exists"
        - "  STALE   c9qsessions (sessions): its newest backup c9qsessions:7 of 2026-11-19T04:00:00Z is 30h old, 4h beyond the objective"
        - "  fresh   1 cluster, newest backup 3h old"
        - "  skipped c9qgone: deleted, 1 backup left for at most 7 days; its newest backup is 2d 2h old"
    failure:
      description: The same lines without those on clusters that are fresh or skipped. Empty where no cluster misses the objective.
      type: list
      elements: str
"""

import typing as t

from ..plugin_utils._filters import as_filter
from ..plugin_utils._verdict import judge


@as_filter
def redis_backup_freshness(
    result: t.Any, max_age: t.Any = None, exclude: t.Any = None, skip_stopped: t.Any = False
) -> dict[str, t.Any]:
    """The verdict on every cluster of a result.

    :raises AnsibleFilterError: the input is not a result of the module, or an option is invalid
    """
    return judge(result, max_age, exclude, skip_stopped)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_freshness": redis_backup_freshness}
