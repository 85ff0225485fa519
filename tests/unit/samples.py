# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows, pages and connections for tests."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result, argument_spec
from ansible_collections.yacloud.mdb.plugins.module_utils._backups import Backup, parse_rows
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.connection import Connection
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS
from ansible_collections.yacloud.mdb.plugins.module_utils._query import Query
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import filled
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Reply, answer

CLUSTER = "c9qorders00000000001"
FOLDER = "b1gfolder00000000001"
NOW = 1_795_168_800_000_000_000
"""2026-11-20T10:00:00Z, at which tests ask."""


def row(number: int = 0, cluster: str = CLUSTER, **fields: t.Any) -> dict[str, t.Any]:
    """A backup as the API writes it; number 0 is the oldest. ``field=None`` leaves a field out."""
    made = {
        "id": f"{cluster}:b{number:05d}",
        "folderId": FOLDER,
        "createdAt": f"2026-{number // 10_080 % 12 + 1:02d}-{number // 360 % 28 + 1:02d}T{number // 60 % 6 + 10:02d}:{number % 60:02d}:00Z",
        "startedAt": f"2026-{number // 10_080 % 12 + 1:02d}-{number // 360 % 28 + 1:02d}T{number // 60 % 6 + 4:02d}:{number % 60:02d}:00Z",
        "sourceClusterId": cluster,
        "sourceShardNames": ["shard1"],
        "type": "AUTOMATED",
    } | fields
    return {name: value for name, value in made.items() if value is not None}


def backup(number: int = 0, **fields: t.Any) -> Backup:
    """A backup as it is read of such a row."""
    return parse_rows([row(number, **fields)], NOW, "a test")[0]


def backups_path(cluster: str = CLUSTER) -> str:
    return f"/managed-redis/v1/clusters/{cluster}/backups"


def backup_path(backup_id: str) -> str:
    return f"/managed-redis/v1/backups/{quote(backup_id, safe='')}"


FOLDER_BACKUPS = "/managed-redis/v1/backups"
FOLDER_CLUSTERS = "/managed-redis/v1/clusters"


def listed(*rows: dict[str, t.Any]) -> Reply:
    """A last page of backups."""
    return answer({"backups": list(rows)})


def clusters(**names: str) -> Reply:
    """A last page of clusters, name by id."""
    return answer({"clusters": [{"id": cluster_id, "name": name} for cluster_id, name in names.items()]})


Ask = t.Callable[..., Result]
"""Reads backups: takes connection options as a mapping, and what is asked by option."""


def options(**given: t.Any) -> dict[str, t.Any]:
    """All of the module's options as AnsibleModule would hand them over in an empty environment."""
    return filled(argument_spec(), given)


def query(**given: t.Any) -> Query:
    """What is asked, by option."""
    return Query.from_options(options(**given))


def connection(url: str, **given: t.Any) -> Connection:
    """A connection to a server for everything, by an IAM token unless ``iam_token=None`` is given."""
    usual = {"endpoint": url, "mdb_endpoint": url, "iam_token": TOKEN, "api_retries": 2, "api_timeout": 5.0}
    return Connection.from_options(options(**usual | given), REDIS.service)
