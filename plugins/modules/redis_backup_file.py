#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_backup_file
short_description: Write a file that hands a choice or a verdict on
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Writes one text file. Whoever reads it meanwhile finds the old content or the new one, never a part; after a failure, the old one.
  - The roles write exports, metrics and reports with it.
  - Where the task runs on the controller itself, as P(yacloud.mdb.redis_backup_info#module) describes it, the file is written within
    Ansible's own process, in a small part of the time that M(ansible.builtin.copy) takes. Everywhere else it is a module as any other.
    For anything beyond a text with a mode, use M(ansible.builtin.copy).
extends_documentation_fragment:
  - yacloud.mdb._attributes
attributes:
  diff_mode:
    description: Returns details on what has changed, when in diff mode.
    support: full
options:
  dest:
    description:
      - The file. Its folder has to exist.
      - The file takes the place of a link, as with M(ansible.builtin.copy); what the link points to stays as it is.
      - The owner, the group, the SELinux context and the access list of a file that exists already are kept, as far as the system
        lets this user.
    type: path
    required: true
  content:
    description:
      - What the file is to hold, a text.
    type: raw
    required: true
  mode:
    description:
      - The file's permissions, as an octal text in quotes.
    type: raw
    default: "0644"
seealso:
  - plugin: yacloud.mdb.redis_backup_export
    plugin_type: filter
  - plugin: yacloud.mdb.redis_backup_metrics
    plugin_type: filter
  - module: ansible.builtin.copy
"""

EXAMPLES = r"""
- name: Read the newest backup
  yacloud.mdb.redis_backup_info:
    cluster_ids: [c9qe1abcd2fghij3klmn]
    limit: 1
  register: redis

- name: Hand it to a later job
  yacloud.mdb.redis_backup_file:
    content: "{{ redis | yacloud.mdb.redis_backup_export('dotenv') }}"
    dest: backup.env
"""

RETURN = r"""
file:
  description: The file, with links in its folder's path followed.
  type: str
  returned: success
  sample: /srv/ci/backup.env
error:
  description: What failed, for machines.
  type: dict
  returned: if the file could not be written, or an option has a value that cannot be worked with
  contains:
    kind:
      description: Always V(option).
      type: str
      returned: always
    option:
      description: The option that could not be worked with.
      type: str
      returned: always
  sample:
    kind: option
    option: dest
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._cloud.errors import MdbError
from ..module_utils._files import file_spec, write


def main() -> None:
    """The module's process: reads the arguments, writes the file, prints the result."""
    module = AnsibleModule(argument_spec=file_spec(), supports_check_mode=True)
    try:
        result = write(module.params, check_mode=module.check_mode, diff=module._diff)
    except MdbError as exc:
        module.fail_json(msg=str(exc), error=exc.as_dict())
    module.exit_json(**result)


if __name__ == "__main__":
    main()
