# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a query to facts: what is asked of whom, what comes back, and who is named when it fails."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import read_backups
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError
from ansible_collections.yacloud.mdb.tests.unit.samples import (
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    NOW,
    Ask,
    backups_path,
    clusters,
    connection,
    listed,
    query,
    row,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Reply, Server, answer, failure

NOT_FOUND = failure(404, 5, "Cluster not found")
FORBIDDEN = failure(403, 7, "Permission denied")


def backup_ids(rows: list[dict[str, t.Any]]) -> list[str]:
    return [one["id"] for one in rows]


# --- what comes back ---


def test_the_whole_result_about_three_clusters(server: Server, ask: Ask) -> None:
    old, new = row(1, "c1", createdAt="2026-11-19T00:00:00Z"), row(2, "c1", createdAt="2026-11-20T09:00:00Z")
    running, other = row(3, "c1", createdAt=None), row(1, "c2", createdAt="2026-11-20T08:59:59.5Z", type="MANUAL")
    server.on(backups_path("c1"), listed(old, running, new))
    server.on(backups_path("c2"), listed(other))
    server.on(backups_path("c3"), answer({}))
    facts = ask(cluster_ids=["c2", "c1", "c3"], max_age="1h", type=["AUTOMATED", "MANUAL"]).facts
    assert facts.keys() == {
        "backups", "newest", "newest_by_name", "missing", "stale", "incomplete", "cluster_ids", "clusters", "deleted",
        "selection", "explanation", "query", "pages", "evaluated_at",
    }  # fmt: skip
    assert backup_ids(facts["backups"]) == [new["id"], other["id"], old["id"]]
    assert facts["newest"] == {"c2": facts["backups"][1], "c1": facts["backups"][0]}
    assert facts["missing"] == ["c3"]
    assert facts["stale"] == ["c2"]
    assert backup_ids(facts["incomplete"]) == [running["id"]]
    assert facts["cluster_ids"] == facts["clusters"] == facts["newest_by_name"] == {}
    assert {one["source_cluster_name"] for one in facts["backups"]} == {None}
    assert facts["query"] == {"cluster_ids": ["c2", "c1", "c3"], "max_age": "1h", "type": ["AUTOMATED", "MANUAL"]}
    assert list(facts["explanation"]) == ["c2", "c1", "c3"]
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
        page = listed(*(row(number, cluster) for number in range(5)))
        server.on(backups_path(cluster), page, page)
    facts = ask(cluster_ids=["c1", "c2"], limit=2).facts
    assert sorted(backup_ids(facts["backups"])) == sorted(
        row(number, cluster)["id"] for cluster in ("c1", "c2") for number in (3, 4)
    )
    assert [facts["selection"][cluster]["matched"] for cluster in ("c1", "c2")] == [5, 5]
    assert facts["newest"]["c1"]["id"] == row(4, "c1")["id"]
    # Beyond all numbers of the machine.
    assert len(ask(cluster_ids=["c1", "c2"], limit=1 << 70).facts["backups"]) == 10


def test_unfinished_rows_of_all_clusters_come_newest_start_first(server: Server, ask: Ask) -> None:
    starts = {
        "c1": [("1", None, "2026-11-20T09:00:00Z"), ("2", "1970-01-01T00:00:00Z", "2026-11-20T08:30:00Z")],
        "c2": [
            ("3", "", None),
            ("4", "0001-01-01T00:00:00Z", "2026-11-20T09:00:00.5Z"),
            ("5", None, "2026-11-20T09:00:00Z"),
        ],
    }
    for cluster, rows in starts.items():
        made = (row(0, cluster, id=name, createdAt=created, startedAt=started) for name, created, started in rows)
        server.on(backups_path(cluster), listed(*made))
    assert backup_ids(ask(cluster_ids=["c1", "c2"]).facts["incomplete"]) == ["4", "5", "1", "2", "3"]


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
    "asked",
    [
        {"cluster_names": []},
        {"backup_ids": []},
        {"cluster_ids": [], "folder_id": FOLDER, "max_age": "1h", "on_missing": "error", "on_stale": "error"},
    ],
)
def test_asking_nothing_makes_no_connection(asked: dict[str, t.Any]) -> None:
    def connect() -> t.NoReturn:
        raise AssertionError("a connection was made")

    facts, warnings = read_backups(query(**asked), connect, lambda: NOW)
    assert facts == {
        **{name: [] for name in ("backups", "missing", "stale", "incomplete", "deleted")},
        **{name: {} for name in ("newest", "newest_by_name", "cluster_ids", "clusters", "selection", "explanation")},
        "query": {name: value for name, value in asked.items() if not name.startswith("on_")},
        "pages": 0,
        "evaluated_at": "2026-11-20T10:00:00Z",
    }
    assert warnings == []


