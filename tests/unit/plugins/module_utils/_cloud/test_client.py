# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests with a token and lists to their last page, whatever the pages look like on the way."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.client import Client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.concurrency import Call
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    ConnectionFailed,
    InvalidResponse,
    SelectionError,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import THING, connection
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Reply,
    Server,
    answer,
    failure,
    html,
    reset,
    truncated,
    until,
)

LISTING = "group g1: listing its things"
OPAQUE = "opaque-secret-value"
Make = t.Callable[..., Client]


@pytest.fixture
def make(server: Server) -> t.Iterator[Make]:
    """Opens clients of the server."""
    made: list[Client] = []

    def make_one(path: str = "", **options: t.Any) -> Client:
        given = {"api_retries": 1, "api_retry_max_delay": 0.01, "thing_endpoint": server.url + path} | options
        made.append(Client.open(connection(server.url, **given), THING))
        return made[-1]

    yield make_one
    for client in made:
        client.__exit__(None, None, None)


def listed(client: Client, page_size: int = 1000, **more: t.Any) -> list[dict[str, t.Any]]:
    return list(client.pages("/things", doing=LISTING, page_size=page_size, group_id="g1", **more))


def test_an_object_is_read_with_the_token(server: Server, make: Make) -> None:
    server.on("/gate/things/1", answer({"id": "1"}))
    assert make("/gate").get("/things/1", doing="thing 1: reading it", params={"a": "b c"}) == {"id": "1"}
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", "/gate/things/1?a=b%20c")
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("pages", [1, 2, 7])
def test_every_page_is_read_on_one_connection_and_counted(server: Server, make: Make, pages: int) -> None:
    def page(number: int) -> Reply:
        return answer({"things": [number], **({"nextPageToken": f"p{number}"} if number + 1 < pages else {})})

    server.on("/things", *[page(number) for number in range(pages)])
    client = make()
    assert [page["things"] for page in listed(client, 17, params={"groupId": "g1"})] == [
        [number] for number in range(pages)
    ]
    assert client.list_requests == pages
    assert server.connections == 1
    queries = [request.query for request in server.requests]
    assert {(query["groupId"], query["pageSize"]) for query in queries} == {("g1", "17")}
    assert [query.get("pageToken") for query in queries] == [None, *[f"p{number}" for number in range(pages - 1)]]


@pytest.mark.parametrize("end", [{}, {"nextPageToken": None}, {"nextPageToken": ""}])
def test_an_empty_page_with_a_token_goes_on_and_every_way_to_give_none_ends(
    server: Server, make: Make, end: dict[str, t.Any]
) -> None:
    server.on("/things", answer({"nextPageToken": "a"}), answer({"things": [], "nextPageToken": "b"}), answer(end))
    assert len(listed(make())) == 3


