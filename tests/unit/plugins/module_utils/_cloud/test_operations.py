# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations: what they say, how they are started once, and how they are waited for."""

from __future__ import annotations

import itertools
import json
import time
import typing as t
import uuid

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client as _client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.client import Client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    ConnectionFailed,
    CredentialError,
    InvalidResponse,
    WaitError,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.operations import (
    GOES_ON,
    Operation,
    parse_operation,
    poll_delays,
    poll_interval,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.responses import Response
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN, connection
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

START = "/managed-redis/v1/clusters/c9q1:backup"
ROW = {
    "id": "c9qop",
    "description": "Create a backup",
    "createdAt": "2026-11-20T10:00:00Z",
    "modifiedAt": "2026-11-20T10:04:00.5Z",
    "done": True,
    "metadata": {"@type": "type.googleapis.com/yandex.cloud.mdb.redis.v1.BackupClusterMetadata", "clusterId": "c9q1"},
}
POLL = "/operations/c9qop"
RUNNING = {name: value for name, value in ROW.items() if name != "done"}


# --- what they say ---


def test_everything_that_an_operation_says() -> None:
    operation = parse_operation({**ROW, "response": {"@type": "anything"}, "createdBy": "x"}, "x")
    assert operation.facts() == {
        "id": "c9qop",
        "description": "Create a backup",
        "created_at": "2026-11-20T10:00:00Z",
        "modified_at": "2026-11-20T10:04:00.5Z",
        "done": True,
        "error": None,
    }
    assert operation.metadata_type == "BackupClusterMetadata"
    assert operation.started is not None
    assert operation.ended is not None
    assert operation.ended - operation.started == 240_500_000_000


def test_next_to_nothing() -> None:
    operation = parse_operation({"id": "x"}, "x")
    assert operation == Operation("x", None, None, None, False, None, {})
    assert (operation.metadata_type, operation.started, operation.ended) == ("", None, None)


@pytest.mark.parametrize(
    ("error", "read"),
    [
        ({"code": 13, "message": "No disk", "details": []}, {"code": 13, "message": "No disk"}),
        ({"message": "No disk"}, {"code": 2, "message": "No disk"}),
        ({"code": True}, {"code": 2, "message": ""}),
        ({}, {"code": 2, "message": ""}),
    ],
)
def test_error(error: dict[str, t.Any], read: dict[str, t.Any]) -> None:
    assert parse_operation({"id": "x", "error": error}, "x").error == read


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "is not an operation"),
        ([], "is not an operation"),
        ({"id": ""}, "is not an operation"),
        ({"id": 7}, "is not an operation"),
        ({"id": "c9qop", "done": "true"}, "'done' of operation c9qop must be a boolean, got a string"),
        ({"id": "c9qop", "description": 1}, "'description' of the operation must be a string, got an integer"),
        ({"id": "c9qop", "createdAt": "yesterday"}, "'createdAt' of the operation, 'yesterday', is not an RFC 3339"),
        ({"id": "c9qop", "modifiedAt": 1}, "'modifiedAt' of the operation must be a string"),
        ({"id": "c9qop", "error": "no"}, "'error' of the operation must be a mapping, got a string"),
        ({"id": "c9qop", "error": {"message": []}}, "'message' of the operation must be a string"),
    ],
)
def test_what_is_no_operation(content: t.Any, said: str) -> None:
    with pytest.raises(InvalidResponse) as caught:
        parse_operation(content, "cluster c9q1: taking a backup")
    assert str(caught.value).startswith("cluster c9q1: taking a backup: ")
    assert said in str(caught.value)


def test_pauses_grow_from_one_second_to_ten() -> None:
    delays = list(itertools.islice(poll_delays(), 20))
    assert delays[0] == 1
    assert delays == sorted(delays)
    assert delays[-1] == max(delays) == 10


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3), (" 15 ", 15), ("0", None), ("", None), ("-1", None), ("1.5", None), ("²", None)]
)
def test_interval_that_the_service_asks_for(header: str, seconds: float | None) -> None:
    assert poll_interval(Response(200, {"x-operation-poll-interval": header}, b"")) == seconds


# --- starting one ---


def opened(server: Server, check: t.Callable[[], object] = lambda: None, **options: t.Any) -> Client:
    """A client of a server, which also has the operations."""
    address = server.url.partition("://")[2]
    server.always(
        "/endpoints",
        answer({"endpoints": [{"id": "operation", "address": address}, {"id": "iam", "address": address}]}),
    )
    return Client.open(
        connection(server.url, **{"api_retry_max_delay": 0.001, "mdb_endpoint": server.url, **options}),
        REDIS.service,
        check,
    )


def started(client: Client, **more: t.Any) -> Operation:
    return client.post(START, doing="cluster c9q1: taking a backup", **more)


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


def test_nothing_is_sent_where_there_is_no_body(server: Server) -> None:
    server.on(START, answer(RUNNING))
    with opened(server) as client:
        started(client)
    (call,) = server.calls(START)
    assert call.body == b""
    assert "Content-Type" not in call.headers


def test_used_up_quota_is_final(server: Server) -> None:
    server.on(START, failure(429, 8, "The limit on Quota mdb.clusters.count is used up"))
    with opened(server) as client, pytest.raises(ApiError, match=r"mdb\.clusters\.count"):
        started(client)


def test_too_many_requests_are_not(server: Server) -> None:
    server.on(START, failure(429, 8, "Slow down", Retry_After="0"), answer(RUNNING))
    with opened(server) as client:
        assert started(client).id == "c9qop"


