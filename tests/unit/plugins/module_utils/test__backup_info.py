# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a question to facts: what is asked of whom, what comes back, and who is named when it fails."""

from __future__ import annotations

import contextlib
import gc
import json
import threading
import time
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result, read_backups
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    DeadlineExceeded,
    InvalidResponse,
    SelectionError,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import (
    CLUSTER,
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    NOW,
    TOKEN,
    backups_path,
    connection,
    query,
    row,
    until,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Reply,
    Server,
    after,
    answer,
    dripping,
    failure,
    html,
    reset,
    stalled,
    truncated,
)

Ask = t.Callable[..., Result]
CLUSTERS = [f"c9q{number:02d}" for number in range(20)]
NOT_FOUND = failure(404, 5, "Cluster not found")
FORBIDDEN = failure(403, 7, "Permission denied")


@pytest.fixture
def ask(server: Server) -> Ask:
    """Asks the server."""

    def gather_facts(through: dict[str, t.Any] | None = None, **asked: t.Any) -> Result:
        return read_backups(query(**asked), lambda: connection(server.url, **through or {}), lambda: NOW)

    return gather_facts


def listed(*rows: dict[str, t.Any]) -> Reply:
    return answer({"backups": list(rows)})


def clusters(**names: str) -> Reply:
    return answer({"clusters": [{"id": cluster_id, "name": name} for cluster_id, name in names.items()]})


def backup_ids(rows: list[dict[str, t.Any]]) -> list[str]:
    return [one["id"] for one in rows]


# --- what comes back ---


def test_the_whole_answer_about_two_clusters(server: Server, ask: Ask) -> None:
    old, new = row(1, "c1", createdAt="2026-11-19T00:00:00Z"), row(2, "c1", createdAt="2026-11-20T09:00:00Z")
    running, other = row(3, "c1", createdAt=None), row(1, "c2", createdAt="2026-11-20T08:59:59.5Z", type="MANUAL")
    server.on(backups_path("c1"), listed(old, running, new))
    server.on(backups_path("c2"), listed(other))
    server.on(backups_path("c3"), answer({}))
    facts = ask(cluster_ids=["c2", "c1", "c3"], max_age="1h", type=["AUTOMATED", "MANUAL"]).facts
    assert facts.keys() == {
        "backups", "newest", "missing", "stale", "incomplete", "cluster_ids", "deleted", "selection", "pages",
        "evaluated_at",
    }  # fmt: skip
    assert backup_ids(facts["backups"]) == [new["id"], other["id"], old["id"]]
    assert facts["newest"] == {"c2": facts["backups"][1], "c1": facts["backups"][0]}
    assert facts["missing"] == ["c3"]
    assert facts["stale"] == ["c2"]
    assert backup_ids(facts["incomplete"]) == [running["id"]]
    assert facts["cluster_ids"] == {}
    none = {"created_after": 0, "created_before": 0, "type": 0, "shards": 0}
    assert facts["selection"] == {
        "c2": {"listed": 1, "incomplete": 0, "filtered_out": none, "matched": 1},
        "c1": {"listed": 3, "incomplete": 1, "filtered_out": none, "matched": 2},
        "c3": {"listed": 0, "incomplete": 0, "filtered_out": none, "matched": 0},
    }
    assert facts["pages"] == 3
    assert facts["evaluated_at"] == "2026-11-20T10:00:00Z"
    assert [one["age_seconds"] for one in facts["backups"]] == [3600, 3600, 122_400]


def test_the_limit_is_for_each_cluster_and_changes_no_count(server: Server, ask: Ask) -> None:
    for cluster in ("c1", "c2"):
        server.on(backups_path(cluster), listed(*(row(number, cluster) for number in range(5))))
    facts = ask(cluster_ids=["c1", "c2"], limit=2).facts
    assert sorted(backup_ids(facts["backups"])) == sorted(
        row(number, cluster)["id"] for cluster in ("c1", "c2") for number in (3, 4)
    )
    assert [facts["selection"][cluster]["matched"] for cluster in ("c1", "c2")] == [5, 5]
    assert facts["newest"]["c1"]["id"] == row(4, "c1")["id"]


@pytest.mark.parametrize("asked", [["c1"], ["c1", "c2"]])
def test_a_limit_beyond_all_numbers_of_the_machine(server: Server, ask: Ask, asked: list[str]) -> None:
    for cluster in asked:
        server.on(backups_path(cluster), listed(row(1, cluster), row(2, cluster)))
    assert len(ask(cluster_ids=asked, limit=1 << 70).facts["backups"]) == 2 * len(asked)


