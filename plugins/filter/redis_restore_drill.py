# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_restore_drill
short_description: What the steps of a restore drill returned as one verdict
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Gives a restore drill its verdict. It is V(passed) where the chosen backup was restored and its data are right, V(failed) where it was
    restored and they are not, and V(untested) where the backup could not be chosen or restored, or the data could not be read.
  - A step that was skipped, failed, or is not given has not done its work; nothing is concluded from it.
  - The role P(yacloud.mdb.redis_restore_drill#role) takes these steps and uses this filter. Use it by itself for a drill of your own.
options:
  _input:
    description:
      - The registered results of the drill's tasks, and what else is known. Every key may be left out.
      - An unknown key is an error.
    type: dict
    required: true
    suboptions:
      query:
        description:
          - What the drill is about, by the names of the options of M(yacloud.mdb.redis_backup_info), such as C(cluster_ids), C(cluster_names)
            and C(folder_id). The labels of the metrics are taken from it.
          - By default RV(yacloud.mdb.redis_backup_info#module:query) of O(_input.choice).
        type: dict
      choice:
        description: The result of M(yacloud.mdb.redis_backup_info), which chose one backup.
        type: dict
      restored:
        description:
          - The result of M(yacloud.mdb.redis_restored_cluster), which restored it. One about another backup, or another name than
            O(_input.name), is not taken.
        type: dict
      checked:
        description: The result of M(yacloud.mdb.redis_data_check) on the restored cluster.
        type: dict
      found:
        description:
          - The result of M(yacloud.mdb.redis_backup_info) for O(_input.folder_id), read after a restore that failed without naming a cluster.
            It says whether there is one named O(_input.name).
        type: dict
      removed:
        description: The result of M(yacloud.mdb.redis_restored_cluster) with C(state=absent) for the restored cluster.
        type: dict
      folder:
        description: The result of M(yacloud.mdb.redis_backup_info) for O(_input.folder_id), read before the restore to look for leftovers.
        type: dict
      leftovers:
        description:
          - The result of a loop over the entries of C(clusters) of O(_input.folder), as C(dict2items) makes them, with
            M(yacloud.mdb.redis_restored_cluster), C(state=absent) and C(check_mode=true). A cluster that was not restored from a backup is none.
        type: dict
      swept:
        description: The result of a loop over those of RV(_value.leftovers) that are due, which removed them.
        type: dict
      name:
        description: The name that the restored cluster was to have.
        type: str
      folder_id:
        description: Its folder. By default that of the restored cluster or of the backup.
        type: str
      rto:
        description: The objective for the time to readable data, such as V(30m), V(1h30m), or a number of seconds.
        type: raw
      sweep_after:
        description: The age from which a leftover is due to be removed, likewise. Without it none is.
        type: raw
      keep_on_failure:
        description: Whether a cluster that is still there after a drill that has not passed was kept on purpose.
        type: bool
        default: false
      chosen_at:
        description: When the backup had been chosen, RFC 3339 with an offset.
        type: str
      evaluated_at:
        description: Now, likewise. By default RV(yacloud.mdb.redis_backup_info#module:evaluated_at) of O(_input.choice). One of them is needed.
        type: str
seealso:
  - plugin: yacloud.mdb.redis_backup_export
    plugin_type: filter
    description: Writes a verdict as JSON, YAML, Prometheus metrics or a page.
"""

EXAMPLES = r"""
- name: Judge a drill whose tasks were registered
  vars:
    steps:
      choice: "{{ chosen }}"
      restored: "{{ restored }}"
      checked: "{{ checked }}"
      removed: "{{ removed }}"
      rto: 30m
      evaluated_at: "{{ now(utc=true).strftime('%Y-%m-%dT%H:%M:%SZ') }}"
    verdict: "{{ steps | yacloud.mdb.redis_restore_drill }}"
  ansible.builtin.assert:
    that: verdict.failure | length == 0
    fail_msg: "{{ verdict.failure | join('\n') }}"
    success_msg: "{{ verdict.message }}"
"""

RETURN = r"""
_value:
  description: The verdict, of which the filter P(yacloud.mdb.redis_backup_export#filter) makes files.
  type: dict
  contains:
    evaluated_at:
      description: When the drill was judged.
      type: str
    outcome:
      description: V(passed), V(failed) or V(untested).
      type: str
    stopped_at:
      description: The step that did not do its work, V(choose), V(restore) or V(check); V(null) where all did.
      type: str
    problem:
      description: Why the drill has not passed, in one line; V(null) where it has.
      type: str
    query:
      description: What the drill is about.
      type: dict
    source:
      description: The cluster whose backup it is, by C(cluster_id), C(cluster_name) and C(folder_id), each V(null) where it is not known.
      type: dict
    backup:
      description: The backup as M(yacloud.mdb.redis_backup_info) returned it, V(null) where none was chosen.
      type: dict
    cluster:
      description: The restored cluster by C(id), C(name), C(folder_id), C(status) and C(health), V(null) where none is known.
      type: dict
    seconds:
      description:
        - How long each phase took that there was. V(choose), V(restore), V(ready) for the time until the restored cluster was running and
          alive, V(check) and V(remove).
      type: dict
      sample: {choose: 0.8, restore: 432.0, ready: 21.3, check: 2.3, remove: 95.0}
    readable_seconds:
      description: The time to readable data, which is that of all phases but V(remove); V(null) where they could not be read.
      type: float
    rto:
      description: The objective as it was given; a bare number is followed by V(s).
      type: str
    rto_seconds:
      description: The objective in seconds.
      type: float
    rto_met:
      description:
        - Whether the data could be read within the objective. V(null) without an objective, and where the drill is untested before that
          much time had passed.
      type: bool
    key_count:
      description: How many keys the restored cluster holds, V(null) where they could not be read.
      type: int
    persistent_key_count:
      description: How many of them have no time to live.
      type: int
    expired_on_load:
      description: How many keys more the backup held whose time to live had passed; V(null) where Redis does not tell.
      type: int
    checks:
      description: What was checked, by C(name), C(passed) and C(detail).
      type: list
      elements: dict
    cleaned_up:
      description: Whether nothing is left of this drill; V(null) where that could not be found out.
      type: bool
    kept:
      description: Whether the cluster was kept on purpose.
      type: bool
    leftovers:
      description:
        - The clusters of earlier drills, by C(cluster_id), C(name), C(backup_id), C(created_at), C(age_seconds), C(due) for one that is to be
          removed, C(removed) and C(problem). V(null) where they could not be looked for.
      type: list
      elements: dict
    not_removed:
      description:
        - The clusters that were to be removed and may still be there, by C(cluster_id), which is V(null) where it is not known, C(name),
          C(folder_id), C(problem) and C(command), which removes it.
      type: list
      elements: dict
    not_tested:
      description: What the drill says nothing about, in sentences.
      type: list
      elements: str
    message:
      description: The verdict in lines to read.
      type: list
      elements: str
      sample:
        - "Restore drill of orders (c9qorders) passed: the backup was restored, and its data are right."
        - "  backup    c9qorders:52 of 2026-11-23T22:04:11.5Z, 5h old"
        - "  data      200005 keys, 180000 of them without a time to live"
        - "  time      choose 0s, restore 7m 12s, ready 21s, check 2s, remove 1m 35s"
    failure:
      description:
        - The headline and what was not as it should be. Empty where the drill has passed, its objective was met, and every cluster that was
          to be removed is gone.
      type: list
      elements: str
"""

import typing as t

from ..plugin_utils._drill import judge_drill
from ..plugin_utils._filters import as_filter


@as_filter
def redis_restore_drill(steps: t.Any) -> dict[str, t.Any]:
    """The verdict on a restore drill.

    :raises AnsibleFilterError: the steps are invalid
    """
    return judge_drill(steps)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_restore_drill": redis_restore_drill}
