# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings to their last page, whatever the pages look like on the way."""

from __future__ import annotations

import contextlib
import random
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._api import Api
from ansible_collections.yacloud.mdb.plugins.module_utils._backups import Backup
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.client import Client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    ConnectionFailed,
    InvalidResponse,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._clusters import Cluster
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS
from ansible_collections.yacloud.mdb.tests.unit.samples import (
    CLUSTER,
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    NOW,
    TOKEN,
    backup_path,
    backups_path,
    connection,
    row,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Handler,
    Reply,
    Server,
    answer,
    failure,
    hang_up,
    html,
    reset,
    truncated,
    truncated_chunks,
)

Make = t.Callable[..., Api]


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


def paged(rows: list[dict[str, t.Any]]) -> Reply:
    """A list as the API pages it, by pageSize and pageToken."""

    def reply(handler: Handler) -> None:
        query = handler.owner.requests[-1].query
        start, size = int(query.get("pageToken", "0")), int(query["pageSize"])
        page: dict[str, t.Any] = {"backups": rows[start : start + size]} if rows else {}
        if start + size < len(rows):
            page["nextPageToken"] = str(start + size)
        answer(page)(handler)

    return reply


@pytest.mark.parametrize(
    ("rows", "size", "requests"),
    [(2345, 1000, 3), (2000, 1000, 2), (2001, 1000, 3), (1000, 1000, 1), (999, 1000, 1), (0, 1000, 1), (5, 1, 5)],
)
def test_every_page_is_read_on_one_connection(server: Server, make: Make, rows: int, size: int, requests: int) -> None:
    made = [row(number) for number in range(rows)]
    random.Random(7).shuffle(made)
    server.always(backups_path(), paged(made))
    api = make(page_size=size)
    assert ids(api.cluster_backups(CLUSTER)) == sorted(one["id"] for one in made)
    assert len(server.requests) == requests == api.client.list_requests
    assert server.connections == 1
    assert {request.query["pageSize"] for request in server.requests} == {str(size)}
    assert "pageToken" not in server.requests[0].query
    assert {request.headers["Authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}
    assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize("rows", [{}, {"backups": None}, {"backups": []}])
@pytest.mark.parametrize("end", [{}, {"nextPageToken": None}, {"nextPageToken": ""}])
def test_every_way_to_say_nothing_is_an_empty_last_page(
    server: Server, make: Make, rows: dict[str, t.Any], end: dict[str, t.Any]
) -> None:
    server.on(backups_path(), answer({**rows, **end, "unknownField": {"a": []}}))
    assert make().cluster_backups(CLUSTER) == []


@pytest.mark.parametrize("empty", [{}, {"backups": None}, {"backups": []}])
def test_an_empty_page_with_a_token_goes_on(server: Server, make: Make, empty: dict[str, t.Any]) -> None:
    server.on(
        backups_path(),
        answer({**empty, "nextPageToken": "a"}),
        answer({**empty, "nextPageToken": "b"}),
        answer({"backups": [row(1)], "nextPageToken": "c"}),
        answer(empty),
    )
    assert ids(make().cluster_backups(CLUSTER)) == [row(1)["id"]]


HOSTILE = [
    "a b",
    "a+b",
    "a/b",
    "a?b=c&d",
    "a#b",
    "%2F",
    "a%",
    "=",
    "==",
    "\u043a\u043b\u044e\u0447",
    "😀",
    "a\nb",
    "\x00",
    "../..",
    '"',
    "\\",
    "a;b",
    "null",
    "0",
    " ",
    "x" * 2000,
]


@pytest.mark.parametrize("token", HOSTILE)
def test_a_token_goes_back_verbatim_with_the_same_page_size(server: Server, make: Make, token: str) -> None:
    server.on(backups_path(), answer({"nextPageToken": token}), answer({"backups": [row()]}))
    server.on(FOLDER_BACKUPS, answer({"nextPageToken": token}), answer({"backups": [row()]}))
    api = make(page_size=17)
    api.cluster_backups(CLUSTER)
    api.folder_backups(FOLDER)
    for first, second, parent in ((0, 1, {}), (2, 3, {"folderId": FOLDER})):
        assert server.requests[first].query == {"pageSize": "17", **parent}
        assert server.requests[second].query == {"pageSize": "17", "pageToken": token, **parent}
        assert server.requests[second].path == server.requests[first].path


@pytest.mark.parametrize("cycle", [1, 2, 3, 50])
@pytest.mark.parametrize("lead", [0, 3])
def test_tokens_in_a_circle_are_an_error_after_a_bounded_number_of_requests(
    server: Server, make: Make, lead: int, cycle: int
) -> None:
    tokens = [f"lead{number}" for number in range(lead)] + [f"token{number}" for number in range(cycle)]
    asked = iter(range(10_000))

    def reply(handler: Handler) -> None:
        number = next(asked)
        place = number if number < lead else lead + (number - lead) % cycle
        answer({"backups": [row(number)], "nextPageToken": tokens[place]})(handler)

    server.always(backups_path(), reply)
    with pytest.raises(InvalidResponse) as caught:
        make().cluster_backups(CLUSTER)
    assert len(server.requests) == lead + cycle + 1
    assert str(caught.value).startswith(
        f"cluster {CLUSTER}: listing its backups: after {lead + cycle} page tokens the API gave one of them again"
    )
    assert str(caught.value).endswith(
        ", so that the list would never end. Nothing was chosen from it; try again, and report it to the cloud's support if it stays so."
    )
    assert caught.value.details == {"tokens": lead + cycle, "cluster_id": CLUSTER}


@pytest.mark.parametrize("token", [7, True, 1.5, ["a"], {"a": 1}])
def test_a_token_that_is_not_a_string_is_refused(server: Server, make: Make, token: t.Any) -> None:
    server.on(backups_path(), answer({"nextPageToken": "a"}), answer({"backups": [row()], "nextPageToken": token}))
    with pytest.raises(
        InvalidResponse,
        match=rf"^cluster {CLUSTER}: listing its backups, page 2: the field 'nextPageToken' is not a string",
    ) as caught:
        make().cluster_backups(CLUSTER)
    assert caught.value.details == {"cluster_id": CLUSTER}


@pytest.mark.parametrize("token", [0, False, [], {}, 0.0])
def test_a_falsy_token_that_is_not_a_string_is_refused_too(server: Server, make: Make, token: t.Any) -> None:
    server.on(backups_path(), answer({"backups": [row()], "nextPageToken": token}))
    with pytest.raises(InvalidResponse, match="nextPageToken"):
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


FAULTS: dict[str, Reply] = {
    "reset": reset,
    "hung up": hang_up,
    "truncated": truncated({"backups": [row(9)]}),
    "truncated chunks": truncated_chunks({"backups": [row(9)]}),
    "429": failure(429, 8, "slower"),
    "500": failure(500, 13, "oops"),
    "502": html(502),
    "503": failure(503, 14, "later", Retry_After="0"),
    "504": failure(504, 4, "late"),
}


@pytest.mark.parametrize("page", [0, 1, 2])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_on_any_page_costs_no_row_and_repeats_no_page(
    server: Server, make: Make, fault: Reply, page: int
) -> None:
    pages = [
        answer({"backups": [row(number)], **({"nextPageToken": f"p{number}"} if number < 2 else {})})
        for number in range(3)
    ]
    server.on(backups_path(), *pages[:page], fault, *pages[page:])
    api = make()
    assert ids(api.cluster_backups(CLUSTER)) == [row(number)["id"] for number in range(3)]
    assert api.client.list_requests == 3
    tokens = [request.query.get("pageToken") for request in server.requests]
    expected = [None, "p0", "p1"]
    assert tokens == expected[: page + 1] + expected[page:]


@pytest.mark.parametrize("page", [0, 1, 2])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays_on_any_page_is_an_error_that_names_the_cluster(
    server: Server, make: Make, fault: Reply, page: int
) -> None:
    pages = [answer({"backups": [row(number)], "nextPageToken": f"p{number}"}) for number in range(page)]
    server.on(backups_path(), *pages, fault, fault)
    with pytest.raises(CloudError, match=rf"^cluster {CLUSTER}: listing its backups: ") as caught:
        make().cluster_backups(CLUSTER)
    assert isinstance(caught.value, (ApiError, ConnectionFailed))


def nothing(handler: Handler) -> None:
    handler.head(204, {})


@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (html(), "the response is not JSON"),
        (answer(body=b""), "the response is not JSON (an empty body)"),
        (answer(body=b'{"backups": ['), "the response is not JSON"),
        (answer([]), "the response is JSON, but not an object"),
        (answer({"backups": {}}), "the field 'backups' must be a list, got a mapping"),
        (
            answer({"backups": [row(1), {"id": "x"}]}),
            "row 2 of a page (backup 'x'): the field 'sourceClusterId' is missing",
        ),
        (
            answer({"backups": [row(1, cluster="c9qother")]}),
            "the field 'sourceClusterId' names another cluster, 'c9qother'",
        ),
        (
            answer({"backups": [row(1, createdAt="yesterday")]}),
            "the field 'createdAt' 'yesterday' is not an RFC 3339 time",
        ),
        (answer({"backups": [row(1)]}, 204), ""),
    ],
)
def test_a_malformed_success_is_never_tried_again_and_never_a_shorter_list(
    server: Server, make: Make, reply: Reply, words: str, page: int
) -> None:
    if not words:
        reply, words = nothing, "the response is not JSON (an empty body)"
    server.on(backups_path(), *[answer({"backups": [row(0)], "nextPageToken": "a"})] * page, reply)
    with pytest.raises(InvalidResponse) as caught:
        make().cluster_backups(CLUSTER)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"cluster {CLUSTER}: ")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (400, 3, "compare the options"),
        (401, 16, "The credential was refused: iam_token of the options. Renew it"),
        (403, 7, "The role managed-redis.viewer is missing"),
        (404, 5, "No such cluster: check the id and the region (endpoint)."),
        (409, 10, ""),
        (501, 12, ""),
    ],
)
def test_a_refusal_is_never_tried_again_and_says_what_to_do(
    server: Server, make: Make, status: int, code: int, words: str
) -> None:
    server.on(backups_path(), failure(status, code, "said the API", x_request_id="r1", x_server_trace_id="s1"))
    with pytest.raises(ApiError) as caught:
        make(api_retries=5).cluster_backups(CLUSTER)
    told = str(caught.value)
    assert told.startswith(f"cluster {CLUSTER}: listing its backups: HTTP status {status}: said the API. ".rstrip())
    assert words in told
    assert told.endswith("(x-request-id r1, x-server-trace-id s1)")
    assert caught.value.as_dict() == {
        "kind": "api",
        "http_status": status,
        "code": code,
        "message": "said the API",
        "request_id": "r1",
        "server_trace_id": "s1",
        "cluster_id": CLUSTER,
    }


