# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module against real servers: what it returns, what a check that does not hold is, and each way to fail."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import textwrap
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils import _redis_connection
from ansible_collections.yacloud.mdb.plugins.modules import redis_data_check
from ansible_collections.yacloud.mdb.tests.unit import redis_server
from ansible_collections.yacloud.mdb.tests.unit.redis_server import PASSWORD, PERMITTED, RedisServer, wait_until

Run = t.Callable[..., dict[str, t.Any]]
StartRedis = t.Callable[..., RedisServer]
WRONG_PASSWORD = "opens.nothing"
MODULE = redis_data_check


@pytest.fixture
def run(run: Run) -> Run:
    """Runs the module; without other words, by plain TCP with the right password."""

    def run_on(*hosts: str, **arguments: t.Any) -> dict[str, t.Any]:
        arguments = {"hosts": list(hosts), "tls": False, "password": PASSWORD, "wait_timeout": 0, **arguments}
        result = run(**{name: value for name, value in arguments.items() if value is not None})
        assert "Traceback" not in json.dumps(result)
        return result

    return run_on


def fill(server: RedisServer) -> None:
    """One key of each type without a time to live, and one with, in database 0; two keys in database 3."""
    client = server.client()
    client.set("string", b"\xff\x00")
    client.rpush("list", "a", "b", "c")
    client.sadd("set", "a", "b", "c")
    client.hset("hash", mapping={"a": "1", "b": "2"})
    client.zadd("zset", {"a": 0.1, "b": float("-inf")})
    client.xadd("stream", {"a": "1"}, id="1-1")
    client.set("session", "x", ex=1000)
    server.client(3).mset({"x": "1", b"\xfe": "2"})


def failure(result: t.Mapping[str, t.Any]) -> str:
    assert result["failed"] is True
    assert result["error"]["kind"]
    return str(result["msg"])


def check_of(result: t.Mapping[str, t.Any], name: str) -> tuple[bool, str]:
    assert not result.get("failed"), result["msg"]
    (check,) = [check for check in result["checks"] if check["name"] == name]
    return check["passed"], check["detail"]


# --- what is returned ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_mode", [False, True])
def test_counts_of_all_databases(run: Run, redis: RedisServer, check_mode: bool) -> None:
    fill(redis)
    result = run(redis.host, _ansible_check_mode=check_mode)
    assert (result["key_count"], result["persistent_key_count"]) == (9, 8)
    assert result["databases"] == {
        "0": {"key_count": 7, "persistent_key_count": 6},
        "3": {"key_count": 2, "persistent_key_count": 2},
    }
    assert (result["changed"], result["passed"], result["checks"]) == (False, True, [])
    assert result["masters"] == [redis.host]
    assert 0 < result["seconds"] < 30


def test_the_manifest_names_persistent_keys_of_any_bytes(run: Run, redis: RedisServer) -> None:
    fill(redis)
    manifest = run(redis.host)["manifest"]
    assert manifest["version"] == 1
    names = {row.get("name") for row in manifest["databases"]["0"]["sample"]}
    assert names == {"string", "list", "set", "hash", "zset", "stream"}
    assert {row.get("name", row.get("name_base64")) for row in manifest["databases"]["3"]["sample"]} == {"x", "/g=="}
    assert run(redis.host)["manifest"] == manifest


def test_an_empty_redis(run: Run, redis: RedisServer) -> None:
    result = run(redis.host, min_keys=1, required_keys=["x"], manifest={"version": 1, "databases": {}})
    assert (result["key_count"], result["databases"]) == (0, {})
    assert [check["passed"] for check in result["checks"]] == [False, False, True]
    assert (result["passed"], result["changed"]) == (False, False)


def test_only_some_databases(run: Run, redis: RedisServer) -> None:
    fill(redis)
    result = run(redis.host, databases=[3, 4], min_keys=3)
    assert result["databases"]["4"] == {"key_count": 0, "persistent_key_count": 0}
    assert result["key_count"] == 2
    assert check_of(result, "min_keys") == (False, "2 keys, and at least 3 are required")


def test_a_database_that_does_not_exist_is_not_an_empty_one(run: Run, redis: RedisServer) -> None:
    said = failure(run(redis.host, databases=[16]))
    assert re.search(r"127.0.0.1:\d+, database 16 answered with an error: .*DB index is out of range", said)


