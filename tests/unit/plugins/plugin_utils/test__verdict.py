# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict at its edges, and its words."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.plugins.plugin_utils._verdict import judge
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import (
    CARTS,
    GONE,
    HOUR,
    NAMES,
    ORDERS,
    SESSIONS,
    backups,
    counts,
    folder,
    folder_result,
    hours_ago,
    result,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW


def only(verdict: dict[str, t.Any]) -> dict[str, t.Any]:
    (cluster,) = verdict["clusters"].values()
    return t.cast("dict[str, t.Any]", cluster)


def test_statuses_the_worst_first() -> None:
    verdict = folder()
    assert {key: cluster["status"] for key, cluster in verdict["clusters"].items()} == {
        CARTS: "never",
        SESSIONS: "stale",
        ORDERS: "fresh",
        GONE: "skipped",
    }
    assert list(verdict["clusters"]) == [CARTS, SESSIONS, ORDERS, GONE]
    assert verdict["missed"] == [CARTS, SESSIONS]
    assert verdict["counts"] == {"never": 1, "stale": 1, "fresh": 1, "skipped": 1}
    assert (verdict["objective"], verdict["objective_seconds"]) == ("26h", 26 * 3600)
    assert verdict["query"] == {"folder_id": FOLDER}
    assert json.loads(json.dumps(verdict)) == verdict


def test_what_is_known_of_a_cluster() -> None:
    given = folder_result()
    assert judge(given, "26h")["clusters"][SESSIONS] == {
        "status": "stale",
        "age_seconds": 30 * 3600,
        "newest": given["newest"][SESSIONS],
        "cluster_status": "RUNNING",
        "cluster_id": SESSIONS,
        "cluster_name": "sessions-prod",
        "folder_id": FOLDER,
        "overdue_seconds": 4 * 3600,
        "listed": 1,
        "matched": 1,
        "running": 0,
        "reason": f"its newest backup {SESSIONS}:b00000 of {hours_ago(30)} is 30h old, 4h beyond the objective",
    }


def test_the_message_says_each_thing_once() -> None:
    verdict = folder()
    missed = [
        "2 of 3 clusters miss the objective of 26h.",
        "  NEVER   c9qcarts (carts): no backup exists",
        f"  STALE   c9qsessions (sessions-prod): {verdict['clusters'][SESSIONS]['reason']}",
    ]
    assert verdict["failure"] == missed
    assert verdict["message"] == [
        *missed,
        "  fresh   1 cluster, newest backup 3h old",
        "  skipped c9qgone: deleted, 1 backup left for at most 7 days; its newest backup is 2d 2h old",
    ]


def test_who_asked_by_name_is_told_by_name() -> None:
    verdict = judge(folder_result(cluster_names=list(NAMES)), "26h")
    assert list(verdict["clusters"]) == ["carts", "sessions-prod", "orders-prod", GONE]
    assert verdict["missed"] == ["carts", "sessions-prod"]
    assert verdict["failure"][1] == "  NEVER   carts (c9qcarts): no backup exists"


@pytest.mark.parametrize(
    ("beyond", "status", "words"),
    [
        (-1, "fresh", "is 25h 59m old, 0s to spare"),
        (0, "fresh", "is 26h old, 0s to spare"),
        (1, "stale", "is 26h 1ns old, 1ns beyond the objective"),
        (90 * SECOND, "stale", "is 26h 1m old, 1m 30s beyond the objective"),
    ],
)
def test_only_what_is_strictly_older_is_stale_to_the_nanosecond(beyond: int, status: str, words: str) -> None:
    verdict = judge(result({ORDERS: backups(ORDERS, 0, created_at=format_instant(NOW - 26 * HOUR - beyond))}), "26h")
    assert only(verdict)["status"] == status
    assert only(verdict)["reason"].endswith(words)


@pytest.mark.parametrize(
    ("given", "objective", "seconds"),
    [("1d2h", "1d2h", 93_600), (" PT26H ", "PT26H", 93_600), (90, "90s", 90), ("90", "90s", 90), (0.5, "0.5s", 0.5)],
)
def test_the_objective_is_shown_as_it_was_written(given: t.Any, objective: str, seconds: float) -> None:
    verdict = judge(result({ORDERS: []}, max_age=given))
    assert (verdict["objective"], verdict["objective_seconds"]) == (objective, seconds)
    assert verdict["message"][0] == f"The cluster misses the objective of {objective}."


def test_the_filters_objective_outranks_the_modules() -> None:
    given = result({ORDERS: backups(ORDERS, 3)}, max_age="2h")
    assert only(judge(given))["status"] == "stale"
    assert only(judge(given, "4h"))["status"] == "fresh"


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("max_age", [None, "", "soon", True, -1]),
        ("exclude", ["", ["carts", ""], [None], {"carts": 1}, [["carts"]], True]),
        ("skip_stopped", ["maybe", 5, None, []]),
    ],
)
def test_an_option_that_cannot_be_worked_with_is_named(option: str, values: list[t.Any]) -> None:
    for value in values:
        with pytest.raises(OptionError, match=rf"^{option} "):
            folder(**{option: value})


