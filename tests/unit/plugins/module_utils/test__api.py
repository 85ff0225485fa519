# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API lists and returns: which paths are asked, in which pages, and what is refused. How pages are read: test_client."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._api import Api
from ansible_collections.yacloud.mdb.plugins.module_utils._backups import Backup
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.client import Client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError, CloudError, InvalidResponse
from ansible_collections.yacloud.mdb.plugins.module_utils._clusters import Cluster
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS
from ansible_collections.yacloud.mdb.tests.unit.samples import (
    CLUSTER,
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    NOW,
    backup_path,
    backups_path,
    connection,
    row,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Reply, Server, answer, failure, html

Make = t.Callable[..., Api]
OPERATIONS = f"/managed-redis/v1/clusters/{CLUSTER}/operations"


@pytest.fixture
def make(server: Server) -> t.Iterator[Make]:
    """Makes APIs behind the server."""
    with contextlib.ExitStack() as clients:

        def make_one(page_size: int = 1000, prefix: str = "", **options: t.Any) -> Api:
            given = {"mdb_endpoint": server.url + prefix, "api_retries": 1, "api_retry_max_delay": 0.01} | options
            client = clients.enter_context(Client.open(connection(server.url, **given), REDIS.service))
            return Api(client, page_size=page_size, evaluated_at=NOW)

        yield make_one


def ids(backups: list[Backup]) -> list[str]:
    return sorted(backup.id for backup in backups)


LISTS: dict[str, tuple[str, t.Callable[[Api], t.Any], str, str]] = {
    "backups of a cluster": (backups_path(), lambda api: api.cluster_backups(CLUSTER), "backups", f"cluster {CLUSTER}"),
    "backups of a folder": (FOLDER_BACKUPS, lambda api: api.folder_backups(FOLDER), "backups", f"folder {FOLDER}"),
    "clusters": (FOLDER_CLUSTERS, lambda api: api.clusters(FOLDER), "clusters", f"folder {FOLDER}"),
    "operations": (OPERATIONS, lambda api: api.operations(CLUSTER), "operations", f"cluster {CLUSTER}"),
}
every_list = pytest.mark.parametrize(("path", "read", "field", "source"), LISTS.values(), ids=LISTS)
Read = t.Callable[[Api], t.Any]


@every_list
@pytest.mark.parametrize("page_size", [100, 101])
def test_a_list_is_read_in_pages_that_the_gateway_can_carry(
    server: Server, make: Make, path: str, read: Read, field: str, source: str, page_size: int
) -> None:
    server.on(path, answer({field: None, "nextPageToken": "a b"}), answer({field: "", "unknownField": {"a": []}}))
    api = make(page_size)
    assert not read(api)
    asked = page_size if field == "backups" else min(page_size, 100)
    parent = {"folderId": FOLDER} if source.startswith("folder") else {}
    expected = {"pageSize": str(asked), **parent}
    assert [request.query for request in server.requests] == [expected, {**expected, "pageToken": "a b"}]
    assert api.client.list_requests == 2


@every_list
@pytest.mark.parametrize(
    ("rows", "kind"),
    [({"id": "x"}, "a mapping"), ({}, "a mapping"), ("x", "a string"), (0, "an integer"), (False, "a boolean")],
)
def test_what_is_not_a_list_is_refused(
    server: Server, make: Make, path: str, read: Read, field: str, source: str, rows: t.Any, kind: str
) -> None:
    server.on(path, answer({field: [], "nextPageToken": "a"}), answer({field: rows}))
    with pytest.raises(InvalidResponse, match=rf"^{source}: the field '{field}' must be a list, got {kind}\. The list"):
        read(make())


@every_list
@pytest.mark.parametrize(("status", "code"), [(404, 5), (403, 7), (401, 16)])
def test_a_refusal_names_what_was_read(
    server: Server, make: Make, path: str, read: Read, field: str, source: str, status: int, code: int
) -> None:
    server.on(path, failure(status, code, "no"))
    with pytest.raises(ApiError, match=rf"^{source}: listing its {field}: HTTP status {status}: no\.? ") as caught:
        read(make())
    kind, name = source.split()
    assert caught.value.details[f"{kind}_id"] == name
    if status == 404 and field != "operations":
        assert f"No such {kind}: check " in str(caught.value)
    if status == 403:
        assert "The role managed-redis.viewer is missing" in str(caught.value)


def test_a_bad_row_on_a_later_page_is_never_a_shorter_list(server: Server, make: Make) -> None:
    server.on(
        backups_path(),
        answer({"backups": [row(0)], "nextPageToken": "a"}),
        answer({"backups": [row(1), row(2, cluster="c9qother")]}),
    )
    words = rf"^cluster {CLUSTER}: row 2 of a page .*: the field 'sourceClusterId' names another cluster, 'c9qother'"
    with pytest.raises(InvalidResponse, match=words):
        make().cluster_backups(CLUSTER)


def test_rows_repeated_between_pages_appear_once_and_the_finished_one_stays(server: Server, make: Make) -> None:
    running = row(2, createdAt=None)
    server.on(
        backups_path(),
        answer({"backups": [row(1), running, row(1)], "nextPageToken": "a"}),
        answer({"backups": [row(1), row(2), row(3)], "nextPageToken": "b"}),
        answer({"backups": [running]}),
    )
    backups = make().cluster_backups(CLUSTER)
    assert ids(backups) == [row(number)["id"] for number in (1, 2, 3)]
    assert all(backup.completed for backup in backups)


def test_ids_are_quoted_into_the_url_below_the_path_of_mdb_endpoint(server: Server, make: Make) -> None:
    server.on("/gate/v1/managed-redis/v1/clusters/a%2F..%3Fb%0D%0A/backups", answer({}))
    make(prefix="/gate/v1/").cluster_backups("a/..?b\r\n")


def test_clusters_of_a_folder_by_id(server: Server, make: Make) -> None:
    server.on(
        FOLDER_CLUSTERS,
        answer({"clusters": [{"id": "c2", "name": "b", "status": "RUNNING"}, {"id": "c1"}], "nextPageToken": "a"}),
        answer({"clusters": [{"id": "c2", "name": "b", "health": "DEAD"}, {"id": "c3"}]}),
    )
    found = make().clusters(FOLDER)
    assert [cluster.id for cluster in found] == ["c1", "c2", "c3"]
    assert found[0] == Cluster("c1", "", None, None)


def test_a_cluster_in_place_of_the_one_asked_for_is_an_error(server: Server, make: Make) -> None:
    server.on(f"{FOLDER_CLUSTERS}/{CLUSTER}", answer({"id": "c9qother"}))
    with pytest.raises(
        InvalidResponse, match=rf"^cluster {CLUSTER}: the API answered with another cluster, c9qother\."
    ):
        make().cluster(CLUSTER)


# --- a single backup ---


@pytest.mark.parametrize(
    "reply",
    [
        failure(404, 5, "Backup not found"),
        answer(body=b"", status=404, grpc_status="5", grpc_message="Backup%20not%20found"),
    ],
    ids=["in the body", "in the gateway's headers"],
)
def test_a_backup_that_the_api_calls_gone_is_none(server: Server, make: Make, reply: Reply) -> None:
    server.on(backup_path("b1"), reply)
    assert make().backup("b1") is None


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        # Where it is not the API that says 404, nothing is known of the backup.
        (html(404), "reading it: HTTP status 404 without the API's own message"),
        (answer(body=b"", status=404), "reading it: HTTP status 404 without the API's own message"),
        (answer({}, 404), "reading it: HTTP status 404 without the API's own message"),
        (failure(403, 7, "no"), "reading it: HTTP status 403: no"),
        (failure(400, 3, "no"), "reading it: HTTP status 400: no"),
        (answer(row(id="b2")), "the API answered with another backup, b2"),
        (answer({}), "row 1 of a page: the field 'id' is missing"),
        (
            answer(row(id="b1", sourceClusterId="")),
            "row 1 of a page (backup 'b1'): the field 'sourceClusterId' is missing",
        ),
        (answer([row(id="b1")]), "reading it: the response is JSON, but not an object"),
    ],
)
def test_anything_else_in_place_of_the_backup_is_an_error(server: Server, make: Make, reply: Reply, words: str) -> None:
    server.on(backup_path("b1"), reply)
    with pytest.raises(CloudError) as caught:
        make().backup("b1")
    assert str(caught.value).startswith(f"backup b1: {words}")
    assert caught.value.details.get("backup_id", "b1") == "b1"