def test_backups_from_the_future_are_warned_of_where_they_match(server: Server, ask: Ask) -> None:
    ahead = [row(number, "c2", createdAt="2026-11-20T11:00:00Z") for number in range(2)]
    server.on(backups_path("c2"), listed(*ahead))
    server.on(backups_path("c3"), listed(row(1, "c3", createdAt="2026-11-20T12:00:00Z")))
    (warning,) = ask(cluster_ids=["c2", "c3"], created_before="2026-11-20T11:30:00Z", limit=1).warnings
    assert warning.startswith(f"cluster c2: backup {ahead[1]['id']} (and 1 more) claims to come from the future")


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


@pytest.mark.parametrize(
    ("folder_says", "words"),
    [
        (listed(row(1, "stranger")), f"Folder {FOLDER} lists no backup of it either."),
        (failure(403, 7, "No folder for you"), "Its backups could not be looked for either: .* No folder for you"),
        (failure(404, 5, "Which folder?"), r"Its backups could not be looked for either: .* Which folder\?"),
    ],
    ids=["no row", "403", "404"],
)
def test_a_cluster_that_the_folder_does_not_have_either_fails_with_its_first_answer(
    server: Server, ask: Ask, folder_says: Reply, words: str
) -> None:
    server.on(backups_path("gone"), NOT_FOUND)
    server.on(FOLDER_BACKUPS, folder_says)
    first = "cluster gone: listing its backups: HTTP status 404: Cluster not found"
    with pytest.raises(ApiError, match=rf"^{first}\..* {words}"):
        ask(cluster_ids=["gone"], folder_id=FOLDER)


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


# --- names ---


def test_clusters_asked_for_by_name_come_with_name_and_state_and_no_others(server: Server, ask: Ask) -> None:
    rows = [
        {"id": "c2", "name": "заказы", "status": "STOPPED", "health": "HEALTH_UNKNOWN"},
        {"id": "c1", "name": "Orders_PROD", "status": "RUNNING", "health": "ALIVE"},
        {"id": "c3", "name": "orders_prod", "status": "RUNNING"},
    ]
    server.on(FOLDER_CLUSTERS, answer({"clusters": rows[1:], "nextPageToken": "a"}), answer({"clusters": rows[:1]}))
    server.on(backups_path("c1"), listed(row(1, "c1"), row(2, "c1", createdAt=None)))
    server.on(backups_path("c2"), answer({}))
    facts = ask(cluster_names=["заказы", "Orders_PROD"], folder_id=FOLDER).facts
    assert facts["clusters"] == {
        "c2": {"name": "заказы", "status": "STOPPED", "health": None, "deleted": False},
        "c1": {"name": "Orders_PROD", "status": "RUNNING", "health": "ALIVE", "deleted": False},
    }
    assert facts["cluster_ids"] == {"заказы": "c2", "Orders_PROD": "c1"}
    assert (facts["missing"], facts["pages"]) == (["c2"], 4)
    assert facts["newest_by_name"] == {"Orders_PROD": facts["newest"]["c1"]}
    assert (
        facts["newest"]["c1"]["source_cluster_name"] == facts["incomplete"][0]["source_cluster_name"] == "Orders_PROD"
    )
    assert [line.partition(":")[0] for line in facts["explanation"].values()] == ["заказы (c2)", "Orders_PROD (c1)"]