def test_counts_add_up(server: Server, ask: Ask) -> None:
    rows = [
        row(0, createdAt=None),
        row(1, type=None),
        row(2),
        row(3, type="MANUAL"),
        row(4, sourceShardNames=[]),
        row(4, sourceShardNames=[]),
    ]
    server.on(backups_path(), listed(*rows))
    selection = ask(
        cluster_ids=[CLUSTER], type=["AUTOMATED"], shards=["shard1"], created_before=row(3)["createdAt"]
    ).facts["selection"][CLUSTER]
    assert selection == {
        "listed": 5,
        "incomplete": 1,
        "filtered_out": {"created_after": 0, "created_before": 2, "type": 1, "shards": 0},
        "matched": 1,
    }


def test_a_cluster_asked_for_twice_is_read_once(server: Server, ask: Ask) -> None:
    server.on(backups_path("c1"), listed(row(1, "c1")))
    facts = ask(cluster_ids=["c1", "c1"]).facts
    assert len(facts["backups"]) == 1


def test_evaluated_at_is_taken_once_before_the_first_request(server: Server) -> None:
    taken = []

    def now() -> int:
        taken.append(len(server.requests))
        return NOW

    server.on(backups_path("c1"), answer({}))
    server.on(backups_path("c2"), answer({}))
    read_backups(query(cluster_ids=["c1", "c2"]), lambda: connection(server.url), now)
    assert taken == [0]


@pytest.mark.parametrize(
    "asked", [{"cluster_ids": []}, {"cluster_names": []}, {"cluster_ids": [], "folder_id": FOLDER}]
)
def test_asking_nothing_makes_no_connection(asked: dict[str, t.Any]) -> None:
    def connect() -> t.NoReturn:
        raise AssertionError("a connection was made")

    result = read_backups(query(**asked), connect, lambda: NOW)
    assert result.facts == {
        "backups": [],
        "newest": {},
        "missing": [],
        "stale": [],
        "incomplete": [],
        "cluster_ids": {},
        "deleted": [],
        "selection": {},
        "pages": 0,
        "evaluated_at": "2026-11-20T10:00:00Z",
    }
    assert result.warnings == []


def test_stale_is_strictly_older_only(server: Server, ask: Ask) -> None:
    times = {
        "c1": "2026-11-20T09:00:00Z",
        "c2": "2026-11-20T08:59:59.999999999Z",
        "c3": "2026-11-20T09:00:00.000000001Z",
    }
    for cluster, created in times.items():
        server.on(
            backups_path(cluster),
            listed(row(1, cluster, createdAt=created)),
            listed(row(1, cluster, createdAt=created)),
        )
    assert ask(cluster_ids=list(times), max_age="1h").facts["stale"] == ["c2"]
    assert ask(cluster_ids=list(times)).facts["stale"] == []


def test_backups_from_the_future_are_warned_of(server: Server, ask: Ask) -> None:
    server.on(backups_path("c1"), listed(row(1, "c1", createdAt="2026-11-20T10:05:00Z")))
    server.on(
        backups_path("c2"),
        listed(row(1, "c2", createdAt="2026-11-20T10:05:01Z"), row(2, "c2", createdAt="2026-11-20T11:00:00Z")),
    )
    server.on(backups_path("c3"), listed(row(1, "c3", createdAt="2026-11-20T12:00:00Z")))
    result = ask(cluster_ids=["c1", "c2", "c3"], created_before="2026-11-20T11:30:00Z", limit=1)
    assert len(result.warnings) == 1
    assert result.warnings[0].startswith(
        f"cluster c2: backup {row(2, 'c2')['id']} (and 1 more) claims to come from the future"
    )


def test_results_do_not_depend_on_the_order_of_completion(server: Server, ask: Ask) -> None:
    def read(order: list[str]) -> dict[str, t.Any]:
        gates = {cluster: threading.Event() for cluster in order}
        for place, cluster in enumerate(order):
            reply = listed(*(row(number, cluster) for number in range(3)))

            def send(handler: t.Any, reply: Reply = reply, cluster: str = cluster) -> None:
                reply(handler)
                gates[cluster].set()

            server.on(backups_path(cluster), after(gates[order[place - 1]], send) if place else send)
        return ask({"concurrency": 20}, cluster_ids=CLUSTERS).facts

    forward, backward = read(CLUSTERS), read(CLUSTERS[::-1])
    assert forward == backward
    assert list(forward["newest"]) == list(backward["newest"]) == CLUSTERS
    assert list(forward["selection"]) == list(backward["selection"]) == CLUSTERS


