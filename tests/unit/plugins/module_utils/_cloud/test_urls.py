# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses as people write them, and the hosts to which a secret may go."""

from __future__ import annotations

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError, OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import (
    BaseUrl,
    is_loopback,
    parse_base_url,
)

pytest.importorskip("hypothesis")
from hypothesis import example, given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "url", "explicit"),
    [
        ("api.cloud.yandex.net", "https://api.cloud.yandex.net", False),
        ("api.cloud.yandex.net:443", "https://api.cloud.yandex.net", False),
        ("https://api.cloud.yandex.net", "https://api.cloud.yandex.net", True),
        ("https://api.cloud.yandex.net:443/", "https://api.cloud.yandex.net", True),
        ("HTTPS://API.Cloud.Yandex.Net", "https://api.cloud.yandex.net", True),
        ("api.yandexcloud.kz:8443", "https://api.yandexcloud.kz:8443", False),
        ("  api.yandexcloud.kz\n", "https://api.yandexcloud.kz", False),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("http://127.0.0.1:80", "http://127.0.0.1", True),
        ("http://127.0.0.1:443", "http://127.0.0.1:443", True),
        ("https://127.0.0.1:80", "https://127.0.0.1:80", True),
        ("localhost:9", "https://localhost:9", False),
        ("[::1]:8080", "https://[::1]:8080", False),
        ("https://[2001:db8::1]", "https://[2001:db8::1]", True),
        ("my_host-1.example.", "https://my_host-1.example.", False),
    ],
)
def test_addresses_with_and_without_scheme_and_port(text: str, url: str, explicit: bool) -> None:
    made = parse_base_url(text, "endpoint")
    assert str(made) == url
    assert made.explicit_scheme is explicit


def test_a_default_scheme_holds_where_none_is_written() -> None:
    assert str(parse_base_url("127.0.0.1:80", "x", scheme="http")) == "http://127.0.0.1"
    assert str(parse_base_url("https://127.0.0.1:80", "x", scheme="http")) == "https://127.0.0.1:80"


def test_a_path_is_kept_where_it_is_allowed() -> None:
    made = parse_base_url("https://gate.example/mdb~1/v1/", "thing_endpoint", path_allowed=True)
    assert (str(made), made.host) == ("https://gate.example/mdb~1/v1", "gate.example")


BAD = [
    "", " ", "https://", "https:///path", "ftp://api.example", "file:///etc/passwd", "grpc://api.example", "javascript:alert(1)",
    "api.example:port", "api.example:99999", "api.example:-1", "user@api.example", "https://user:s3cret@api.example", "api.example?x=1",
    "api.example#x", "api.example\\@other.example", "api.example/%2e%2e", "api exam.ple", "api.example\x00", "-api.example", "::1",
    "[::1", "[::zz]", "[127.0.0.1]", "api.ex\N{LATIN SMALL LETTER A WITH DIAERESIS}mple", "\N{FULLWIDTH LATIN SMALL LETTER A}pi.example",
    "{{ endpoint }}", "https://https://api.example", "//api.example", "api.cloud\n.yandex.net", "api\t.example",
    "https://api.example\r\n.evil.example", "https://[v1.x]", "https://[x:y]",
]  # fmt: skip


@pytest.mark.parametrize("text", [*BAD, "https://api.example/path"])
def test_what_is_no_address_is_refused_by_the_options_name(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_base_url(text, "endpoint")
    told = str(caught.value)
    assert told.startswith("endpoint (not shown" if "@" in text else "endpoint '")
    assert told.endswith("Write a host with or without scheme and port, such as api.cloud.yandex.net.")
    assert told.isprintable()
    assert "s3cret" not in told
    assert caught.value.details == {"option": "endpoint"}


PATHS = [
    "https://api.example/a//b",
    "https://api.example/a b",
    "https://api.example/../b%0a",
    "https://api.example/a;b",
]


@pytest.mark.parametrize("text", [*BAD, *PATHS])
def test_a_path_that_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match=r"^thing_endpoint "):
        parse_base_url(text, "thing_endpoint", path_allowed=True)


@given(
    st.one_of(
        st.text(),
        st.text("ahtps:/.[]@%?#0123\\ \n-_", max_size=20),
        st.sampled_from(BAD).flatmap(lambda bad: st.text().map(bad.__add__)),
    )
)
@example("https://\u2100")
def test_any_text_is_an_address_or_an_option_error(text: str) -> None:
    try:
        made = parse_base_url(text, "endpoint", path_allowed=True)
    except CloudError as exc:
        refused = exc
    else:
        assert parse_base_url(str(made), "endpoint", path_allowed=True) == made._replace(explicit_scheme=True)
        assert str(made).isascii()
        assert str(made).isprintable()
        return
    assert isinstance(refused, OptionError)
    assert str(refused).isprintable()


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1"])
def test_loopback_by_spelling(host: str) -> None:
    assert is_loopback(host)
    assert BaseUrl("http", f"[{host}]" if ":" in host else host).is_private


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1.example", "localhost.example", "localhost.", "127.1", "128.0.0.1", "0.0.0.0", "::", "10.0.0.1", "fe80::1", "",
        "2130706433", "0x7f000001", "::ffff:10.0.0.1",
    ],
)  # fmt: skip
def test_what_merely_leads_here_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)
    assert not BaseUrl("http", f"[{host}]" if ":" in host else host).is_private
    assert BaseUrl("https", f"[{host}]" if ":" in host else host).is_private


def test_host_leaves_port_and_brackets_out() -> None:
    assert parse_base_url("https://[::1]:8080", "endpoint").host == "::1"
    assert parse_base_url("api.example:8443", "endpoint").host == "api.example"
