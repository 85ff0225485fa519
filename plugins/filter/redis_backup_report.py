# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_report
short_description: The verdict on the freshness of backups as a page for people
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Makes one self-contained HTML page that loads nothing and runs nothing. It shows the worst cluster first, each verdict in words, and each cluster's backups
    on a time line against the objective.
  - The page is made from its input alone, so that the same facts give the same page.
positional: backups
options:
  _input:
    description: What the filter P(yacloud.mdb.redis_backup_freshness#filter) returned, or its JSON text.
    type: raw
    required: true

  backups:
    description:
      - Backups for the time lines, such as RV(yacloud.mdb.redis_backup_info#module:backups). Without them each shows the newest one only.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Read the backups of every cluster of a folder
  yacloud.mdb.redis_backup_info:
    folder_id: b1gabcdefghij0klmnop
  register: redis

- name: Write the page
  yacloud.mdb.redis_backup_file:
    content: "{{ redis | yacloud.mdb.redis_backup_freshness('26h') | yacloud.mdb.redis_backup_report(redis.backups) }}"
    dest: /srv/www/redis-backups.html
"""

RETURN = r"""
_value:
  description: The content.
  type: str
"""

import typing as t

from ..plugin_utils._filters import as_filter
from ..plugin_utils._report import report_html


@as_filter
def redis_backup_report(document: t.Any, backups: t.Any = ()) -> str:
    """The page in HTML.

    :param backups: backups for the time lines, as the module returns them
    :raises AnsibleFilterError: the input is no verdict, or these are no backups
    """
    return report_html(document, backups)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_report": redis_backup_report}
