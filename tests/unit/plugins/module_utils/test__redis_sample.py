# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys are sampled, and when two values have the same digest."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils import _redis_sample
from ansible_collections.yacloud.mdb.plugins.module_utils._redis_connection import Access, Address
from ansible_collections.yacloud.mdb.plugins.module_utils._redis_masters import Master
from ansible_collections.yacloud.mdb.plugins.module_utils._redis_sample import SAMPLE_SIZE, digests, sample_names
from ansible_collections.yacloud.mdb.tests.unit.redis_server import PASSWORD, RedisServer

ACCESS = Access(tls=False, password=PASSWORD)


def master(server: RedisServer) -> list[Master]:
    return [Master(Address("127.0.0.1", server.port), {})]


def names(server: RedisServer) -> list[bytes]:
    return sample_names(master(server), ACCESS, 0)


def digest(server: RedisServer, name: str) -> str | None:
    return digests(master(server), ACCESS, 0, [name.encode()])[name.encode()]


def set_sessions(server: RedisServer, count: int) -> None:
    """Many keys with a time to live."""
    pipeline = server.client().pipeline(transaction=False)
    for number in range(count):
        pipeline.set(f"session:{number}", "x", ex=1_000)
    pipeline.execute()


def same(server: RedisServer) -> bool:
    """Whether the keys a and b have the same digest."""
    first, second = digest(server, "a"), digest(server, "b")
    assert first is not None
    assert second is not None
    assert len(first) == 64
    return first == second


# --- the sample ---------------------------------------------------------------------------------------------------


def test_the_same_keys_are_chosen_whatever_the_order_and_whatever_else_has_a_ttl(redis: RedisServer) -> None:
    client = redis.client()
    keys = [f"key:{number}" for number in range(3_000)]
    client.mset(dict.fromkeys(keys, "x"))
    first = names(redis)
    client.flushall()
    set_sessions(redis, 5_000)
    client.mset(dict.fromkeys(reversed(keys), "y"))
    assert names(redis) == first
    assert len(set(first)) == SAMPLE_SIZE
    # Each thousand of them is somewhere in the sample.
    assert {name[4:5] for name in first if len(name) == 8} == {b"1", b"2"}


def test_a_few_persistent_keys_among_many_others_are_all_chosen(redis: RedisServer) -> None:
    set_sessions(redis, 4_000)
    redis.client().mset({"a": "1", b"\x00\xff": "2", "": "3"})
    assert sorted(names(redis)) == [b"", b"\x00\xff", b"a"]


def test_no_keys(redis: RedisServer) -> None:
    assert names(redis) == []
    assert digests(master(redis), ACCESS, 0, []) == {}


# --- digests ------------------------------------------------------------------------------------------------------


def test_a_key_that_does_not_exist_has_none(redis: RedisServer) -> None:
    assert digest(redis, "a") is None


@pytest.mark.parametrize("size", [0, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_strings(redis: RedisServer, size: int) -> None:
    redis.client().mset({"a": b"x" * size, "b": b"x" * size})
    assert same(redis)
    redis.client().append("b", "y")
    assert not same(redis)
    redis.client().append("a", "z")
    assert not same(redis)


@pytest.mark.parametrize("size", [999, 1_000, 1_001, 2_500])
def test_the_order_of_a_list_counts(redis: RedisServer, size: int) -> None:
    elements = [f"element {number}" for number in range(size)]
    redis.client().rpush("a", *elements)
    redis.client().rpush("b", *elements)
    assert same(redis)
    redis.client().lset("b", -1, elements[-2])
    redis.client().lset("b", -2, elements[-1])
    assert not same(redis)


@pytest.mark.parametrize("size", [3, 2_500])
def test_the_order_of_a_set_does_not_count(redis: RedisServer, size: int) -> None:
    members = [f"member {number}" for number in range(size)]
    redis.client().sadd("a", *members)
    redis.client().sadd("b", *(f"other {number}" for number in range(20_000)))  # so that its table is of another size
    redis.client().sadd("b", *reversed(members))
    redis.client().srem("b", *(f"other {number}" for number in range(20_000)))
    assert same(redis)
    redis.client().srem("b", members[0])
    redis.client().sadd("b", "else")
    assert not same(redis)


@pytest.mark.parametrize("size", [3, 2_500])
def test_hashes(redis: RedisServer, size: int) -> None:
    fields = {f"field {number}": number for number in range(size)}
    redis.client().hset("a", mapping=fields)
    redis.client().hset("b", mapping=dict(reversed(fields.items())))
    assert same(redis)
    redis.client().hset("b", mapping={"field 0": 1, "field 1": 0})
    assert not same(redis)


@pytest.mark.parametrize("size", [3, 2_500])
def test_sorted_sets(redis: RedisServer, size: int) -> None:
    members = {f"member {number}": number / 3 for number in range(size)}
    redis.client().zadd("a", members)
    redis.client().zadd("b", dict(reversed(members.items())))
    assert same(redis)
    redis.client().zadd("b", {"member 0": 1e-300})
    assert not same(redis)


@pytest.mark.parametrize("size", [3, 1_000, 2_500])
def test_streams(redis: RedisServer, size: int) -> None:
    pipeline = redis.client().pipeline(transaction=False)
    for number in range(1, size + 1):
        pipeline.xadd("a", {"x": number, "y": "z"}, id=f"{number}-0")
        pipeline.xadd("b", {"x": number, "y": "z"}, id=f"{number}-0")
    pipeline.execute()
    assert same(redis)
    redis.client().xdel("b", f"{size}-0")
    redis.client().xadd("b", {"x": size, "y": "z"}, id=f"{size}-1")
    assert not same(redis)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("RPUSH a x", "SADD b x"),
        ("SET a x", "RPUSH b x"),
        ("RPUSH a ab c", "RPUSH b a bc"),
        ("HSET a ab c", "HSET b a bc"),
        ("SADD a x", "ZADD b 0 x"),
        ("XADD a 1-0 ab c", "XADD b 1-0 a bc"),
        ("RPUSH a x x", "RPUSH b x"),
        ("ZADD a 1 x 2 y", "ZADD b 2 x 1 y"),
        ("ZADD a inf x", "ZADD b -inf x"),
    ],
)
def test_values_that_are_alike_and_not_equal(redis: RedisServer, first: str, second: str) -> None:
    redis.client().execute_command(*first.split())
    redis.client().execute_command(*second.split())
    assert not same(redis)


def test_the_content_of_a_very_large_value_is_not_read(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    small = _redis_sample._TYPES["list"]._replace(largest=2)
    monkeypatch.setitem(_redis_sample._TYPES, "list", small)
    redis.client().rpush("a", "1", "2", "3")
    redis.client().rpush("b", "4", "5", "6")
    assert same(redis)
    redis.client().rpush("b", "7")
    assert not same(redis)
    redis.client().ltrim("a", 0, 1)
    redis.client().ltrim("b", 0, 1)
    assert not same(redis)


def test_a_type_of_a_module_counts_by_its_name() -> None:
    class Client:
        def type(self, name: bytes) -> bytes:
            return b"ReJSON-RL"

    client: t.Any = Client()
    assert _redis_sample._digest(client, b"a") == _redis_sample._digest(client, b"b")
