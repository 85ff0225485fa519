# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client of the REST API sees."""

from __future__ import annotations

import pytest

from .conftest import CLUSTER, DELETED

testing = pytest.importorskip("yacloud_mdb_emulator.testing")

FOLDER_BACKUPS = "/managed-redis/v1/backups"
CLUSTERS = "/managed-redis/v1/clusters"


def test_discovery_points_at_itself(client):
    status, answer = client.get("/endpoints", token=None)
    assert status == 200
    addresses = {item["id"]: item["address"] for item in answer["endpoints"]}
    assert addresses == dict.fromkeys(("managed-redis", "iam", "operation"), client.address)
    assert client.get("/endpoints/iam", token=None) == (200, {"id": "iam", "address": client.address})
    assert client.get("/endpoints/nope", token=None)[0] == 404


def test_row_is_written_as_the_gateway_does(client, emulator):
    backup = {"created_at": "2026-11-20T22:00:00.123456789Z", "raw": {"sizeBytes": "7", "startedAt": "soon"}}
    emulator.seed({"clusters": [{"id": "c9qone", "backups": [{"id": "c9qone:1", **backup}]}]})
    assert client.backups(cluster="c9qone")[1] == {
        "backups": [
            {
                "id": "c9qone:1",
                "folderId": emulator.folder_id,
                "createdAt": "2026-11-20T22:00:00.123456789Z",
                "sourceClusterId": "c9qone",
                "sizeBytes": "7",
                "startedAt": "soon",
            }
        ]
    }


def test_no_backups_is_an_empty_object(client):
    assert client.backups(cluster="c9qsessions000000001") == (200, {})


def test_state_holds_what_listings_show(client, emulator):
    stored = next(item for item in emulator.state()["clusters"] if item["id"] == CLUSTER)["backups"]
    (page,) = client.walk()
    assert sorted(page["backups"], key=str) == sorted(stored, key=str)


def test_folder_list_holds_deleted_clusters_backups(client, emulator):
    (page,) = client.walk(FOLDER_BACKUPS, folderId=emulator.folder_id)
    assert {row["sourceClusterId"] for row in page["backups"]} == {CLUSTER, DELETED}


@pytest.mark.parametrize(("answer", "status"), [("404", 404), ("403", 403), ("list", 200)])
def test_deleted_cluster(client, emulator, answer, status):
    emulator.settings(deleted_cluster_answer=answer)
    assert client.backups(cluster=DELETED)[0] == status
    assert client.get(f"{CLUSTERS}/{DELETED}")[0] == 404


@pytest.mark.parametrize("order", ["newest", "oldest", "stored"])
def test_what_has_no_time_is_listed_as_stored(client, emulator, order):
    hosts = [{"name": f"host{number}"} for number in range(5)]
    emulator.seed({"clusters": [{"id": CLUSTER, "hosts": hosts}], "settings": {"order": order}})
    assert [row["name"] for row in client.get(f"{CLUSTERS}/{CLUSTER}/hosts")[1]["hosts"]] == [
        host["name"] for host in hosts
    ]


def test_clusters_and_their_filter(client, emulator):
    names = [row["name"] for row in client.get(CLUSTERS, {"folderId": emulator.folder_id})[1]["clusters"]]
    assert sorted(names) == ["orders-prod", "sessions_PROD"]
    query = {"folderId": emulator.folder_id, "filter": 'name="sessions_PROD"'}
    assert [row["name"] for row in client.get(CLUSTERS, query)[1]["clusters"]] == ["sessions_PROD"]
    emulator.settings(name_filter="strict")
    assert client.get(CLUSTERS, query)[0] == 400
    emulator.settings(name_filter="ignored")
    assert len(client.get(CLUSTERS, query)[1]["clusters"]) == 2


def test_single_backup_and_cluster(client):
    assert client.get(f"{FOLDER_BACKUPS}/{CLUSTER}:b0003")[1]["id"] == f"{CLUSTER}:b0003"
    assert client.get(f"{FOLDER_BACKUPS}/{CLUSTER}%3Ab0003")[1]["id"] == f"{CLUSTER}:b0003"
    assert client.get(f"{CLUSTERS}/{CLUSTER}")[1]["name"] == "orders-prod"


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        (f"{CLUSTERS}/{CLUSTER}/backups", {"pageSize": 1001}, "page_size"),
        (f"{CLUSTERS}/{CLUSTER}/backups", {"pageToken": "made up"}, "page_token"),
        (f"{CLUSTERS}/{'c' * 51}", {}, "cluster_id"),
        (CLUSTERS, {"folderId": "b1gemulatorfolder000", "filter": "status=RUNNING"}, "filter"),
    ],
)
def test_bad_parameter_names_its_field(client, path, query, field):
    status, answer = client.get(path, query)
    assert (status, answer["code"]) == (400, 3)
    assert answer["details"][0]["fieldViolations"][0]["field"] == field


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        (None, 401, 16),
        ("Bearer t1.not.known", 401, 16),
        ("Bearer", 401, 16),
        ("Api-Key abc", 401, 16),
        ("Bearer t1.no.rights", 403, 7),
    ],
)
def test_credential_that_is_refused(client, authorization, status, code):
    headers = {"Authorization": authorization} if authorization else {}
    got, answer = client.backups(token=None, headers=headers)
    assert (got, answer["code"]) == (status, code)


@pytest.mark.parametrize(
    "path", ["/operations/nope", f"{CLUSTERS}/nope", f"{FOLDER_BACKUPS}/nope", f"{FOLDER_BACKUPS}?folderId=nope"]
)
def test_unknown_things(client, path):
    assert client.get(path)[1]["code"] == 5


def test_every_response_of_the_api_has_request_ids(client):
    for path in ("/endpoints", f"{CLUSTERS}/nope", CLUSTERS):
        headers = client.request(path)[1]
        assert headers["x-request-id"]
        assert headers["x-server-trace-id"]


def test_log_tells_all_but_the_token(client, emulator):
    client.backups({"pageSize": 10})
    client.get("/endpoints", token=None)
    first, second = emulator.requests()
    assert (first["route"], first["status"], first["page"]) == ("ListClusterBackups", 200, 1)
    assert (first["has_authorization"], first["authorization_scheme"]) == (True, "Bearer")
    assert (second["route"], second["has_authorization"]) == ("Discovery", False)
    assert first["connection"] != second["connection"]
    assert emulator.iam_token not in str(first)


def test_data_need_the_data_plane(client, emulator):
    for ask in (
        lambda: emulator.write_data(CLUSTER, {"key": "1"}),
        lambda: emulator.damage_backup(f"{CLUSTER}:b0003", "empty"),
    ):
        with pytest.raises(testing.EmulatorError, match="start the emulator with --data-plane"):
            ask()
    assert client.get(f"{CLUSTERS}/{CLUSTER}/hosts")[1]["hosts"][0]["name"].endswith(".mdb.yandexcloud.net")
