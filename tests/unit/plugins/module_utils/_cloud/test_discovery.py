# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host serves what: known, given, or discovered once."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.discovery import Services
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    ConnectionFailed,
    InvalidResponse,
    OptionError,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import Transport
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import parse_base_url
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import THING
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Reply, Server, answer, failure, html, reset


@pytest.fixture
def transport(make_transport: t.Callable[..., Transport]) -> Transport:
    return make_transport(api_retries=1, api_timeout=5.0)


def services(endpoint: str, thing_endpoint: str | None = None) -> Services:
    return Services(
        parse_base_url(endpoint, "endpoint"),
        THING,
        parse_base_url(thing_endpoint, "thing_endpoint", path_allowed=True) if thing_endpoint else None,
    )


def listing(**addresses: t.Any) -> dict[str, t.Any]:
    return {"endpoints": [{"id": name.replace("_", "-"), "address": address} for name, address in addresses.items()]}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: t.Any, **kwargs: t.Any) -> t.NoReturn:
        raise AssertionError(f"a request was made: {args} {kwargs}")

    monkeypatch.setattr(Transport, "send", refuse)


@pytest.mark.parametrize(
    "spelling", ["https://api.cloud.yandex.net:443/", "API.cloud.yandex.net", "api.cloud.yandex.net:443"]
)
def test_the_default_region_is_used_without_asking(no_network: None, transport: Transport, spelling: str) -> None:
    made = services(spelling)
    for service_id in ("thing", "iam", "operation"):
        assert str(made.find(service_id, transport)) == f"https://{service_id}.api.cloud.yandex.net"


def test_thing_endpoint_leaves_iam_to_the_endpoint(server: Server, transport: Transport) -> None:
    server.on("/endpoints", answer(listing(thing="thing.example:443", iam="iam.example:443")))
    made = services(server.url, "https://gate.example/thing")
    assert str(made.find("thing", transport)) == "https://gate.example/thing"
    assert server.requests == []
    assert made.find("iam", transport).netloc.startswith("iam.example")
    assert str(made.find("thing", transport)) == "https://gate.example/thing"


def test_any_other_endpoint_is_asked_once_without_a_credential(server: Server, transport: Transport) -> None:
    server.on("/endpoints", answer(listing(operation="x:443", thing=f"127.0.0.1:{server.port}", iam="127.0.0.1:9")))
    made = services(server.url)
    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(lambda _number: str(made.find("thing", transport)), range(20)))
    assert found == {server.url}
    assert str(made.find("iam", transport)) == "http://127.0.0.1:9"
    assert made.find("iam", transport).option == "endpoint"
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", "/endpoints")
    assert "Authorization" not in request.headers


def test_without_a_scheme_the_endpoint_and_all_behind_it_are_https(
    tls_server: Server, authority: t.Any, make_transport: t.Callable[..., Transport]
) -> None:
    tls_server.on("/endpoints", answer(listing(thing="thing.yandexcloud.kz:443", iam="iam.yandexcloud.kz:8443")))
    transport = make_transport(api_retries=0, ca_path=authority.path)
    made = services(f"127.0.0.1:{tls_server.port}")
    assert str(made.find("thing", transport)) == "https://thing.yandexcloud.kz"
    assert str(made.find("iam", transport)) == "https://iam.yandexcloud.kz:8443"


ROWS = [None, 7, "x", {}, {"id": "thing"}, {"id": 7, "address": "x"}, {"id": "thing", "address": None}]


@pytest.mark.parametrize(
    "content", [{}, {"endpoints": None}, {"endpoints": []}, {"endpoints": ROWS}, listing(compute="x:443")]
)
def test_a_service_that_is_not_listed_is_named_with_the_endpoint_and_its_own_option(
    server: Server, transport: Transport, content: t.Any
) -> None:
    server.on("/endpoints", answer(content))
    made = services(server.url)
    for service_id, end in (("thing", r"has it, or set thing_endpoint\."), ("iam", r"has it\.")):
        with pytest.raises(
            InvalidResponse, match=rf"^endpoint {server.url} lists no service '{service_id}'\. .+ {end}$"
        ):
            made.find(service_id, transport)


INSTEAD = {
    "refusal": (failure(401, 16, "who are you"), ApiError, "asking endpoint {} for its services: HTTP status 401"),
    "redirect": (answer({}, 302, Location="http://127.0.0.1:1/"), ApiError, "asking endpoint {} for its services: "),
    "html": (html(), InvalidResponse, "asking endpoint {} for its services: "),
    "no list": (
        answer({"endpoints": {"id": "x"}}),
        InvalidResponse,
        "asking endpoint {} for its services: the field 'endpoints' of the response is not a list",
    ),
    **{
        f"address {address!r}": (answer(listing(thing=address)), OptionError, "the address of thing at endpoint {} ")
        for address in ("", "user@host", "host/path")
    },
}


@pytest.mark.parametrize(("reply", "kind", "words"), INSTEAD.values(), ids=INSTEAD)
def test_what_an_endpoint_answers_instead_names_it(
    server: Server, transport: Transport, reply: Reply, kind: type[CloudError], words: str
) -> None:
    server.on("/endpoints", reply)
    with pytest.raises(kind, match=f"^{words.format(server.url)}"):
        services(server.url).find("thing", transport)


def test_an_endpoint_that_is_down_is_named_and_asked_again_later(server: Server, transport: Transport) -> None:
    server.on("/endpoints", reset, reset, answer(listing(thing="127.0.0.1:9")))
    made = services(server.url)
    words = f"^asking endpoint {server.url} for its services: 127.0.0.1 gave no usable response in 2 tries"
    with pytest.raises(ConnectionFailed, match=words):
        made.find("thing", transport)
    assert str(made.find("thing", transport)) == "http://127.0.0.1:9"
