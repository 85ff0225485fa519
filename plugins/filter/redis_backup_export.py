# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_export
short_description: A choice of backups as a file's content for other programs
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Writes a choice in a format that a CI system, a shell, Terraform or any other program reads.
  - The same choice always gives the same text. RV(yacloud.mdb.redis_backup_info#module:backups[].age_seconds) is left out for that.

positional: format
options:
  _input:
    description:
      - What M(yacloud.mdb.redis_backup_info) returned, or a mapping of cluster id to backup, as its RV(yacloud.mdb.redis_backup_info#module:newest)
        is, or what the filter P(yacloud.mdb.redis_newest_backup#filter) returns.
    type: dict
    required: true
  format:
    description:
      - V(json) and V(yaml) hold a mapping of cluster id to backup.
      - "V(dotenv) holds C(REDIS_BACKUP_<CLUSTER>_ID), C(…_CREATED_AT) and C(…_CLUSTER_ID) for each cluster, whose id is written in capitals with
        C(_) for every other character. Where one cluster was asked for, C(REDIS_BACKUP_ID), C(REDIS_BACKUP_CREATED_AT) and
        C(REDIS_BACKUP_CLUSTER_ID) stand there too. GitLab's dotenv reports and a shell's C(source) read it alike: it has no comments, blank
        lines or quotes. A value that would need quotes is an error, and so are two values of one name."
      - V(tfvars_json) holds the Terraform variable C(redis_restore_backups), a map of cluster id to an object with C(id), C(created_at),
        C(started_at), C(source_cluster_id), C(source_shard_names), C(folder_id) and C(type). Terraform takes the file by C(-var-file) if its name
        ends in C(.tfvars.json).
    type: str
    choices: [json, yaml, dotenv, tfvars_json]
    required: true
"""

EXAMPLES = r"""
- name: Read the newest backup of a cluster
  yacloud.mdb.redis_backup_info:
    cluster_id: c9qe1abcd2fghij3klmn
    limit: 1
  register: redis

- name: Hand it to a later job
  yacloud.mdb.redis_backup_file:
    content: "{{ redis | yacloud.mdb.redis_backup_export('dotenv') }}"
    dest: backup.env
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

from ..plugin_utils._exports import export_text, read_choice
from ..plugin_utils._filters import as_filter


@as_filter
def redis_backup_export(choice: t.Any, format: t.Any) -> str:  # noqa: A002 - the option's name
    """The content of a file.

    :raises AnsibleFilterError: the input is no choice, there is no such format, or a value cannot be written in it
    """
    newest, asked = read_choice(choice)
    return export_text(newest, asked, format)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_export": redis_backup_export}
