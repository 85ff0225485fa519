# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses as people write them, and what is refused before a host is asked."""

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._redis_connection import Access, Address, parse_address
from ansible_collections.yacloud.mdb.tests.unit.redis_server import PASSWORD


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("rc1a-abc.mdb.yandexcloud.net", "rc1a-abc.mdb.yandexcloud.net", 6380, "rc1a-abc.mdb.yandexcloud.net:6380"),
        (" h:1 ", "h", 1, "h:1"),
        ("10.0.0.5:65535", "10.0.0.5", 65535, "10.0.0.5:65535"),
        ("::1", "::1", 6380, "[::1]:6380"),
        ("[::1]", "::1", 6380, "[::1]:6380"),
        ("[2001:db8::1]:7000", "2001:db8::1", 7000, "[2001:db8::1]:7000"),
        ("redis_1.", "redis_1.", 6380, "redis_1.:6380"),
    ],
)
def test_addresses(text: str, host: str, port: int, shown: str) -> None:
    address = parse_address(text, 6380)
    assert address == Address(host, port)
    assert str(address) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ":6380",
        "h:",
        "h:x",
        "h:-1",
        "a b",
        "rediss://h",
        "h/0",
        "u@h",
        "[h]:1",
        "[::1",
        "::1]:1",
        "[::1]x",
        "[]:1",
        "1:2:3",
        "h:1:2",
        "a..b",
        "a" * 64,
        "h\n:1",
        "h:\N{FULLWIDTH DIGIT ONE}",
        "h\N{LATIN SMALL LETTER U WITH DIAERESIS}",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(OptionError, match=r"^hosts: .* is not a host\. Write a name or an IP address"):
        parse_address(text, 6380)


@pytest.mark.parametrize("port", ["0", "65536", "999999"])
def test_what_is_no_port(port: str) -> None:
    with pytest.raises(OptionError, match=rf"^hosts: 'h:{port}' has the port {port}; ports are 1 to 65535\.$"):
        parse_address(f"h:{port}", 6380)


def test_a_password_is_in_no_representation() -> None:
    assert PASSWORD not in repr(Access(password=PASSWORD))


@pytest.mark.parametrize("host", ["redis.example", "10.0.0.5", "2001:db8::1", "localhost.example", "0.0.0.0", "?"])
def test_a_password_goes_to_loopback_only_without_tls(host: str) -> None:
    with (
        pytest.raises(OptionError, match=r"^The password is not sent to Redis at "),
        Access(tls=False, password=PASSWORD).database(Address(host, 1)),
    ):
        pass


def test_what_the_caller_raises_is_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), Access(tls=False).database(Address("localhost", 1)):
        raise ZeroDivisionError


def test_ipv6(redis: t.Any) -> None:
    try:
        socket.create_connection(("::1", redis.port), 5).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    assert Access(tls=False, password=PASSWORD).info(Address("::1", redis.port))["role"] == "master"
