# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane, with real servers: data, users, TLS, shards, backups, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import CLUSTER, RESTORE, Client

redis = pytest.importorskip("redis")
trustme = pytest.importorskip("trustme")
data_plane = pytest.importorskip("yacloud_mdb_emulator.data_plane")
redis_server = pytest.importorskip("yacloud_mdb_emulator.redis_server")
testing = pytest.importorskip("yacloud_mdb_emulator.testing")

pytestmark = pytest.mark.skipif(
    redis_server.missing_program() is not None,
    reason="neither redis-server nor valkey-server is installed, or no setpriv",
)

PASSWORD = "p@ss=w0rd#$%^&<>"
HOSTS = (data_plane.Host("rc1a-one.mdb.yandexcloud.net", "shard1"),)
SHARDS = [data_plane.Host(f"rc1a-{number}.mdb.yandexcloud.net", f"shard{number}") for number in (1, 2, 3)]
ONCE = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
DATA = {"string": "text\r\n\u2713", "list": ["b", "a", "b"], "hash": {"a": "1", "b": "x"}}
#: Seconds in which a process has to be gone.
LIMIT = 10.0


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the planes of this test put everything."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def plane(authority, folder):
    with closing(data_plane.DataPlane(authority)) as made:
        yield made


def start(plane, cluster_id="c1", hosts=HOSTS, sharded=False, tls=False, password=PASSWORD, backup_id=None):
    plane.start_cluster(cluster_id, hosts, sharded=sharded, tls=tls, password=password, backup_id=backup_id)


def connect(node, port=6379, password=PASSWORD, **more):
    """A client of one node that tries once."""
    more.setdefault("socket_timeout", 5)
    return redis.Redis(node.address, port, password=password, retry=ONCE, decode_responses=True, **more)


def client(plane, cluster_id="c1", **more):
    """A client of the cluster's first host."""
    return connect(plane.nodes(cluster_id)[0], **more)


def contents(connection):
    """What the keys of DATA hold."""
    return {
        "string": connection.get("string"),
        "list": connection.lrange("list", 0, -1),
        "hash": connection.hgetall("hash"),
    }


