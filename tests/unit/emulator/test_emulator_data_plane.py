# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane, with real servers: data, users, TLS, shards, backups, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

redis = pytest.importorskip("redis")
trustme = pytest.importorskip("trustme")
data_plane = pytest.importorskip("yacloud_mdb_emulator.data_plane")
redis_server = pytest.importorskip("yacloud_mdb_emulator.redis_server")
errors = pytest.importorskip("yacloud_mdb_emulator.errors")

pytestmark = pytest.mark.skipif(
    redis_server.missing_program() is not None,
    reason="neither redis-server nor valkey-server is installed, or no setpriv",
)

PASSWORD = "p@ss=w0rd#$%^&<>"
HOSTS = (data_plane.Host("rc1a-one.mdb.yandexcloud.net", "shard1"),)
SHARDS = [data_plane.Host(f"rc1a-{number}.mdb.yandexcloud.net", f"shard{number}") for number in (1, 2, 3)]
ONCE = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
DATA = {"string": "text\r\n\u2713", "list": ["b", "a", "b"], "hash": {"a": "1", "b": "x"}, "set": {"x", "y"}}
#: Seconds in which a process has to be gone.
LIMIT = 10.0


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the planes of this test put everything."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def plane(authority, folder):
    with closing(data_plane.DataPlane(authority)) as made:
        yield made


@pytest.fixture
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def start(plane, cluster_id="c1", hosts=HOSTS, sharded=False, tls=False, password=PASSWORD):
    plane.start_cluster(cluster_id, hosts, sharded=sharded, tls=tls, password=password)


def restore(plane, cluster_id="c2", backup_id="b1", hosts=HOSTS, sharded=False, tls=False, password=PASSWORD):
    plane.start_cluster(cluster_id, hosts, sharded=sharded, tls=tls, password=password, backup_id=backup_id)


def connect(node, port=6379, password=PASSWORD, **more):
    """A client of one node that tries once."""
    more.setdefault("socket_timeout", 5)
    return redis.Redis(node.address, port, password=password, retry=ONCE, decode_responses=True, **more)


def client(plane, cluster_id="c1", **more):
    """A client of the cluster's first host."""
    return connect(plane.nodes(cluster_id)[0], **more)


def sharded_client(plane, cluster_id="c1", port=6379, **more):
    first = redis.cluster.ClusterNode(plane.nodes(cluster_id)[0].address, port)
    return redis.RedisCluster(startup_nodes=[first], password=PASSWORD, decode_responses=True, **more)


