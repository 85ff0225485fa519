# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a data plane is told what, and what its failures become."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from .conftest import CLUSTER, SEED

actions = pytest.importorskip("yacloud_mdb_emulator.actions")
descriptors = pytest.importorskip("yacloud_mdb_emulator.descriptors")
errors = pytest.importorskip("yacloud_mdb_emulator.errors")
plane = pytest.importorskip("yacloud_mdb_emulator.plane")
states = pytest.importorskip("yacloud_mdb_emulator.state")

PASSWORD = "Drill-Passw0rd"


class Recorder:
    """A data plane that serves nothing, and remembers what it was told."""

    def __init__(self):
        self.told = []
        self.refused = ()

    def __getattr__(self, name):
        def method(*values, **options):
            if name in self.refused:
                raise plane.DataPlaneError(f"cannot {name}")
            self.told.append((name, *values))
            self.options = options

        return method

    def nodes(self, cluster_id):
        return [SimpleNamespace(address="127.6.0.1")]


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def state(recorder):
    durations = dict.fromkeys(("backup_duration", "restore_duration", "delete_duration"), 0)
    launch = states.Launch("b1gfolder", "t1.a.b", "oidc", document={**SEED, "settings": durations})
    return states.State(launch, recorder)


def act(state, alias, **fields):
    method = next(item for item in descriptors.served_methods() if item.alias == alias)
    return actions.Actions(state).answer(method, method.request(**fields), None, None).message


def restore(state, backup_id):
    spec = {"redis": {"password": PASSWORD}}
    return act(state, "RestoreCluster", backup_id=backup_id, name="drill", environment="PRODUCTION", config_spec=spec)


def test_existing_clusters_are_served_from_the_start(state, recorder):
    assert [call[:2] for call in recorder.told] == [
        ("start_cluster", CLUSTER), ("start_cluster", "c9qsessions000000001"),
    ]  # fmt: skip
    assert [host.message.name for host in state.store.clusters[CLUSTER].hosts] == ["127.6.0.1"]


def test_cluster_that_cannot_be_served_is_told_at_the_start(state, recorder):
    recorder.refused = ("start_cluster",)
    with pytest.raises(errors.ConfigError, match="cannot start_cluster"):
        state.load(SEED, "seed")


def test_new_seed_stops_the_old_clusters(state, recorder):
    recorder.told.clear()
    state.load({"clusters": [{"id": "c9qone"}]}, "seed")
    assert ("stop_cluster", CLUSTER) in recorder.told
    assert recorder.told[-1][:2] == ("start_cluster", "c9qone")


def test_backup_is_saved_and_deleted(state, recorder):
    act(state, "BackupCluster", cluster_id=CLUSTER)
    backup_id = state.store.clusters[CLUSTER].backups[-1].message.id
    assert recorder.told[-1] == ("save_backup", CLUSTER, backup_id)
    act(state, "DeleteBackup", backup_id=backup_id)
    assert recorder.told[-1] == ("delete_backup", backup_id)


def test_restored_cluster_is_served_with_its_password(state, recorder):
    operation = restore(state, f"{CLUSTER}:b0001")
    name, cluster_id, backup_id, (host,) = recorder.told[-1]
    assert (name, backup_id, host.shard) == ("restore_cluster", f"{CLUSTER}:b0001", "shard1")
    assert recorder.options == {"sharded": False, "tls": False, "password": PASSWORD}
    assert [row.message.name for row in state.store.clusters[cluster_id].hosts] == ["127.6.0.1"]
    assert PASSWORD not in str(operation)


def test_deleted_cluster_is_stopped(state, recorder):
    act(state, "DeleteCluster", cluster_id=CLUSTER)
    assert recorder.told[-1] == ("stop_cluster", CLUSTER)


def test_restore_that_cannot_be_served_fails(state, recorder):
    recorder.refused = ("restore_cluster",)
    operation = restore(state, f"{CLUSTER}:b0001")
    assert (operation.done, operation.error.code, operation.error.message) == (True, 13, "cannot restore_cluster")
    assert not state.store.name_is_taken("b1gfolder", "drill")
