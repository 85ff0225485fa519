# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_decision
short_description: The choice of each cluster's backup in words
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Says in a few lines for each cluster which backup is chosen, which would come next, and how many fell at which filter.
  - Meant for M(ansible.builtin.debug), which prints a list line by line.
extends_documentation_fragment:
  - yacloud.mdb._choosing

options:
  _input:
    description:
      - What M(yacloud.mdb.redis_backup_info) returned. With its O(yacloud.mdb.redis_backup_info#module:limit) at 2 or more the runner-up is known.
    type: dict
    required: true
seealso:
  - plugin: yacloud.mdb.redis_backup_objections
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the newest two backups of each cluster
  yacloud.mdb.redis_backup_info:
    cluster_ids: [c9qe1abcd2fghij3klmn]
    type: MANUAL
    limit: 2
  register: redis

- name: Say what would be restored, and why
  ansible.builtin.debug:
    msg: "{{ redis | yacloud.mdb.redis_backup_decision(type='MANUAL') }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
  sample:
    - "Chosen for c9qe1abcd2fghij3klmn: c9qe1abcd2fghij3klmn:52, completed 2026-11-23T22:04:11.5Z, 7h 31m old, MANUAL"
    - "  runner-up: c9qe1abcd2fghij3klmn:45, completed 2026-11-16T21:50:02Z, 7d 7h old, MANUAL"
    - "  14 listed: 2 match, 12 not of type MANUAL"
"""

import typing as t

from ..plugin_utils._decision import explain_choice
from ..plugin_utils._filters import as_filter
from ..plugin_utils._values import CRITERIA_OPTIONS, refuse_unknown


@as_filter
def redis_backup_decision(result: t.Any, **options: t.Any) -> list[str]:
    """Lines on each cluster's choice.

    :param options: the criteria that were asked with
    :raises AnsibleFilterError: the input is no result of the module, or an option cannot be worked with
    """
    refuse_unknown(options, CRITERIA_OPTIONS)
    return explain_choice(result, options)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_decision": redis_backup_decision}
