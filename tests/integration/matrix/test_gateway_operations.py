# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw writing requests to the real gateway and to the emulator's REST: the same operations from beginning to end, the same refusals."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.matrix.raw import (
    API,
    BACKUP,
    CLUSTER,
    ORDERS,
    SEED,
    STOPPED,
    send,
    send_both,
)

PASSWORD = "Drill-Passw0rd"
RESTORE = {
    "backupId": BACKUP,
    "name": "drill",
    "environment": "PRODUCTION",
    "configSpec": {"redis": {"password": PASSWORD}, "resources": {"diskSize": "10737418240"}},
}


@pytest.fixture(autouse=True)
def data(behind: Emulator) -> None:
    behind.seed(SEED)


def _same_operation(emulator: Emulator, gateways: dict[str, str], method: str, path: str, body: Any = None) -> Any:
    """The operation that a request starts: its key makes the two requests one."""
    response = send_both(emulator, gateways, method, path, body, **{"Idempotency-Key": str(uuid.uuid4())})
    assert (response.status, response.headers["x-operation-poll-interval"]) == (200, "3")
    return response.document


WRITING = [
    ("POST", f"{ORDERS}:backup", None),
    ("POST", f"{ORDERS}:backup", ""),
    ("POST", f"{ORDERS}:backup", {"clusterId": "ignored"}),
    ("POST", f"{API}/clusters:restore", RESTORE),
    (
        "POST",
        f"{API}/clusters:restore",
        {**RESTORE, "configSpec": {"resources": {"diskSize": 10737418240}}, "later": [1]},
    ),
    (
        "POST",
        f"{API}/clusters:restore",
        {**RESTORE, "environment": 1, "backup_id": BACKUP, "host_specs": [{"zone_id": "a"}]},
    ),
    ("PATCH", ORDERS, {"updateMask": "deletionProtection", "deletionProtection": True}),
    ("DELETE", ORDERS, None),
    ("DELETE", f"{API}/backups/{BACKUP}", None),
    ("DELETE", f"{API}/backups/{quote(BACKUP, safe='')}", None),
]
NOT_WRITTEN = [
    ("POST", f"{ORDERS}%3Abackup", None),
    ("POST", f"{ORDERS}:Backup", None),
    ("POST", f"{API}/clusters%3Arestore", RESTORE),
    ("POST", f"{API}/clusters:restore", None),
    ("POST", f"{API}/clusters:restore", "[]"),
    ("POST", f"{ORDERS}:backup", "[]"),
    ("POST", f"{API}/clusters:restore", {**RESTORE, "name": "orders"}),
    ("POST", f"{API}/clusters:restore", {**RESTORE, "name": "a b"}),
    ("POST", f"{API}/clusters:restore", {**RESTORE, "backupId": "none"}),
    ("POST", f"{API}/clusters/{STOPPED}:backup", None),
    ("POST", f"{API}/clusters/c9qnone:backup", None),
    ("PATCH", f"{API}/clusters/{STOPPED}", {"updateMask": "deletionProtection", "deletionProtection": True}),
    ("PATCH", f"{API}/clusters/{STOPPED}", {"updateMask": "name", "name": "a"}),
    ("DELETE", f"{API}/clusters/{STOPPED}", None),
    ("DELETE", f"{API}/clusters/c9qnone", None),
    ("DELETE", f"{API}/backups/none", None),
    ("DELETE", f"{API}/clusters", None),
    ("PUT", ORDERS, None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_same_operation(behind: Emulator, gateways: dict[str, str], method: str, path: str, body: Any) -> None:
    operation = _same_operation(behind, gateways, method, path, body)
    assert "done" not in operation
    assert len(behind.operations()) == 1
    for listing in (
        f"/operations/{operation['id']}",
        f"{ORDERS}/operations",
        f"{API}/clusters?folderId=b1gemulatorfolder000",
    ):
        assert PASSWORD.encode() not in send_both(behind, gateways, "GET", listing).body


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_same_end_of_an_operation(
    behind: Emulator, gateways: dict[str, str], method: str, path: str, body: Any
) -> None:
    operation = _same_operation(behind, gateways, method, path, body)
    behind.settings(now="2036-11-20T22:00:00Z")
    ended = send_both(behind, gateways, "GET", f"/operations/{operation['id']}").document
    assert ended["done"] is True
    assert "@type" in ended["response"]


def test_same_failure_of_an_operation(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.add_fault(route="BackupCluster", kind="operation_error", code=8, message="No <space> left", rollback=3600.0)
    operation = _same_operation(behind, gateways, "POST", f"{ORDERS}:backup")
    failing = send_both(behind, gateways, "GET", f"/operations/{operation['id']}").document
    assert (failing.get("done"), failing["error"]["code"]) == (None, 8)
    behind.settings(now="2036-11-20T22:00:00Z")
    failed = send_both(behind, gateways, "GET", f"/operations/{operation['id']}").document
    assert (failed["done"], failed["error"]) == (True, failing["error"])


def test_same_conflict(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.start_operation(CLUSTER)
    for method, path in (("POST", f"{ORDERS}:backup"), ("DELETE", ORDERS), ("DELETE", f"{API}/backups/{BACKUP}")):
        refused = send_both(behind, gateways, method, path)
        assert (refused.status, refused.document["code"]) == (400, 9)


@pytest.mark.parametrize("body", ["{", "nonsense", {**RESTORE, "environment": "NOWHERE"}, {**RESTORE, "name": 7}])
def test_same_status_for_an_unreadable_body(behind: Emulator, gateways: dict[str, str], body: Any) -> None:
    """What the gateway says of it is its parser's own."""
    for url in (gateways["strict"], behind.url):
        response = send(behind, url, "POST", f"{API}/clusters:restore", body)
        assert (response.status, response.headers["content-type"]) == (400, "text/plain")


@pytest.mark.parametrize(("method", "path", "body"), NOT_WRITTEN)
def test_same_refusal_to_write(behind: Emulator, gateways: dict[str, str], method: str, path: str, body: Any) -> None:
    assert send_both(behind, gateways, method, path, body).status >= 400
    assert behind.operations() == []
