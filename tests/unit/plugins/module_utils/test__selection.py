# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice against a second, naive implementation; ages, and backups from the future."""

from __future__ import annotations

import datetime
import random
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backups import Backup, parse_rows
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.durations import duration_option, parse_duration
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant, parse_instant
from ansible_collections.yacloud.mdb.plugins.module_utils._criteria import Criteria
from ansible_collections.yacloud.mdb.plugins.module_utils._selection import (
    FUTURE_TOLERANCE,
    Explainer,
    select,
    warn_of_future,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, NOW, backup, row

pytest.importorskip("hypothesis")
from hypothesis import example, given
from hypothesis import strategies as st


def parse(rows: list[dict[str, t.Any]]) -> list[Backup]:
    return parse_rows(rows, NOW, CLUSTER, CLUSTER)


# --- a naive second implementation ---


def instant(text: str | None) -> int | None:
    return parse_instant(text) if text else None


NEVER = (None, instant("1970-01-01T00:00:00Z"), instant("0001-01-01T00:00:00Z"))


def some_can_match(drawn: dict[str, t.Any]) -> bool:
    """Whether an instant lies between the bounds; others are refused."""
    earliest, end = instant(drawn["created_after"]), instant(drawn["created_before"])
    return earliest is None or end is None or earliest < end


def naive(
    rows: list[dict[str, t.Any]], after: str | None, before: str | None, types: list[str], shards: list[str]
) -> tuple[list[str], set[str], dict[str, t.Any]]:
    """The ids of those that match, newest first, and of those that are not finished; and the counts."""
    fallen = {"created_after": 0, "created_before": 0, "type": 0, "shards": 0}
    matched, incomplete = [], []
    for made in rows:
        created, earliest, end = (instant(text) for text in (made.get("createdAt"), after, before))
        if created in NEVER:
            incomplete.append(made)
        elif earliest is not None and created < earliest:
            fallen["created_after"] += 1
        elif end is not None and not created < end:
            fallen["created_before"] += 1
        elif types and made.get("type") not in types:
            fallen["type"] += 1
        elif shards and not all(shard in made.get("sourceShardNames", []) for shard in shards):
            fallen["shards"] += 1
        else:
            matched.append(made)

    def rank(made: dict[str, t.Any]) -> tuple[t.Any, ...]:
        started = instant(made.get("startedAt"))
        return instant(made["createdAt"]), started is not None, started, made["id"]

    ranked = [made["id"] for made in sorted(matched, key=rank, reverse=True)]
    counts = {
        "listed": len(rows), "incomplete": len(incomplete), "filtered_out": fallen, "matched": len(matched),
    }  # fmt: skip
    return ranked, {made["id"] for made in incomplete}, counts


BASE = datetime.datetime(2026, 11, 20, 10)
times = st.builds(
    lambda seconds, fraction, minutes: (
        (BASE + datetime.timedelta(seconds=seconds, minutes=minutes)).isoformat()
        + fraction
        + ("Z" if not minutes else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}")
    ),
    st.integers(-2, 2),
    st.sampled_from(["", ".5", ".500", ".500000001", ".000000001", ".0", ".499999999"]),
    st.sampled_from([0, 0, 180, -330, 1439]),
)
never = st.sampled_from([None, "", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"])
rows_of_a_cluster = st.lists(
    st.builds(
        lambda created, started, kind, shards: {
            "createdAt": created,
            "startedAt": started,
            "type": kind,
            "sourceShardNames": shards,
        },
        st.one_of(times, times, times, never),
        st.one_of(times, never),
        st.sampled_from([None, "AUTOMATED", "MANUAL", "OTHER"]),
        st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=3),
    ),
    max_size=12,
).map(lambda rows: [row(number, **fields) for number, fields in enumerate(rows)])
filters: st.SearchStrategy[dict[str, t.Any]] = st.fixed_dictionaries(
    {
        "created_after": st.one_of(st.none(), times),
        "created_before": st.one_of(st.none(), times),
        "type": st.lists(st.sampled_from(["AUTOMATED", "MANUAL"]), max_size=2),
        "shards": st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=3),
    }
).filter(some_can_match)
NO_FILTERS: dict[str, t.Any] = {"created_after": None, "created_before": None, "type": [], "shards": []}
SHUFFLER = random.Random(0)


@given(rows_of_a_cluster, filters, st.randoms(use_true_random=False))
@example(
    [row(createdAt="2026-11-20T10:00:00.0Z")], NO_FILTERS | {"created_after": "2026-11-20T13:00:00+03:00"}, SHUFFLER
)
@example(
    [row(createdAt="2026-11-20T10:00:00.0Z")], NO_FILTERS | {"created_before": "2026-11-20T13:00:00+03:00"}, SHUFFLER
)
def test_the_choice_is_that_of_a_naive_implementation_in_any_order(
    rows: list[dict[str, t.Any]], given_filters: dict[str, t.Any], shuffler: random.Random
) -> None:
    ranked, incomplete, counts = naive(
        rows, *(given_filters[name] for name in ("created_after", "created_before", "type", "shards"))
    )
    shuffler.shuffle(rows)
    chosen = select(parse(rows), Criteria.from_options(given_filters))
    assert [one.id for one in chosen.matched] == ranked
    assert {one.id for one in chosen.incomplete} == incomplete
    assert chosen.counts() == counts
    assert chosen.newest == (chosen.matched[0] if ranked else None)


def test_rows_alike_in_all_but_content_are_sorted_too() -> None:
    twins = [row(1, type="MANUAL"), row(1, type=None)]
    assert len(select(parse(twins), Criteria.from_options({})).matched) == 2


# --- age ---


@given(st.integers(-(10**17), 10**18), st.integers(0, 10**17))
def test_only_what_is_strictly_older_is_stale(created: int, max_age: int) -> None:
    made = backup(createdAt=format_instant(created))
    for excess, stale in ((1, True), (0, False), (-1, False)):
        explainer = Explainer(Criteria.from_options({}), max_age, "", created + max_age + excess)
        assert explainer.is_stale(made) is stale
    assert not explainer._replace(max_age=None).is_stale(made)
    assert not explainer.is_stale(None)


@pytest.mark.parametrize(
    ("created_before", "measured_from"),
    [
        (None, "2026-11-20T10:00:00Z"),
        ("2026-11-20T09:59:59.999999999Z", "2026-11-20T09:59:59.999999999Z"),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
        ("2026-11-20T10:00:00.000000001Z", "2026-11-20T10:00:00Z"),
    ],
)
def test_an_age_is_measured_from_created_before_where_that_is_past(
    created_before: str | None, measured_from: str
) -> None:
    criteria = Criteria.from_options({"created_before": created_before})
    assert Explainer(criteria, None, None, NOW).measured_from == parse_instant(measured_from)


def test_backups_from_the_future_are_warned_of_beyond_five_minutes() -> None:
    edge, beyond = NOW + FUTURE_TOLERANCE, NOW + FUTURE_TOLERANCE + 1
    assert FUTURE_TOLERANCE == 300 * SECOND
    assert warn_of_future("c9q", [backup(createdAt=format_instant(edge))], NOW) is None
    ahead = [backup(id=f"b{number}", createdAt=format_instant(beyond)) for number in range(3)]
    assert warn_of_future("c9q", ahead[:1], NOW) == (
        "cluster c9q: backup b0 claims to come from the future: created_at 2026-11-20T10:05:00.000000001Z"
        " is 5m ahead of this machine's clock. Check the clock before trusting ages."
    )
    told = warn_of_future("c9q", [*ahead, backup()], NOW)
    assert told is not None
    assert "backup b0 (and 2 more) claims to come from the future" in told


# --- why, in words ---


def ago(text: str) -> str:
    """The instant so long before the tests' own."""
    return format_instant(NOW - parse_duration(text))


def explain(*rows: dict[str, t.Any], max_age: str | None = None, **filters: t.Any) -> str:
    """The line on these rows."""
    criteria = Criteria.from_options(filters)
    limit = duration_option(max_age, "max_age")
    return Explainer(criteria, limit, max_age, NOW).explain("orders", select(parse(list(rows)), criteria))


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


def test_an_age_that_exceeds_the_limit_never_reads_like_it() -> None:
    said = explain(row(id="b1", createdAt=ago("26h0.000000001s")), max_age="93600")
    assert ", 26h 1ns old, AUTOMATED, older than max_age 93600 allows; " in said


def test_only_the_newest_is_held_against_the_limit_and_the_limit_itself_is_within_it() -> None:
    said = explain(row(1, createdAt=ago("26h")), row(2, createdAt=ago("40h")), max_age="26h")
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