def test_twenty_clusters_cost_as_many_connections_as_are_read_at_a_time(server: Server, ask: Ask) -> None:
    for cluster in CLUSTERS:
        server.on(
            backups_path(cluster), answer({"backups": [row(1, cluster)], "nextPageToken": "a"}), listed(row(2, cluster))
        )
    facts = ask({"concurrency": 4}, cluster_ids=CLUSTERS).facts
    assert facts["pages"] == 40
    assert server.connections <= 4


# --- deleted clusters ---


@pytest.mark.parametrize("refusal", [NOT_FOUND, FORBIDDEN], ids=["404", "403"])
def test_a_cluster_that_cannot_be_read_is_looked_for_in_its_folder(server: Server, ask: Ask, refusal: Reply) -> None:
    server.on(backups_path("c1"), listed(row(1, "c1")))
    server.on(backups_path("gone"), refusal)
    server.on(backups_path("also-gone"), refusal)
    server.on(
        FOLDER_BACKUPS,
        answer({"backups": [row(1, "gone"), row(9, "c1")], "nextPageToken": "a"}),
        listed(row(2, "gone"), row(1, "also-gone", createdAt=None), row(1, "stranger")),
    )
    facts = ask(cluster_ids=["gone", "c1", "also-gone"], folder_id=FOLDER).facts
    assert {cluster: backup["id"] for cluster, backup in facts["newest"].items()} == {
        "gone": row(2, "gone")["id"],
        "c1": row(1, "c1")["id"],
    }
    assert facts["missing"] == ["also-gone"]
    assert list(facts["selection"]) == ["gone", "c1", "also-gone"]
    assert facts["pages"] == 5


def test_without_a_folder_the_way_to_a_deleted_cluster_is_told(server: Server, ask: Ask) -> None:
    for refusal, status in ((NOT_FOUND, 404), (FORBIDDEN, 403)):
        server.on(backups_path("gone"), refusal)
        with pytest.raises(ApiError) as caught:
            ask(cluster_ids=["gone"])
        told = str(caught.value)
        assert told.startswith(f"cluster gone: listing its backups: HTTP status {status}: ")
        assert told.count("set folder_id as well") == 1
        assert caught.value.as_dict()["http_status"] == status
        assert caught.value.as_dict()["cluster_id"] == "gone"


def test_a_cluster_with_no_row_in_the_folder_either_fails_with_its_first_answer(server: Server, ask: Ask) -> None:
    server.on(backups_path("gone"), NOT_FOUND)
    server.on(FOLDER_BACKUPS, listed(row(1, "stranger")))
    with pytest.raises(
        ApiError,
        match=rf"^cluster gone: listing its backups: HTTP status 404: Cluster not found\..* Folder {FOLDER} lists no",
    ):
        ask(cluster_ids=["gone"], folder_id=FOLDER)


@pytest.mark.parametrize(
    "refusal", [failure(403, 7, "No folder for you"), failure(404, 5, "No such folder")], ids=["403", "404"]
)
def test_where_the_folder_is_refused_too_the_first_answer_is_the_error(
    server: Server, ask: Ask, refusal: Reply
) -> None:
    server.on(backups_path("gone"), NOT_FOUND)
    server.on(FOLDER_BACKUPS, refusal)
    with pytest.raises(ApiError) as caught:
        ask(cluster_ids=["gone"], folder_id=FOLDER)
    assert str(caught.value).startswith("cluster gone: listing its backups: HTTP status 404: Cluster not found.")
    assert "older for you" in str(caught.value) or "No such folder" in str(caught.value)


@pytest.mark.parametrize(("status", "code"), [(400, 3), (401, 16), (409, 10), (501, 12)])
def test_no_other_refusal_leads_to_the_folder(server: Server, ask: Ask, status: int, code: int) -> None:
    server.on(backups_path("c1"), failure(status, code, "no"))
    with pytest.raises(ApiError, match=rf"^cluster c1: .+ {status}"):
        ask(cluster_ids=["c1"], folder_id=FOLDER)


def test_an_outage_of_the_folder_list_is_an_outage(server: Server, ask: Ask) -> None:
    server.on(backups_path("gone"), NOT_FOUND)
    server.on(FOLDER_BACKUPS, *[failure(503, 14, "down")] * 3)
    with pytest.raises(ApiError, match=rf"^folder {FOLDER}: listing its backups: HTTP status 503"):
        ask(cluster_ids=["gone"], folder_id=FOLDER)