def test_nothing_is_written(run: Run, redis: RedisServer) -> None:
    fill(redis)
    before = redis.client().info()
    run(redis.host, manifest=run(redis.host)["manifest"], required_keys=["string"])
    after = redis.client().info()
    assert after["rdb_changes_since_last_save"] == before["rdb_changes_since_last_save"]
    assert (after["db0"]["keys"], after["db0"]["expires"]) == (before["db0"]["keys"], before["db0"]["expires"])


def test_only_permitted_commands_are_sent(run: Run, redis: RedisServer, shards: list[RedisServer]) -> None:
    fill(redis)
    for server in (redis, shards[0]):
        server.client().execute_command("ACL LOG", "RESET")
        run(server.host, required_keys=["string"])
        assert server.client().execute_command("ACL LOG") == []


def test_keys_that_hold_the_password_are_not_sampled(run: Run, redis: RedisServer) -> None:
    redis.client().mset({f"a{PASSWORD}": "1", "b": "2"})
    result = run(redis.host)
    assert [row["name"] for row in result["manifest"]["databases"]["0"]["sample"]] == ["b"]
    assert check_of(run(redis.host, manifest=result["manifest"]), "manifest")[0] is True


# --- checks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("min_keys", "passed"), [(9, True), (10, False)])
def test_min_keys(run: Run, redis: RedisServer, min_keys: int, passed: bool) -> None:
    fill(redis)
    result = run(redis.host, min_keys=min_keys)
    assert check_of(result, "min_keys") == (passed, f"9 keys, and at least {min_keys} are required")
    assert result["passed"] is passed


def test_required_keys(run: Run, redis: RedisServer) -> None:
    fill(redis)
    redis.client().set("ключ", "1")
    result = run(redis.host, required_keys=["string", "session", "ключ"])
    assert check_of(result, "required_keys") == (True, "all of 3 required keys exist")
    result = run(redis.host, required_keys=["string", "x", "ключи"], databases=[3])
    assert check_of(result, "required_keys") == (False, "2 of 3 required keys are missing: x, ключи")
    assert result["passed"] is False


def test_many_missing_keys_are_not_all_named(run: Run, redis: RedisServer) -> None:
    result = run(redis.host, required_keys=[f"k{number}" for number in range(8)])
    assert check_of(result, "required_keys")[1].endswith("missing: k0, k1, k2, k3, k4 and 3 more")


def test_a_manifest_of_the_same_data_holds(run: Run, redis: RedisServer, start_redis: StartRedis) -> None:
    fill(redis)
    manifest = run(redis.host)["manifest"]
    other = start_redis()
    fill(other)
    other.client().set("another", "key")
    other.client().delete("session")
    result = run(other.host, manifest=manifest)
    detail = "no fewer persistent keys than recorded, and 8 sampled keys have the recorded values"
    assert check_of(result, "manifest") == (True, detail)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "DEL list",
            "database 0 holds 5 persistent keys, fewer than the 6 recorded; database 0: 1 of 6 sampled keys missing: list",
        ),
        ("SET string other", "database 0: 1 of 6 sampled keys changed: string"),
        ("EXPIRE set 1000", "database 0 holds 5 persistent keys, fewer than the 6 recorded"),
        ("FLUSHDB", "database 0: 6 of 6 sampled keys missing: "),
    ],
)
def test_what_is_lost_or_changed_is_found(run: Run, redis: RedisServer, command: str, said: str) -> None:
    fill(redis)
    manifest = run(redis.host)["manifest"]
    redis.client().execute_command(*command.split())
    result = run(redis.host, manifest=manifest)
    passed, detail = check_of(result, "manifest")
    assert passed is result["passed"] is False
    assert said in detail


def test_a_lost_database_is_found(run: Run, redis: RedisServer) -> None:
    fill(redis)
    manifest = run(redis.host)["manifest"]
    redis.client(3).flushdb()
    passed, detail = check_of(run(redis.host, manifest=manifest), "manifest")
    assert passed is False
    assert r"database 3: 2 of 2 sampled keys missing: " in detail
    assert r"\xfe" in detail


