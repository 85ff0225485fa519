# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw requests to the real gateway and to the emulator's REST: the same status, headers and bytes, whatever is asked or written."""

from __future__ import annotations

import http.client
import json
import random
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.matrix.samples import FOLDER, random_seed

CLUSTER, OTHER, BACKUP = "c9qgateway", "c9qother", "c9qgateway:1"
COMPARED = ("content-type", "grpc-status", "grpc-message", "x-operation-poll-interval", "location", "retry-after")
PASSWORD = "Drill-Passw0rd"
RESTORE = {
    "backupId": BACKUP,
    "name": "drill",
    "environment": "PRODUCTION",
    "configSpec": {"redis": {"password": PASSWORD}, "resources": {"diskSize": "10737418240"}},
}


class Response(NamedTuple):
    """What of a response has to be the same."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(autouse=True)
def data(behind: Emulator) -> None:
    """Two clusters; what is asked for goes on until a test lets time pass."""
    backups = [
        {"id": f"{CLUSTER}:{number}", "created_at": f"2026-11-{number + 10}T22:00:00Z"} for number in range(1, 9)
    ]
    durations = dict.fromkeys(("backup_duration", "restore_duration", "update_duration", "delete_duration"), 3600.0)
    behind.seed(
        {
            "clusters": [
                {
                    "id": CLUSTER,
                    "name": "orders",
                    "backups": backups,
                    "description": '<a> & b \u2028\u00ad\x7f "\\/ ё🔑',
                },
                {"id": OTHER, "status": "STOPPED", "labels": {"a": "b"}, "deletion_protection": True},
            ],
            "settings": {"poll_interval": 3, **durations},
        }
    )


def _send(emulator: Emulator, url: str, method: str, path: str, body: Any = None, **headers: str) -> Response:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        sent = {"Authorization": f"Bearer {emulator.iam_token}", **headers}
        connection.request(method, path, body if isinstance(body, str | None) else json.dumps(body), sent)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    kept = {name: response.headers[name].partition(";")[0] for name in COMPARED if name in response.headers}
    return Response(response.status, kept, content)


def _same(
    emulator: Emulator, gateways: Mapping[str, str], method: str, path: str, body: Any = None, **headers: str
) -> Response:
    """The response to a request, which both give alike."""
    through = _send(emulator, gateways["strict"], method, path, body, **headers)
    assert _send(emulator, emulator.url, method, path, body, **headers) == through
    return through


def _same_operation(emulator: Emulator, gateways: Mapping[str, str], method: str, path: str, body: Any = None) -> Any:
    """The operation that a request starts: its key makes the two requests one."""
    response = _same(emulator, gateways, method, path, body, **{"Idempotency-Key": str(uuid.uuid4())})
    assert (response.status, response.headers["x-operation-poll-interval"]) == (200, "3")
    return response.document


C, F = f"/managed-redis/v1/clusters/{CLUSTER}", "/managed-redis/v1"
READING = [
    C,
    f"{F}/clusters/{OTHER}",
    f"{C}/backups",
    f"{C}/backups?pageSize=3",
    f"{C}/backups?page_size=3",
    f"{C}/hosts",
    f"{C}/operations",
    f"{F}/backups/{quote(BACKUP, safe='')}",
    f"{F}/backups/{BACKUP}",
    f"{F}/clusters?folderId=b1gemulatorfolder000",
    f"{F}/clusters?folderId=b1gemulatorfolder000&filter=name%3D%22orders%22",
    f"{F}/backups?folderId=b1gemulatorfolder000&pageSize=1000",
]
REFUSED = [
    f"{C}/backups?pageSize=1001",
    f"{C}/backups?pageSize=-1",
    f"{C}/backups?pageToken=a%20b",
    f"{C}/backups?pageToken=a+b",
    f"{C}/backups?pageToken=%2",
    f"{C}/backups?pageToken={'x' * 101}",
    f"{F}/clusters",
    f"{F}/clusters?folderId={'b' * 51}",
    f"{F}/clusters?folderId=b1gemulatorfolder000&filter=nonsense",
    f"{F}/clusters/c9qnone",
    f"{F}/clusters/c9qnone/hosts",
    f"{F}/clusters/c9qnone/operations",
    f"{F}/backups/none",
    "/operations/none",
    "/endpoints/none",
]
BY_THE_GATEWAY = [
    "/",
    "/managed-redis/v2/clusters",
    f"{F}/Clusters",
    f"{F}/%63lusters?folderId=b1g",
    f"{C}/backups/",
    f"{C}//backups",
    f"{C}/backups?unknown=1",
    f"{C}/backups?pageSize=1.0",
    f"{C}/backups?pageSize=ten",
    f"{C}/backups?pageSize=",
    f"{C}/backups?pageSize=99999999999999999999",
    f"{C}/backups?pageSize=5&pageSize=6",
    f"{C}/backups?pageSize",
    f"{C}/backups?=5",
    f"{C}/backups?&&pageSize=5",
    f"{C}/backups?cluster_id=other",
]


@pytest.mark.parametrize("path", READING)
def test_same_bytes(behind: Emulator, gateways: dict[str, str], path: str) -> None:
    assert _same(behind, gateways, "GET", path).status == 200


@pytest.mark.parametrize("path", REFUSED)
def test_same_error(behind: Emulator, gateways: dict[str, str], path: str) -> None:
    assert _same(behind, gateways, "GET", path).document["message"]


@pytest.mark.parametrize("path", BY_THE_GATEWAY)
def test_same_judgement_of_the_gateway(behind: Emulator, gateways: dict[str, str], path: str) -> None:
    _same(behind, gateways, "GET", path)


def test_same_timeout_of_the_gateway(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.add_fault(route="ListClusterBackups", kind="stall")
    timeout = {"x-envoy-upstream-rq-timeout-ms": "200"}
    through = _send(behind, gateways["strict"], "GET", f"{C}/backups", **timeout)
    behind.add_fault(route="ListClusterBackups", kind="gateway_error", status=504)
    assert _send(behind, behind.url, "GET", f"{C}/backups") == through
    assert through.status == 504


@pytest.mark.parametrize("number", range(4))
def test_same_bytes_of_any_data(behind: Emulator, gateways: dict[str, str], number: int) -> None:
    behind.seed(random_seed(random.Random(number)))
    for path in (f"{F}/backups?folderId={FOLDER}&pageSize=1000", f"{F}/clusters?folderId={FOLDER}"):
        assert _same(behind, gateways, "GET", path).status == 200


@pytest.mark.parametrize("authorization", ["", "Bearer t1.unknown", "Basic dDE6", "Bearer"])
def test_same_refusal_of_a_token(behind: Emulator, gateways: dict[str, str], authorization: str) -> None:
    assert _same(behind, gateways, "GET", f"{C}/backups", Authorization=authorization).status == 401
    # What the gateway cannot read never comes to the API.
    assert _same(behind, gateways, "GET", f"{C}/backups?pageSize=ten", Authorization=authorization).status == 400


def test_same_pages_to_the_end_with_any_printable_character(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.settings(page_token_format="url-hostile")
    pages, token = 0, ""
    while token or not pages:
        page = _same(behind, gateways, "GET", f"{C}/backups?pageSize=1&pageToken={quote(token, safe='')}")
        pages, token = pages + 1, page.document.get("nextPageToken", "")
    assert pages == 8


WRITING = [
    ("POST", f"{C}:backup", None),
    ("POST", f"{C}:backup", ""),
    ("POST", f"{C}:backup", {"clusterId": "ignored"}),
    ("POST", f"{F}/clusters:restore", RESTORE),
    (
        "POST",
        f"{F}/clusters:restore",
        {**RESTORE, "configSpec": {"resources": {"diskSize": 10737418240}}, "later": [1]},
    ),
    (
        "POST",
        f"{F}/clusters:restore",
        {**RESTORE, "environment": 1, "backup_id": BACKUP, "host_specs": [{"zone_id": "a"}]},
    ),
    ("PATCH", C, {"updateMask": "deletionProtection", "deletionProtection": True}),
    ("DELETE", C, None),
    ("DELETE", f"{F}/backups/{BACKUP}", None),
    ("DELETE", f"{F}/backups/{quote(BACKUP, safe='')}", None),
]
NOT_WRITTEN = [
    ("POST", f"{C}%3Abackup", None),
    ("POST", f"{C}:Backup", None),
    ("POST", f"{F}/clusters%3Arestore", RESTORE),
    ("POST", f"{F}/clusters:restore", None),
    ("POST", f"{F}/clusters:restore", "[]"),
    ("POST", f"{C}:backup", "[]"),
    ("POST", f"{F}/clusters:restore", {**RESTORE, "name": "orders"}),
    ("POST", f"{F}/clusters:restore", {**RESTORE, "name": "a b"}),
    ("POST", f"{F}/clusters:restore", {**RESTORE, "backupId": "none"}),
    ("POST", f"{F}/clusters/{OTHER}:backup", None),
    ("POST", f"{F}/clusters/c9qnone:backup", None),
    ("PATCH", f"{F}/clusters/{OTHER}", {"updateMask": "deletionProtection", "deletionProtection": True}),
    ("PATCH", f"{F}/clusters/{OTHER}", {"updateMask": "name", "name": "a"}),
    ("DELETE", f"{F}/clusters/{OTHER}", None),
    ("DELETE", f"{F}/clusters/c9qnone", None),
    ("DELETE", f"{F}/backups/none", None),
    ("DELETE", f"{F}/clusters", None),
    ("PUT", C, None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_same_operation(behind: Emulator, gateways: dict[str, str], method: str, path: str, body: Any) -> None:
    operation = _same_operation(behind, gateways, method, path, body)
    assert "done" not in operation
    assert len(behind.operations()) == 1
    for listing in (f"/operations/{operation['id']}", f"{C}/operations", f"{F}/clusters?folderId=b1gemulatorfolder000"):
        assert PASSWORD.encode() not in _same(behind, gateways, "GET", listing).body


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_same_end_of_an_operation(
    behind: Emulator, gateways: dict[str, str], method: str, path: str, body: Any
) -> None:
    operation = _same_operation(behind, gateways, method, path, body)
    behind.settings(now="2036-11-20T22:00:00Z")
    ended = _same(behind, gateways, "GET", f"/operations/{operation['id']}").document
    assert ended["done"] is True
    assert "@type" in ended["response"]


def test_same_failure_of_an_operation(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.add_fault(route="BackupCluster", kind="operation_error", code=8, message="No <space> left", rollback=3600.0)
    operation = _same_operation(behind, gateways, "POST", f"{C}:backup")
    failing = _same(behind, gateways, "GET", f"/operations/{operation['id']}").document
    assert (failing.get("done"), failing["error"]["code"]) == (None, 8)
    behind.settings(now="2036-11-20T22:00:00Z")
    failed = _same(behind, gateways, "GET", f"/operations/{operation['id']}").document
    assert (failed["done"], failed["error"]) == (True, failing["error"])


def test_same_conflict(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.start_operation(CLUSTER)
    for method, path in (("POST", f"{C}:backup"), ("DELETE", C), ("DELETE", f"{F}/backups/{BACKUP}")):
        refused = _same(behind, gateways, method, path)
        assert (refused.status, refused.document["code"]) == (400, 9)


@pytest.mark.parametrize("body", ["{", "nonsense", {**RESTORE, "environment": "NOWHERE"}, {**RESTORE, "name": 7}])
def test_same_status_for_an_unreadable_body(behind: Emulator, gateways: dict[str, str], body: Any) -> None:
    """What the gateway says of it is its parser's own."""
    for url in (gateways["strict"], behind.url):
        response = _send(behind, url, "POST", f"{F}/clusters:restore", body)
        assert (response.status, response.headers) == (400, {"content-type": "text/plain"})


@pytest.mark.parametrize(("method", "path", "body"), NOT_WRITTEN)
def test_same_refusal_to_write(behind: Emulator, gateways: dict[str, str], method: str, path: str, body: Any) -> None:
    assert _same(behind, gateways, method, path, body).status >= 400
    assert behind.operations() == []