def test_a_foreign_row_is_an_error_and_not_a_fact(server: Server, ask: Ask) -> None:
    server.on(backups_path("c1"), listed(row(1, "c1"), row(2, "c2")))
    with pytest.raises(InvalidResponse, match=r"^cluster c1: row 2 of a page .+ names another cluster, 'c2'"):
        ask(cluster_ids=["c1"], folder_id=FOLDER)


# --- names ---


def test_names_are_found_on_every_page_and_compared_exactly(server: Server, ask: Ask) -> None:
    server.on(
        FOLDER_CLUSTERS,
        answer(
            {
                "clusters": [{"id": "c1", "name": "Orders_PROD"}, {"id": "c2", "name": "orders_prod"}],
                "nextPageToken": "a",
            }
        ),
        clusters(c3="orders-prod ", c4="заказы"),
    )
    server.on(backups_path("c4"), answer({}))
    server.on(backups_path("c1"), listed(row(1, "c1")))
    facts = ask(cluster_names=["заказы", "Orders_PROD"], folder_id=FOLDER).facts
    assert facts["cluster_ids"] == {"заказы": "c4", "Orders_PROD": "c1"}
    assert facts["missing"] == ["c4"]
    assert list(facts["newest"]) == ["c1"]
    assert facts["pages"] == 4
    assert all("filter" not in request.query for request in server.requests)


def test_an_ambiguous_name_lists_its_clusters(server: Server, ask: Ask) -> None:
    server.on(FOLDER_CLUSTERS, clusters(c2="orders", c1="orders", c3="other"))
    with pytest.raises(SelectionError) as caught:
        ask(cluster_names=["orders"], folder_id=FOLDER)
    assert "'orders'" in str(caught.value)
    assert "c1, c2" in str(caught.value)
    assert "Use cluster_ids instead" in str(caught.value)


def test_an_unknown_name_lists_near_ones(server: Server, ask: Ask) -> None:
    server.on(
        FOLDER_CLUSTERS, clusters(c1="orders-prod", c2="orders-test", c3="unlike"), clusters(c1="unlike"), answer({})
    )
    with pytest.raises(SelectionError) as caught:
        ask(cluster_names=["orders-prd"], folder_id=FOLDER)
    assert f"folder {FOLDER} has no cluster 'orders-prd'" in str(caught.value)
    assert "'orders-prod', 'orders-test'" in str(caught.value)
    assert "unlike" not in str(caught.value)
    for count in (1, 0):
        with pytest.raises(SelectionError, match=rf"The folder has {count} clusters?; none has a name like it"):
            ask(cluster_names=["zzz"], folder_id=FOLDER)


def test_a_named_cluster_that_is_deleted_meanwhile_is_found_in_the_folder(server: Server, ask: Ask) -> None:
    server.on(FOLDER_CLUSTERS, clusters(c1="orders"))
    server.on(backups_path("c1"), NOT_FOUND)
    server.on(FOLDER_BACKUPS, listed(row(1, "c1")))
    assert ask(cluster_names=["orders"], folder_id=FOLDER).facts["newest"].keys() == {"c1"}


# --- a whole folder ---


def test_a_folder_is_read_whole_deleted_clusters_included(server: Server, ask: Ask) -> None:
    server.on(
        FOLDER_BACKUPS,
        answer({"backups": [row(1, "c2"), row(1, "deleted")], "nextPageToken": "a"}),
        listed(row(2, "c2", createdAt=None)),
    )
    server.on(FOLDER_CLUSTERS, clusters(c2="b", c1="a", c0=""))
    facts = ask(folder_id=FOLDER).facts
    assert list(facts["selection"]) == ["c0", "c1", "c2", "deleted"]
    assert facts["missing"] == ["c0", "c1"]
    assert list(facts["newest"]) == ["c2", "deleted"]
    assert facts["cluster_ids"] == {"a": "c1", "b": "c2"}
    assert facts["deleted"] == ["deleted"]
    assert len(facts["incomplete"]) == 1
    assert facts["pages"] == 3


def test_an_empty_folder(server: Server, ask: Ask) -> None:
    server.on(FOLDER_BACKUPS, answer({}))
    server.on(FOLDER_CLUSTERS, answer({}))
    facts = ask(folder_id=FOLDER).facts
    assert (facts["backups"], facts["missing"], facts["selection"], facts["pages"]) == ([], [], {}, 2)


