# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault before, at and after the request for a restore or a removal, while its operation is polled, and while the cluster is
looked at; and every moment at which a run can be interrupted.

In each cell there is one cluster for one wish, counted at the emulator, once the wish was asked for again without the fault.
"""

from __future__ import annotations

import dataclasses
import os
import random
import time
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.plugins.module_utils import _restored_cluster, _writing
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client as _client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError

RUNS = int(os.environ.get("RESTORE_RUNS", "20"))
"""How many wishes meet random faults; RESTORE_RUNS=1000 for a longer search."""

SOURCE, OTHER, BACKUP = "c9qsource", "c9qother", "c9qsource:b1"
PASSWORD = "s3cret-s3cret"
RESTORE = {"backup_id": BACKUP, "name": "copy", "password": PASSWORD}
_METADATA = {
    "@type": "type.googleapis.com/yandex.cloud.mdb.redis.v1.RestoreClusterMetadata",
    "cluster_id": OTHER,
    "backup_id": BACKUP,
}
_RESTORED = {"created_at": "2026-11-21T10:00:00Z", "modified_at": "2026-11-21T10:00:00Z", "done": True}
SEED = {
    "clusters": [
        {
            "id": SOURCE,
            "name": "orders",
            "backups": [{"id": BACKUP, "created_at": "2026-11-20T22:10:00Z", "started_at": "2026-11-20T22:00:00Z"}],
        },
        {
            "id": OTHER,
            "name": "other",
            "deletion_protection": True,
            "operations": [{**_RESTORED, "metadata": _METADATA}],
        },
    ],
    "settings": {
        "restore_duration": 0.02,
        "alive_delay": 0.02,
        "delete_duration": 0.02,
        "update_duration": 0.02,
        "early_404s": 1,
    },
}
REMOVE = {"state": "absent", "cluster_id": OTHER, "name": "other", "lift_deletion_protection": True}


@dataclasses.dataclass(frozen=True)
class Stage:
    """When a fault strikes.

    :ivar wish: what is asked for
    :ivar fault: where it strikes
    """

    name: str
    wish: dict[str, Any]
    fault: dict[str, Any]


STAGES = [
    Stage("backup", RESTORE, {"route": "GetBackup"}),
    Stage("folder", RESTORE, {"route": "ListClusters"}),
    Stage("source", RESTORE, {"route": "GetCluster"}),
    Stage("source-hosts", RESTORE, {"route": "ListClusterHosts"}),
    Stage("request", RESTORE, {"route": "RestoreCluster"}),
    Stage("response", RESTORE, {"route": "RestoreCluster", "after_effect": True}),
    Stage("polling", RESTORE, {"route": "GetOperation", "after": 1}),
    Stage("readiness", RESTORE, {"route": "GetCluster", "after": 1}),
    Stage("hosts", RESTORE, {"route": "ListClusterHosts", "after": 1}),
    Stage("removed-cluster", REMOVE, {"route": "GetCluster"}),
    Stage("operations", REMOVE, {"route": "ListClusterOperations"}),
    Stage("its-backup", REMOVE, {"route": "GetBackup"}),
    Stage("unprotecting", REMOVE, {"route": "UpdateCluster"}),
    Stage("unprotected", REMOVE, {"route": "UpdateCluster", "after_effect": True}),
    Stage("removal", REMOVE, {"route": "DeleteCluster"}),
    Stage("removal-response", REMOVE, {"route": "DeleteCluster", "after_effect": True}),
    Stage("removal-polling", REMOVE, {"route": "GetOperation", "after": 1}),
    Stage("removal-look", REMOVE, {"route": "GetCluster", "after": 1}),
]

PASSING: dict[str, dict[str, Any]] = {
    "status-503": {"kind": "status", "status": 503},
    "reset": {"kind": "reset"},
    "truncated": {"kind": "truncated"},
    "stall": {"kind": "stall"},
}
LASTING: dict[str, dict[str, Any]] = {
    "down": {"kind": "status", "status": 503},
    "garbage": {"kind": "garbage"},
    "no-role": {"kind": "status", "status": 403, "code": 7},
    "retry-after-too-long": {"kind": "status", "status": 503, "headers": {"Retry-After": "900"}},
    "stalls": {"kind": "stall"},
}
_SPOILING = ("truncated", "drip")


def _cells(faults: dict[str, dict[str, Any]]) -> pytest.MarkDecorator:
    """Each stage with each fault; what only spoils the sending of a response has its effect anyway."""
    return pytest.mark.parametrize(
        ("stage", "fault"),
        [
            pytest.param(stage, fault, id=f"{stage.name}-{name}")
            for stage in STAGES
            for name, fault in faults.items()
            if not (stage.fault.get("after_effect") and fault["kind"] in _SPOILING)
        ],
    )


@pytest.fixture
def cloud(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with the matrix' data; nobody waits long."""
    running.reset()
    running.seed(SEED)
    monkeypatch.setattr(_client, "pause", lambda seconds: time.sleep(seconds * 0.01))
    return running


