# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_export
short_description: A choice of backups, or a verdict on them, as a file's content
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Writes what M(yacloud.mdb.redis_backup_info) chose, or what P(yacloud.mdb.redis_backup_freshness#filter) or
    P(yacloud.mdb.redis_restore_drill#filter) found, in a format that a CI system, a shell, Terraform, Prometheus or a person reads.
  - Clusters are named as they were asked for, by name or by id.
  - The same choice always gives the same text. RV(yacloud.mdb.redis_backup_info#module:backups[].age_seconds) is left out of it for that.
positional: format
options:
  _input:
    description:
      - A choice, which is what M(yacloud.mdb.redis_backup_info) returned, or a mapping of names or ids to backups, as the filter
        P(yacloud.mdb.redis_newest_backup#filter) returns.
      - Or a verdict, which is what the filter P(yacloud.mdb.redis_backup_freshness#filter) or P(yacloud.mdb.redis_restore_drill#filter)
        returned.
      - The result of a task that failed is refused.
    type: dict
    required: true
  format:
    description:
      - V(json) and V(yaml) hold a choice as a mapping of name or id to backup, and a verdict as it is.
      - "V(dotenv), of a choice, holds C(REDIS_BACKUP_<CLUSTER>_ID), C(…_CREATED_AT) and C(…_CLUSTER_ID) for each cluster, whose name or id is
        written in capitals with C(_) for every other character. Where one cluster was asked for, C(REDIS_BACKUP_ID), C(REDIS_BACKUP_CREATED_AT)
        and C(REDIS_BACKUP_CLUSTER_ID) stand there too. GitLab's dotenv reports and a shell's C(source) read it alike: it has no comments,
        blank lines or quotes. A value that would need quotes is an error, and so are two values of one name. More than 5,120 bytes, which is
        all that GitLab takes, give a warning."
      - V(tfvars_json), of a choice, holds the Terraform variable C(redis_restore_backups), a map of name or id to an object with C(id),
        C(created_at), C(started_at), C(source_cluster_id), C(source_cluster_name), C(source_shard_names), C(folder_id) and C(type). Terraform
        takes the file by C(-var-file) if its name ends in C(.tfvars.json).
      - V(prometheus), of a verdict, is a textfile for node_exporter. Its gauges are listed in the notes.
      - V(html), of a verdict, is one page that loads nothing.
    type: str
    choices: [json, yaml, dotenv, tfvars_json, prometheus, html]
    required: true
  labels:
    description:
      - Further labels of each series by name, with O(format=prometheus) of a verdict on freshness. They tell several checks of one cluster apart, whose series
        node_exporter would otherwise drop without a sign.
      - C(cluster_id), C(cluster_name) and C(folder_id) are there already, each where it is known, and are refused.
    type: dict
  backups:
    description:
      - The backups that the page's lines of time show, with O(format=html) of a verdict on freshness, as RV(yacloud.mdb.redis_backup_info#module:backups).
      - By default each line shows the newest one alone.
    type: list
    elements: dict
  previous:
    description:
      - The content that a new one replaces, with O(format=prometheus) of a verdict on a restore drill. Its last success is kept where the new
        drill has not passed.
    type: str
notes:
  - "C(yacloud_redis_backup_newest_completion_timestamp_seconds): when the newest matching backup was completed, absent without one."
  - "C(yacloud_redis_backup_age_seconds): its age at the time of the check, or at C(created_before) where that was given, absent without one. An alert
    should rather count from the timestamp, which ages while the check does not run."
  - "C(yacloud_redis_backup_matching_backups): how many completed backups match."
  - "C(yacloud_redis_backup_objective_seconds): the objective."
  - "C(yacloud_redis_backup_fresh): 1 where the cluster is fresh, 0 where it is stale or was never backed up."
  - "C(yacloud_redis_backup_last_check_timestamp_seconds): when the backups were read. It stands still while they cannot be, since then no file is
    written. It is the only series of a cluster that is skipped, so that no alert judges what the verdict does not."
  - "Of a restore drill, whose labels are what it was asked for, C(yacloud_redis_restore_drill_last_run_timestamp_seconds) and
    C(…_last_success_timestamp_seconds), which is absent before the first success; C(…_outcome), which is 1 for the V(passed), V(failed) or
    V(untested) of its label C(outcome) that came of it, and 0 for the others; C(…_phase_seconds) by C(phase), C(…_readable_seconds),
    C(…_objective_seconds) and C(…_objective_met); C(…_backup_age_seconds), C(…_keys) and C(…_persistent_keys); C(…_cleaned_up), which is 0 where
    the restored cluster is there or may be, and C(…_leftover_clusters). What is not known is absent."
"""

EXAMPLES = r"""
- name: Read the newest backup of a cluster
  yacloud.mdb.redis_backup_info:
    cluster_id: c9qe1abcd2fghij3klmn
    limit: 1
  register: redis

- name: Hand it to a later job
  ansible.builtin.copy:
    content: "{{ redis | yacloud.mdb.redis_backup_export('dotenv') }}"
    dest: backup.env
    mode: "0644"

- name: Let node_exporter see whether it is fresh
  ansible.builtin.copy:
    content: >-
      {{ redis | yacloud.mdb.redis_backup_freshness('26h')
      | yacloud.mdb.redis_backup_export('prometheus', labels={'check': 'nightly'}) }}
    dest: /var/lib/node_exporter/textfile/redis_backup.prom
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The content.
  type: str
  sample: |
    REDIS_BACKUP_C9QE1ABCD2FGHIJ3KLMN_ID=c9qe1abcd2fghij3klmn:52
    REDIS_BACKUP_C9QE1ABCD2FGHIJ3KLMN_CREATED_AT=2026-11-23T22:04:11.5Z
    REDIS_BACKUP_C9QE1ABCD2FGHIJ3KLMN_CLUSTER_ID=c9qe1abcd2fghij3klmn
    REDIS_BACKUP_ID=c9qe1abcd2fghij3klmn:52
    REDIS_BACKUP_CREATED_AT=2026-11-23T22:04:11.5Z
    REDIS_BACKUP_CLUSTER_ID=c9qe1abcd2fghij3klmn
"""

import typing as t

from ansible.utils.display import Display

from ..plugin_utils._exports import export_text
from ..plugin_utils._filters import as_filter

GITLAB_LIMIT = 5_120
"""How many bytes of a dotenv report GitLab takes. Source: https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv"""


@as_filter
def redis_backup_export(
    value: t.Any,
    format: t.Any,  # noqa: A002 - the option's name
    labels: t.Any = None,
    backups: t.Any = None,
    previous: t.Any = None,
) -> str:
    """The content of a file.

    :raises AnsibleFilterError: the input, the format or an option is invalid, or a value cannot be written in the format
    """
    given = {"labels": labels, "backups": backups, "previous": previous}
    options = {name: option for name, option in given.items() if option is not None}
    text = export_text(value, format, options)
    size = len(text.encode())
    if format == "dotenv" and size > GITLAB_LIMIT:
        # Only the filter itself knows both the text and the user, and nothing else in a play would say it.
        Display().warning(
            f"redis_backup_export: the dotenv text has {size} bytes, and GitLab takes at most {GITLAB_LIMIT} in a dotenv report."
            " Use the format json or tfvars_json and an ordinary artifact, or ask for fewer clusters."
        )
    return text


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_export": redis_backup_export}
