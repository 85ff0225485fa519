# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator with --data-plane: real servers behind its clusters, from the seed to the end of the process."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from .conftest import RESTORE, Client

redis = pytest.importorskip("redis")
cli = pytest.importorskip("yacloud_mdb_emulator.cli")
redis_server = pytest.importorskip("yacloud_mdb_emulator.redis_server")
testing = pytest.importorskip("yacloud_mdb_emulator.testing")

installed = pytest.mark.skipif(
    redis_server.missing_program() is not None, reason="no Redis server or no setpriv is installed"
)

CLUSTERS = "/managed-redis/v1/clusters"
CLUSTER, SHARDED, GONE = "c9qorders00000000001", "c9qsharded0000000001", "c9qgone0000000000001"
PASSWORD = RESTORE["configSpec"]["redis"]["password"]
DATA = {"orders:1": "paid", "orders:open": ["2", "3"], "config": {"version": "7"}}
SEED = {
    "clusters": [
        {
            "id": CLUSTER,
            "data": DATA,
            "backups": [
                {"id": "c9q:new", "created_at": "2026-11-24T22:00:00Z"},
                {"id": "c9q:old", "created_at": "2026-11-23T22:00:00Z", "data": {"orders:1": "open"}},
            ],
        },
        {
            "id": GONE,
            "deleted": True,
            "data": {"last": "words"},
            "backups": [{"id": "c9q:gone", "created_at": "2026-11-24T22:00:00Z"}],
        },
    ],
    "settings": {"backup_duration": 0, "restore_duration": 0, "delete_duration": 0},
}
SHARDS = {
    "clusters": [
        {
            "id": SHARDED,
            "password": "shards",
            "sharded": True,
            "tls_enabled": False,
            "hosts": [{"shard_name": "shard1"}, {"shard_name": "shard2"}],
            "data": {f"key{number}": number for number in range(50)},
        }
    ],
    "settings": SEED["settings"],
}
#: What a restore has to say where there is no source cluster to copy it from.
WHOLE = {
    "networkId": "enp1",
    "hostSpecs": [{"zoneId": "ru-central1-a"}],
    "configSpec": {
        "version": "8.1-valkey", "resources": {"diskSize": str(1 << 34)}, "redis": {"password": PASSWORD},
    },
}  # fmt: skip
ONCE = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
#: Seconds in which an operation or a process has to end.
LIMIT = 20.0


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The process; its files lie in ``folder``."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("data")
        patch.setenv("TMPDIR", str(folder))
        with testing.Emulator.start(["--data-plane"], seed=SEED) as emulator:
            emulator.folder = folder
            yield emulator


@pytest.fixture
def emulator(running):
    running.reset()
    return running


def hosts(emulator, cluster_id=CLUSTER):
    """The rows of a cluster's hosts."""
    return Client(emulator).get(f"{CLUSTERS}/{cluster_id}/hosts")[1]["hosts"]


def connect(emulator, cluster_id=CLUSTER, password="emulator-password", port=6380, **more):
    """A client of a cluster's first host, as a user connects."""
    if port == 6380:
        more.update(ssl=True, ssl_ca_certs=emulator.ca_file)
    options = {"password": password, "decode_responses": True, "retry": ONCE, "socket_timeout": 5, **more}
    return redis.Redis(hosts(emulator, cluster_id)[0]["name"], port, **options)


