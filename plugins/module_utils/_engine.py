# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What belongs to one database engine: where its API is, what its rows hold, which filters they allow.

Another engine is another record here. Source: the definitions in PyPI's yandexcloud, and
https://yandex.cloud/en/docs/managed-redis/api-ref/Cluster/listBackups
"""

from __future__ import annotations

import typing as t

from ._cloud.urls import Service


class Engine(t.NamedTuple):
    """An engine of Managed Databases.

    :ivar service: the API behind it
    :ivar prefix: the path in front of every route
    :ivar fields: a backup's field of the API to its name among the facts, in the order of the facts
    :ivar types: the types of a backup by their number in the definitions, less one
    :ivar editor_role: the least role that may take and delete backups
    :ivar restorer_role: the least role that may restore them
    :ivar criteria: the options that choose among backups, in the order in which they are applied
    """

    service: Service
    prefix: str
    fields: dict[str, str]
    types: tuple[str, ...]
    editor_role: str
    restorer_role: str
    criteria: tuple[str, ...]


REDIS = Engine(
    service=Service(
        id="managed-redis",
        default_url="https://mdb.api.cloud.yandex.net",
        endpoint_option="mdb_endpoint",
        endpoint_variable="YC_MDB_ENDPOINT",
        viewer_role="managed-redis.viewer",
    ),
    prefix="/managed-redis/v1",
    fields={
        "id": "id",
        "folderId": "folder_id",
        "createdAt": "created_at",
        "startedAt": "started_at",
        "sourceClusterId": "source_cluster_id",
        "sourceShardNames": "source_shard_names",
        "type": "type",
    },
    types=("AUTOMATED", "MANUAL"),
    editor_role="managed-redis.editor",
    restorer_role="managed-redis.restorer",
    criteria=("created_after", "created_before", "type", "shards"),
)
"""Managed Service for Redis, now sold as Valkey."""