def test_ids_are_quoted_into_the_url(server: Server, make: Make) -> None:
    server.on("/managed-redis/v1/clusters/a%2F..%3Fb%0D%0A/backups", answer({}))
    make().cluster_backups("a/..?b\r\n")


def test_a_path_in_mdb_endpoint_comes_first(server: Server, make: Make) -> None:
    server.on("/gate/v1" + backups_path(), answer({}))
    make(prefix="/gate/v1/").cluster_backups(CLUSTER)


# --- a folder ---


def test_a_folders_backups_by_cluster(server: Server, make: Make) -> None:
    server.on(
        FOLDER_BACKUPS,
        answer({"backups": [row(1, "c2"), row(1, "c1")], "nextPageToken": "a"}),
        answer({"backups": [row(2, "c1"), row(1, "c1"), row(1, "deleted")]}),
    )
    found = make().folder_backups(FOLDER)
    assert {cluster: ids(backups) for cluster, backups in found.items()} == {
        "c1": [row(1, "c1")["id"], row(2, "c1")["id"]],
        "c2": [row(1, "c2")["id"]],
        "deleted": [row(1, "deleted")["id"]],
    }
    assert [request.query["folderId"] for request in server.requests] == [FOLDER, FOLDER]


def test_clusters_of_a_folder_by_id(server: Server, make: Make) -> None:
    server.on(
        FOLDER_CLUSTERS,
        answer({"clusters": [{"id": "c2", "name": "b", "status": "RUNNING"}, {"id": "c1"}], "nextPageToken": "a"}),
        answer({"clusters": [{"id": "c2", "name": "b", "health": "DEAD"}, {"id": "c3"}], "nextPageToken": "b"}),
        answer({}),
    )
    found = make().clusters(FOLDER)
    assert [cluster.id for cluster in found] == ["c1", "c2", "c3"]
    assert found[0] == Cluster("c1", "", None, None)
    assert [request.query.get("pageToken") for request in server.requests] == [None, "a", "b"]