def test_databases_that_are_not_looked_at_are_not_compared(run: Run, redis: RedisServer) -> None:
    fill(redis)
    manifest = run(redis.host)["manifest"]
    redis.client(3).flushdb()
    passed, detail = check_of(run(redis.host, manifest=manifest, databases=[0]), "manifest")
    assert passed is True
    assert detail.endswith("; database 3 was recorded, and is not in databases")
    said = failure(run(redis.host, manifest=manifest, databases=[1]))
    assert said == "manifest records none of the databases in databases, so that nothing would be compared."


def test_a_large_database_is_sampled_by_few_commands(run: Run, redis: RedisServer) -> None:
    client = redis.client()
    client.mset({f"key:{number}": number for number in range(20_000)})
    before = client.info("stats")["total_commands_processed"]
    manifest = run(redis.host)["manifest"]
    assert client.info("stats")["total_commands_processed"] - before < 4_000
    assert len(manifest["databases"]["0"]["sample"]) == 100


# --- what a restore does ------------------------------------------------------------------------------------------


def test_expired_keys_are_no_loss(run: Run, start_redis: StartRedis, tmp_path: Path) -> None:
    source = start_redis(folder=tmp_path / "data")
    fill(source)
    end = time.time() + 0.3
    for number in range(5):
        source.client().set(f"short{number}", "x", pxat=int(end * 1000))
    manifest = run(source.host)["manifest"]
    assert (run(source.host)["loaded"], run(source.host)["expired_on_load"]) == (None, None)
    source.client().save()
    source.stop()
    wait_until(lambda: time.time() > end)
    restored = start_redis(folder=tmp_path / "data")
    result = run(restored.host, manifest=manifest)
    assert (result["loaded"], result["expired_on_load"]) == (9, 5)
    assert (result["key_count"], result["passed"]) == (9, True)


@pytest.fixture
def slow(start_redis: StartRedis, tmp_path: Path) -> RedisServer:
    """A server that takes some two seconds to load its data."""
    source = start_redis(folder=tmp_path / "data")
    source.client().mset({f"key:{number}": number for number in range(2_000)})
    source.client().save()
    source.stop()
    return start_redis(["key-load-delay 1000", "loading-process-events-interval-bytes 1024"], folder=tmp_path / "data")


def test_loading_is_waited_for(run: Run, slow: RedisServer) -> None:
    result = run(slow.host, wait_timeout=60)
    assert (result["key_count"], result["loaded"], result["expired_on_load"]) == (2_000, 2_000, 0)


def test_loading_longer_than_wait_timeout_is_a_failure(run: Run, slow: RedisServer) -> None:
    result = run(slow.host)
    assert re.fullmatch(
        r"Redis at 127.0.0.1:\d+ is still loading its data \([0-9.]+ % so far\)\. This was waited for 0 s\.",
        failure(result),
    )
    assert result["error"] == {"kind": "wait"}


# --- sharded ------------------------------------------------------------------------------------------------------


def fill_shards(shards: t.Sequence[RedisServer]) -> None:
    import redis

    client = redis.RedisCluster(
        host="127.0.0.1", port=shards[0].port, username="admin", password=redis_server.ADMIN_PASSWORD
    )
    pipeline = client.pipeline()
    for number in range(300):
        pipeline.set(f"key{number}", number, ex=1000 if number % 3 == 0 else None)
    pipeline.execute()
    client.close()


def test_every_master_is_counted(run: Run, shards: list[RedisServer]) -> None:
    fill_shards(shards)
    result = run(shards[1].host, required_keys=["key0", "key1", "key2", "key3", "key4"])
    assert (result["key_count"], result["persistent_key_count"]) == (300, 200)
    assert sorted(result["masters"]) == sorted(server.host for server in shards)
    assert check_of(result, "required_keys")[0] is True
    assert len(result["manifest"]["databases"]["0"]["sample"]) == 100
    result = run(shards[2].host, required_keys=["key0", "nokey"], manifest=result["manifest"])
    assert check_of(result, "required_keys") == (False, "1 of 2 required keys are missing: nokey")
    assert check_of(result, "manifest")[0] is True
    shards[2].client().flushall()
    assert check_of(run(shards[0].host, manifest=result["manifest"]), "manifest")[0] is False