def test_a_name_of_several_clusters_in_a_folder_is_warned_of_once(server: Server, ask: Ask) -> None:
    server.on(FOLDER_BACKUPS, listed(row(1, "c2"), row(1, "c5")))
    server.on(FOLDER_CLUSTERS, clusters(c3="same", c1="same", c2="same", c4="", c5=""))
    result = ask(folder_id=FOLDER)
    assert result.facts["cluster_ids"] == {"same": "c1"}
    assert result.facts["deleted"] == []
    assert len(result.warnings) == 1
    assert "'same'" in result.warnings[0]
    assert "c1" in result.warnings[0]


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_as_it_was(server: Server, ask: Ask, enabled: bool, frozen: bool, fails: bool) -> None:
    server.on(backups_path("c1"), failure(404, 5, "none") if fails else listed(row(1, "c1")))
    (gc.freeze if frozen else gc.unfreeze)()
    if not enabled:
        gc.disable()
    try:
        with pytest.raises(ApiError) if fails else contextlib.nullcontext():
            ask(cluster_ids=["c1"])
        assert gc.isenabled() is enabled
        assert (gc.get_freeze_count() > 0) is frozen
    finally:
        gc.unfreeze()
        gc.enable()


# --- failure among many ---


@pytest.mark.parametrize(
    "stuck", [stalled(), stalled(200), dripping()], ids=["silent", "silent after the head", "dripping"]
)
def test_one_failing_cluster_of_twenty_stops_the_rest_promptly_and_is_named(
    server: Server, ask: Ask, stuck: Reply, client_threads: t.Callable[[], list[str]]
) -> None:
    all_there = threading.Event()
    for cluster in CLUSTERS:
        server.always(backups_path(cluster), stuck)
    server.on(backups_path("c9q07"), after(all_there, failure(501, 12, "not here")))
    watcher = threading.Thread(
        target=lambda: (until(lambda: len(server.requests) == 20), all_there.set()), name="server-watcher"
    )
    watcher.start()
    started = time.monotonic()
    with pytest.raises(ApiError, match=r"^cluster c9q07: listing its backups: HTTP status 501: not here") as caught:
        ask({"concurrency": 20, "api_timeout": 30.0}, cluster_ids=CLUSTERS)
    assert time.monotonic() - started < 3
    assert caught.value.details["cluster_id"] == "c9q07"
    assert client_threads() == []
    watcher.join()


def test_the_deadline_covers_all_clusters_together_and_names_one(
    server: Server, ask: Ask, client_threads: t.Callable[[], list[str]]
) -> None:
    for cluster in CLUSTERS:
        server.always(backups_path(cluster), dripping())
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"^cluster c9q\d\d: listing its backups"):
        ask({"concurrency": 4, "api_deadline": 0.4}, cluster_ids=CLUSTERS)
    assert time.monotonic() - started < 2
    assert client_threads() == []


# --- silence ---


SECRET = "t1.9euelZqUx5eXnJ3LnpqV==.c2VjcmV0LXNpZ25hdHVyZS1vZi10aGUtdG9rZW4AAAA=="
PART = "c2VjcmV0LXNpZ25hdHVyZS1vZi10aGUtdG9rZW4"


def echoes() -> dict[str, Reply]:
    """Everything in which a service could give a token back."""
    return {
        "message": failure(401, 16, f"The token {SECRET} is invalid"),
        "message of a 404": failure(404, 5, f"Not for Bearer {SECRET}"),
        "long message": failure(400, 3, "x" * 480 + SECRET),
        "request id": failure(403, 7, "no", x_request_id=SECRET, x_server_trace_id=f"a{SECRET}"),
        "request id of a success": answer([], x_request_id=SECRET, x_server_trace_id=SECRET),
        "content type": html_of(f"text/html; token={SECRET}"),
        "content type of an error": answer(status=400, body=b"<", Content_Type=SECRET),
        "html": answer(status=403, body=f"<html>{SECRET}</html>".encode()),
        "location": answer({}, 302, Location=f"https://evil.example/?{SECRET}"),
        "completion time": listed(row(createdAt=SECRET)),
        "owner": listed(row(sourceClusterId=SECRET)),
        "id of a bad row": listed(row(id=f"backup of {SECRET}", createdAt="x")),
        "field": listed(row(**{SECRET: [[]]} | {"deep": deep(200)})),
        "field too deep": listed(row(**{SECRET: deep(200)})),
        "page token": answer({"nextPageToken": SECRET}),
        "status line": lambda handler: handler.wfile.write(
            f"HTTP/1.1 200 {SECRET}\r\nContent-Length: 0\r\n\r\n".encode()
        ),
        "no HTTP": lambda handler: (handler.wfile.write(f"{SECRET}\r\n\r\n".encode()), handler.hang_up())[1],
        "chunk": lambda handler: (
            handler.head(200, {"Transfer-Encoding": "chunked"}),
            handler.wfile.write(f"{SECRET}\r\n".encode()),
            handler.hang_up(),
        )[2],
        "reset": reset,
        "truncated": truncated({"token": SECRET}),
    }


