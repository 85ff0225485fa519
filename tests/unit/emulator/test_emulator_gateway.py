# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP becomes request messages as Envoy's transcoder makes them: what it refuses, and how that looks."""

from __future__ import annotations

import pytest

from .conftest import CLUSTER

gateway = pytest.importorskip("yacloud_mdb_emulator.gateway")
json_text = pytest.importorskip("yacloud_mdb_emulator.json_text")

CLUSTERS = "/managed-redis/v1/clusters"
BACKUPS = "/managed-redis/v1/backups"


def read(verb, path, query="", body=b""):
    method, values = gateway.find_method(verb, path)
    return method.alias, gateway.read_request(method, values, query, body)


@pytest.mark.parametrize(
    ("request_line", "body", "alias", "fields"),
    [
        (f"GET {CLUSTERS}/c9q", b"", "GetCluster", {"cluster_id": "c9q"}),
        (f"GET {CLUSTERS}/c9q/", b"", "GetCluster", {"cluster_id": "c9q"}),
        (f"GET {CLUSTERS}/a%2Fb%3Ac", b"", "GetCluster", {"cluster_id": "a/b:c"}),
        (f"GET {CLUSTERS}/c9q/backups", b"", "ListClusterBackups", {"cluster_id": "c9q"}),
        (f"GET {CLUSTERS}/c9q/backups?clusterId=other", b"", "ListClusterBackups", {"cluster_id": "other"}),
        (f"GET {BACKUPS}/c9q:1", b"", "GetBackup", {"backup_id": "c9q:1"}),
        (f"DELETE {BACKUPS}/c9q%3Astart", b"", "DeleteBackup", {"backup_id": "c9q:start"}),
        ("GET /operations/o1", b"", "GetOperation", {"operation_id": "o1"}),
        (f"GET {BACKUPS}?page_size=7&folderId=f", b"", "ListBackups", {"page_size": 7, "folder_id": "f"}),
        # A plus stays a plus; what has no name or no value is ignored.
        (f"GET {BACKUPS}?pageToken=a+b%20c%2Bd", b"", "ListBackups", {"page_token": "a+b c+d"}),
        (f"GET {BACKUPS}?&&=5&pageSize", b"", "ListBackups", {"page_size": 0}),
        # The body counts where the method has one, with unknown keys; a query outranks it.
        (f"POST {CLUSTERS}/c9q:backup", b'{"clusterId": "x", "colour": 1}', "BackupCluster", {"cluster_id": "c9q"}),
        (f"POST {CLUSTERS}:restore", b'{"backup_id": "b", "colour": [{}]}', "RestoreCluster", {"backup_id": "b"}),
        (f"POST {CLUSTERS}:restore?backupId=x", b'{"backupId": "b"}', "RestoreCluster", {"backup_id": "x"}),
    ],
)
def test_request(request_line, body, alias, fields):
    verb, _blank, target = request_line.partition(" ")
    path, _mark, query = target.partition("?")
    found, message = read(verb, path, query, body)
    assert (found, {name: getattr(message, name) for name in fields}) == (alias, fields)


@pytest.mark.parametrize("size", ['"17179869184"', "17179869184", "1.7179869184e10"])
def test_number_in_a_body_in_every_spelling(size):
    body = f'{{"configSpec": {{"resources": {{"diskSize": {size}, "colour": 1}}}}}}'
    assert read("POST", f"{CLUSTERS}:restore", "", body.encode())[1].config_spec.resources.disk_size == 17179869184


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/nope"),
        ("POST", f"{CLUSTERS}/c9q"),
        ("GET", f"{CLUSTERS}/c9q:backup"),
        ("POST", f"{CLUSTERS}/c9q%3Abackup"),
        ("POST", f"{CLUSTERS}%3Arestore"),
        ("DELETE", f"{BACKUPS}/c9q:start"),
        ("GET", "/managed-redis/v1/%63lusters/c9q"),
    ],
)
def test_no_route(verb, path):
    with pytest.raises(gateway.GatewayError, match="Could not resolve") as caught:
        read(verb, path)
    assert caught.value.status == 404


UNKNOWN = r'Could not find field "page" in the type ".*ListBackupsRequest"'
RESTORE = ("POST", f"{CLUSTERS}:restore", "")


@pytest.mark.parametrize(
    ("request_parts", "problem"),
    [
        *((("GET", BACKUPS, f"pageSize={size}"), "page_size: invalid") for size in ("1.0", "many", "", "1e2", "%20")),
        *((("GET", BACKUPS, query), UNKNOWN) for query in ("page=2", "page.size=2", "page=")),
        *((("DELETE", f"{CLUSTERS}/c9q", "", body), "JSON|Root") for body in (b"{", b"[]", b" ", b"{}x")),
        *(((*RESTORE, body), "JSON|Root") for body in (b"{", b"[]", b"null")),
        ((*RESTORE, b'{"environment": "PROD"}'), "PROD"),
        ((*RESTORE, b'{"backupId": ["a"]}'), "backupId"),
    ],
)
def test_unreadable_request(request_parts, problem):
    with pytest.raises(gateway.GatewayError, match=problem) as caught:
        read(*request_parts)
    assert caught.value.status == 400


@pytest.mark.parametrize("token", ["", None])
def test_gateway_answers_before_the_api_looks_at_the_token(client, token):
    status, headers, body = client.request(f"{CLUSTERS}/{CLUSTER}/backups", {"pageSize": "many"}, token=token)
    assert (status, headers["Content-Type"], headers["x-request-id"]) == (400, "text/plain", None)
    assert body == b'page_size: invalid value "many" for type TYPE_INT64'


def test_method_that_is_not_emulated(client):
    status, answer = client.get(f"{CLUSTERS}/{CLUSTER}:stop", method="POST")
    assert (status, answer) == (501, {"code": 12, "message": "Method not found!"})


def test_answers_look_as_the_gateway_writes_them(client):
    headers = client.request(f"{CLUSTERS}/{CLUSTER}")[1]
    assert (headers["grpc-status"], headers["grpc-message"]) == ("0", "")
    assert client.get(f"{CLUSTERS}/nope")[1] == {"code": 5, "message": "Cluster with id 'nope' not found"}


def test_json_is_escaped_as_the_gateway_does():
    text = "<>&\x7f\u00ad\u2028\ufeff\U000e0001é😀\n"
    escaped = r'"\u003c\u003e&\u007f\u00ad\u2028\ufeff\udb40\udc01é😀\n"'
    assert json_text.dumps(text).decode() == escaped