@pytest.mark.parametrize(("page_size", "asked"), [(1, 1), (99, 99), (100, 100), (101, 100), (1000, 100)])
def test_clusters_come_in_pages_that_the_gateway_can_carry(
    server: Server, make: Make, page_size: int, asked: int
) -> None:
    server.on(FOLDER_CLUSTERS, answer({"nextPageToken": "a"}), answer({}))
    make(page_size=page_size).clusters(FOLDER)
    assert [request.query["pageSize"] for request in server.requests] == [str(asked)] * 2
    assert {request.query["folderId"] for request in server.requests} == {FOLDER}


@pytest.mark.parametrize(
    "rows",
    [
        {"id": "x"},
        "x",
        7,
        [None],
        ["x"],
        [{}],
        [{"id": ""}],
        [{"id": 7}],
        [{"id": "c", "name": 7}],
        [{"name": "x"}],
        [[]],
    ],
)
def test_clusters_that_are_none_are_refused(server: Server, make: Make, rows: t.Any) -> None:
    server.on(FOLDER_CLUSTERS, answer({"clusters": rows}))
    with pytest.raises(InvalidResponse, match=rf"^folder {FOLDER}: "):
        make().clusters(FOLDER)


@pytest.mark.parametrize("rows", [{}, 0, False])
def test_falsy_clusters_that_are_no_list_are_refused_too(server: Server, make: Make, rows: t.Any) -> None:
    server.on(FOLDER_CLUSTERS, answer({"clusters": rows}))
    with pytest.raises(InvalidResponse):
        make().clusters(FOLDER)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [(404, 5, "No such folder"), (403, 7, "managed-redis.viewer"), (401, 16, "The credential was refused")],
)
def test_what_a_folder_is_refused_with_names_it(server: Server, make: Make, status: int, code: int, words: str) -> None:
    for path, what in ((FOLDER_BACKUPS, "backups"), (FOLDER_CLUSTERS, "clusters")):
        call = make().folder_backups if what == "backups" else make().clusters
        server.on(path, failure(status, code, "no"))
        with pytest.raises(
            ApiError, match=rf"^folder {FOLDER}: listing its {what}: HTTP status {status}: no\. .*{words}"
        ) as caught:
            call(FOLDER)
        assert caught.value.details["folder_id"] == FOLDER


