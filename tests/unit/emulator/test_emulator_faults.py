# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault as a client sees it that knows nothing but HTTP."""

from __future__ import annotations

import http.client
import time

import pytest

from .conftest import CLUSTER

pytest.importorskip("yacloud_mdb_emulator")

ROUTE = "ListClusterBackups"
PATH = f"/managed-redis/v1/clusters/{CLUSTER}/backups"


#: What the client gets for a fault: its status, some of its headers, and its body or how that begins.
ANSWERS = [
    ({"kind": "status"}, 503, {}, b'{"code":14,'),
    ({"kind": "status", "status": 429, "headers": {"Retry-After": "2"}}, 429, {"Retry-After": "2"}, b'{"code":8,'),
    ({"kind": "status", "status": 400}, 400, {}, b'{"code":3,'),
    ({"kind": "status", "status": 401}, 401, {}, b'{"code":16,'),
    ({"kind": "status", "status": 403}, 403, {}, b'{"code":7,'),
    ({"kind": "status", "status": 404}, 404, {}, b'{"code":5,'),
    ({"kind": "status", "status": 409}, 409, {}, b'{"code":10,'),
    ({"kind": "status", "status": 500}, 500, {}, b'{"code":13,'),
    ({"kind": "status", "status": 502}, 502, {}, b'{"code":14,'),
    ({"kind": "status", "status": 504}, 504, {}, b'{"code":4,'),
    ({"kind": "status", "status": 503, "body": ""}, 503, {}, b""),
    ({"kind": "status", "code": 2, "message": "m"}, 500, {}, b'{"code":2,"message":"m"}'),
    ({"kind": "status", "code": 6, "message": "m"}, 409, {}, b'{"code":6,"message":"m"}'),
    ({"kind": "status", "code": 8, "message": "m"}, 429, {}, b'{"code":8,"message":"m"}'),
    ({"kind": "status", "code": 9, "message": "m"}, 400, {}, b'{"code":9,"message":"m"}'),
    ({"kind": "bare_error", "code": 9, "message": "50%\u00a0"}, 400, {"grpc-message": "50%25%C2%A0"}, b""),
    ({"kind": "bare_error", "code": 9}, 400, {"grpc-status": "9"}, b""),
    ({"kind": "gateway_error", "status": 429}, 429, {"x-request-id": None}, b"local_rate_limited"),
    ({"kind": "gateway_error"}, 503, {"Content-Type": "text/plain"}, b"upstream connect error"),
    ({"kind": "gateway_error", "status": 504}, 504, {}, b"upstream request timeout"),
    ({"kind": "html", "status": 504}, 504, {"Content-Type": "text/html"}, b"<html>\n<head><title>504 Gateway"),
    ({"kind": "garbage"}, 200, {"Content-Type": "application/json"}, b"\x00\xff{"),
    ({"kind": "body", "body": ""}, 200, {}, b""),
    ({"kind": "body", "body": "null"}, 200, {"Content-Type": "application/json"}, b"null"),
    ({"kind": "redirect", "location": "http://127.0.0.1:1/"}, 302, {"Location": "http://127.0.0.1:1/"}, b""),
]


@pytest.mark.parametrize(("fault", "status", "headers", "body"), ANSWERS)
def test_answer_instead_of_the_right_one(client, emulator, fault, status, headers, body):
    emulator.add_fault(route=ROUTE, **fault)
    got, found, text = client.request(PATH)
    assert (got, {name: found[name] for name in headers}) == (status, headers)
    assert text == body if body in (b"", b"null") else text.startswith(body)
    assert client.request(PATH)[0] == 200


def test_retry_delay_among_the_details(client, emulator):
    emulator.add_fault(route=ROUTE, kind="status", retry_delay=1.5)
    (detail,) = client.get(PATH)[1]["details"]
    assert detail == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.500s"}


def test_reset(client, emulator):
    emulator.add_fault(route=ROUTE, kind="reset")
    with pytest.raises(ConnectionResetError):
        client.request(PATH)
    (entry,) = emulator.admin("GET", "/requests")["requests"]
    assert (entry["fault"], entry["status"], entry["code"]) == ("reset", None, None)


@pytest.mark.parametrize("chunked", [False, True])
def test_truncated(client, emulator, chunked):
    emulator.add_fault(route=ROUTE, kind="truncated", chunked=chunked)
    with pytest.raises(http.client.IncompleteRead) as caught:
        client.request(PATH)
    assert (caught.value.expected is None) == chunked
    assert chunked or caught.value.partial.startswith(b'{"backups":')


def test_stall_sends_nothing(client, emulator):
    emulator.add_fault(route=ROUTE, kind="stall")
    with pytest.raises(TimeoutError):
        client.request(PATH, timeout=0.3)
    assert emulator.requests()[0]["status"] is None