def test_reading_is_tried_again_whatever_a_quota_is_said_to_be(server: Server) -> None:
    server.on("/x", failure(429, 8, "quota of requests"), answer({"a": 1}))
    with opened(server) as client:
        assert client.get("/x", doing="x") == {"a": 1}


@pytest.mark.parametrize("reply", [html(), answer([]), answer({}), answer(body=b"")])
def test_success_that_is_no_operation(server: Server, reply: Reply) -> None:
    server.on(START, reply)
    with opened(server) as client, pytest.raises(InvalidResponse, match="cluster c9q1: taking a backup"):
        started(client)


def test_what_is_known_of_a_refusal(server: Server) -> None:
    server.on(START, failure(403, 7, "Permission denied"))
    with opened(server) as client, pytest.raises(ApiError) as caught:
        started(client, hints={7: "Grant the role."}, cluster_id="c9q1")
    assert caught.value.details == {"http_status": 403, "code": 7, "message": "Permission denied", "cluster_id": "c9q1"}
    assert "Grant the role." in str(caught.value)


def test_failed_request_leaves_the_client_usable(server: Server) -> None:
    server.on(START, failure(409, 10, "Conflicting operation c9qx detected"), answer(RUNNING))
    with opened(server) as client:
        with pytest.raises(ApiError):
            started(client)
        assert started(client).id == "c9qop"


def test_response_that_drips_ends_with_the_deadline(server: Server) -> None:
    server.on(START, dripping())
    begun = time.monotonic()
    with opened(server, api_deadline=0.4) as client, pytest.raises(CloudError, match="api_deadline"):
        started(client)
    assert time.monotonic() - begun < 3


def test_secret_never_travels_in_the_open(server: Server) -> None:
    with opened(server, mdb_endpoint="https://mdb.example") as client:
        base = client._services._found["managed-redis"]
        client._services._found["managed-redis"] = base._replace(scheme="http")
        with pytest.raises(CredentialError, match="neither HTTPS nor loopback"):
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
    return client.wait(parse_operation(RUNNING, "x"), doing="cluster c9q1: taking a backup", timeout=timeout, **more)


def test_done_at_once_is_not_asked_about(server: Server) -> None:
    operation = parse_operation(ROW, "x")
    with opened(server) as client:
        assert client.wait(operation, doing="x", timeout=0) is operation
    assert server.calls(POLL) == []


def test_until_it_is_done(server: Server, pauses: list[float]) -> None:
    server.on(POLL, *[answer(RUNNING)] * 7, answer(ROW))
    seen: list[bool] = []
    with opened(server) as client:
        assert waited(client, on_poll=lambda operation: seen.append(operation.done)).done
    assert pauses[:4] == [1, 1.5, 2.25, 3.375]
    assert pauses[-1] == 10
    assert seen == [False] * 7 + [True]


def test_as_often_as_the_service_asks(server: Server, pauses: list[float]) -> None:
    interval = {"x_operation_poll_interval": "7"}
    server.on(START, answer(RUNNING, **interval))
    server.on(POLL, answer(RUNNING, **interval), answer(RUNNING), answer(ROW))
    with opened(server) as client:
        client.wait(started(client), doing="x", timeout=60)
    assert pauses == [7, 7, 1]


def test_at_the_host_that_discovery_names(server: Server, second_server: Server, pauses: list[float]) -> None:
    address = second_server.url.partition("://")[2]
    server.on("/endpoints", answer({"endpoints": [{"id": "operation", "address": address}]}))
    second_server.on(POLL, answer(ROW))
    with Client.open(connection(server.url), REDIS.service) as client:
        waited(client)


def test_not_found_early_is_no_failure(server: Server, pauses: list[float]) -> None:
    server.on(POLL, *[failure(404, 5, "Operation not found")] * 4, answer(ROW))
    with opened(server) as client:
        assert waited(client).done


def test_not_found_later_is_one(server: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_client, "EARLY", -1)
    server.on(POLL, failure(404, 5, "Operation not found"))
    with opened(server) as client, pytest.raises(ApiError) as caught:
        waited(client)
    assert str(caught.value).endswith(GOES_ON)


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
    assert str(caught.value).startswith(
        "cluster c9q1: taking a backup: operation c9qop is not done within wait_timeout."
    )
    assert str(caught.value).endswith(GOES_ON)
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


def test_nothing_is_sent_once_nobody_listens(server: Server) -> None:
    def check() -> None:
        raise Gone

    with pytest.raises(Gone), opened(server, check) as client:
        started(client)
    assert server.requests == []


def test_no_further_try_is_made_either(server: Server) -> None:
    server.on(START, reset)
    with pytest.raises(Gone), opened(server, lambda: _raise_after(server)) as client:
        started(client)


def test_no_further_look_is_taken_either(server: Server) -> None:
    server.on(START, answer(RUNNING))
    begun = time.monotonic()
    with pytest.raises(Gone), opened(server, lambda: _raise_after(server)) as client:
        client.wait(started(client), doing="x", timeout=60)
    assert time.monotonic() - begun < 1


def _raise_after(server: Server) -> None:
    if server.calls(START):
        raise Gone


def test_dead_connection_is_tried_as_often_as_reading(server: Server) -> None:
    server.on(START, reset, reset, reset)
    with opened(server, api_retries=2) as client, pytest.raises(ConnectionFailed, match="in 3 tries"):
        started(client)
