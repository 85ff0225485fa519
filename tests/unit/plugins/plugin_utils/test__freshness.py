# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict at its edges, and its words."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.plugins.plugin_utils._freshness import in_words, judge, read_document, summary
from ansible_collections.yacloud.mdb.plugins.plugin_utils._metrics import metrics_text
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import (
    CARTS,
    GONE,
    HOUR,
    ORDERS,
    SESSIONS,
    backups,
    folder,
    hours_ago,
    result,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW, row


def told(document: t.Any) -> list[str]:
    return summary(*read_document(document))


def test_statuses_the_worst_first() -> None:
    verdict = folder()
    assert list(verdict["clusters"]) == [CARTS, SESSIONS, ORDERS]
    assert [cluster["status"] for cluster in verdict["clusters"].values()] == ["never", "stale", "fresh"]
    assert verdict["missed"] == [CARTS, SESSIONS]
    assert verdict["counts"] == {"never": 1, "stale": 1, "fresh": 1, "deleted": 1}
    assert verdict["clusters"][SESSIONS] | {"newest": None} == {
        "status": "stale",
        "age_seconds": 30 * 3600,
        "newest": None,
        "cluster_name": "sessions-prod",
        "folder_id": FOLDER,
        "overdue_seconds": 4 * 3600,
        "listed": 1,
        "matched": 1,
        "reason": "its newest backup is 30h old, 4h beyond the objective",
    }
    assert verdict["clusters"][CARTS]["newest"] is None
    assert verdict["clusters"][CARTS]["age_seconds"] is None
    assert verdict["clusters"][CARTS]["reason"] == "no backup exists: the API lists none"


@pytest.mark.parametrize(("beyond", "status"), [(-1, "fresh"), (0, "fresh"), (1, "stale")])
def test_only_what_is_strictly_older_is_stale_to_the_nanosecond(beyond: int, status: str) -> None:
    answer = result({ORDERS: [row(1, ORDERS, createdAt=format_instant(NOW - 26 * HOUR - beyond))]})
    assert judge(answer, {}, max_age="26h")["clusters"][ORDERS]["status"] == status


def test_a_deleted_cluster_is_judged_only_where_it_was_asked_for() -> None:
    assert set(folder(deleted=())["clusters"]) == {ORDERS, SESSIONS, CARTS, GONE}
    verdict = folder()
    assert GONE not in verdict["clusters"]
    assert verdict["deleted"][GONE]["age_seconds"] == 50 * 3600
    assert verdict["deleted"][GONE]["listed"] == 1


def test_a_backup_from_the_future_is_said_to_be_ahead_of_the_clock() -> None:
    answer = result({ORDERS: backups(ORDERS, -0.25), SESSIONS: backups(SESSIONS, 3)})
    assert told(judge(answer, {}, max_age="26h"))[-1:] == [
        "  fresh  2 clusters, newest backup between 15m ahead of the clock and 3h old"
    ]
    assert "newest backup is 15m ahead of the clock" in judge(answer, {}, max_age="26h")["clusters"][ORDERS]["reason"]


def test_unfinished_and_unmatched_backups_are_never_a_backup() -> None:
    answer = result({ORDERS: [row(1, ORDERS, createdAt=None), *backups(ORDERS, 3)]}, type=["MANUAL"])
    verdict = judge(answer, {"type": "MANUAL"}, max_age="26h")
    assert verdict["clusters"][ORDERS]["status"] == "never"
    assert verdict["clusters"][ORDERS]["reason"] == "no backup qualifies: 2 listed, 1 unfinished, 1 not of type MANUAL"
    assert verdict["criteria"] == {"type": ["MANUAL"]}


@pytest.mark.parametrize("max_age", [None, "", "soon"])
def test_an_objective_is_needed(max_age: t.Any) -> None:
    with pytest.raises(OptionError, match="max_age"):
        folder(max_age=max_age)


def test_the_message() -> None:
    assert told(folder()) == [
        "2 of 3 clusters miss the objective of 26h.",
        "  NEVER  c9qcarts (carts): no backup exists: the API lists none",
        f"  STALE  c9qsessions (sessions-prod): its newest backup is 30h old, 4h beyond the objective; c9qsessions:b00000 of {hours_ago(30)}",
        "  fresh  1 cluster, newest backup 3h old",
        "  deleted c9qgone: its newest backup is 2d 2h old, 1 left for at most 7 days; not judged",
    ]


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
    answer = result({cluster: backups(cluster, *hours) for cluster, hours in clusters.items()})
    assert told(judge(answer, {}, max_age="26h"))[0] == headline


def test_the_ages_of_fresh_clusters() -> None:
    answer = result({ORDERS: backups(ORDERS, 3), SESSIONS: backups(SESSIONS, 25.5), CARTS: backups(CARTS, 4)})
    assert told(judge(answer, {}, max_age="26h"))[1:] == [
        "  fresh  3 clusters, newest backup between 3h and 25h 30m old"
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (90, "1m 30s"),
        (26 * 3600, "26h"),
        (86_400, "24h"),
        (172_799, "47h 59m"),
        (172_800, "2d"),
        (-5, "-5s"),
    ],
)
def test_durations_in_words(seconds: int, words: str) -> None:
    assert in_words(seconds * SECOND) == words


def test_a_verdict_in_json_is_as_good() -> None:
    for use in (told, metrics_text):
        assert use(json.dumps(folder())) == use(folder())
        assert use(json.dumps(folder(), sort_keys=True, indent=2)) == use(folder())


@pytest.mark.parametrize("value", ["", "{", "c9q", '{"clusters": NaN'])
def test_text_that_is_no_json(value: str) -> None:
    with pytest.raises(OptionError, match="the input is a text, but not the JSON of a verdict: "):
        told(value)


@pytest.mark.parametrize("value", [None, [], {}, {"clusters": {}}, "null", "[]", "{}"])
def test_no_verdict(value: t.Any) -> None:
    for use in (told, metrics_text):
        with pytest.raises(OptionError, match="the input is no result of the filter"):
            use(value)
