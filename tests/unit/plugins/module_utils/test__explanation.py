# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A choice in words, to the letter."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backups import parse_rows
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.durations import duration_option, parse_duration
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.plugins.module_utils._criteria import Criteria
from ansible_collections.yacloud.mdb.plugins.module_utils._explanation import Explainer
from ansible_collections.yacloud.mdb.plugins.module_utils._selection import reference_instant, select
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, NOW, row

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st


def ago(text: str) -> str:
    """The instant so long before the tests' own."""
    return format_instant(NOW - parse_duration(text))


def explain(*rows: dict[str, t.Any], max_age: str | None = None, **filters: t.Any) -> str:
    """The line on these rows."""
    criteria = Criteria.from_options(filters)
    limit = duration_option(max_age, "max_age")
    explainer = Explainer(criteria, limit, str(max_age), NOW, reference_instant(criteria, NOW))
    return explainer.choice("orders", select(parse_rows(list(rows), NOW, CLUSTER, CLUSTER), criteria))


def test_what_was_chosen_and_what_comes_next() -> None:
    rows = (
        row(id="b1", createdAt=ago("3h5m")),
        row(id="b2", createdAt=ago("27h"), type="MANUAL"),
        row(id="b3", createdAt=ago("3d4h"), type=None),
    )
    assert explain(*rows) == (
        "orders: newest match is b1, completed 2026-11-20T06:55:00Z, 3h 5m old, AUTOMATED;"
        " next is b2, completed 2026-11-19T07:00:00Z, 27h old, MANUAL; 3 listed, 3 match"
    )


def test_the_only_one_of_many() -> None:
    rows = (
        row(id="b1", createdAt=ago("2h"), type=None),
        row(id="b2", createdAt=None),
        row(id="b3", createdAt=ago("1h"), sourceShardNames=[]),
        row(id="b4", createdAt=ago("30m")),
        row(id="b5", createdAt=ago("29m")),
        row(id="b6", createdAt=ago("9d")),
    )
    said = explain(*rows, created_after=ago("8d"), created_before=ago("45m"), shards=["shard1"])
    assert said == (
        "orders: newest match is b1, completed 2026-11-20T08:00:00Z, 1h 15m before created_before 2026-11-20T09:15:00Z; no other backup matches;"
        " 6 listed, 1 matches, 1 unfinished, 1 before created_after 2026-11-12T10:00:00Z,"
        " 2 not before created_before 2026-11-20T09:15:00Z, 1 without shard shard1"
    )


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"type": ["MANUAL"]}, "1 not of type MANUAL"),
        ({"shards": ["s1"]}, "1 without shard s1"),
        ({"shards": ["s1", "s2"]}, "1 without all shards of s1, s2"),
        ({"created_after": "2026-11-20T13:00:00+03:00"}, "1 before created_after 2026-11-20T13:00:00+03:00"),
        ({"created_before": "2026-11-19T00:00:00Z"}, "1 not before created_before 2026-11-19T00:00:00Z"),
    ],
)
def test_why_none_qualifies(filters: dict[str, t.Any], words: str) -> None:
    assert explain(row(createdAt=ago("2h")), **filters) == f"orders: no backup qualifies; 1 listed, {words}"


def test_a_cluster_that_never_had_a_backup() -> None:
    assert explain(type=["MANUAL"]) == "orders: it has no backup, the API lists none"
    assert explain(row(createdAt=None)) == "orders: no backup qualifies; 1 listed, 1 unfinished"


@pytest.mark.parametrize(
    ("age", "limit", "words"),
    [
        ("30h", "26h", "30h old"),
        ("26h1s", "26h", "26h 1s old"),
        ("26h59s", "P1DT2H", "26h 59s old"),
        ("26h0.000000001s", "93600", "26h 1ns old"),
        ("60d", "1w", "60d old"),
    ],
)
def test_an_age_that_exceeds_the_limit_never_reads_like_it(age: str, limit: str, words: str) -> None:
    said = explain(row(id="b1", createdAt=ago(age)), max_age=limit)
    assert f", {words}, AUTOMATED, older than max_age {limit} allows; " in said


def test_an_age_of_exactly_the_limit_is_within_it() -> None:
    assert "older" not in explain(row(createdAt=ago("26h")), max_age="26h")


def test_only_the_newest_is_held_against_the_limit() -> None:
    said = explain(row(1, createdAt=ago("2h")), row(2, createdAt=ago("40h")), max_age="26h")
    assert "older than" not in said


def test_an_age_beside_created_before_says_from_where_it_is_measured() -> None:
    rows = (row(1, createdAt=ago("2h")), row(id="b2", createdAt=ago("40h")))
    said = explain(*rows, max_age="12h", created_before=ago("24h"))
    assert (
        ", 16h before created_before 2026-11-19T10:00:00Z, AUTOMATED, older than max_age 12h allows; no other" in said
    )
    assert " old," not in said
    assert "2h old" in explain(*rows, max_age="12h", created_before="2026-11-21T00:00:00Z")


def test_a_backup_of_the_future() -> None:
    said = explain(row(id="b1", createdAt=format_instant(NOW + 600 * SECOND)), max_age="1h")
    assert "b1, completed 2026-11-20T10:10:00Z, 10m ahead of the clock, AUTOMATED; no other" in said


def test_a_line_is_a_line_whatever_the_id_holds() -> None:
    said = explain(row(id="b\n1\u202e", createdAt=ago("1h")))
    assert said.isprintable()


def nanoseconds(words: str) -> int:
    """The length of a duration in the words of an explanation."""
    units = {"d": 86_400 * SECOND, "h": 3_600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ns": 1}
    total = 0
    for part in words.split():
        digits = part.rstrip("dhmns")
        total += int(digits) * units[part[len(digits) :]]
    return total


@given(st.integers(1, 10**17), st.integers(1, 10**14))
def test_a_stale_age_in_words_is_beyond_the_limit(max_age: int, excess: int) -> None:
    criteria = Criteria.from_options({})
    made = parse_rows([row(createdAt=format_instant(NOW - max_age - excess))], NOW, CLUSTER, CLUSTER)
    said = Explainer(criteria, max_age, "the limit", NOW, NOW).choice("orders", select(made, criteria))
    age = said.partition("Z, ")[2].partition(" old")[0]
    assert max_age < nanoseconds(age) <= max_age + excess
