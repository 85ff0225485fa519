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

FOLDER = "b1gwitness"


@pytest.fixture(scope="module")
def secure() -> Iterator[Emulator]:
    """An emulator that speaks both, over TLS."""
    with Emulator.start(["--tls", "--grpc"]) as emulator:
        yield emulator


def _time(rng: random.Random) -> str:
    digits = rng.choice((0, 3, 6, 9))
    second = (
        f"2026-{rng.randrange(1, 12):02d}-{rng.randrange(1, 29):02d}T{rng.randrange(24):02d}:00:{rng.randrange(3):02d}"
    )
    return second + (f".{rng.randrange(1, 10**digits):0{digits}d}Z" if digits else "Z")


def _backup(rng: random.Random, number: int) -> dict[str, Any]:
    """A backup of any shape that the definitions allow; few distinct times, so that the order has to look further."""
    fields = {
        "id": f"b:{rng.randrange(10**6):06d}:{number}",
        "created_at": _time(rng),
        "started_at": _time(rng),
        "type": rng.choice(("AUTOMATED", "MANUAL")),
        "source_shard_names": [f"shard{shard}" for shard in range(rng.randrange(4))],
    }
    return {name: value for name, value in fields.items() if name == "id" or rng.random() < 0.85}


def _seed(rng: random.Random) -> dict[str, Any]:
    clusters = [
        {
            "id": f"c9qwitness{number}",
            "name": f"witness-{number}",
            "folder_id": FOLDER,
            "deleted": rng.random() < 0.3,
            "backups": [_backup(rng, index) for index in range(rng.choice((0, 1, 7, 40)))],
        }
        for number in range(4)
    ]
    settings = {
        "random_seed": rng.randrange(1000),
        "page_token_format": rng.choice(("opaque", "url-hostile", "numeric", "long")),
        "empty_pages": rng.choice(("none", "all")),
        "repeat_rows": rng.random() < 0.5,
        "deleted_cluster_answer": "list",
    }
    return {"clusters": clusters, "settings": settings}


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


def _fact(backup: Any, names: Mapping[str, str] = {}) -> dict[str, Any]:
    """What the module should say of a backup, from the SDK's message and the clusters' names alone."""
    created = _instant(backup.created_at) if backup.HasField("created_at") else None
    kind = backup_pb2.Backup.BackupType.Name(backup.type)
    return {
        "id": backup.id,
        "folder_id": backup.folder_id,
        "created_at": backup.created_at.ToJsonString() if backup.HasField("created_at") else None,
        "started_at": backup.started_at.ToJsonString() if backup.HasField("started_at") else None,
        "source_cluster_id": backup.source_cluster_id,
        "source_cluster_name": names.get(backup.source_cluster_id),
        "source_shard_names": list(backup.source_shard_names),
        "type": None if kind == "BACKUP_TYPE_UNSPECIFIED" else kind,
        "age_seconds": None if created is None else (NOW - created) // SECOND,
    }


def _order(backup: Any) -> tuple[int, int, str]:
    started = _instant(backup.started_at) if backup.HasField("started_at") else -(10**30)
    return (_instant(backup.created_at), started, backup.id)


def test_facts_hold_every_field_of_the_definitions() -> None:
    """A field that the vendor adds must become a fact on purpose."""
    fields = {field.name for field in backup_pb2.Backup.DESCRIPTOR.fields}
    assert fields | {"age_seconds", "source_cluster_name"} == set(_fact(backup_pb2.Backup()))


@pytest.mark.parametrize("number", range(12))
def test_module_says_what_the_sdk_reads(secure: Emulator, number: int) -> None:
    seed = _seed(random.Random(number))
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


@pytest.mark.parametrize("number", range(12, 18))
def test_clusters_read_alone_are_the_same(secure: Emulator, number: int) -> None:
    seed = _seed(random.Random(number))
    secure.seed(seed)
    stub = _sdk(secure).client(cluster_service_pb2_grpc.ClusterServiceStub)
    ids = [cluster["id"] for cluster in seed["clusters"]]
    facts = _read(secure, cluster_ids=ids)
    for cluster_id in ids:
        witnessed = _all(stub.ListBackups, cluster_service_pb2.ListClusterBackupsRequest, cluster_id=cluster_id)
        rows = [row for row in facts["backups"] + facts["incomplete"] if row["source_cluster_id"] == cluster_id]
        assert {row["id"]: row for row in rows} == {key: _fact(backup) for key, backup in witnessed.items()}
        assert facts["selection"][cluster_id]["listed"] == len(witnessed)