def contents(connection):
    """What the keys of DATA hold."""
    return {
        "string": connection.get("string"),
        "list": connection.lrange("list", 0, -1),
        "hash": connection.hgetall("hash"),
        "set": connection.smembers("set"),
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


def test_loaded_data_are_served(plane):
    start(plane)
    plane.load("c1", {**DATA, "number": 5, "{tag}a": 1.5})
    connection = client(plane)
    assert contents(connection) == DATA
    assert (connection.get("number"), connection.get("{tag}a"), connection.dbsize()) == ("5", "1.5", 6)


@pytest.mark.parametrize("value", [None, True, [["nested"]], {"a": {}}, [None], b"bytes"])
def test_value_that_no_key_can_hold_is_refused_by_name(plane, value):
    start(plane)
    with pytest.raises(data_plane.DataPlaneError, match="key 'orders'"):
        plane.load("c1", {"orders": value})
    assert client(plane).dbsize() == 0


def test_restored_is_what_was_saved(plane):
    start(plane)
    plane.load("c1", DATA)
    client(plane, db=3).set("elsewhere", "1")
    plane.save_backup("c1", "b1")
    client(plane).set("later", "1")
    restore(plane)
    assert contents(client(plane, "c2")) == DATA
    assert client(plane, "c2").dbsize() == len(DATA)
    assert client(plane, "c2", db=3).get("elsewhere") == "1"
    assert client(plane).get("later") == "1"


def test_backup_outlives_its_cluster(plane):
    start(plane)
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    plane.stop_cluster("c1")
    restore(plane, "c1")
    assert contents(client(plane)) == DATA


def test_keys_that_expired_since_the_backup_are_gone(plane):
    start(plane)
    connection = client(plane)
    connection.set("short", "1", px=100)
    connection.set("long", "1", ex=600)
    plane.save_backup("c1", "b1")
    wait_until(lambda: connection.get("short") is None)
    restore(plane)
    restored = client(plane, "c2")
    assert restored.keys() == ["long"]
    loaded = restored.info("persistence")
    assert (loaded["rdb_last_load_keys_loaded"], loaded["rdb_last_load_keys_expired"]) == (1, 1)


def test_backup_of_the_same_id_is_replaced(plane):
    start(plane)
    plane.save_backup("c1", "b1")
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    restore(plane)
    assert contents(client(plane, "c2")) == DATA


def test_deleted_backup_is_gone(plane, folder):
    start(plane)
    plane.save_backup("c1", "b1")
    plane.delete_backup("b1")
    plane.delete_backup("b1")
    assert not list(folder.rglob("*.rdb"))
    with pytest.raises(data_plane.DataPlaneError, match="backup b1 has no data"):
        restore(plane)


def test_truncated_backup_does_not_restore(plane, folder):
    start(plane)
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    before = running_in(folder)
    plane.damage_backup("b1", "truncate")
    with pytest.raises(
        data_plane.DataPlaneError, match=r"host rc1a-one\.mdb\.yandexcloud\.net ended(?s:.*)Unexpected EOF reading RDB"
    ):
        restore(plane)
    assert running_in(folder) == before
    with pytest.raises(data_plane.DataPlaneError, match="cluster c2 has no Redis"):
        plane.nodes("c2")


def test_emptied_backup_restores_without_keys(plane):
    start(plane)
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    plane.damage_backup("b1", "empty")
    restore(plane)
    assert client(plane, "c2").dbsize() == 0


def test_unknown_damage_is_refused(plane):
    with pytest.raises(data_plane.DataPlaneError, match="backup b1: unknown damage 'melt'"):
        plane.damage_backup("b1", "melt")


BLOCKED = """ACL WHOAMI|BGREWRITEAOF|BGSAVE|CONFIG GET port|DEBUG SLEEP 0|LASTSAVE|MIGRATE h 1 k 0 1|MODULE LIST|MONITOR
MOVE k 1|OBJECT ENCODING k|REPLICAOF NO ONE|SAVE|SHUTDOWN|SLAVEOF NO ONE"""


@pytest.mark.parametrize("command", BLOCKED.replace("\n", "|").split("|"))
def test_commands_that_the_service_blocks_are_blocked(plane, command):
    start(plane)
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(plane).execute_command(*command.split())


def test_commands_that_the_service_allows_work(plane):
    start(plane)
    connection = client(plane)
    connection.set("key", "value", ex=60)
    assert connection.info("server")["redis_version"]
    assert list(connection.scan_iter()) == ["key"]
    for command in ("RANDOMKEY", "TYPE key", "PTTL key", "EXPIRETIME key", "DUMP key", "MEMORY USAGE key", "WAIT 0 1"):
        connection.execute_command(*command.split(), NEVER_DECODE=True)


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD[:-1]])
def test_wrong_password_is_refused(plane, password):
    start(plane)
    with pytest.raises((redis.AuthenticationError, redis.ResponseError)):
        client(plane, password=password).ping()


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


def test_tls_needs_the_ca(plane, ca_file):
    start(plane, tls=True)
    plane.load("c1", DATA)
    assert contents(client(plane, port=6380, ssl=True, ssl_ca_certs=ca_file)) == DATA
    assert contents(client(plane)) == DATA
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        client(plane, port=6380, ssl=True).ping()
    with pytest.raises(redis.ConnectionError):
        client(plane, port=6380).ping()


