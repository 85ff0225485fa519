#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_backup_info
short_description: List backups
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.yacloud.mdb.plugins.module_utils._errors import MdbError
from ansible_collections.yacloud.mdb.plugins.module_utils._facts import gather
from ansible_collections.yacloud.mdb.plugins.module_utils._options import Connection, Question, argument_spec


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        result = gather(Question.from_options(module.params), lambda: Connection.from_options(module.params))
    except MdbError as exc:
        module.fail_json(msg=str(exc), error=exc.as_dict())
    for warning in result.warnings:
        module.warn(warning)
    module.exit_json(changed=False, **result.facts)


if __name__ == "__main__":
    main()