def test_stall_after_headers(client, emulator):
    emulator.add_fault(route=ROUTE, kind="stall", after_headers=True)
    connection = http.client.HTTPConnection(client.address, timeout=0.3)
    connection.request("GET", PATH, headers={"Authorization": f"Bearer {emulator.iam_token}"})
    response = connection.getresponse()
    assert response.status == 200
    with pytest.raises(TimeoutError):
        response.read()
    connection.close()


def test_drip_arrives_whole_and_slowly(client, emulator):
    emulator.add_fault(route="Discovery", kind="drip", delay=0.002)
    started = time.monotonic()
    assert len(client.get("/endpoints")[1]["endpoints"]) == 3
    assert time.monotonic() - started > 0.2


@pytest.mark.parametrize("way", ["fault", "knob"])
def test_answer_that_comes_late(client, emulator, way):
    if way == "fault":
        emulator.add_fault(route=ROUTE, kind="status", delay=0.2)
    else:
        emulator.settings(latency=0.2)
    started = time.monotonic()
    client.request(PATH)
    assert time.monotonic() - started >= 0.2


def test_empty_page(client, emulator):
    emulator.add_fault(route=ROUTE, kind="empty_page", page=2)
    assert [len(page.get("backups", [])) for page in client.walk(pageSize=10)] == [10, 0, 10, 5]


def test_repeat_row(client, emulator):
    emulator.add_fault(route=ROUTE, kind="repeat_row", page=2)
    first, second, third = client.walk(pageSize=10)
    assert first["backups"][-1] == second["backups"][0]
    assert len({row["id"] for page in (first, second, third) for row in page["backups"]}) == 25


def test_foreign_row(client, emulator):
    emulator.add_fault(route=ROUTE, kind="foreign_row", page="last", row={"sourceClusterId": "c9qx"})
    pages = client.walk(pageSize=10)
    foreign = [row for page in pages for row in page["backups"] if row["sourceClusterId"] != CLUSTER]
    assert [row["sourceClusterId"] for row in foreign] == ["c9qx"]
    assert foreign[0] in pages[-1]["backups"]
    assert sum(len(page["backups"]) for page in pages) == 26


def test_token_loop(client, emulator):
    emulator.add_fault(route=ROUTE, kind="token_loop", page=2, times=-1)
    first = client.backups({"pageSize": 10})[1]
    second = client.backups({"pageSize": 10, "pageToken": first["nextPageToken"]})[1]
    assert second["nextPageToken"] == first["nextPageToken"]


def test_token_cycle(client, emulator):
    emulator.add_fault(route=ROUTE, kind="token_cycle", page="last", times=-1)
    tokens, query = [], {"pageSize": 10}
    for _turn in range(9):
        page = client.backups(query)[1]
        tokens.append(page["nextPageToken"])
        query["pageToken"] = page["nextPageToken"]
    assert len(set(tokens)) == 3
    assert tokens[:3] == tokens[3:6] == tokens[6:]


def test_a_key_that_is_null_is_as_good_as_left_out(client, emulator):
    emulator.add_fault(route=ROUTE, kind="status", times=None, after=None, delay=None, headers=None)
    assert [client.backups()[0] for _turn in range(2)] == [503, 200]


@pytest.mark.parametrize("empty", ["none", "before", "between", "after", "all"])
def test_backup_finishes_while_it_is_listed(client, emulator, empty):
    running = {"id": "c9qone:run", "started_at": "2026-11-24T21:50:00Z"}
    done = [{"id": f"c9qone:{number}", "created_at": "2026-11-20T22:00:00Z"} for number in range(5)]
    emulator.seed(
        {
            "clusters": [{"id": "c9qone", "backups": [running, *done]}],
            "settings": {"order": "stored", "empty_pages": empty},
        }
    )
    emulator.add_fault(route=ROUTE, kind="finish_backup", page=2 if empty in ("before", "all") else 1)
    pages = client.walk("/managed-redis/v1/clusters/c9qone/backups", pageSize=3)
    rows = [row for page in pages for row in page.get("backups", [])]
    assert ["createdAt" in row for row in rows if row["id"] == "c9qone:run"] == [False, True]
    assert len({row["id"] for row in rows}) == 6


def test_after_times_and_cluster(client, emulator):
    emulator.add_fault(route=ROUTE, cluster_id=CLUSTER, kind="status", after=1, times=2)
    other = "c9qsessions000000001"
    assert [client.backups()[0] for _turn in range(4)] == [200, 503, 503, 200]
    assert client.backups(cluster=other)[0] == 200
    assert emulator.state()["faults"][0]["struck"] == 2


def test_any_route(client, emulator):
    emulator.add_fault(route="*", kind="status", status=500, times=-1)
    assert client.get("/endpoints")[0] == client.backups()[0] == 500
    emulator.clear_faults()
    assert client.backups()[0] == 200
