# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault as a client sees it that knows nothing but HTTP."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import unquote

import pytest

from .conftest import CLUSTER

testing = pytest.importorskip("yacloud_mdb_emulator.testing")

ROUTE = "ListClusterBackups"
PATH = f"/managed-redis/v1/clusters/{CLUSTER}/backups"


def test_status_with_headers_once(client, emulator):
    emulator.add_fault(route=ROUTE, kind="status", status=429, headers={"Retry-After": "2"})
    status, headers, body = client.request(PATH)
    assert (status, headers["Retry-After"], json.loads(body)["code"]) == (429, "2", 8)
    assert client.request(PATH)[0] == 200


@pytest.mark.parametrize(
    ("status", "code"), [(400, 3), (401, 16), (403, 7), (404, 5), (409, 10), (500, 13), (503, 14), (504, 4)]
)
def test_status_has_its_code(client, emulator, status, code):
    emulator.add_fault(route=ROUTE, kind="status", status=status)
    got, answer = client.get(PATH)
    assert (got, answer["code"]) == (status, code)


def test_empty_body_with_status(client, emulator):
    emulator.add_fault(route=ROUTE, kind="status", status=503, body="")
    status, _headers, body = client.request(PATH)
    assert (status, body) == (503, b"")


@pytest.mark.parametrize(("code", "status"), [(2, 500), (6, 409), (8, 429), (9, 400), (16, 401)])
def test_code_has_its_status(client, emulator, code, status):
    emulator.add_fault(route=ROUTE, kind="status", code=code, message="m")
    assert client.get(PATH) == (status, {"code": code, "message": "m"})


def test_retry_delay_among_the_details(client, emulator):
    emulator.add_fault(route=ROUTE, kind="status", retry_delay=1.5)
    (detail,) = client.get(PATH)[1]["details"]
    assert detail == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.500s"}


def test_bare_error_has_the_truth_in_its_headers(client, emulator):
    emulator.add_fault(route=ROUTE, kind="bare_error", code=9, message="Занято, 100%")
    status, headers, body = client.request(PATH)
    assert (status, headers["grpc-status"], body) == (400, "9", b"")
    assert unquote(headers["grpc-message"]) == "Занято, 100%"
    assert headers["grpc-message"].isascii()


@pytest.mark.parametrize(
    ("status", "text"),
    [(429, b"local_rate_limited"), (503, b"upstream connect error"), (504, b"upstream request timeout")],
)
def test_error_of_the_gateway(client, emulator, status, text):
    emulator.add_fault(route=ROUTE, kind="gateway_error", status=status)
    got, headers, body = client.request(PATH)
    assert (got, headers["Content-Type"], headers["x-request-id"]) == (status, "text/plain", None)
    assert body.startswith(text)


def test_html_of_a_proxy(client, emulator):
    emulator.add_fault(route=ROUTE, kind="html", status=504)
    status, headers, body = client.request(PATH)
    assert (status, headers["Content-Type"]) == (504, "text/html")
    assert b"504 Gateway" in body


def test_garbage(client, emulator):
    emulator.add_fault(route=ROUTE, kind="garbage")
    status, headers, body = client.request(PATH)
    assert (status, headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


@pytest.mark.parametrize("text", ["", "null", '{"backups": null}'])
def test_body_verbatim(client, emulator, text):
    emulator.add_fault(route=ROUTE, kind="body", body=text)
    assert client.request(PATH)[2] == text.encode()


def test_redirect(client, emulator):
    emulator.add_fault(route=ROUTE, kind="redirect", location="http://127.0.0.1:1/")
    status, headers, _body = client.request(PATH)
    assert (status, headers["Location"]) == (302, "http://127.0.0.1:1/")


def test_reset(client, emulator):
    emulator.add_fault(route=ROUTE, kind="reset")
    with pytest.raises(ConnectionResetError):
        client.request(PATH)
    (entry,) = emulator.admin("GET", "/requests")["requests"]
    assert (entry["fault"], entry["status"], entry["code"]) == ("reset", None, None)


def test_truncated_with_length(client, emulator):
    emulator.add_fault(route=ROUTE, kind="truncated")
    with pytest.raises(http.client.IncompleteRead) as caught:
        client.request(PATH)
    assert caught.value.partial.startswith(b'{"backups":')
    assert caught.value.expected > 0


def test_truncated_chunked(client, emulator):
    emulator.add_fault(route=ROUTE, kind="truncated", chunked=True)
    with pytest.raises(http.client.IncompleteRead):
        client.request(PATH)


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


def test_delay(client, emulator):
    emulator.add_fault(route=ROUTE, kind="status", delay=0.2)
    started = time.monotonic()
    client.request(PATH)
    assert time.monotonic() - started >= 0.2


def test_latency(client, emulator):
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


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_has_the_code_that_goes_with_it(client, emulator, status):
    emulator.add_fault(route=ROUTE, kind="status", status=status)
    assert client.backups()[1]["code"] == {429: 8, 500: 13, 502: 14, 503: 14, 504: 4}[status]


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


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"route": "Nope", "kind": "status"}, "route"),
        ({"route": ROUTE, "kind": "nope"}, "kind"),
        ({"route": ROUTE, "kind": "status", "sattus": 500}, "sattus"),
        ({"route": ROUTE, "kind": "status", "page": 0}, "page"),
        ({"route": ROUTE, "kind": "status", "times": "1"}, "times"),
        ({"route": ROUTE, "kind": "redirect"}, "location"),
        ({"route": ROUTE, "kind": "status", "status": 99}, "status"),
    ],
)
def test_bad_fault_is_refused(emulator, fault, named):
    with pytest.raises(testing.EmulatorError, match=named):
        emulator.add_fault(**fault)