def test_ages_before_an_incident_are_measured_from_it() -> None:
    incident = hours_ago(20)
    verdict = judge(result({ORDERS: backups(ORDERS, 30)}, created_before=incident, max_age="26h"))
    assert only(verdict)["status"] == "fresh"
    assert only(verdict)["age_seconds"] == 10 * 3600
    assert (verdict["measured_from"], verdict["evaluated_at"]) == (incident, format_instant(NOW))
    assert verdict["message"][0] == f"The cluster has a backup within the objective of 26h, measured from {incident}."


def test_a_bound_in_the_future_changes_no_age() -> None:
    verdict = judge(result({ORDERS: backups(ORDERS, 30)}, created_before=hours_ago(-5)), "26h")
    assert (verdict["measured_from"], only(verdict)["age_seconds"]) == (format_instant(NOW), 30 * 3600)


@pytest.mark.parametrize("exclude", [["c9qs*", "carts"], "c9qs*, carts", [SESSIONS, CARTS], ("sess*-prod", "[c]arts")])
def test_excluded_clusters_are_shown_and_not_judged(exclude: t.Any) -> None:
    verdict = folder(exclude=exclude)
    assert verdict["counts"] == {"never": 0, "stale": 0, "fresh": 1, "skipped": 3}
    assert verdict["missed"] == verdict["failure"] == []
    assert verdict["clusters"][CARTS]["reason"] == "excluded; no backup exists"
    assert verdict["clusters"][SESSIONS]["age_seconds"] == 30 * 3600
    assert verdict["clusters"][SESSIONS]["overdue_seconds"] is None
    assert verdict["message"][0] == "The cluster has a backup within the objective of 26h."
    assert folder(exclude="CARTS")["clusters"][CARTS]["status"] == "never"


@pytest.mark.parametrize(("skip_stopped", "status"), [(False, "stale"), ("false", "stale"), (True, "skipped")])
def test_a_stopped_cluster_is_always_said_to_be(skip_stopped: t.Any, status: str) -> None:
    given = result({ORDERS: backups(ORDERS, 30)}, {"orders": ORDERS}, statuses={ORDERS: "STOPPED"})
    verdict = judge(given, "26h", skip_stopped=skip_stopped)
    assert (only(verdict)["status"], only(verdict)["cluster_status"]) == (status, "STOPPED")
    assert any("the cluster is STOPPED and makes no backups" in line for line in verdict["message"])
    assert folder(skip_stopped=skip_stopped)["clusters"][SESSIONS]["status"] == "stale"