def running_in(folder):
    """The processes that work in a folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(link).startswith(str(folder)):
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found


def wait_until(holds):
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_restored_is_what_was_saved_last(plane, folder):
    start(plane)
    plane.save_backup("c1", "b1")
    plane.load("c1", DATA)
    client(plane, db=3).set("elsewhere", "1")
    plane.save_backup("c1", "b1")
    client(plane).set("later", "1")
    assert len(list(folder.rglob("*.rdb"))) == 1
    start(plane, "c2", backup_id="b1")
    assert contents(client(plane, "c2")) == DATA
    assert client(plane, "c2").dbsize() == len(DATA)
    assert client(plane, "c2", db=3).get("elsewhere") == "1"
    assert client(plane).get("later") == "1"


def test_backup_outlives_its_cluster_until_it_is_deleted(plane, folder):
    start(plane)
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    plane.stop_cluster("c1")
    start(plane, backup_id="b1")
    assert contents(client(plane)) == DATA
    plane.stop_cluster("c1")
    plane.delete_backup("b1")
    plane.delete_backup("b1")
    assert not list(folder.rglob("*.rdb"))
    with pytest.raises(data_plane.DataPlaneError, match="backup b1 has no data"):
        start(plane, backup_id="b1")


def test_keys_that_expired_since_the_backup_are_gone(plane):
    start(plane)
    connection = client(plane)
    connection.set("short", "1", px=100)
    connection.set("long", "1", ex=600)
    plane.save_backup("c1", "b1")
    wait_until(lambda: connection.get("short") is None)
    start(plane, "c2", backup_id="b1")
    restored = client(plane, "c2")
    assert restored.keys() == ["long"]
    loaded = restored.info("persistence")
    assert (loaded["rdb_last_load_keys_loaded"], loaded["rdb_last_load_keys_expired"]) == (1, 1)


def test_truncated_backup_does_not_restore(plane, folder):
    start(plane)
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    before = running_in(folder)
    plane.damage_backup("b1", "truncate")
    with pytest.raises(
        data_plane.DataPlaneError, match=r"host rc1a-one\.mdb\.yandexcloud\.net ended(?s:.*)Unexpected EOF reading RDB"
    ):
        start(plane, "c2", backup_id="b1")
    assert running_in(folder) == before
    with pytest.raises(data_plane.DataPlaneError, match="cluster c2 has no Redis"):
        plane.nodes("c2")


def test_password_is_in_no_process_list_and_no_file(plane, folder):
    start(plane, tls=True)
    plane.save_backup("c1", "b1")
    secret = PASSWORD.encode()
    (pid,) = running_in(folder)
    assert secret not in Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret in path.read_bytes()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


@pytest.mark.parametrize("tls", [False, True])
def test_sharded_cluster_with_a_replica(plane, ca_file, tls):
    access = {"port": 6380, "ssl": True, "ssl_ca_certs": ca_file} if tls else {"port": 6379}
    start(plane, hosts=SHARDS, sharded=True, tls=tls)
    data = {f"key{number}": str(number) for number in range(100)} | {f"{{tag}}{number}": "1" for number in range(9)}
    plane.load("c1", data)
    plane.save_backup("c1", "b1")
    start(plane, "c2", hosts=[*SHARDS, SHARDS[0]], sharded=True, tls=tls, backup_id="b1")
    *masters, replica = plane.nodes("c2")
    assert [node.role for node in (*masters, replica)] == ["MASTER"] * 3 + ["REPLICA"]
    counts = [connect(node, **access).dbsize() for node in (*masters, replica)]
    assert min(counts) > 20
    assert counts[3] == counts[0]
    assert sum(counts[:3]) == len(data)
    with pytest.raises((redis.exceptions.ReadOnlyError, redis.exceptions.MovedError)):
        connect(replica, **access).set("key", "value")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((replica.address, 6379 if tls else 6380))
    first = redis.cluster.ClusterNode(masters[0].address, access["port"])
    with redis.RedisCluster(startup_nodes=[first], password=PASSWORD, decode_responses=True, **access) as cluster:
        assert {key: cluster.get(key) for key in data} == data


@pytest.mark.parametrize("tls", [False, True])
def test_replica_has_the_data_once_it_is_restored(plane, tls):
    start(plane, tls=tls)
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    start(plane, "c2", hosts=HOSTS * 2, tls=tls, backup_id="b1")
    master, replica = plane.nodes("c2")
    assert (master.role, replica.role, replica.master) == ("MASTER", "REPLICA", master)
    assert connect(replica).dbsize() == len(DATA)
    with pytest.raises(redis.exceptions.ReadOnlyError):
        connect(replica).set("key", "value")


def test_planes_and_clusters_at_the_same_time(plane, authority):
    with closing(data_plane.DataPlane(authority)) as other, ThreadPoolExecutor(4) as threads:
        jobs = [(each, f"c{number}") for number in range(4) for each in (plane, other)]
        list(threads.map(lambda job: start(*job, password=job[1]), jobs))
        for each, cluster_id in jobs:
            each.load(cluster_id, {"key": cluster_id})
        assert [client(*job, password=job[1]).get("key") for job in jobs] == [cluster_id for _each, cluster_id in jobs]
        assert len({each.nodes(cluster_id)[0].address for each, cluster_id in jobs}) == len(jobs)


@pytest.mark.parametrize("port", [6379, 6380, 16379, 16380])
def test_address_with_a_port_in_use_is_passed_over(port):
    with socket.create_server(("127.83.240.1", port)):
        address, lock = redis_server.claim_address(iter([0xF001, 0xF002]))
    lock.close()
    assert address == "127.83.240.2"


def test_no_free_address_is_an_error_that_names_one():
    with (
        socket.create_server(("127.83.240.3", 6379)),
        pytest.raises(data_plane.DataPlaneError, match=r"ports 6379, .* 127\.83\.240\.3: Address already in use"),
    ):
        redis_server.claim_address(iter([0xF003]))


def test_server_lives_on_when_the_thread_that_asked_for_it_ends(plane):
    thread = threading.Thread(target=start, args=(plane,))
    thread.start()
    thread.join()
    assert client(plane).ping()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"cluster_id": "c1"}, "cluster c1 has a Redis already"),
        ({"hosts": []}, "cluster c2 has no hosts"),
        (
            {"hosts": SHARDS, "sharded": True, "backup_id": "b1"},
            "backup b1 has the data of 1 shards, and cluster c2 would have 3",
        ),
    ],
)
def test_cluster_that_cannot_be_started(plane, options, problem):
    start(plane)
    plane.save_backup("c1", "b1")
    with pytest.raises(data_plane.DataPlaneError, match=problem):
        start(plane, **{"cluster_id": "c2", **options})
    assert client(plane).ping()


def test_stopped_cluster_is_gone(plane, folder):
    start(plane)
    start(plane, "c2")
    connection = client(plane)
    assert connection.ping()
    plane.stop_cluster("c1")
    plane.stop_cluster("c1")
    with pytest.raises(redis.ConnectionError):
        connection.ping()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((plane.nodes("c2")[0].address, 6380))
    assert len(running_in(folder)) == 1
    for call in (plane.nodes, lambda name: plane.load(name, {}), lambda name: plane.save_backup(name, "b1")):
        with pytest.raises(data_plane.DataPlaneError, match="cluster c1 has no Redis"):
            call("c1")


def test_server_that_died_is_named(plane, folder):
    start(plane)
    (pid,) = running_in(folder)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(data_plane.DataPlaneError, match=HOSTS[0].name):
        plane.save_backup("c1", "b1")


def test_close_leaves_nothing(authority, folder):
    plane = data_plane.DataPlane(authority)
    start(plane)
    start(plane, "c2", tls=True)
    plane.save_backup("c2", "b1")
    assert len(running_in(folder)) == 2
    plane.close()
    plane.close()
    assert running_in(folder) == []
    assert list(folder.iterdir()) == []


OWNER = """
import sys, trustme
from yacloud_mdb_emulator.data_plane import DataPlane, Host
plane = DataPlane(trustme.CA())
for name in ("c1", "c2"):
    plane.start_cluster(name, [Host("a", "s")], sharded=False, tls=False, password="x")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def owner(tmp_path):
    """Start a process that has a data plane in the test's folder; at the end nothing runs there any more."""
    processes = []

    def begin(**variables):
        environment = {**os.environ, "TMPDIR": str(tmp_path), **variables}
        command = [sys.executable, "-c", OWNER]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()
    for pid in running_in(tmp_path):
        os.kill(pid, signal.SIGKILL)