def ask(cloud: Emulator, wish: dict[str, Any], **options: Any) -> dict[str, Any]:
    """What the module's body comes to, without its process."""
    defaults = {name: spec.get("default") for name, spec in _restored_cluster.argument_spec().items()}
    usual = {
        "endpoint": cloud.url,
        "iam_token": cloud.iam_token,
        "api_retries": 2,
        "api_retry_max_delay": 0.005,
        "api_timeout": 2.0,
        "wait_timeout": 30.0,
    }
    progress = _writing.Progress(_restored_cluster.FACTS)
    try:
        message = _restored_cluster.restored_cluster({**defaults, **usual, **wish, **options}, False, progress)
    except CloudError as exc:
        result = {"msg": str(exc), "error": exc.as_dict(), **progress.result()}
    else:
        result = {"msg": message, "error": None, **progress.result()}
    assert PASSWORD not in str(result)
    assert cloud.iam_token not in str(result)
    return result


def timeout_for(fault: dict[str, Any]) -> dict[str, float]:
    """A stall is not waited out for long."""
    return {"api_timeout": 0.15} if fault["kind"] == "stall" else {}


def check_done(cloud: Emulator, wish: dict[str, Any], result: dict[str, Any]) -> None:
    """The wish came true, once."""
    assert result["error"] is None, result["msg"]
    names = [one["name"] for one in cloud.state()["clusters"] if not one["deleted"]]
    if wish is RESTORE:
        assert cloud.started("RestoreCluster") == 1
        assert names.count("copy") == 1
        assert (result["cluster"]["status"], result["cluster"]["health"]) == ("RUNNING", "ALIVE")
        assert [host["role"] for host in result["hosts"]] == ["MASTER"]
    else:
        assert cloud.started("DeleteCluster") == 1
        assert names == ["orders"]
        assert result["cluster"] is None


def began(cloud: Emulator) -> int:
    """How many operations were started."""
    return sum(cloud.started(kind) for kind in ("RestoreCluster", "UpdateCluster", "DeleteCluster"))


@_cells(PASSING)
def test_survived(cloud: Emulator, record_property: Any, stage: Stage, fault: dict[str, Any]) -> None:
    record_property("cell", "survived")
    cloud.add_fault(**stage.fault, **fault)
    result = ask(cloud, stage.wish, **timeout_for(fault))
    assert cloud.admin("GET", "/faults")["faults"][0]["struck"] >= 1
    assert result["changed"]
    check_done(cloud, stage.wish, result)


@_cells(LASTING)
def test_one_cluster_in_the_end(cloud: Emulator, record_property: Any, stage: Stage, fault: dict[str, Any]) -> None:
    record_property("cell", "one cluster in the end")
    cloud.add_fault(**{"times": -1, **stage.fault, **fault})
    first = ask(cloud, stage.wish, **timeout_for(fault))
    assert cloud.admin("GET", "/faults")["faults"][0]["struck"] >= 1
    assert first["changed"] or began(cloud) == 0
    assert "Traceback" not in first["msg"]
    cloud.clear_faults()
    check_done(cloud, stage.wish, ask(cloud, stage.wish))


class Interruption:
    """Ctrl-C at a moment: before one of the requests and pauses, counted from 1."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


LOST = {"kind": "reset", "after_effect": True}


@pytest.mark.parametrize("wish", [RESTORE, REMOVE], ids=["restore", "remove"])
@pytest.mark.parametrize("lost", [False, True], ids=["answered", "lost"])
def test_interrupted_at_any_moment(
    cloud: Emulator, monkeypatch: pytest.MonkeyPatch, wish: dict[str, Any], lost: bool
) -> None:
    for moment in range(1, 200):
        cloud.seed(SEED)
        for route in ("RestoreCluster", "UpdateCluster", "DeleteCluster"):
            if lost:
                cloud.add_fault(route=route, **LOST)
        interruption = Interruption(moment)
        monkeypatch.setattr(_writing, "_reader_check", lambda check=interruption: check)
        try:
            ask(cloud, wish)
        except KeyboardInterrupt:
            before = began(cloud)
        else:
            assert moment > 10
            return
        assert began(cloud) == before
        cloud.clear_faults()
        monkeypatch.setattr(_writing, "_reader_check", lambda: lambda: None)
        check_done(cloud, wish, ask(cloud, wish))
    pytest.fail("the run never came to its end")


@pytest.mark.parametrize("number", range(RUNS))
def test_random_faults(cloud: Emulator, record_property: Any, number: int) -> None:
    record_property("cell", "one cluster after random faults")
    rng = random.Random(number)
    wish = rng.choice((RESTORE, REMOVE))
    stages = [stage for stage in STAGES if stage.wish is wish]
    for _attempt in range(3):
        for _fault in range(rng.randrange(1, 4)):
            fault = rng.choice([*PASSING.values(), *LASTING.values()])
            where = {**rng.choice(stages).fault, "times": rng.randrange(1, 5)}
            if fault["kind"] in (*_SPOILING, "stall"):
                continue
            cloud.add_fault(**{**where, **fault})
        ask(cloud, wish)
        cloud.clear_faults()
    check_done(cloud, wish, ask(cloud, wish))
