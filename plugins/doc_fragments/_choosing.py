# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The filters of :data:`module_utils._criteria.CRITERIA`."""

    DOCUMENTATION = r"""
options:
  created_after:
    description:
      - Only backups completed at this time or later. RFC 3339 with an offset, such as V(2026-11-20T10:00:00Z), to the nanosecond.
      - Quote it in YAML, which would otherwise cut it to microseconds.
    type: str
  created_before:
    description: Only backups completed before this time, the time itself not included. Written as O(created_after).
    type: str
  type:
    description: Only backups of these types. A backup to which the API gives no type never matches. An empty list filters nothing.
    type: list
    elements: str
    choices: [AUTOMATED, MANUAL]
  shards:
    description: Only backups that cover all of these shards. An empty list filters nothing.
    type: list
    elements: str
"""