def test_a_sharded_manifest_compares_with_a_single_redis(
    run: Run, shards: list[RedisServer], redis: RedisServer
) -> None:
    fill_shards(shards)
    redis.client().mset({f"key{number}": number for number in range(300)})
    assert check_of(run(redis.host, manifest=run(shards[0].host)["manifest"]), "manifest")[0] is True


@pytest.mark.parametrize(
    ("announced", "said"),
    [
        ("no-such-host.invalid", "The password is not sent to Redis at no-such-host.invalid:"),
        ("127.0.0.9", "refused the connection"),
    ],
)
def test_an_announced_name_that_is_not_reached(run: Run, shards: list[RedisServer], announced: str, said: str) -> None:
    fill_shards(shards)
    for server in shards:
        server.client().config_set("cluster-announce-hostname", announced)
        server.client().config_set("cluster-preferred-endpoint-type", "hostname")
    wait_until(
        lambda: {row[2][0] for row in shards[0].client().execute_command("CLUSTER", "SLOTS")} == {announced.encode()}
    )
    message = failure(run(shards[0].host))
    assert said in message
    assert (
        "This is the address that the sharded cluster announces for one of its masters. Turn on announceHostnames"
        in message
    )
    assert run(*(server.host for server in shards))["key_count"] == 300


def test_another_database_of_a_sharded_redis(run: Run, shards: list[RedisServer]) -> None:
    assert "database 1 answered with an error: 'SELECT is not allowed in cluster mode'" in failure(
        run(shards[0].host, databases=[1])
    )


# --- what cannot be asked -----------------------------------------------------------------------------------------


def test_a_wrong_password_is_tried_once(run: Run, redis: RedisServer) -> None:
    hosts = [redis.host, f"localhost:{redis.port}"]
    result = run(*hosts, password=WRONG_PASSWORD, wait_timeout=60)
    assert "refused the password of the user default. It was tried once." in failure(result)
    assert result["error"] == {"kind": "credential"}
    (entry,) = redis.client().acl_log()
    assert int(entry["count"]) == 1


def test_an_unknown_user(run: Run, redis: RedisServer) -> None:
    assert "refused the password of the user reader" in failure(run(redis.host, username="reader"))


def test_a_user_of_ones_own(run: Run, start_redis: StartRedis) -> None:
    server = start_redis([f"user reader on >{PASSWORD} {PERMITTED}"], user="off")
    assert run(server.host, username="reader")["passed"] is True


def test_a_password_that_is_missing_or_not_needed(run: Run, redis: RedisServer, start_redis: StartRedis) -> None:
    assert "asks for a password. Set password" in failure(run(redis.host, password=None))
    assert run(start_redis(user=f"nopass {PERMITTED}").host, password=None)["passed"] is True


@pytest.mark.parametrize(("limit", "named"), [("-@dangerous", "'info'"), ("resetkeys ~mine:*", "yours")])
def test_a_command_that_is_not_permitted(run: Run, start_redis: StartRedis, limit: str, named: str) -> None:
    server = start_redis(user=f"nopass {PERMITTED} {limit}")
    server.client().set("yours", "1")
    result = run(server.host, password=None)
    assert "does not permit a command that the check needs" in failure(result)
    assert named in failure(result)
    assert result["error"] == {"kind": "redis"}


def test_a_server_that_is_a_replica(run: Run, redis: RedisServer, start_redis: StartRedis) -> None:
    redis.client().config_set("repl-diskless-sync-delay", 0)
    replica = start_redis(
        [f"replicaof 127.0.0.1 {redis.port}", "masteruser admin", f"masterauth {redis_server.ADMIN_PASSWORD}"]
    )
    fill(redis)
    wait_until(lambda: replica.client().dbsize() == 7)
    assert failure(run(replica.host)) == (
        f"None of the hosts answers as a master. {replica.host} is a replica of 127.0.0.1:{redis.port}. Add the master to hosts."
    )
    assert run(replica.host, redis.host)["masters"] == [redis.host]


