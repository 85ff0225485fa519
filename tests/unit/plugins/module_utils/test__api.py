# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings to their last page, whatever the pages look like on the way."""

from __future__ import annotations

import random
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._api import Cluster, RedisApi
from ansible_collections.yacloud.mdb.plugins.module_utils._backups import Backup
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import IamToken
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.discovery import Services
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    ConnectionFailed,
    InvalidResponse,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.redaction import Secrets
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.tokens import TokenSource
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import Transport
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import parse_base_url
from ansible_collections.yacloud.mdb.plugins.module_utils._query import TransportOptions
from ansible_collections.yacloud.mdb.tests.unit.samples import (
    CLUSTER,
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    NOW,
    TOKEN,
    backups_path,
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

Make = t.Callable[..., RedisApi]


@pytest.fixture
def make(server: Server) -> t.Iterator[Make]:
    """Makes clients of the server."""
    made: list[Transport] = []

    def make_one(page_size: int = 1000, prefix: str = "", **options: t.Any) -> RedisApi:
        made.append(
            Transport(
                TransportOptions(**{"api_timeout": 5.0, "api_retries": 1, "api_retry_max_delay": 0.01} | options),
                Secrets(),
            )
        )
        base = parse_base_url(server.url + prefix, "mdb_endpoint", path_allowed=True)
        tokens = TokenSource(IamToken(TOKEN, "iam_token of the options"))
        return RedisApi(
            made[-1],
            Services(parse_base_url(server.url, "endpoint"), base),
            tokens,
            page_size=page_size,
            evaluated_at=NOW,
        )

    yield make_one
    for transport in made:
        transport.close()


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
    assert len(server.requests) == requests == api.pages
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
def test_a_token_that_is_no_text_is_refused(server: Server, make: Make, token: t.Any) -> None:
    server.on(backups_path(), answer({"nextPageToken": "a"}), answer({"backups": [row()], "nextPageToken": token}))
    with pytest.raises(
        InvalidResponse, match=rf"^cluster {CLUSTER}: listing its backups, page 2: the field 'nextPageToken' is no text"
    ) as caught:
        make().cluster_backups(CLUSTER)
    assert caught.value.details == {"cluster_id": CLUSTER}


@pytest.mark.parametrize("token", [0, False, [], {}, 0.0])
def test_a_falsy_token_that_is_no_text_is_refused_too(server: Server, make: Make, token: t.Any) -> None:
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
    assert api.pages == 3
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
        (html(), "the answer is no JSON"),
        (answer(body=b""), "the answer is no JSON (an empty body)"),
        (answer(body=b'{"backups": ['), "the answer is no JSON"),
        (answer([]), "the answer is JSON, but no object"),
        (answer({"backups": {}}), "the field 'backups' of the answer is an object instead of a list"),
        (
            answer({"backups": [row(1), {"id": "x"}]}),
            "row 2 of a page (backup 'x'): the field 'sourceClusterId' is missing",
        ),
        (
            answer({"backups": [row(1, cluster="c9qother")]}),
            "the field 'sourceClusterId' names another cluster, 'c9qother'",
        ),
        (answer({"backups": [row(1, createdAt="yesterday")]}), "the field 'createdAt' 'yesterday' is no RFC 3339 time"),
        (answer({"backups": [row(1)]}, 204), ""),
    ],
)
def test_a_malformed_success_is_never_tried_again_and_never_a_shorter_list(
    server: Server, make: Make, reply: Reply, words: str, page: int
) -> None:
    if not words:
        reply, words = nothing, "the answer is no JSON (an empty body)"
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
        answer({"clusters": [{"id": "c2", "name": "b"}, {"id": "c3", "name": None}], "nextPageToken": "b"}),
        answer({}),
    )
    assert make().clusters(FOLDER) == [Cluster("c1", ""), Cluster("c2", "b"), Cluster("c3", "")]
    assert [request.query for request in server.requests] == [
        {"folderId": FOLDER, "pageSize": "1000", **({"pageToken": token} if token else {})} for token in ("", "a", "b")
    ]


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
                InvalidResponse, match=rf"^folder {FOLDER}: listing its {what}, page {page + 1}: the answer is no JSON"
            ):
                call(FOLDER)


def test_a_bad_row_of_a_folder_names_the_folder(server: Server, make: Make) -> None:
    server.on(FOLDER_BACKUPS, answer({"backups": [row(1, "c1"), row(2, "c2", createdAt="x")]}))
    with pytest.raises(
        InvalidResponse, match=rf"^folder {FOLDER}: row 2 of a page \(backup 'c2:b00002'\): the field 'createdAt' 'x'"
    ):
        make().folder_backups(FOLDER)
