# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_backup_arguments
short_description: What is wrong with the variables of a role of this collection
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Looks at every variable of a role before anything is asked. Types and values are held against the code that will work with them, and
    names that resemble a variable of the role against a slip of the pen.
  - Ansible's own check of role arguments converts nothing, takes a list for a text on some releases, and does not look into the mapping of
    connection options.
  - No value is ever part of a message where it could be a secret.

positional: role
options:
  _input:
    description: Values of variables by their whole name.
    type: dict
    required: true
  role:
    description: The role whose variables these are, and thereby their prefix.
    type: str
    choices:
      - redis_backup_select
      - redis_backup_freshness
    required: true
"""

EXAMPLES = r"""
- name: Check some variables of a role
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems | join('\n') }}"
  vars:
    variables:
      redis_backup_select_clusters: [c9qe1abcd2fghij3klmn]
      redis_backup_select_max_age: 26h
    problems: "{{ variables | yacloud.mdb.redis_backup_arguments('redis_backup_select') }}"
"""

RETURN = r"""
_value:
  description: One line for each problem, which names the variable. Empty where the role can work with them.
  type: list
  elements: str
"""

import typing as t

from ..module_utils._cloud.errors import OptionError
from ..plugin_utils._arguments import ROLES, argument_problems
from ..plugin_utils._filters import as_filter


@as_filter
def redis_backup_arguments(variables: t.Any, role: t.Any) -> list[str]:
    """A line for each variable that the role cannot work with.

    :raises AnsibleFilterError: the input is no mapping, or there is no such role
    """
    if not isinstance(variables, t.Mapping) or role not in ROLES:
        raise OptionError(f"give a mapping of variables and one of the roles {', '.join(ROLES)}.", option="role")
    return argument_problems(variables, role)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"redis_backup_arguments": redis_backup_arguments}
