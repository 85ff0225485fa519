# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw reading requests to the real gateway and to the emulator's REST: the same status, headers and bytes."""

from __future__ import annotations

import random
from urllib.parse import quote

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.matrix.raw import (
    API,
    BACKUP,
    ORDERS,
    SEED,
    STOPPED,
    send,
    send_both,
)
from ansible_collections.yacloud.mdb.tests.integration.matrix.samples import FOLDER, random_seed


@pytest.fixture(autouse=True)
def data(behind: Emulator) -> None:
    behind.seed(SEED)


READING = [
    ORDERS,
    f"{API}/clusters/{STOPPED}",
    f"{ORDERS}/backups",
    f"{ORDERS}/backups?pageSize=3",
    f"{ORDERS}/backups?page_size=3",
    f"{ORDERS}/hosts",
    f"{ORDERS}/operations",
    f"{API}/backups/{quote(BACKUP, safe='')}",
    f"{API}/backups/{BACKUP}",
    f"{API}/clusters?folderId=b1gemulatorfolder000",
    f"{API}/clusters?folderId=b1gemulatorfolder000&filter=name%3D%22orders%22",
    f"{API}/backups?folderId=b1gemulatorfolder000&pageSize=1000",
]
REFUSED = [
    f"{ORDERS}/backups?pageSize=1001",
    f"{ORDERS}/backups?pageSize=-1",
    f"{ORDERS}/backups?pageToken=a%20b",
    f"{ORDERS}/backups?pageToken=a+b",
    f"{ORDERS}/backups?pageToken=%2",
    f"{ORDERS}/backups?pageToken={'x' * 101}",
    f"{API}/clusters",
    f"{API}/clusters?folderId={'b' * 51}",
    f"{API}/clusters?folderId=b1gemulatorfolder000&filter=nonsense",
    f"{API}/clusters/c9qnone",
    f"{API}/clusters/c9qnone/hosts",
    f"{API}/clusters/c9qnone/operations",
    f"{API}/backups/none",
    "/operations/none",
    "/endpoints/none",
]
BY_THE_GATEWAY = [
    "/",
    "/managed-redis/v2/clusters",
    f"{API}/Clusters",
    f"{API}/%63lusters?folderId=b1g",
    f"{ORDERS}/backups/",
    f"{ORDERS}//backups",
    f"{ORDERS}/backups?unknown=1",
    f"{ORDERS}/backups?pageSize=1.0",
    f"{ORDERS}/backups?pageSize=ten",
    f"{ORDERS}/backups?pageSize=",
    f"{ORDERS}/backups?pageSize=99999999999999999999",
    f"{ORDERS}/backups?pageSize=5&pageSize=6",
    f"{ORDERS}/backups?pageSize",
    f"{ORDERS}/backups?=5",
    f"{ORDERS}/backups?&&pageSize=5",
    f"{ORDERS}/backups?cluster_id=other",
]


@pytest.mark.parametrize(
    ("variant", "path", "sign"),
    [
        ("defaults-printed", f"{ORDERS}/backups", b'"nextPageToken":""'),
        ("enums-as-numbers", ORDERS, b'"status":2'),
        ("errors-in-headers", f"{API}/clusters/c9qnone", b"'grpc-status': '5'"),
        ("gzip", ORDERS, b"'content-encoding': 'gzip'"),
        ("closing", ORDERS, b"'connection': 'close'"),
    ],
)
def test_each_variant_is_what_it_is_called(
    behind: Emulator, gateways: dict[str, str], variant: str, path: str, sign: bytes
) -> None:
    """Otherwise it would be no witness."""
    for name, expected in ((variant, True), ("default", False)):
        response = send(behind, gateways[name], "GET", path, **{"Accept-Encoding": "gzip"})
        assert (sign in str(response.headers).encode() + response.body) is expected


@pytest.mark.parametrize("path", READING)
def test_same_bytes(behind: Emulator, gateways: dict[str, str], path: str) -> None:
    assert send_both(behind, gateways, "GET", path).status == 200


@pytest.mark.parametrize("path", REFUSED)
def test_same_error(behind: Emulator, gateways: dict[str, str], path: str) -> None:
    assert send_both(behind, gateways, "GET", path).document["message"]


@pytest.mark.parametrize("path", BY_THE_GATEWAY)
def test_same_judgement_of_the_gateway(behind: Emulator, gateways: dict[str, str], path: str) -> None:
    send_both(behind, gateways, "GET", path)


def test_same_timeout_of_the_gateway(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.add_fault(route="ListClusterBackups", kind="stall")
    through = send(behind, gateways["strict"], "GET", f"{ORDERS}/backups", **{"x-test-impatient": "yes"})
    behind.add_fault(route="ListClusterBackups", kind="gateway_error", status=504)
    assert send(behind, behind.url, "GET", f"{ORDERS}/backups").compared == through.compared
    assert through.status == 504


@pytest.mark.parametrize("number", range(4))
def test_same_bytes_of_any_data(behind: Emulator, gateways: dict[str, str], number: int) -> None:
    behind.seed(random_seed(random.Random(number)))
    for path in (f"{API}/backups?folderId={FOLDER}&pageSize=1000", f"{API}/clusters?folderId={FOLDER}"):
        assert send_both(behind, gateways, "GET", path).status == 200


@pytest.mark.parametrize("authorization", ["", "Bearer t1.unknown", "Basic dDE6", "Bearer"])
def test_same_refusal_of_a_token(behind: Emulator, gateways: dict[str, str], authorization: str) -> None:
    assert send_both(behind, gateways, "GET", f"{ORDERS}/backups", Authorization=authorization).status == 401
    # What the gateway cannot read never comes to the API.
    assert (
        send_both(behind, gateways, "GET", f"{ORDERS}/backups?pageSize=ten", Authorization=authorization).status == 400
    )


def test_same_pages_to_the_end_with_any_printable_character(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.settings(page_token_format="url-hostile")
    pages, token = 0, ""
    while token or not pages:
        page = send_both(behind, gateways, "GET", f"{ORDERS}/backups?pageSize=1&pageToken={quote(token, safe='')}")
        pages, token = pages + 1, page.document.get("nextPageToken", "")
    assert pages == 8
