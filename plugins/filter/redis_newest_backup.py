# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_newest_backup
short_description: The newest matching backup of each cluster, among backups already read
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Chooses among backups that M(yacloud.mdb.redis_backup_info) returned, without a request, by the same order and the same filters.
extends_documentation_fragment:
  - yacloud.mdb._choosing
options:
  _input:
    description: Backups as the module returns them; those of several tasks can be joined. Rows without a completion time never win.
    type: list
    elements: dict
    required: true
  evaluated_at:
    description: The instant from which ages are counted anew, such as RV(yacloud.mdb.redis_backup_info#module:evaluated_at).
    type: str
  max_age:
    description: How old a newest backup may be at O(evaluated_at), which it needs. An older one is an error that names cluster, age and limit.
    type: raw
seealso:
  - module: yacloud.mdb.redis_backup_info
  - plugin: yacloud.mdb.redis_newest_backup
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Read once
  yacloud.mdb.redis_backup_info:
    cluster_id: c9qe1abcd2fghij3klmn
  register: redis

- name: Choose twice, without another request
  ansible.builtin.debug:
    msg:
      - "{{ redis.backups | yacloud.mdb.redis_newest_backup }}"
      - "{{ redis.backups | yacloud.mdb.redis_newest_backup(created_before='2026-11-20T10:00:00Z', type=['MANUAL']) }}"
"""

RETURN = r"""
_value:
  description: The newest matching backup by cluster id. Clusters without one are left out.
  type: dict
"""

import typing as t

from ..plugin_utils._filters import as_filter
from ..plugin_utils._newest import newest_by_cluster


@as_filter
def redis_newest_backup(backups: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """The newest matching backup by cluster id.

    :param options: the criteria, C(max_age) and C(evaluated_at)
    :raises AnsibleFilterError: these are no backups, an option is invalid, or a newest one is too old
    """
    return newest_by_cluster(backups, options)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_newest_backup": redis_newest_backup}
