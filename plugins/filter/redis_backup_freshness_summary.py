# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_freshness_summary
short_description: The verdict on the freshness of backups in words
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Lists all clusters that never were backed up or whose newest backup is too old, the worst first, and sums up the others.
options:
  _input:
    description: What the filter P(yacloud.mdb.redis_backup_freshness#filter) returned, or its JSON text.
    type: raw
    required: true

  warn:
    description: Whether the lines are shown as a warning too, if a cluster misses the objective.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read the backups of every cluster of a folder
  yacloud.mdb.redis_backup_info:
    folder_id: b1gabcdefghij0klmnop
  register: redis

- name: Print the verdict
  ansible.builtin.debug:
    msg: "{{ redis | yacloud.mdb.redis_backup_freshness('26h') | yacloud.mdb.redis_backup_freshness_summary }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

import typing as t

from ansible.utils.display import Display

from ..plugin_utils._filters import as_filter
from ..plugin_utils._freshness import read_document, summary


@as_filter
def redis_backup_freshness_summary(document: t.Any, warn: bool = False) -> list[str]:
    """The verdict in lines.

    :param warn: shows them as a warning too, if a cluster misses the objective
    :raises AnsibleFilterError: the input is no verdict
    """
    verdict, clusters = read_document(document)
    lines = summary(verdict, clusters)
    if warn and verdict["missed"]:
        Display().warning("\n".join(lines))
    return lines


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_freshness_summary": redis_backup_freshness_summary}