def test_certificate_holds_for_the_hosts_name_too(plane, authority):
    start(plane, tls=True)
    (node,) = plane.nodes("c1")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    for name in (HOSTS[0].name, node.address):
        with socket.create_connection((node.address, 6380)) as raw:
            context.wrap_socket(raw, server_hostname=name).close()
    with (
        socket.create_connection((node.address, 6380)) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(raw, server_hostname="elsewhere.mdb.yandexcloud.net")


def test_without_tls_there_is_no_port_for_it(plane):
    start(plane)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((plane.nodes("c1")[0].address, 6380))


@pytest.mark.parametrize("tls", [False, True])
def test_sharded_cluster(plane, ca_file, tls):
    access = {"port": 6380, "ssl": True, "ssl_ca_certs": ca_file} if tls else {"port": 6379}
    start(plane, hosts=SHARDS, sharded=True, tls=tls)
    data = {f"key{number}": str(number) for number in range(100)} | {f"{{tag}}{number}": "1" for number in range(9)}
    plane.load("c1", data)
    assert [node.role for node in plane.nodes("c1")] == ["MASTER"] * 3
    counts = [connect(node, **access).dbsize() for node in plane.nodes("c1")]
    assert min(counts) > 20
    assert sum(counts) == len(data)
    plane.save_backup("c1", "b1")
    restore(plane, hosts=SHARDS, sharded=True, tls=tls)
    with sharded_client(plane, "c2", **access) as cluster:
        assert {key: cluster.get(key) for key in data} == data
        assert cluster.dbsize(target_nodes=cluster.PRIMARIES) == len(data)


def test_sharded_cluster_with_tls_has_no_plain_port(plane):
    start(plane, hosts=SHARDS[:1], sharded=True, tls=True)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((plane.nodes("c1")[0].address, 6379))


def test_slots_cannot_be_moved(plane):
    start(plane, hosts=SHARDS[:1], sharded=True)
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(plane).execute_command("CLUSTER", "DELSLOTS", "1")


def test_backup_of_other_shards_is_refused(plane):
    start(plane, hosts=HOSTS)
    plane.save_backup("c1", "b1")
    with pytest.raises(
        data_plane.DataPlaneError, match="backup b1 has the data of 1 shards, and cluster c2 would have 3"
    ):
        restore(plane, hosts=SHARDS, sharded=True)


@pytest.mark.parametrize(("sharded", "tls"), [(False, False), (False, True), (True, False), (True, True)])
def test_replicas_have_the_data_once_it_is_restored(plane, ca_file, sharded, tls):
    hosts = [data_plane.Host(f"{letter}.example.com", "shard1") for letter in "ab"]
    start(plane, hosts=HOSTS, sharded=sharded, tls=tls)
    plane.load("c1", DATA)
    plane.save_backup("c1", "b1")
    restore(plane, hosts=hosts, sharded=sharded, tls=tls)
    master, replica = plane.nodes("c2")
    assert (master.role, replica.role, replica.master) == ("MASTER", "REPLICA", master)
    access = {"port": 6380, "ssl": True, "ssl_ca_certs": ca_file} if tls else {}
    assert connect(replica, **access).dbsize() == len(DATA)
    with pytest.raises((redis.exceptions.ReadOnlyError, redis.exceptions.MovedError)):
        connect(replica, **access).set("key", "value")


def test_two_clusters_at_the_same_time(plane):
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda cluster_id: start(plane, cluster_id, password=cluster_id), ["c1", "c2"]))
    plane.load("c1", {"key": "1"})
    plane.load("c2", {"key": "2"})
    assert client(plane, "c1", password="c1").get("key") == "1"
    assert client(plane, "c2", password="c2").get("key") == "2"
    with pytest.raises(redis.AuthenticationError):
        client(plane, "c2", password="c1").ping()


def test_two_planes_at_the_same_time(plane, authority):
    with closing(data_plane.DataPlane(authority)) as other, ThreadPoolExecutor(4) as threads:
        jobs = [(each, f"c{number}") for number in range(8) for each in (plane, other)]
        list(threads.map(lambda job: start(*job), jobs))
        addresses = [each.nodes(cluster_id)[0].address for each, cluster_id in jobs]
    assert len(set(addresses)) == len(jobs)


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


def test_cluster_is_started_once(plane):
    start(plane)
    with pytest.raises(data_plane.DataPlaneError, match="cluster c1 has a Redis already"):
        start(plane)
    assert client(plane).ping()


def test_cluster_without_hosts_is_refused(plane):
    with pytest.raises(data_plane.DataPlaneError, match="cluster c1 has no hosts"):
        start(plane, hosts=[])


def test_stopped_cluster_is_gone(plane, folder):
    start(plane)
    start(plane, "c2")
    connection = client(plane)
    assert connection.ping()
    plane.stop_cluster("c1")
    plane.stop_cluster("c1")
    with pytest.raises(redis.ConnectionError):
        connection.ping()
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
    start(plane, hosts=SHARDS, sharded=True)
    start(plane, "c2")
    plane.save_backup("c2", "b1")
    assert len(running_in(folder)) == 4
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


def test_killed_owner_leaves_no_process(owner, tmp_path):
    process = owner()
    assert process.stdout.readline() == b"ready\n"
    assert len(running_in(tmp_path)) == 2
    process.kill()
    process.wait()
    wait_until(lambda: not running_in(tmp_path))


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


def test_missing_program_is_an_error_that_says_what_to_install(authority, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.ConfigError, match="install Debian's package redis-server or valkey-server"):
        data_plane.DataPlane(authority)
