# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a data plane is told what, that nobody waits for it, and what its failures become."""

from __future__ import annotations

import asyncio
import threading
import time
from types import SimpleNamespace

import pytest

from .conftest import CLUSTER, DELETED, SEED

actions = pytest.importorskip("yacloud_mdb_emulator.actions")
data_plane = pytest.importorskip("yacloud_mdb_emulator.data_plane")
descriptors = pytest.importorskip("yacloud_mdb_emulator.descriptors")
errors = pytest.importorskip("yacloud_mdb_emulator.errors")
faults = pytest.importorskip("yacloud_mdb_emulator.faults")
launches = pytest.importorskip("yacloud_mdb_emulator.launch")
states = pytest.importorskip("yacloud_mdb_emulator.state")

PASSWORD = "Drill-Passw0rd"
#: Seconds in which something has to happen.
LIMIT = 10.0


class Recorder(data_plane.DataPlane):
    """A data plane that serves nothing, and remembers what it was told, once the gate is open."""

    def __init__(self):
        self.told = []
        self.options = {}
        self.refused = ()
        self.gate = threading.Event()
        self.gate.set()

    def _hear(self, name, *values, **options):
        assert self.gate.wait(LIMIT)
        if name in self.refused:
            raise data_plane.DataPlaneError(f"cannot {name}")
        self.told.append((name, *values))
        self.options = options

    def nodes(self, cluster_id):
        return [SimpleNamespace(address="127.6.0.1", role="MASTER")]

    def clear(self):
        self._hear("clear")

    def start_cluster(self, cluster_id, hosts, *, backup_id, **options):
        if backup_id:
            self._hear("restore", cluster_id, backup_id, *hosts, **options)
        else:
            self._hear("start", cluster_id, **options)

    def stop_cluster(self, cluster_id):
        self._hear("stop", cluster_id)

    def load(self, cluster_id, data):
        self._hear("load", cluster_id, data)

    def save_backup(self, cluster_id, *backup_ids):
        self._hear("save", cluster_id, *backup_ids)

    def delete_backup(self, backup_id):
        self._hear("delete", backup_id)

    def close(self):
        self.gate.set()


@pytest.fixture
def recorder():
    return Recorder()


def make_state(recorder, document):
    durations = dict.fromkeys(("backup_duration", "restore_duration", "delete_duration"), 0)
    launch = launches.Launch(folder="b1gfolder", document={**document, "settings": durations})
    return states.State(launch, recorder)


@pytest.fixture
def state(recorder):
    made = make_state(recorder, SEED)
    asyncio.run(made.plane.replaced())
    yield made
    made.plane.close()


def act(state, alias, fault=None, **fields):
    """The operation that a request starts."""
    method = next(item for item in descriptors.served_methods() if item.alias == alias)
    return actions.Actions(state).answer(method, method.request(**fields), None, fault).message


def ended(state, operation):
    """The operation once it is done."""
    deadline = time.monotonic() + LIMIT
    while not operation.done:
        assert time.monotonic() < deadline
        time.sleep(0.001)
        state.advance()
    return operation


def restore(state, backup_id=f"{CLUSTER}:b0001", fault=None):
    spec = {"redis": {"password": PASSWORD}}
    values = {"backup_id": backup_id, "name": "drill", "environment": "PRODUCTION", "config_spec": spec}
    return act(state, "RestoreCluster", fault, **values)


def test_clusters_are_served_and_their_backups_saved_from_the_start(state, recorder):
    served = [call[1] for call in recorder.told if call[0] == "start"]
    saved = [call[1:] for call in recorder.told if call[0] == "save"]
    assert served == [CLUSTER, "c9qsessions000000001", DELETED]
    assert [len(call) - 1 for call in saved] == [25, 0, 3]
    assert recorder.told[-1] == ("stop", DELETED)
    assert [host.message.name for host in state.store.clusters[CLUSTER].hosts] == ["127.6.0.1"]


def test_cluster_that_cannot_be_served_is_told(state, recorder):
    recorder.refused = ("start",)
    state.load(SEED, "seed")
    with pytest.raises(errors.ConfigError, match="cannot start"):
        asyncio.run(state.plane.replaced())