def test_what_is_malformed_is_named_with_its_page(server: Server, make: Make) -> None:
    for path, what in ((FOLDER_BACKUPS, "backups"), (FOLDER_CLUSTERS, "clusters")):
        call = make().folder_backups if what == "backups" else make().clusters
        for page in range(3):
            server.on(path, *[answer({"nextPageToken": f"p{number}"}) for number in range(page)], html())
            with pytest.raises(
                InvalidResponse,
                match=rf"^folder {FOLDER}: listing its {what}, page {page + 1}: the response is not JSON",
            ):
                call(FOLDER)


def test_a_bad_row_of_a_folder_names_the_folder(server: Server, make: Make) -> None:
    server.on(FOLDER_BACKUPS, answer({"backups": [row(1, "c1"), row(2, "c2", createdAt="x")]}))
    with pytest.raises(
        InvalidResponse, match=rf"^folder {FOLDER}: row 2 of a page \(backup 'c2:b00002'\): the field 'createdAt' 'x'"
    ):
        make().folder_backups(FOLDER)


# --- a single backup ---


def test_a_single_backup(server: Server, make: Make) -> None:
    server.on(backup_path("b1"), answer(row(1, id="b1", type="MANUAL")))
    api = make()
    found = api.backup("b1")
    assert found is not None
    assert found.facts["type"] == "MANUAL"
    assert found.facts["age_seconds"] > 0
    assert server.requests[0].target == "/managed-redis/v1/backups/b1"
    assert api.client.list_requests == 0