def deep(depth: int) -> t.Any:
    value: t.Any = []
    for _number in range(depth):
        value = [value]
    return value


def html_of(content_type: str) -> Reply:
    return answer(status=200, body=b"<html>", Content_Type=content_type)


def everything_about(exc: BaseException) -> str:
    """All that an exception could show, its causes included."""
    shown, link = "", t.cast("BaseException | None", exc)
    while link is not None:
        shown += f"{link} {link!r} {link.args} {getattr(link, 'details', '')} "
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    if isinstance(exc, CloudError):
        shown += str(exc.as_dict())
    return shown


def echo_cases() -> t.Iterator[t.Any]:
    for name, reply in echoes().items():
        for again in (False, True):
            yield pytest.param(reply, again, id=f"{name}-{'cached token' if again else 'first call'}")


@pytest.mark.parametrize(("reply", "again"), list(echo_cases()))
def test_no_failure_shows_the_token_even_if_the_service_gives_it_back(
    server: Server, ask: Ask, reply: Reply, again: bool
) -> None:
    if again:
        server.on(backups_path(), answer({}))
        ask({"iam_token": SECRET}, cluster_ids=[CLUSTER])
    server.always(backups_path(), reply)
    with pytest.raises(CloudError) as caught:
        ask({"iam_token": SECRET, "api_retries": 1, "api_retry_max_delay": 0.01}, cluster_ids=[CLUSTER])
    shown = everything_about(caught.value)
    assert PART not in shown
    assert SECRET[:20] not in shown
    assert CLUSTER in str(caught.value)
    assert str(caught.value).isprintable()


def test_html_is_named_as_such(server: Server, ask: Ask) -> None:
    server.on(backups_path(), html())
    with pytest.raises(
        InvalidResponse,
        match=rf"^cluster {CLUSTER}: listing its backups, page 1: the answer is no JSON \(\d+ bytes of text/html",
    ):
        ask(cluster_ids=[CLUSTER])


EXCHANGES: dict[str, t.Callable[[str], Reply]] = {
    "message": lambda jwt: failure(401, 16, f"JWT {jwt} is bad"),
    "request id": lambda jwt: failure(400, 3, "no", x_request_id=jwt),
    "body": lambda jwt: answer({"iamToken": ["x"], "jwt": jwt}),
    "html": lambda jwt: answer(status=500, body=f"<html>{jwt}</html>".encode(), Content_Type="text/html"),
    "content type": lambda jwt: answer(body=b"x", Content_Type=jwt),
}


@pytest.mark.parametrize("echo", EXCHANGES.values(), ids=EXCHANGES)
def test_no_failed_exchange_shows_the_jwt_or_the_key(
    server: Server, ask: Ask, key: t.Any, echo: t.Callable[[str], Reply]
) -> None:
    seen = []

    def reply(handler: t.Any) -> None:
        seen.append(json.loads(handler.owner.requests[-1].body)["jwt"])
        echo(seen[-1])(handler)

    address = server.url.removeprefix("http://")
    server.on("/endpoints", answer({"endpoints": [{"id": "iam", "address": address}]}))
    server.always("/iam/v1/tokens", reply)
    with pytest.raises(CloudError) as caught:
        ask({"iam_token": None, "service_account_key": key.content, "api_retries": 0}, cluster_ids=[CLUSTER])
    shown = everything_about(caught.value)
    (jwt,) = seen
    for secret in (*jwt.split(".")[1:], *key.content["private_key"].splitlines()[2:-1]):
        assert secret not in shown


def test_the_token_is_not_among_the_facts(server: Server, ask: Ask) -> None:
    server.on(backups_path(), listed(row()))
    assert TOKEN not in str(ask(cluster_ids=[CLUSTER]))
