# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations: what they say, how they are started once, and how they are waited for."""

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
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    CredentialError,
    InvalidResponse,
    WaitError,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.operations import (
    GOES_ON,
    Operation,
    parse_operation,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import THING, connection, serve_region
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Reply,
    Server,
    answer,
    dripping,
    failure,
    html,
    reset,
    truncated,
)

START = "/things/c9q1:copy"
ROW = {
    "id": "c9qop",
    "description": "Copy a thing",
    "createdAt": "2026-11-20T10:00:00Z",
    "modifiedAt": "2026-11-20T10:04:00.5Z",
    "done": True,
    "metadata": {"@type": "type.googleapis.com/yandex.cloud.thing.v1.CopyThingMetadata", "thingId": "c9q1"},
}
POLL = "/operations/c9qop"
RUNNING = {name: value for name, value in ROW.items() if name != "done"}


# --- what they say ---


def test_everything_that_an_operation_says() -> None:
    operation = parse_operation({**ROW, "response": {"@type": "anything"}, "createdBy": "x"}, "x")
    assert operation.facts() == {
        "id": "c9qop", "description": "Copy a thing", "created_at": "2026-11-20T10:00:00Z",
        "modified_at": "2026-11-20T10:04:00.5Z", "done": True, "error": None,
    }  # fmt: skip
    assert operation.metadata_type == "CopyThingMetadata"
    assert (operation.ended or 0) - (operation.started or 0) == 240_500_000_000


def test_next_to_nothing() -> None:
    operation = parse_operation({"id": "x"}, "x")
    assert operation == Operation("x", None, None, None, False, None, {})
    assert (operation.metadata_type, operation.started, operation.ended) == ("", None, None)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [({"code": 13, "message": "No disk", "details": []}, 13, "No disk"), ({"code": True}, 2, ""), ({}, 2, "")],
)
def test_error(error: dict[str, t.Any], code: int, message: str) -> None:
    assert parse_operation({"id": "x", "error": error}, "x").error == {"code": code, "message": message}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        *((content, "is not an operation") for content in ({}, [], {"id": ""}, {"id": 7})),
        ({"done": "true"}, "'done' of operation c9qop must be a boolean, got a string"),
        ({"description": 1}, "'description' of the operation must be a string, got an integer"),
        ({"createdAt": "yesterday"}, "'createdAt' of the operation, 'yesterday', is not an RFC 3339"),
        ({"modifiedAt": 1}, "'modifiedAt' of the operation must be a string"),
        ({"error": "no"}, "'error' of the operation must be a mapping, got a string"),
        ({"error": {"message": []}}, "'message' of the operation must be a string"),
    ],
)
def test_what_is_no_operation(content: t.Any, said: str) -> None:
    if said != "is not an operation":
        content = {"id": "c9qop", **content}
    with pytest.raises(InvalidResponse) as caught:
        parse_operation(content, "thing c9q1: copying it")
    assert str(caught.value).startswith("thing c9q1: copying it: ")
    assert said in str(caught.value)


# --- starting one ---


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


# --- waiting for one ---


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, none of which takes any time."""
    made: list[float] = []
    monkeypatch.setattr(Client, "pause", lambda _self, seconds: made.append(seconds))
    return made


def waited(client: Client, timeout: float = 60, **more: t.Any) -> Operation:
    return client.wait(parse_operation(RUNNING, "x"), doing="thing c9q1: copying it", timeout=timeout, **more)


def test_until_it_is_done(server: Server, pauses: list[float]) -> None:
    server.on(POLL, *[answer(RUNNING)] * 7, answer(ROW))
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
    server.on(POLL, answer(RUNNING), answer(ROW))
    with opened(server) as client:
        client.wait(started(client), doing="x", timeout=60)
    assert pauses[0] == pause
    assert pauses[1] == (1 if pause != 1 else 1.5)


def test_at_the_host_that_discovery_names(server: Server, second_server: Server, pauses: list[float]) -> None:
    serve_region(server, second_server)
    second_server.on(POLL, answer(ROW))
    with Client.open(connection(server.url), THING) as client:
        waited(client)


def test_not_found_is_a_failure_only_later(
    server: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on(POLL, *[failure(404, 5, "Operation not found")] * 4, answer(ROW), failure(404, 5, "Operation not found"))
    with opened(server) as client:
        assert waited(client).done
        monkeypatch.setattr(_client, "EARLY", -1)
        with pytest.raises(ApiError, match=rf"{GOES_ON}$"):
            waited(client)


def test_rolling_back_is_waited_for(server: Server, pauses: list[float]) -> None:
    error = {"code": 14, "message": "No disk"}
    server.on(POLL, answer({**RUNNING, "error": error}), answer({**ROW, "error": error}))
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
    server.on(POLL, answer(RUNNING), answer(RUNNING), answer(ROW))
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
