# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that does nothing but import requests: what any module pays that speaks HTTP comfortably."""

from __future__ import annotations

import requests  # noqa: F401  # pylint: disable=unused-import
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Nothing but what any module does."""
    AnsibleModule(argument_spec={}, supports_check_mode=True).exit_json(changed=False)


if __name__ == "__main__":
    main()