@pytest.mark.parametrize(
    ("selected", "reason"),
    [
        (counts(0), "no backup exists"),
        (counts(0, 1), "no backup has finished; 1 backup is running"),
        (
            counts(0, 2, type=3, shards=1),
            "no backup matches: 6 listed, 3 ruled out by type, 1 ruled out by shards; 2 backups are running",
        ),
    ],
)
def test_why_there_is_no_backup(selected: dict[str, t.Any], reason: str) -> None:
    given = result({ORDERS: []})
    given["selection"][ORDERS] = selected
    cluster = only(judge(given, "26h"))
    assert (cluster["status"], cluster["reason"], cluster["running"]) == ("never", reason, selected["incomplete"])


def test_fresh_clusters_share_a_line() -> None:
    given = result(
        {ORDERS: backups(ORDERS, 3), SESSIONS: backups(SESSIONS, 25.5), CARTS: backups(CARTS, 4)},
        NAMES,
        statuses={CARTS: "STOPPED"},
    )
    given["selection"][ORDERS] = counts(1, 1)
    assert judge(given, "26h")["message"] == [
        "All 3 clusters have a backup within the objective of 26h.",
        "  fresh   3 clusters, newest backup between 3h and 25h 30m old; STOPPED and making no backups: c9qcarts (carts); 1 with a backup running",
    ]


def test_a_backup_from_the_future_is_said_to_be_ahead_of_the_clock() -> None:
    verdict = judge(result({ORDERS: backups(ORDERS, -0.25), SESSIONS: backups(SESSIONS, 3)}), "26h")
    assert verdict["message"][1] == "  fresh   2 clusters, newest backup between 15m ahead of the clock and 3h old"
    assert " is 15m ahead of the clock" in verdict["clusters"][ORDERS]["reason"]


@pytest.mark.parametrize(
    ("clusters", "headline"),
    [
        ({}, "No cluster was checked."),
        ({ORDERS: [3]}, "The cluster has a backup within the objective of 26h."),
        ({ORDERS: [27]}, "The cluster misses the objective of 26h."),
        ({ORDERS: [3], SESSIONS: [4]}, "All 2 clusters have a backup within the objective of 26h."),
        ({ORDERS: [3], SESSIONS: []}, "1 of 2 clusters misses the objective of 26h."),
    ],
)
def test_the_verdict_in_one_sentence(clusters: dict[str, list[float]], headline: str) -> None:
    given = result({cluster: backups(cluster, *hours) for cluster, hours in clusters.items()})
    assert judge(given, "26h")["message"][0] == headline


def test_a_cluster_that_its_own_listing_says_is_deleted_is_skipped() -> None:
    given = result({ORDERS: backups(ORDERS, 90, 91)}, {"orders": ORDERS})
    given["clusters"][ORDERS]["deleted"] = True
    verdict = judge(given, "26h")
    assert only(verdict)["reason"] == "deleted, 2 backups left for at most 7 days"
    assert verdict["message"][0] == "No cluster was checked."


def test_names_cannot_turn_the_lines() -> None:
    verdict = judge(result({ORDERS: []}, {"a\u202eb\nc": ORDERS}), "26h")
    assert verdict["message"][1] == "  NEVER   c9qorders (a\ufffdb\ufffdc): no backup exists"


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (None, "null"),
        ([], "a list"),
        ("x", "a string"),
        ({}, "an empty mapping"),
        ({"failed": True, "msg": "secret"}, "the result of a task that failed"),
        (folder_result() | {"failed": True}, "the result of a task that failed"),
        ({"skipped": True}, "the result of a skipped task"),
        ({"results": [], "changed": 1}, "a mapping with the keys changed, results"),
    ],
)
def test_what_is_not_a_result(value: t.Any, got: str) -> None:
    with pytest.raises(OptionError) as caught:
        judge(value, "26h")
    assert str(caught.value) == f"the input must be a result of yacloud.mdb.redis_backup_info, got {got}."


@pytest.mark.parametrize("name", ["evaluated_at", "created_before"])
def test_an_instant_that_is_none_is_named(name: str) -> None:
    given = folder_result()
    given["query"]["created_before"] = hours_ago(1)
    (given if name in given else given["query"])[name] = "now"
    with pytest.raises(OptionError, match=f"^{name} 'now' is not an RFC 3339 time"):
        judge(given, "26h")
