# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module returns, without Ansible around it."""

from __future__ import annotations

from typing import Any

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import argument_spec, read_backups
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.connection import Connection
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS
from ansible_collections.yacloud.mdb.plugins.module_utils._query import Query

SECOND = 1_000_000_000
NOW = 1_795_168_800 * SECOND


def read(**options: Any) -> dict[str, Any]:
    """The return values of redis_backup_info at a fixed time."""
    defaults = {name: spec.get("default") for name, spec in argument_spec().items()}
    given = {**defaults, **options}
    query = Query.from_options(given)
    return read_backups(query, lambda: Connection.from_options(given, REDIS.service), lambda: NOW).facts
