# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own SDK as a witness: over gRPC it reads what the module says, field by field, whatever the data."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yandexcloud
from yacloud_mdb_emulator.testing import Emulator
from yandex.cloud.mdb.redis.v1 import (
    backup_pb2,
    backup_service_pb2,
    backup_service_pb2_grpc,
    cluster_service_pb2,
    cluster_service_pb2_grpc,
)

from ansible_collections.yacloud.mdb.tests.integration.matrix.reading import NOW, SECOND, read
from ansible_collections.yacloud.mdb.tests.integration.matrix.samples import FOLDER, random_seed


@pytest.fixture(scope="module")
def secure() -> Iterator[Emulator]:
    """An emulator that speaks both, over TLS."""
    with Emulator.start(["--tls", "--grpc"]) as emulator:
        yield emulator


def _sdk(emulator: Emulator) -> Any:
    key = json.loads(Path(emulator.key_file).read_text(encoding="utf-8"))
    ca = Path(str(emulator.ca_file)).read_bytes()
    return yandexcloud.SDK(endpoint=emulator.grpc_address, root_certificates=ca, service_account_key=key)


def _all(call: Any, kind: Any, **fields: Any) -> dict[str, Any]:
    """Every backup of a listing by its id, as the SDK reads it."""
    found, token = {}, ""
    while True:
        page = call(kind(page_token=token, page_size=9, **fields))
        found.update({backup.id: backup for backup in page.backups})
        token = page.next_page_token
        if not token:
            return found


def _read(emulator: Emulator, **options: Any) -> dict[str, Any]:
    key = {"service_account_key_file": emulator.key_file}
    return read(endpoint=emulator.url, ca_path=emulator.ca_file, page_size=8, **key, **options)


def _instant(stamp: Any) -> int:
    return int(stamp.seconds) * SECOND + int(stamp.nanos)


def _fact(backup: Any, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the module should say of a backup, from the SDK's message and the clusters' names alone."""
    created = _instant(backup.created_at) if backup.HasField("created_at") else None
    kind = backup_pb2.Backup.BackupType.DESCRIPTOR.values_by_number.get(backup.type)
    return {
        "id": backup.id,
        "folder_id": backup.folder_id,
        "created_at": backup.created_at.ToJsonString() if backup.HasField("created_at") else None,
        "started_at": backup.started_at.ToJsonString() if backup.HasField("started_at") else None,
        "source_cluster_id": backup.source_cluster_id,
        "source_cluster_name": (names or {}).get(backup.source_cluster_id),
        "source_shard_names": list(backup.source_shard_names),
        "type": None if backup.type == 0 else kind.name if kind else str(backup.type),
        "age_seconds": None if created is None else (NOW - created) // SECOND,
    }


def _order(backup: Any) -> tuple[int, int, str]:
    started = _instant(backup.started_at) if backup.HasField("started_at") else -(10**30)
    return (_instant(backup.created_at), started, backup.id)


def test_facts_hold_every_field_of_the_definitions() -> None:
    """A field that the vendor adds must become a fact on purpose."""
    fields = {field.name for field in backup_pb2.Backup.DESCRIPTOR.fields}
    assert fields | {"age_seconds", "source_cluster_name"} == set(_fact(backup_pb2.Backup()))


@pytest.mark.parametrize("number", range(6))
def test_module_says_what_the_sdk_reads(secure: Emulator, number: int) -> None:
    seed = random_seed(random.Random(number))
    secure.seed(seed)
    names = {cluster["id"]: cluster["name"] for cluster in seed["clusters"] if not cluster["deleted"]}
    stub = _sdk(secure).client(backup_service_pb2_grpc.BackupServiceStub)
    witnessed = _all(stub.List, backup_service_pb2.ListBackupsRequest, folder_id=FOLDER)
    facts = _read(secure, folder_id=FOLDER)
    finished = sorted(
        (backup for backup in witnessed.values() if backup.HasField("created_at")), key=_order, reverse=True
    )
    assert facts["backups"] == [_fact(backup, names) for backup in finished]
    running = [_fact(backup, names) for backup in witnessed.values() if not backup.HasField("created_at")]
    assert sorted(facts["incomplete"], key=lambda row: row["id"]) == sorted(running, key=lambda row: row["id"])
    newest: dict[str, Any] = {}
    for backup in finished:
        newest.setdefault(backup.source_cluster_id, _fact(backup, names))
    assert facts["newest"] == newest


@pytest.mark.parametrize("number", range(6, 9))
def test_clusters_read_alone_are_the_same(secure: Emulator, number: int) -> None:
    seed = random_seed(random.Random(number))
    secure.seed(seed)
    stub = _sdk(secure).client(cluster_service_pb2_grpc.ClusterServiceStub)
    ids = [cluster["id"] for cluster in seed["clusters"]]
    facts = _read(secure, cluster_ids=ids)
    for cluster_id in ids:
        witnessed = _all(stub.ListBackups, cluster_service_pb2.ListClusterBackupsRequest, cluster_id=cluster_id)
        rows = [row for row in facts["backups"] + facts["incomplete"] if row["source_cluster_id"] == cluster_id]
        assert {row["id"]: row for row in rows} == {key: _fact(backup) for key, backup in witnessed.items()}
        assert facts["selection"][cluster_id]["listed"] == len(witnessed)
