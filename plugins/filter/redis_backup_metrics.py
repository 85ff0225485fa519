# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_metrics
short_description: The verdict on the freshness of backups as a Prometheus textfile
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Writes gauges that the textfile collector of node_exporter reads, with the labels C(cluster_id), C(cluster_name) and C(folder_id), each
    where it is known. Deleted clusters have none.
  - C(yacloud_redis_backup_newest_completion_timestamp_seconds) is when the newest matching backup was completed, absent without one.
  - C(yacloud_redis_backup_age_seconds) is its age at the time of the check. An alert should rather count from the timestamp, which ages while the check
    does not run.
  - C(yacloud_redis_backup_matching_backups) is the number of completed backups that match.
  - C(yacloud_redis_backup_objective_seconds) is the objective.
  - C(yacloud_redis_backup_up) is 1 where the cluster is fresh, and 0 where it is stale or was never backed up.
  - C(yacloud_redis_backup_last_check_timestamp_seconds) is when the backups were read. It stands still while they cannot be, since then no file is written.
options:
  _input:
    description: What the filter P(yacloud.mdb.redis_backup_freshness#filter) returned, or its JSON text.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Read the backups of every cluster of a folder
  yacloud.mdb.redis_backup_info:
    folder_id: b1gabcdefghij0klmnop
  register: redis

- name: Let node_exporter see the verdict
  yacloud.mdb.redis_backup_file:
    content: "{{ redis | yacloud.mdb.redis_backup_freshness('26h') | yacloud.mdb.redis_backup_metrics }}"
    dest: /var/lib/node_exporter/textfile/redis_backup.prom
"""

RETURN = r"""
_value:
  description: The content.
  type: str
"""

import typing as t

from ..plugin_utils._filters import as_filter
from ..plugin_utils._metrics import metrics_text


@as_filter
def redis_backup_metrics(document: t.Any) -> str:
    """The content of a Prometheus textfile; times and ages in seconds.

    :raises AnsibleFilterError: the input is no verdict
    """
    return metrics_text(document)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_metrics": redis_backup_metrics}