@pytest.mark.parametrize(
    ("backup_id", "path"),
    [
        ("c9q1:mdb-backup-1", "c9q1%3Amdb-backup-1"),
        ("a/b", "a%2Fb"),
        ("../clusters", "..%2Fclusters"),
        ("a%2Fb", "a%252Fb"),
        ("100%", "100%25"),
        ("a?b#c", "a%3Fb%23c"),
        ("a b+c", "a%20b%2Bc"),
        ("\u0437", "%D0%B7"),
        ("...", "..."),
    ],
)
def test_an_id_is_quoted_whole_into_the_path(server: Server, make: Make, backup_id: str, path: str) -> None:
    server.on(f"/managed-redis/v1/backups/{path}", answer(row(id=backup_id)))
    found = make().backup(backup_id)
    assert found is not None
    assert found.id == backup_id


def test_a_backup_that_is_gone_is_none(server: Server, make: Make) -> None:
    server.on(backup_path("b1"), failure(404, 5, "Backup not found"))
    assert make().backup("b1") is None


def test_a_backup_that_the_gateway_s_headers_call_gone_is_none(server: Server, make: Make) -> None:
    server.on(backup_path("b1"), answer(body=b"", status=404, grpc_status="5", grpc_message="Backup%20not%20found"))
    assert make().backup("b1") is None


@pytest.mark.parametrize("reply", [html(404), answer(body=b"", status=404), answer({}, 404), answer([], 404)])
def test_where_it_is_not_the_api_that_says_404_nothing_is_known_of_the_backup(
    server: Server, make: Make, reply: Reply
) -> None:
    server.on(backup_path("b1"), reply)
    with pytest.raises(ApiError, match=r"^backup b1: reading it: HTTP status 404 without the API's own message"):
        make().backup("b1")


@pytest.mark.parametrize(("status", "code"), [(400, 3), (401, 16), (403, 7), (501, 12)])
def test_any_other_refusal_of_a_backup_is_an_error(server: Server, make: Make, status: int, code: int) -> None:
    server.on(backup_path("b1"), failure(status, code, "no"))
    with pytest.raises(ApiError, match=rf"^backup b1: reading it: HTTP status {status}: no") as caught:
        make().backup("b1")
    assert caught.value.details["backup_id"] == "b1"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (row(id="b2"), "the API answered with another backup, b2"),
        ({}, "the field 'id' is missing"),
        (row(id="b1", sourceClusterId=""), "the field 'sourceClusterId' is missing"),
        ([row(id="b1")], "the response is JSON, but not an object"),
    ],
)
def test_what_is_not_the_backup_asked_for_is_an_error(server: Server, make: Make, reply: t.Any, words: str) -> None:
    server.on(backup_path("b1"), answer(reply))
    with pytest.raises(InvalidResponse) as caught:
        make().backup("b1")
    assert str(caught.value).startswith("backup b1: ")
    assert words in str(caught.value)