def test_a_named_cluster_that_is_deleted_meanwhile_is_found_in_the_folder(server: Server, ask: Ask) -> None:
    server.on(FOLDER_CLUSTERS, clusters(c1="orders"))
    server.on(backups_path("c1"), NOT_FOUND)
    server.on(FOLDER_BACKUPS, listed(row(1, "c1")))
    assert ask(cluster_names=["orders"], folder_id=FOLDER).facts["newest"].keys() == {"c1"}


# --- a whole folder ---


def test_a_folder_is_read_whole_deleted_clusters_included(server: Server, ask: Ask) -> None:
    server.on(
        FOLDER_BACKUPS,
        answer({"backups": [row(1, "c1"), row(1, "deleted")], "nextPageToken": "a"}),
        listed(row(2, "c1", createdAt=None), row(1, "c1"), row(1, "c0")),
    )
    rows = [{"id": "c1", "name": "a", "status": 9, "health": "STATUS_UNKNOWN"}, {"id": "c0"}, {"id": "b", "name": "b"}]
    server.on(FOLDER_CLUSTERS, answer({"clusters": rows}))
    facts = ask(folder_id=FOLDER).facts
    assert {cluster: counts["listed"] for cluster, counts in facts["selection"].items()} == {
        "b": 0, "c0": 1, "c1": 2, "deleted": 1,
    }  # fmt: skip
    assert list(facts["selection"]) == ["b", "c0", "c1", "deleted"]
    assert facts["clusters"] == {
        "b": {"name": "b", "status": None, "health": None, "deleted": False},
        "c0": {"name": None, "status": None, "health": None, "deleted": False},
        "c1": {"name": "a", "status": "9", "health": None, "deleted": False},
        "deleted": {"name": None, "status": None, "health": None, "deleted": True},
    }
    assert facts["cluster_ids"] == {"a": "c1", "b": "b"}
    assert (facts["missing"], facts["deleted"], facts["pages"], len(facts["incomplete"])) == (["b"], ["deleted"], 3, 1)
    assert facts["newest_by_name"] == {"a": facts["newest"]["c1"]}
    names = {cluster: backup["source_cluster_name"] for cluster, backup in facts["newest"].items()}
    assert names == {"c0": None, "c1": "a", "deleted": None}
    assert [line.partition(":")[0] for line in facts["explanation"].values()] == ["b (b)", "c0", "c1 (a)", "deleted"]


def test_an_empty_folder(server: Server, ask: Ask) -> None:
    server.on(FOLDER_BACKUPS, answer({}))
    server.on(FOLDER_CLUSTERS, answer({}))
    facts = ask(folder_id=FOLDER).facts
    assert (facts["backups"], facts["missing"], facts["selection"], facts["pages"]) == ([], [], {}, 2)


@pytest.mark.parametrize(("owners", "has_first"), [(["c2", "c5"], False), (["c2", "c1"], True)])
def test_a_name_of_several_clusters_is_warned_of_once_and_stands_for_the_first_by_id(
    server: Server, ask: Ask, owners: list[str], has_first: bool
) -> None:
    server.on(FOLDER_BACKUPS, listed(*(row(1, cluster) for cluster in owners)))
    server.on(FOLDER_CLUSTERS, clusters(c3="same", c1="same", c2="same", c4="", c5=""))
    facts, (warning,) = ask(folder_id=FOLDER)
    assert "3 clusters have the name 'same'" in warning
    assert (facts["cluster_ids"], facts["deleted"]) == ({"same": "c1"}, [])
    assert list(facts["newest"]) == sorted(owners)
    # A name must not give the backup of another cluster than cluster_ids.
    assert facts["newest_by_name"] == ({"same": facts["newest"]["c1"]} if has_first else {})