def test_new_seed_clears_the_plane_first(state, recorder):
    recorder.told.clear()
    state.load({"clusters": [{"id": "c9qone"}]}, "seed")
    asyncio.run(state.plane.replaced())
    assert [call[:2] for call in recorder.told] == [
        ("clear",), ("start", "c9qone"), ("load", "c9qone"), ("save", "c9qone"),
    ]  # fmt: skip


def test_password_and_data_of_a_seed(state, recorder):
    recorder.told.clear()
    backups = [{"id": "b1"}, {"id": "b2", "data": {"key": "old"}}]
    state.load({"clusters": [{"id": "c9qone", "password": "x", "data": {"key": "new"}, "backups": backups}]}, "seed")
    asyncio.run(state.plane.replaced())
    assert recorder.told[2:] == [
        ("load", "c9qone", {"key": "old"}), ("save", "c9qone", "b2"),
        ("load", "c9qone", {"key": "new"}), ("save", "c9qone", "b1"),
    ]  # fmt: skip
    assert "password='x'" not in repr(state.store.clusters["c9qone"])


def test_more_servers_than_the_limit_are_refused_and_nothing_changes(state, recorder):
    recorder.told.clear()
    with pytest.raises(errors.ConfigError, match="would be 21 servers, and 20 are the limit"):
        state.load({"generate": {"clusters": 7, "shards": 3}}, "seed")
    assert CLUSTER in state.store.clusters
    assert recorder.told == []


def test_operation_is_done_once_the_plane_is(state, recorder):
    recorder.gate.clear()
    operation = act(state, "BackupCluster", cluster_id=CLUSTER)
    state.advance()
    assert not operation.done
    assert len(state.store.clusters[CLUSTER].backups) == 25
    with pytest.raises(errors.ApiError, match="Conflicting operation"):
        act(state, "BackupCluster", cluster_id=CLUSTER)
    recorder.gate.set()
    assert not ended(state, operation).HasField("error")
    assert len(state.store.clusters[CLUSTER].backups) == 26


def test_backup_is_saved_and_deleted(state, recorder):
    ended(state, act(state, "BackupCluster", cluster_id=CLUSTER))
    backup_id = state.store.clusters[CLUSTER].backups[-1].message.id
    assert recorder.told[-1] == ("save", CLUSTER, backup_id)
    ended(state, act(state, "DeleteBackup", backup_id=backup_id))
    assert recorder.told[-1] == ("delete", backup_id)


def test_backup_of_another_person_is_saved_too(state, recorder):
    ended(state, act(state, "BackupCluster", faults.Fault("*", "other_backup"), cluster_id=CLUSTER))
    rows = state.store.clusters[CLUSTER].backups[-2:]
    assert set(recorder.told[-1][2:]) == {row.message.id for row in rows}


def test_restored_cluster_is_served_with_its_password(state, recorder):
    operation = ended(state, restore(state))
    name, cluster_id, backup_id, host = recorder.told[-1]
    assert (name, backup_id, host.shard) == ("restore", f"{CLUSTER}:b0001", "shard1")
    assert recorder.options == {"sharded": False, "tls": False, "password": PASSWORD}
    assert [row.message.name for row in state.store.clusters[cluster_id].hosts] == ["127.6.0.1"]
    assert PASSWORD not in str(operation) + repr(state.store.clusters[cluster_id])


def test_deleted_cluster_is_stopped(state, recorder):
    ended(state, act(state, "DeleteCluster", cluster_id=CLUSTER))
    assert recorder.told[-1] == ("stop", CLUSTER)


def test_restore_that_cannot_be_served_fails(state, recorder):
    recorder.refused = ("restore",)
    operation = ended(state, restore(state))
    assert (operation.error.code, operation.error.message) == (13, "cannot restore")
    assert not state.store.name_is_taken("b1gfolder", "drill")


def test_plane_is_not_told_of_an_operation_that_is_to_fail(state, recorder):
    recorder.told.clear()
    fault = faults.Fault("*", "operation_error")
    assert ended(state, restore(state, fault=fault)).error.code == 13
    assert ended(state, act(state, "DeleteCluster", fault, cluster_id=CLUSTER)).error.code == 13
    assert recorder.told == []