HOSTILE = [
    "a b", "a+b", "a/b", "a?b=c&d", "a#b", "%2F", "a%", "=", "==", "\u043a\u043b\u044e\u0447", "\U0001f600", "a\nb", "\x00", "../..",
    '"', "\\", "a;b", "null", "0", " ", "x" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("token", HOSTILE)
def test_a_token_goes_back_verbatim(server: Server, make: Make, token: str) -> None:
    server.on("/things", answer({"nextPageToken": token}), answer({}))
    listed(make())
    assert server.requests[1].query["pageToken"] == token
    assert "+" not in server.requests[1].target


@pytest.mark.parametrize("token", [7, True, ["a"], 0, False, [], {}])
def test_a_token_that_is_not_a_string_is_refused(server: Server, make: Make, token: t.Any) -> None:
    server.on("/things", answer({"nextPageToken": "a"}), answer({"nextPageToken": token}))
    with pytest.raises(InvalidResponse) as caught:
        listed(make())
    assert str(caught.value) == f"{LISTING}, page 2: the field 'nextPageToken' is not a string."
    assert caught.value.details == {"group_id": "g1"}


@pytest.mark.parametrize(("lead", "cycle"), [(0, 1), (3, 1), (3, 50)])
def test_tokens_in_a_circle_are_an_error_after_a_bounded_number_of_requests(
    server: Server, make: Make, lead: int, cycle: int
) -> None:
    tokens = [*range(lead + cycle), lead]
    server.on("/things", *[answer({"nextPageToken": f"token{token}"}) for token in tokens])
    told = f"{LISTING}: after {lead + cycle} page tokens the API gave one of them again"
    with pytest.raises(InvalidResponse, match=rf"^{told}, so that the list would never end\.") as caught:
        listed(make())
    assert caught.value.details == {"tokens": lead + cycle, "group_id": "g1"}


def test_a_fault_that_passes_on_any_page_costs_and_repeats_no_page(server: Server, make: Make) -> None:
    pages = [answer({"things": [n], **({"nextPageToken": f"p{n}"} if n < 2 else {})}) for n in range(3)]
    server.on("/things", reset, pages[0], html(502), pages[1], truncated({"things": [9]}), pages[2])
    client = make()
    assert [got["things"] for got in listed(client)] == [[0], [1], [2]]
    assert client.list_requests == 3


@pytest.mark.parametrize("page", [0, 1])
def test_an_invalid_page_is_never_tried_again_and_never_a_shorter_list(server: Server, make: Make, page: int) -> None:
    server.on("/things", *[answer({"nextPageToken": "a"})] * page, html())
    with pytest.raises(InvalidResponse, match=rf"^{LISTING}, page {page + 1}: the response is "):
        listed(make())


# --- errors ---


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, 16, "The credential was refused: iam_token of the options. Renew it"),
        (403, 7, "The role thing.viewer is missing"),
        (404, 5, "Mine."),
        (501, 12, "The service does not offer"),
    ],
)
def test_a_refusal_is_never_tried_again_and_says_what_to_do(
    server: Server, make: Make, status: int, code: int, words: str
) -> None:
    server.on("/things", failure(status, code, "said the API"))
    with pytest.raises(ApiError) as caught:
        listed(make(api_retries=5), hints={5: "Mine."})
    assert str(caught.value).startswith(f"{LISTING}: HTTP status {status}: said the API. {words}")
    assert "page_size" not in str(caught.value)
    known = {"http_status": status, "code": code, "message": "said the API", "group_id": "g1"}
    assert caught.value.as_dict() == {"kind": "api", **known}


@pytest.mark.parametrize(
    ("earlier", "page_size", "told"), [(0, 1000, True), (0, 101, True), (0, 100, False), (1, 100, True), (2, 1, True)]
)
def test_a_server_fault_that_lasts_may_be_a_page_too_large(
    server: Server, make: Make, earlier: int, page_size: int, told: bool
) -> None:
    fault = failure((500, 503, 504)[earlier], 13, "oops")
    server.on("/things", *[answer({"nextPageToken": f"p{n}"}) for n in range(earlier)], fault, fault)
    with pytest.raises(ApiError) as caught:
        listed(make(), page_size)
    hint = f"The page may be too large for the gateway: lower page_size, which is {page_size}."
    assert str(caught.value).endswith(hint) is told


@pytest.mark.parametrize("reply", [failure(429, 8, "slower"), reset])
def test_other_failures_are_not_blamed_on_the_page(server: Server, make: Make, reply: Reply) -> None:
    server.always("/things", reply)
    with pytest.raises((ApiError, ConnectionFailed), match=rf"^{LISTING}: ") as caught:
        listed(make())
    assert "page_size" not in str(caught.value)


def test_what_an_address_is_called_is_the_services_own_word(server: Server, make: Make) -> None:
    server.on("/things", html(404))
    with pytest.raises(ApiError, match="Check that thing_endpoint names the API"):
        listed(make())


@pytest.mark.parametrize("way", ["get", "pages", "run_all", "block"])
def test_secrets_are_masked_in_whatever_is_raised(server: Server, make: Make, way: str) -> None:
    server.always("/things", failure(404, 5, "x"))
    client = make(iam_token=OPAQUE)

    def fail() -> t.NoReturn:
        raise SelectionError(f"thing {OPAQUE}: no such thing", name=OPAQUE)

    def use() -> None:
        client.get("/things", doing="first", hints={5: OPAQUE}) if way == "get" else None
        listed(client, hints={5: OPAQUE}) if way == "pages" else None
        with pytest.raises(ApiError):
            client.get("/things", doing="so that the token is known")
        client.run_all([Call("x", fail)]) if way == "run_all" else fail()

    context = client if way == "block" else contextlib.nullcontext()
    with pytest.raises((ApiError, SelectionError)) as caught, context:
        use()
    assert "********" in str(caught.value)
    assert OPAQUE not in f"{caught.value} {caught.value.as_dict()}"


# --- an end ---


def test_the_end_of_the_block_closes_the_connections(server: Server, make: Make) -> None:
    server.on("/things", answer({}))
    with make() as client:
        listed(client)
        assert server.open_connections
    assert until(lambda: not server.open_connections)
