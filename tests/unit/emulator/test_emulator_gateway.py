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
    ("verb", "path", "alias", "field", "value"),
    [
        ("GET", f"{CLUSTERS}/c9q", "GetCluster", "cluster_id", "c9q"),
        ("GET", f"{CLUSTERS}/c9q/", "GetCluster", "cluster_id", "c9q"),
        ("GET", f"{CLUSTERS}/c9q/backups", "ListClusterBackups", "cluster_id", "c9q"),
        ("GET", f"{CLUSTERS}/a%2Fb%3Ac", "GetCluster", "cluster_id", "a/b:c"),
        ("POST", f"{CLUSTERS}/c9q:backup", "BackupCluster", "cluster_id", "c9q"),
        ("GET", f"{BACKUPS}/c9q:1", "GetBackup", "backup_id", "c9q:1"),
        ("DELETE", f"{BACKUPS}/c9q%3Astart", "DeleteBackup", "backup_id", "c9q:start"),
        ("GET", "/operations/o1", "GetOperation", "operation_id", "o1"),
    ],
)
def test_path(verb, path, alias, field, value):
    found, message = read(verb, path)
    assert (found, getattr(message, field)) == (alias, value)


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


def test_names_in_both_spellings():
    for name in ("page_size", "pageSize"):
        assert read("GET", BACKUPS, f"{name}=7")[1].page_size == 7


def test_plus_is_a_plus():
    assert read("GET", BACKUPS, "pageToken=a+b%20c%2Bd")[1].page_token == "a+b c+d"


@pytest.mark.parametrize("value", ["1.0", "many", "", "1e2", "%20"])
def test_page_size_must_be_an_integer(value):
    with pytest.raises(gateway.GatewayError, match="page_size: invalid value") as caught:
        read("GET", BACKUPS, f"pageSize={value}")
    assert caught.value.status == 400


@pytest.mark.parametrize("query", ["page=2", "page.size=2", "page="])
def test_unknown_parameter_is_refused(query):
    with pytest.raises(
        gateway.GatewayError, match=r'Could not find field "page" in the type ".*ListBackupsRequest"'
    ) as caught:
        read("GET", BACKUPS, query)
    assert caught.value.status == 400


@pytest.mark.parametrize("query", ["pageSize", "=5", "&&", "pageSize&="])
def test_parameter_without_a_name_or_a_value_is_ignored(query):
    assert read("GET", BACKUPS, query)[1].page_size == 0


def test_query_wins_over_path():
    assert read("GET", f"{CLUSTERS}/c9q/backups", "clusterId=other")[1].cluster_id == "other"


@pytest.mark.parametrize("size", ['"17179869184"', "17179869184", "1.7179869184e10"])
def test_body_is_read_in_every_spelling(size):
    spec = f'{{"resources": {{"diskSize": {size}, "colour": 1}}}}'
    body = f'{{"backup_id": "b", "configSpec": {spec}, "colour": [{{}}]}}'
    _alias, message = read("POST", f"{CLUSTERS}:restore", "", body.encode())
    assert (message.backup_id, message.config_spec.resources.disk_size) == ("b", 17179869184)


def test_query_wins_over_body():
    assert read("POST", f"{CLUSTERS}:restore", "backupId=x", b'{"backupId": "b"}')[1].backup_id == "x"


def test_body_of_a_method_without_one_is_ignored():
    assert read("POST", f"{CLUSTERS}/c9q:backup", "", b'{"clusterId": "x", "colour": 1}')[1].cluster_id == "c9q"


@pytest.mark.parametrize("body", [b"{", b"[]", b" ", b"{}x"])
def test_body_of_a_method_without_one_must_be_an_object_all_the_same(body):
    with pytest.raises(gateway.GatewayError) as caught:
        read("DELETE", f"{CLUSTERS}/c9q", "", body)
    assert caught.value.status == 400


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"environment": "PROD"}', b'{"backupId": ["a"]}'])
def test_unreadable_body(body):
    with pytest.raises(gateway.GatewayError) as caught:
        read("POST", f"{CLUSTERS}:restore", "", body)
    assert caught.value.status == 400


@pytest.mark.parametrize("token", ["", None])
def test_gateway_answers_before_the_api_looks_at_the_token(client, token):
    status, headers, body = client.request(f"{CLUSTERS}/{CLUSTER}/backups", {"pageSize": "many"}, token=token)
    assert (status, headers["Content-Type"], headers["x-request-id"]) == (400, "text/plain", None)
    assert body == b'page_size: invalid value "many" for type TYPE_INT64'


def test_method_that_is_not_emulated(client):
    status, answer = client.get(f"{CLUSTERS}/{CLUSTER}:stop", method="POST")
    assert (status, answer) == (501, {"code": 12, "message": "Method not found!"})


def test_success_says_so_in_its_headers(client):
    headers = client.request(f"{CLUSTERS}/{CLUSTER}")[1]
    assert (headers["grpc-status"], headers["grpc-message"]) == ("0", "")


def test_no_details_no_key(client):
    assert client.get(f"{CLUSTERS}/nope")[1] == {"code": 5, "message": "Cluster with id 'nope' not found"}


def test_json_is_escaped_as_the_gateway_does():
    text = "<>&\x7f\u00ad\u2028\ufeff\U000e0001é😀\n"
    escaped = r'"\u003c\u003e&\u007f\u00ad\u2028\ufeff\udb40\udc01é😀\n"'
    assert json_text.dumps(text).decode() == escaped
