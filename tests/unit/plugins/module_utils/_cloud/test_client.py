# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests with a token, lists to their last page whatever the pages look like on the way, and operations to their end."""

from __future__ import annotations

import json
import time
import typing as t
import uuid
from types import SimpleNamespace

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client as _client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.client import Client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.concurrency import Call
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    ConnectionFailed,
    CredentialError,
    InvalidResponse,
    SelectionError,
    WaitError,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.operations import GOES_ON, Operation, parse_operation
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import (
    OPERATION,
    THING,
    connection,
    serve_region,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Reply,
    Server,
    answer,
    dripping,
    failure,
    html,
    reset,
    truncated,
    until,
)

START, POLL = "/things/c9q1:copy", "/operations/c9qop"
RUNNING = {name: value for name, value in OPERATION.items() if name != "done"}
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


def fail(client: Client) -> t.NoReturn:
    """Fails by a message that holds the token, which is known once it was sent."""
    with pytest.raises(ApiError):
        client.get("/things", doing="x")
    raise SelectionError(f"thing {OPAQUE}: no such thing", name=OPAQUE)


def fail_in_block(client: Client) -> t.NoReturn:
    with client:
        fail(client)


WAYS: dict[str, t.Callable[[Client], object]] = {
    "get": lambda client: client.get("/things", doing="x", hints={5: OPAQUE}),
    "pages": lambda client: listed(client, hints={5: OPAQUE}),
    "run_all": lambda client: client.run_all([Call("x", lambda: fail(client))]),
    "block": fail_in_block,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_secrets_are_masked_in_whatever_is_raised(
    server: Server, make: Make, way: t.Callable[[Client], object]
) -> None:
    server.always("/things", failure(404, 5, "x"))
    with pytest.raises((ApiError, SelectionError)) as caught:
        way(make(iam_token=OPAQUE))
    assert "********" in str(caught.value)
    assert OPAQUE not in f"{caught.value} {caught.value.as_dict()}"


# --- an end ---


def test_the_end_of_the_block_closes_the_connections(server: Server, make: Make) -> None:
    server.on("/things", answer({}))
    with make() as client:
        listed(client)
        assert server.open_connections
    assert until(lambda: not server.open_connections)


# --- operations: starting one ---


def opened(server: Server, check: t.Callable[[], object] = lambda: None, **options: t.Any) -> Client:
    """A client of a server, which also has the operations."""
    serve_region(server)
    return Client.open(connection(server.url, **{"api_retry_max_delay": 0.001, **options}), THING, check)


def started(client: Client, **more: t.Any) -> Operation:
    return client.post(START, doing="thing c9q1: copying it", **more)


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_every_try_carries_one_key_and_the_same_body(server: Server, method: str) -> None:
    server.on(START, failure(503, 14, "later"), reset, html(502), truncated(RUNNING), answer(RUNNING), answer(RUNNING))
    with opened(server, api_retries=5) as client:
        for _number in range(2):
            change = getattr(client, method)
            assert change(START, doing="x", body={"a": 1}, params={"m": "a b"}).id == "c9qop"
    calls = server.calls(START)
    assert {call.method for call in calls} == {method.upper()}
    assert [json.loads(call.body) for call in calls] == [{"a": 1}] * 6
    assert {call.target for call in calls} == {f"{START}?m=a%20b"}
    keys = [call.headers["Idempotency-Key"] for call in calls]
    assert len(set(keys[:5])) == 1
    assert keys[5] != keys[4]
    assert {uuid.UUID(key).version for key in keys} == {4}


def test_used_up_quota_is_final_and_too_many_requests_are_not(server: Server) -> None:
    server.on(START, failure(429, 8, "Slow down", Retry_After="0"), failure(429, 8, "The limit on Quota x is used up"))
    with opened(server) as client, pytest.raises(ApiError, match=r"Quota x"):
        started(client)


def test_reading_is_tried_again_whatever_a_quota_is_said_to_be(server: Server) -> None:
    server.on("/x", failure(429, 8, "quota of requests"), answer({"a": 1}))
    with opened(server) as client:
        assert client.get("/x", doing="x") == {"a": 1}


def test_success_that_is_no_operation(server: Server) -> None:
    server.on(START, answer({}))
    with opened(server) as client, pytest.raises(InvalidResponse, match="thing c9q1: copying it"):
        started(client)


def test_a_refusal_says_what_is_known_and_leaves_the_client_usable(server: Server) -> None:
    server.on(START, failure(403, 7, "Permission denied"), answer(RUNNING))
    with opened(server) as client:
        with pytest.raises(ApiError, match=r"Grant the role\.") as caught:
            started(client, hints={7: "Grant the role."}, thing_id="c9q1")
        assert started(client).id == "c9qop"
    known = {"http_status": 403, "code": 7, "message": "Permission denied", "thing_id": "c9q1"}
    assert caught.value.details == known


def test_response_that_drips_ends_with_the_deadline(server: Server) -> None:
    server.on(START, dripping())
    begun = time.monotonic()
    with opened(server, api_deadline=0.4) as client, pytest.raises(CloudError, match="api_deadline"):
        started(client)
    assert time.monotonic() - begun < 3


def test_secret_never_travels_in_the_open(server: Server) -> None:
    given = connection(server.url)
    assert given.service_url
    opened = Client.open(given._replace(service_url=given.service_url._replace(netloc="10.0.0.1:1")), THING)
    opened._tokens = SimpleNamespace(get=lambda *unused: None)
    with pytest.raises(CredentialError, match="neither HTTPS nor loopback"), opened as client:
        started(client, secret=True)


def test_secret_that_an_operation_repeats_is_masked(server: Server) -> None:
    error = {"code": 3, "message": f"hunter2hunter2 and {TOKEN}"}
    server.on(START, answer({**RUNNING, "description": "with hunter2hunter2", "error": error}))
    with opened(server) as client:
        client.secrets.remember("hunter2hunter2")
        said = str(started(client))
    assert "********" in said
    assert "hunter2" not in said
    assert TOKEN not in said


# --- operations: waiting for one ---


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, none of which takes any time."""
    made: list[float] = []
    monkeypatch.setattr(Client, "pause", lambda _self, seconds: made.append(seconds))
    return made


def waited(client: Client, timeout: float = 60, **more: t.Any) -> Operation:
    return client.wait(parse_operation(RUNNING, "x"), doing="thing c9q1: copying it", timeout=timeout, **more)


def test_until_it_is_done(server: Server, pauses: list[float]) -> None:
    server.on(POLL, *[answer(RUNNING)] * 7, answer(OPERATION))
    seen: list[bool] = []
    with opened(server) as client:
        operation = waited(client, on_poll=lambda operation: seen.append(operation.done))
        assert client.wait(operation, doing="x", timeout=0) is operation
    assert operation.done
    assert pauses == [1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10, 10]
    assert seen == [False] * 7 + [True]


@pytest.mark.parametrize(
    ("header", "pause"), [("7", 7), (" 15 ", 15), *((x, 1) for x in ("0", "", "-1", "1.5", "\xb2"))]
)
def test_as_often_as_the_service_asks(server: Server, pauses: list[float], header: str, pause: float) -> None:
    server.on(START, answer(RUNNING, x_operation_poll_interval=header))
    server.on(POLL, answer(RUNNING), answer(OPERATION))
    with opened(server) as client:
        client.wait(started(client), doing="x", timeout=60)
    assert pauses[0] == pause
    assert pauses[1] == (1 if pause != 1 else 1.5)


def test_at_the_host_that_discovery_names(server: Server, second_server: Server, pauses: list[float]) -> None:
    serve_region(server, second_server)
    second_server.on(POLL, answer(OPERATION))
    with Client.open(connection(server.url), THING) as client:
        waited(client)


def test_not_found_is_a_failure_only_later(
    server: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on(
        POLL, *[failure(404, 5, "Operation not found")] * 4, answer(OPERATION), failure(404, 5, "Operation not found")
    )
    with opened(server) as client:
        assert waited(client).done
        monkeypatch.setattr(_client, "EARLY", -1)
        with pytest.raises(ApiError, match=rf"{GOES_ON}$"):
            waited(client)


def test_rolling_back_is_waited_for(server: Server, pauses: list[float]) -> None:
    error = {"code": 14, "message": "No disk"}
    server.on(POLL, answer({**RUNNING, "error": error}), answer({**OPERATION, "error": error}))
    with opened(server) as client:
        operation = waited(client)
    assert operation.done
    assert operation.error == error


def test_time_that_is_up(server: Server, pauses: list[float]) -> None:
    server.always(POLL, answer(RUNNING))
    with opened(server) as client, pytest.raises(WaitError) as caught:
        waited(client, timeout=0.05)
    late = "thing c9q1: copying it: operation c9qop is not done within wait_timeout."
    assert str(caught.value) == f"{late} {GOES_ON}"
    assert caught.value.details == {"operation_id": "c9qop"}
    assert max(pauses) <= 0.05


def test_wait_outlasts_the_deadline_of_requests(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_client, "pause", lambda _seconds: time.sleep(0.3))
    server.on(POLL, answer(RUNNING), answer(RUNNING), answer(OPERATION))
    server.on("/x", answer({"a": 1}))
    with opened(server, api_deadline=0.5) as client:
        assert waited(client).done
        assert client.get("/x", doing="x") == {"a": 1}


@pytest.mark.parametrize("reply", [failure(403, 7, "Permission denied"), html(), failure(503, 14, "later"), reset])
def test_look_that_fails_says_that_the_work_goes_on(server: Server, pauses: list[float], reply: Reply) -> None:
    server.always(POLL, reply)
    with opened(server, api_retries=1) as client, pytest.raises(CloudError) as caught:
        waited(client)
    assert "c9qop" in str(caught.value)
    assert str(caught.value).endswith(GOES_ON)


# --- somebody who does not want the result any more ---


def test_a_long_pause_looks_every_second(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[t.Any] = []
    monkeypatch.setattr(_client, "pause", made.append)
    with opened(server, lambda: made.append("look")) as client:
        client.pause(2.5)
    assert made == ["look", 1, "look", 1, "look", 0.5]


class Gone(BaseException):
    """What ends the process."""


@pytest.mark.parametrize(
    ("reply", "tries"),
    [(None, 0), (reset, 1), (failure(503, 14, "later", Retry_After="30"), 1), (answer(RUNNING), 1)],
    ids=["at first", "another try", "a wait", "a look"],
)
def test_nothing_is_sent_once_nobody_listens(server: Server, reply: Reply | None, tries: int) -> None:
    def check() -> None:
        if len(server.calls(START)) == tries:
            raise Gone

    server.on(START, *[reply] * tries)
    begun = time.monotonic()
    with pytest.raises(Gone), opened(server, check) as client:
        client.wait(started(client), doing="x", timeout=60)
    assert time.monotonic() - begun < 1