def test_owner_killed_before_the_kernel_knows_of_its_server_leaves_no_process(owner, tmp_path):
    hold = tmp_path / "hold"
    hold.touch()
    slow = tmp_path / "bin" / "setpriv"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\nwhile [ -e {hold} ]; do sleep 0.01; done\nexec {shutil.which("setpriv")} "$@"\n')
    slow.chmod(0o755)
    process = owner(PATH=f"{slow.parent}:{os.environ['PATH']}")
    wait_until(lambda: running_in(tmp_path))
    process.kill()
    process.wait()
    hold.unlink()
    wait_until(lambda: not running_in(tmp_path))


def test_owner_that_ends_without_close_leaves_nothing(owner, tmp_path):
    process = owner()
    process.stdout.readline()
    process.communicate()
    wait_until(lambda: not running_in(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_killed_emulator_leaves_no_server(folder, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(folder))
    emulator = testing.Emulator.start(["--data-plane"], seed={"clusters": [{"id": "c1"}]})
    assert len(running_in(folder)) == 1
    os.kill(emulator.pid, signal.SIGKILL)
    with pytest.raises(testing.EmulatorError, match="code -9"):
        emulator.stop()
    wait_until(lambda: not running_in(folder))


def test_stopped_emulator_leaves_nothing_with_a_restore_under_way(folder, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(folder))
    with testing.Emulator.start(["--data-plane"]) as emulator:
        assert running_in(folder) == []
        hosts = [{"shard_name": "shard1"}, {"shard_name": "shard2"}]
        emulator.seed({"clusters": [{"id": CLUSTER, "sharded": True, "hosts": hosts}]})
        emulator.add_backup(CLUSTER, id=RESTORE["backupId"])
        assert Client(emulator).restore(sharded=True)[0] == 200
    wait_until(lambda: not running_in(folder))
    assert list(folder.iterdir()) == []
