# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_objections
short_description: Why a choice of backups cannot be relied on
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - "Holds a choice against what a play demands of it: a backup for every cluster, none of them too old, all of them fit for the files
    that they are to be exported to."
  - Reads nothing and writes nothing, so that a play can stop before its first effect.
extends_documentation_fragment:
  - yacloud.mdb._choosing

options:
  _input:
    description: What M(yacloud.mdb.redis_backup_info) returned.
    type: dict
    required: true
  on_missing:
    description:
      - What a cluster without a matching backup is. V(error) makes it an objection, V(warn) shows a warning, V(skip) says nothing.
    type: str
    choices: [error, warn, skip]
    default: error
  max_age:
    description: How old a chosen backup may be, such as V(26h), V(1d2h), V(90m), or a number of seconds. An older one is always an objection.
    type: raw
  export:
    description: What is going to be exported. An entry whose format cannot hold the choice is an objection.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The file, for the message.
        type: path
        required: true
      format:
        description: As for P(yacloud.mdb.redis_backup_export#filter).
        type: str
        required: true
seealso:
  - plugin: yacloud.mdb.redis_backup_decision
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the newest backup of two clusters
  yacloud.mdb.redis_backup_info:
    cluster_ids: [c9qe1abcd2fghij3klmn, c9qf2bcde3ghijk4lmno]
    limit: 1
  register: redis

- name: Stop unless both have a recent one
  ansible.builtin.assert:
    that: objections | length == 0
    fail_msg: "{{ objections | join('\n') }}"
  vars:
    objections: "{{ redis | yacloud.mdb.redis_backup_objections(max_age='26h') }}"
"""

RETURN = r"""
_value:
  description: One line for each objection. Empty where the choice can be relied on.
  type: list
  elements: str
"""

import typing as t

from ansible.utils.display import Display

from ..plugin_utils._decision import object_to
from ..plugin_utils._filters import as_filter
from ..plugin_utils._values import CRITERIA_OPTIONS, refuse_unknown


@as_filter
def redis_backup_objections(
    result: t.Any,
    on_missing: str = "error",
    max_age: t.Any = None,
    export: t.Sequence[t.Mapping[str, t.Any]] | None = None,
    **options: t.Any,
) -> list[str]:
    """A line for each reason not to rely on the choice; what is less than that is shown as a warning.

    :param max_age: how old a choice may be: a duration, or a number of seconds
    :param options: the criteria that were asked with
    :raises AnsibleFilterError: the input is no result of the module, or an option cannot be worked with
    """
    refuse_unknown(options, CRITERIA_OPTIONS)
    found = object_to(result, options, on_missing=on_missing, max_age=max_age, exports=export or [])
    for warning in found.warnings:
        Display().warning(warning)
    return found.errors


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_objections": redis_backup_objections}
