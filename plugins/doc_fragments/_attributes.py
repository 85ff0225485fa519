# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the collection's modules support: all of them alike, those that only ask, and those that write."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the same without changing anything.
    support: full
  idempotent:
    description: When run twice in a row outside check mode with the same arguments, the second run changes nothing.
    support: full
"""

    INFO = r"""
attributes:
  diff_mode:
    description: Returns details on what has changed, when in diff mode.
    support: none
    details: Nothing is ever changed.
"""

    WRITING = r"""
attributes:
  check_mode:
    description: Reads, checks and says what would happen, as far as that can be known, without asking the cloud to change anything.
    support: full
  diff_mode:
    description: Returns details on what has changed, when in diff mode.
    support: none
"""

    API = r"""
attributes:
  action_group:
    description: Use C(group/yacloud.mdb.mdb) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - yacloud.mdb.mdb
"""
