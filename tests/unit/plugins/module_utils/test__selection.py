# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice against a second, naive implementation; ages, and backups from the future."""

from __future__ import annotations

import datetime
import functools
import random
import typing as t
from fractions import Fraction

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backups import Backup, order, parse_rows
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant, parse_instant
from ansible_collections.yacloud.mdb.plugins.module_utils._criteria import Criteria
from ansible_collections.yacloud.mdb.plugins.module_utils._selection import (
    FUTURE_TOLERANCE,
    is_stale,
    reference_instant,
    select,
    warn_of_future,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, NOW, row

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

HOUR = 3_600 * SECOND


def parse(rows: list[dict[str, t.Any]]) -> list[Backup]:
    return parse_rows(rows, NOW, CLUSTER, CLUSTER)


def backup(**fields: t.Any) -> Backup:
    return parse([row(**fields)])[0]


# --- a naive second implementation: fractions, comparisons in words, no shared code ---


def instant(text: str | None) -> Fraction | None:
    """Seconds since 1970 as a fraction; only for the shapes that these tests draw."""
    if not text:
        return None
    date, clock = text[:19], text[19:]
    seconds = (datetime.datetime.strptime(date, "%Y-%m-%dT%H:%M:%S") - datetime.datetime(1970, 1, 1)).total_seconds()
    fraction = Fraction(0)
    if clock.startswith("."):
        digits = clock[1:].split("Z")[0].split("+")[0].split("-")[0]
        clock = clock[1 + len(digits) :]
        fraction = Fraction(int(digits), 10 ** len(digits))
    if clock != "Z":
        shift = int(clock[1:3]) * 3600 + int(clock[4:6]) * 60
        seconds -= shift if clock[0] == "+" else -shift
    return Fraction(int(seconds)) + fraction


def some_can_match(drawn: dict[str, t.Any]) -> bool:
    """Whether an instant lies between the bounds; others are refused."""
    earliest, end = instant(drawn["created_after"]), instant(drawn["created_before"])
    return earliest is None or end is None or earliest < end


def unfinished(made: dict[str, t.Any]) -> bool:
    return instant(made.get("createdAt")) in (None, 0, instant("0001-01-01T00:00:00Z"))


def newer(one: dict[str, t.Any], other: dict[str, t.Any]) -> int:
    """Compares by completion, then start (none is before all), then id."""
    for key in (
        lambda made: instant(made.get("createdAt")),
        lambda made: instant(made.get("startedAt")),
        lambda made: made["id"],
    ):
        left, right = key(one), key(other)
        if left == right:
            continue
        if left is None or right is None:
            return 1 if left is None else -1
        return 1 if left < right else -1
    return 0


def naive(
    rows: list[dict[str, t.Any]], after: str | None, before: str | None, types: list[str], shards: list[str]
) -> dict[str, t.Any]:
    fallen = {"created_after": 0, "created_before": 0, "type": 0, "shards": 0}
    matched, incomplete = [], []
    for made in rows:
        created, earliest, end = (instant(text) for text in (made.get("createdAt"), after, before))
        if created is None or unfinished(made):
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
    ranked = sorted(matched, key=functools.cmp_to_key(newer))
    return {
        "matched": [made["id"] for made in ranked],
        "incomplete": {made["id"] for made in incomplete},
        "fallen": fallen,
    }


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


@given(rows_of_a_cluster, filters, st.randoms(use_true_random=False))
def test_the_choice_is_that_of_a_naive_implementation_in_any_order(
    rows: list[dict[str, t.Any]], given_filters: dict[str, t.Any], shuffler: random.Random
) -> None:
    expected = naive(rows, *(given_filters[name] for name in ("created_after", "created_before", "type", "shards")))
    shuffler.shuffle(rows)
    chosen = select(parse(rows), Criteria.from_options(given_filters))
    assert [one.id for one in chosen.matched] == expected["matched"]
    assert {one.id for one in chosen.incomplete} == expected["incomplete"]
    assert chosen.filtered_out == expected["fallen"]
    assert (chosen.newest.id if chosen.newest else None) == (expected["matched"][0] if expected["matched"] else None)
    assert chosen.counts() == {
        "listed": len(rows),
        "incomplete": len(expected["incomplete"]),
        "filtered_out": expected["fallen"],
        "matched": len(expected["matched"]),
    }


@given(rows_of_a_cluster, filters)
def test_filtering_then_choosing_is_choosing_among_the_filtered(
    rows: list[dict[str, t.Any]], given_filters: dict[str, t.Any]
) -> None:
    criteria = Criteria.from_options(given_filters)
    kept = [one for one in parse(rows) if one.completed and criteria.first_failed(one) is None]
    assert select(parse(rows), criteria).matched == select(kept, Criteria.from_options({})).matched


@given(rows_of_a_cluster)
def test_the_order_is_total(rows: list[dict[str, t.Any]]) -> None:
    backups = parse(rows)
    for one in backups:
        for other in backups:
            assert (order(one) < order(other)) + (order(one) > order(other)) == (one.id != other.id)
            assert (order(one) < order(other)) == (
                newer(*(next(made for made in rows if made["id"] == b.id) for b in (one, other))) == 1
            )


@given(rows_of_a_cluster, filters)
def test_each_filter_alone_only_takes_away(rows: list[dict[str, t.Any]], given_filters: dict[str, t.Any]) -> None:
    everything = {one.id for one in select(parse(rows), Criteria.from_options({})).matched}
    both = {one.id for one in select(parse(rows), Criteria.from_options(given_filters)).matched}
    alone = [
        {one.id for one in select(parse(rows), Criteria.from_options({name: value})).matched}
        for name, value in given_filters.items()
    ]
    assert both == everything.intersection(*alone)


def test_rows_alike_in_all_but_content_are_sorted_too() -> None:
    twins = [row(1, type="MANUAL"), row(1, type=None)]
    assert len(select(parse(twins), Criteria.from_options({})).matched) == 2
    unfinished_twins = [row(1, createdAt=None, type="MANUAL"), row(1, createdAt=None)]
    assert len(select(parse(unfinished_twins), Criteria.from_options({})).incomplete) == 2


def test_unfinished_rows_are_listed_newest_start_first() -> None:
    rows = [
        row(1, createdAt=None, startedAt="2026-11-20T09:00:00Z"),
        row(2, createdAt="1970-01-01T00:00:00Z", startedAt="2026-11-20T08:30:00Z"),
        row(3, createdAt="", startedAt=None),
        row(4, createdAt="0001-01-01T00:00:00Z", startedAt="2026-11-20T09:00:00.5Z"),
        row(5, createdAt=None, startedAt="2026-11-20T09:00:00Z"),
    ]
    assert [one.id[-1] for one in select(parse(rows), Criteria.from_options({})).incomplete] == [
        "4",
        "5",
        "1",
        "2",
        "3",
    ]


# --- age ---


@given(st.integers(-(10**18), 10**18), st.integers(0, 10**18))
def test_only_what_is_strictly_older_is_stale(created: int, max_age: int) -> None:
    made = backup(createdAt=format_instant(created))
    assert is_stale(made, max_age, created + max_age + 1)
    assert not is_stale(made, max_age, created + max_age)
    assert not is_stale(made, max_age, created + max_age - 1)


@pytest.mark.parametrize(
    ("created_before", "measured_from"),
    [
        (None, "2026-11-20T10:00:00Z"),
        ("2026-11-19T10:00:00Z", "2026-11-19T10:00:00Z"),
        ("2026-11-20T09:59:59.999999999Z", "2026-11-20T09:59:59.999999999Z"),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
        ("2026-11-20T10:00:00.000000001Z", "2026-11-20T10:00:00Z"),
        ("2027-01-01T00:00:00Z", "2026-11-20T10:00:00Z"),
    ],
)
def test_an_age_is_measured_from_created_before_where_that_is_past(
    created_before: str | None, measured_from: str
) -> None:
    criteria = Criteria.from_options({"created_before": created_before})
    assert reference_instant(criteria, NOW) == parse_instant(measured_from)


def test_a_backup_from_the_future_is_warned_of_beyond_five_minutes() -> None:
    edge, beyond = NOW + FUTURE_TOLERANCE, NOW + FUTURE_TOLERANCE + 1
    assert FUTURE_TOLERANCE == 300 * SECOND
    assert warn_of_future("c9q", [backup(createdAt=format_instant(edge))], NOW) is None
    told = warn_of_future("c9q", [backup(id="b1", createdAt=format_instant(beyond))], NOW)
    assert told == (
        "cluster c9q: backup b1 claims to come from the future: created_at 2026-11-20T10:05:00.000000001Z"
        " is 5m ahead of this machine's clock. Check the clock before trusting ages."
    )


def test_several_from_the_future_are_one_warning() -> None:
    ahead = [backup(id=f"b{number}", createdAt="2026-11-20T12:00:00Z") for number in range(3)]
    assert "backup b1 (and 1 more) claims" in (warn_of_future("c9q", ahead[1:], NOW) or "")
    told = warn_of_future("c9q", [*ahead, backup()], NOW)
    assert told is not None
    assert "backup b0 (and 2 more) claims to come from the future" in told
    assert warn_of_future("c9q", [], NOW) is None