def test_two_masters(run: Run, redis: RedisServer, start_redis: StartRedis, shards: list[RedisServer]) -> None:
    other = start_redis()
    assert "are masters independent of each other" in failure(run(redis.host, other.host))
    assert "belongs to a sharded cluster and" in failure(run(redis.host, shards[0].host))


def test_a_host_that_is_down_does_not_matter_beside_the_master(run: Run, redis: RedisServer) -> None:
    assert run(f"127.0.0.1:{redis_server.free_port()}", redis.host)["masters"] == [redis.host]


def test_nothing_listens(run: Run) -> None:
    result = run(f"127.0.0.1:{redis_server.free_port()}")
    assert "refused the connection: nothing listens on this port. Check host and port." in failure(result)
    assert "This was waited for 0 s." in failure(result)
    assert result["error"] == {"kind": "connection"}


@pytest.mark.parametrize(
    ("tls", "said"), [(False, "does not respond. Check that its security groups"), (True, "set tls to false")]
)
def test_a_server_that_does_not_answer(run: Run, monkeypatch: pytest.MonkeyPatch, tls: bool, said: str) -> None:
    monkeypatch.setattr(_redis_connection, "TIMEOUT", 0.2)
    with redis_server.tcp_server(None) as host:
        assert re.search(f"Redis at {host} .*{said}", failure(run(host, tls=tls, wait_timeout=300)))


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is not Redis: "),
        (b"", "ended the connection: .* If the port is one for TLS, set tls to true"),
        (b"-ERR Protocol error: unauthenticated\r\n", "answered with an error: .*Protocol error: unauthenticated"),
        (b"-MOVED 1 127.0.0.1:1\r\n", "is moving keys, or a shard is down"),
    ],
)
def test_servers_that_are_something_else(run: Run, reply: bytes, said: str) -> None:
    with redis_server.tcp_server(reply) as host:
        assert re.search(said, failure(run(host, password=None)))


def test_a_missing_library(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_redis_connection, "redis", None)
    result = run("127.0.0.1")
    assert "Failed to import the required Python library (redis >= 4.3) on" in failure(result)
    assert "python3-redis" in failure(result)
    assert result["error"] == {"kind": "missing_library"}


# --- TLS ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run_tls(run: Run, certificates: Path) -> Run:
    def run_module(*hosts: str, **arguments: t.Any) -> dict[str, t.Any]:
        return run(*hosts, **{"tls": True, "ca_path": str(certificates / "ca.pem"), **arguments})

    return run_module


def test_tls(run_tls: Run, redis: RedisServer) -> None:
    assert run_tls(redis.tls_host)["passed"] is True
    assert run_tls(f"localhost:{redis.tls_port}")["passed"] is True


@pytest.mark.parametrize("ca", ["other", None])
def test_a_certificate_of_another_authority(run_tls: Run, redis: RedisServer, tmp_path: Path, ca: str | None) -> None:
    redis_server.make_certificates(tmp_path / "other")
    result = run_tls(redis.tls_host, ca_path=ca and str(tmp_path / "other/ca.pem"))
    assert re.fullmatch(
        r"The certificate of Redis at 127.0.0.1:\d+ is not trusted: .*\. "
        r"Set ca_path to the certificate of the authority that signed it\.",
        failure(result),
    )
    assert result["error"] == {"kind": "connection"}


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ({"names": ["redis.example"]}, "Name the host in hosts as its certificate does"),
        ({"days": -1}, "certificate has expired. Renew the certificate, or check the clock"),
    ],
)
def test_certificates_that_are_not_accepted(
    run_tls: Run, start_redis: StartRedis, tmp_path: Path, certificate: dict[str, t.Any], said: str
) -> None:
    redis_server.make_certificates(tmp_path / "tls", **certificate)
    server = start_redis(tls=str(tmp_path / "tls"))
    assert said in failure(run_tls(server.tls_host, ca_path=str(tmp_path / "tls/ca.pem")))


def test_tls_to_a_plain_port_and_the_reverse(
    run: Run, run_tls: Run, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_redis_connection, "TIMEOUT", 1)  # Redis waits for the end of a line
    assert re.search(
        "cannot be reached by TLS: .* If the port is a plain one, set tls to false", failure(run_tls(redis.host))
    )
    assert "If the port is one for TLS, set tls to true" in failure(run(redis.tls_host))


