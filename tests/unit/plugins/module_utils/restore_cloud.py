# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated cloud with a cluster that has backups, and what the module returns when it is asked there."""

from __future__ import annotations

import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils import _restored_cluster as module
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.writing import end_of

SOURCE, BACKUP, OLDER, RUNNING = "c9qsource", "c9qsource:b2", "c9qsource:b1", "c9qsource:b3"
FOLDER = "b1grestores"
PASSWORD = "s3cret-s3cret"
RESTORE: dict[str, t.Any] = {"backup_id": BACKUP, "name": "copy", "password": PASSWORD}
"""A wish for a restored cluster."""

QUICK = {"restore_duration": 0.03, "delete_duration": 0.03, "update_duration": 0.03, "backup_duration": 0.03}
"""Seconds that the emulator's operations take."""


def seed() -> dict[str, t.Any]:
    """A cluster with two backups and one that is being taken, and another cluster."""
    backups = [
        {"id": OLDER, "created_at": "2026-11-19T22:10:00Z", "started_at": "2026-11-19T22:00:00Z"},
        {"id": BACKUP, "created_at": "2026-11-20T22:10:00Z", "started_at": "2026-11-20T22:00:00Z"},
        {"id": RUNNING, "started_at": "2026-11-21T22:00:00Z"},
    ]
    clusters = [
        {"id": SOURCE, "name": "orders", "folder_id": FOLDER, "backups": backups, "security_group_ids": ["enpsg1"]},
        {"id": "c9qother", "name": "other", "folder_id": FOLDER},
    ]
    return {"clusters": clusters, "settings": QUICK}


def ask(emulator: t.Any, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    """What the module returns, as end_of tells it."""
    reach = {"endpoint": emulator.url, "iam_token": emulator.iam_token, "api_retry_max_delay": 0.005}
    given = {**reach, **options}
    result = end_of(module.restored_cluster, module.argument_spec(), module.FACTS, given, check_mode)
    assert PASSWORD not in str(result)
    return result


def writes(emulator: t.Any) -> list[str]:
    """The requests that change something, by method and route."""
    return [f"{one['method']} {one['route']}" for one in emulator.requests() if one["idempotency_key"]]


def restored(emulator: t.Any, name: str = "copy") -> list[str]:
    """The ids of the clusters that there are under a name."""
    clusters = emulator.state()["clusters"]
    return [one["id"] for one in clusters if one.get("name") == name and not one.get("deleted")]