def ended(emulator, answer):
    """An operation that was answered, once it is done."""
    status, operation = answer
    assert status == 200, operation
    deadline = time.monotonic() + LIMIT
    while not operation.get("done"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
        operation = Client(emulator).operation(operation["id"])
    return operation


def restored(emulator, backup_id, **more):
    """The id of a cluster that a backup was restored into."""
    operation = ended(emulator, Client(emulator).restore(**{"backupId": backup_id, "tlsEnabled": True, **more}))
    assert "error" not in operation, operation
    return operation["metadata"]["clusterId"]


def keys(emulator, cluster_id=CLUSTER, password=PASSWORD):
    return sorted(connect(emulator, cluster_id, password).keys())


def children(pid):
    """The ids of the processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


@installed
@pytest.mark.parametrize("port", [6379, 6380])
def test_seeded_data_are_served_at_the_hosts_name(emulator, port):
    connection = connect(emulator, port=port)
    assert connection.get("orders:1") == "paid"
    assert connection.lrange("orders:open", 0, -1) == ["2", "3"]
    assert connection.hgetall("config") == {"version": "7"}


@installed
@pytest.mark.parametrize(
    ("access", "problem"), [({"ssl": True}, "certificate verify failed"), ({}, "Connection|Protocol|closed")]
)
def test_tls_needs_the_ca(emulator, access, problem):
    with pytest.raises(redis.ConnectionError, match=problem):
        redis.Redis(hosts(emulator)[0]["name"], 6380, password="emulator-password", retry=ONCE, **access).ping()


BLOCKED = """ACL WHOAMI|BGREWRITEAOF|BGSAVE|CONFIG GET port|DEBUG SLEEP 0|LASTSAVE|MIGRATE h 1 k 0 1|MODULE LIST|MONITOR
MOVE k 1|OBJECT ENCODING k|REPLICAOF NO ONE|SAVE|SHUTDOWN|SLAVEOF NO ONE|CLUSTER DELSLOTS 1"""
ALLOWED = "INFO|SCAN 0|RANDOMKEY|TYPE key|PTTL key|EXPIRETIME key|DUMP key|MEMORY USAGE key|WAIT 0 1"


@installed
def test_commands_are_those_that_the_service_allows(emulator):
    connection = connect(emulator)
    connection.set("key", "value", ex=60)
    for command in ALLOWED.split("|"):
        connection.execute_command(*command.split(), NEVER_DECODE=True)
    for command in BLOCKED.replace("\n", "|").split("|"):
        with pytest.raises(redis.exceptions.NoPermissionError, match=command.split()[0].lower()):
            connection.execute_command(*command.split())


@installed
@pytest.mark.parametrize(
    ("backup_id", "held"), [("c9q:new", sorted(DATA)), ("c9q:old", ["orders:1"]), ("c9q:gone", ["last"])]
)
def test_seeded_backup_restores_its_own_data(emulator, backup_id, held):
    assert keys(emulator, restored(emulator, backup_id, **WHOLE)) == held


@installed
@pytest.mark.parametrize("whose", ["own", "another person's", "a test's"])
def test_backup_holds_what_the_cluster_does(emulator, whose):
    connect(emulator).set("added", "1")
    known = {row["id"] for row in emulator.state()["clusters"][0]["backups"]}
    if whose == "another person's":
        emulator.add_fault(route="BackupCluster", kind="other_backup")
    if whose == "a test's":
        emulator.add_backup(CLUSTER)
    else:
        assert "error" not in ended(emulator, Client(emulator).backup(CLUSTER))
    connect(emulator).set("after", "1")
    new = {row["id"] for row in emulator.state()["clusters"][0]["backups"]} - known
    assert len(new) == (2 if whose == "another person's" else 1)
    for number, backup_id in enumerate(new):
        cluster_id = restored(emulator, backup_id, name=f"copy{number}")
        assert keys(emulator, cluster_id) == sorted([*DATA, "added"])
        with pytest.raises(redis.AuthenticationError):
            connect(emulator, cluster_id).ping()


@installed
def test_shards_are_one_redis_cluster_as_seeded_and_as_restored(emulator):
    emulator.seed(SHARDS)
    assert "error" not in ended(emulator, Client(emulator).backup(SHARDED))
    (row,) = emulator.state()["clusters"][0]["backups"]
    copy = restored(emulator, row["id"], sharded=True, tlsEnabled=False)
    for cluster_id, password in ((SHARDED, "shards"), (copy, PASSWORD)):
        rows = hosts(emulator, cluster_id)
        assert sorted((row["shardName"], row["role"]) for row in rows) == [("shard1", "MASTER"), ("shard2", "MASTER")]
        node = redis.cluster.ClusterNode(rows[0]["name"], 6379)
        with redis.RedisCluster(startup_nodes=[node], password=password, decode_responses=True) as cluster:
            assert {cluster.get(f"key{number}") for number in range(50)} == {str(number) for number in range(50)}


@installed
def test_deleted_cluster_serves_no_longer(emulator):
    connection = connect(emulator)
    emulator.add_fault(route="DeleteCluster", kind="operation_error")
    assert "error" in ended(emulator, Client(emulator).write("DELETE", f"{CLUSTERS}/{CLUSTER}"))
    assert connection.ping()
    ended(emulator, Client(emulator).write("DELETE", f"{CLUSTERS}/{CLUSTER}"))
    with pytest.raises(redis.ConnectionError):
        connection.ping()
    assert restored(emulator, "c9q:gone", **WHOLE)


@installed
def test_deleted_backup_leaves_no_file(emulator):
    before = len(list(emulator.folder.rglob("*.rdb")))
    ended(emulator, Client(emulator).write("DELETE", "/managed-redis/v1/backups/c9q:old"))
    assert len(list(emulator.folder.rglob("*.rdb"))) == before - 1


@installed
def test_operation_takes_until_redis_has_done_its_part(emulator):
    (server,) = children(emulator.pid)
    os.kill(server, signal.SIGSTOP)
    try:
        operation = Client(emulator).backup(CLUSTER)[1]
        assert "done" not in Client(emulator).operation(operation["id"])
        assert "Conflicting operation" in Client(emulator).backup(CLUSTER)[1]["message"]
    finally:
        os.kill(server, signal.SIGCONT)
    assert "error" not in ended(emulator, (200, operation))


@installed
def test_truncated_backup_fails_the_restore_and_names_why(emulator):
    emulator.damage_backup("c9q:new", "truncate")
    operation = ended(emulator, Client(emulator).restore(backupId="c9q:new"))
    assert operation["error"]["code"] == 13
    assert "Unexpected EOF" in operation["error"]["message"]
    assert [row["id"] for row in emulator.state()["clusters"]] == [CLUSTER, GONE]


@installed
def test_emptied_backup_restores_nothing(emulator):
    emulator.damage_backup("c9q:new", "empty")
    assert keys(emulator, restored(emulator, "c9q:new")) == []
    assert keys(emulator, restored(emulator, "c9q:old", name="other")) == ["orders:1"]


@installed
def test_backup_with_the_data_of_another_cluster(emulator):
    other = restored(emulator, "c9q:old")
    emulator.write_data(other, {"foreign": "1"})
    emulator.damage_backup("c9q:new", cluster_id=other)
    assert keys(emulator, restored(emulator, "c9q:new", name="other")) == ["foreign"]


WRITE, DAMAGE = f"/clusters/{CLUSTER}/data", "/backups/c9q:new/damage"


@installed
@pytest.mark.parametrize(
    ("method", "path", "body", "problem"),
    [
        ("PUT", "/clusters/c9qnone/data", {}, "404: .*c9qnone"),
        ("PUT", WRITE, [], "must be a mapping"),
        ("PUT", WRITE, {"key": None}, "key 'key': must be a string"),
        ("PUT", WRITE, {"key": [["nested"]]}, "key 'key': must be a string"),
        ("PUT", WRITE, {"key": {"nested": {}}}, "key 'key': must be a string"),
        ("PUT", f"/clusters/{GONE}/data", {"key": "x"}, f"cluster {GONE} has no Redis"),
        ("POST", "/backups/c9q:none/damage", {"how": "empty"}, "404: .*c9q:none"),
        ("POST", DAMAGE, {}, r"give 'how' \(truncate or empty\) or another 'cluster_id'"),
        ("POST", DAMAGE, {"how": "melt"}, "unknown damage 'melt'"),
        ("POST", DAMAGE, {"cluster_id": "c9qnone"}, "cluster c9qnone has no Redis"),
        ("POST", f"/clusters/{CLUSTER}/backups", {"data": {"key": "1"}}, "'data' is for seeds"),
        (
            "POST",
            "/seed",
            {"clusters": [{"id": "c9qone", "data": {"flag": True}}]},
            "key 'flag': must be a string or a",
        ),
        ("POST", "/seed", {"generate": {"clusters": 7, "shards": 3}}, "21 servers, and 20 are the limit"),
    ],
)
def test_what_cannot_be_done_is_refused(emulator, method, path, body, problem):
    with pytest.raises(testing.EmulatorError, match=problem):
        emulator.admin(method, path, body)


@installed
def test_reset_brings_back_the_data(emulator):
    connect(emulator).flushall()
    emulator.damage_backup("c9q:new", "truncate")
    other = restored(emulator, "c9q:old")
    address = hosts(emulator, other)[0]["name"]
    emulator.reset()
    assert keys(emulator, password="emulator-password") == sorted(DATA)
    assert keys(emulator, restored(emulator, "c9q:new")) == sorted(DATA)
    assert address not in {row["name"] for row in hosts(emulator)}


@installed
def test_generated_clusters_are_served_too(emulator):
    emulator.seed({"generate": {"clusters": 2}})
    first, second = emulator.state()["clusters"]
    assert connect(emulator, first["id"]).dbsize() == 0
    assert hosts(emulator, first["id"])[0]["name"] != hosts(emulator, second["id"])[0]["name"]
    assert "emulator-password" in emulator.log()


def test_without_a_server_program_it_says_what_to_install(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["--data-plane"]) == 2
    said = capsys.readouterr()
    assert (said.out, "install Debian's package redis-server" in said.err) == ("", True)