def test_ca_files(run_tls: Run, tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing.pem", tmp_path / "empty.pem"
    empty.write_text("no certificate", encoding="utf-8")
    assert (
        failure(run_tls("127.0.0.1", ca_path=str(missing)))
        == f"ca_path {missing} cannot be read: No such file or directory."
    )
    assert failure(run_tls("127.0.0.1", ca_path=str(empty))) == f"ca_path {empty} holds no certificate in PEM format."


# --- options ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"hosts": []}, "hosts is empty"),
        ({"hosts": None}, "missing required arguments: hosts"),
        ({"hosts": ["rediss://h:6380"]}, "hosts: 'rediss://h:6380' is not a host. Write a name or an IP address"),
        ({"databases": []}, "databases is empty, so that nothing would be checked"),
        ({"databases": [0, -1]}, "databases is -1; it must be 0 or more"),
        ({"min_keys": -1}, "min_keys is -1"),
        ({"wait_timeout": -1}, "wait_timeout is -1"),
        ({"required_keys": ["a", ""]}, "required_keys holds an empty name"),
        ({"password": ""}, "password is empty"),
        ({"username": ""}, "username is empty"),
        ({"username": "reader", "password": None}, "username is given without password"),
        ({"manifest": '{"version": 1, "databas'}, "manifest"),
        ({"manifest": {}}, "manifest cannot be used: its version is not 1"),
        ({"no_such_option": 1}, "Unsupported parameters for .*no_such_option"),
    ],
)
def test_options_that_cannot_be_worked_with(run: Run, arguments: dict[str, t.Any], said: str) -> None:
    result = run(**{"hosts": ["127.0.0.1"], **arguments})
    assert result["failed"] is True
    assert re.search(said, result["msg"])


def test_a_manifest_is_read_as_json_too(run: Run, redis: RedisServer) -> None:
    fill(redis)
    manifest = run(redis.host)["manifest"]
    assert check_of(run(redis.host, manifest=json.dumps(manifest)), "manifest")[0] is True
    shortened = copy.deepcopy(manifest)
    del shortened["databases"]["0"]["sample"][2]["digest"]
    assert "databases.0.sample[2].digest must be a string, got null" in failure(run(redis.host, manifest=shortened))


# --- the documentation's examples ---------------------------------------------------------------------------------


EXPECTED = """
- ansible.builtin.assert:
    that:
      - restored.passed
      - restored.checks | length == 1
      - source.manifest.databases['0'].sample | length == 100
"""


def test_the_examples_do_what_they_say(redis: RedisServer, certificates: Path, tmp_path: Path) -> None:
    pytest.importorskip("ansible.cli", reason="ansible-test lets the tests of modules see only what a managed host has")
    redis.client().mset({f"key:{number}": number for number in range(1_000)})
    redis.client().set("config:version", "{{ no template }}")
    tasks = redis_data_check.EXAMPLES
    for named, here in {
        "rc1a-abcdefgh12345678.mdb.yandexcloud.net": f"'{redis.tls_host}'",
        "~/.redis/YandexInternalRootCA.crt": str(certificates / "ca.pem"),
        "/var/backups/redis": str(tmp_path),
        "min_keys: 100000": "min_keys: 1000",
    }.items():
        assert named in tasks
        tasks = tasks.replace(named, here)
    variables = {f"{name}_password": PASSWORD for name in ("redis", "source", "restored")}
    variables |= {f"{name}_hosts": [redis.tls_host] for name in ("source", "restored")}
    variables |= {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    tasks += EXPECTED
    inventory = {"all": {"hosts": {"localhost": {}, "vm-in-the-vpc": {}}, "vars": variables}}
    (tmp_path / "hosts.yml").write_text(json.dumps(inventory), encoding="utf-8")
    play = "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
    (tmp_path / "play.yml").write_text(play + textwrap.indent(tasks, "    "), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "ansible",
        "playbook",
        "-vvv",
        "-i",
        str(tmp_path / "hosts.yml"),
        str(tmp_path / "play.yml"),
    ]
    collections = Path(redis_data_check.__file__).parents[5]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_HOME": str(tmp_path)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert PASSWORD not in run.stdout + run.stderr
