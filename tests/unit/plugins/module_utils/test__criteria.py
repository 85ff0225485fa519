# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edges of each filter, and what cannot be a filter."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, parse_instant
from ansible_collections.yacloud.mdb.plugins.module_utils._criteria import CRITERIA, Criteria
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS


def refused(**options: t.Any) -> OptionError:
    """The error with which criteria are refused."""
    with pytest.raises(OptionError) as caught:
        Criteria.from_options(options)
    return caught.value


def test_the_engine_says_which_filters_there_are_and_in_which_order() -> None:
    assert tuple(CRITERIA) == REDIS.criteria == ("created_after", "created_before", "type", "shards")


@pytest.mark.parametrize("nothing", [dict.fromkeys(CRITERIA), {"type": [], "shards": []}, {"unrelated": 1}])
def test_null_and_an_empty_list_filter_nothing_and_are_not_given(nothing: dict[str, t.Any]) -> None:
    criteria = Criteria.from_options(nothing)
    assert criteria == Criteria.from_options({})
    assert criteria.given == criteria.prepared == {}


def test_what_was_given_is_kept_as_it_was_written_beside_what_is_compared() -> None:
    criteria = Criteria.from_options({"created_after": "2026-11-20T13:00:00+03:00", "type": ["MANUAL"], "shards": None})
    assert criteria.given == {"created_after": "2026-11-20T13:00:00+03:00", "type": ["MANUAL"]}
    assert criteria.prepared == {"created_after": parse_instant("2026-11-20T10:00:00Z"), "type": {"MANUAL"}}


NO_TIME = "is not an RFC 3339 time with an offset"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("created_after", "yesterday", f"created_after 'yesterday' {NO_TIME}"),
        ("created_before", "2026-11-20T10:00:00", f"created_before '2026-11-20T10:00:00' {NO_TIME}"),
        (
            "created_before",
            "2026-11-31T10:00:00Z",
            "created_before '2026-11-31T10:00:00Z' is not a date of the calendar",
        ),
        ("created_after", " ", f"created_after ' ' {NO_TIME}"),
        ("type", ["MANUAL", "manual"], "type holds 'manual'; the types are AUTOMATED and MANUAL"),
        ("type", "MANUAL,WEEKLY", "type holds 'WEEKLY'; the types are"),
        ("shards", {"shard1": 1}, "shards must be a list of strings, got a mapping"),
        ("shards", [["shard1"]], "shards must be a list of strings, got a list"),
        ("shards", [None, True], "shards must be a list of strings"),
        ("shards", True, "shards must be a list of strings, got a boolean"),
        ("shards", 1.5, "shards must be a list of strings, got a number"),
        ("created_after", 5, "created_after must be a time in quotes, got an integer"),
        ("created_before", ["2026-11-20T10:00:00Z"], "created_before must be a time in quotes, got a list"),
        ("created_before", datetime.date(2026, 11, 20), f"created_before '2026-11-20' {NO_TIME}"),
    ],
)
def test_a_filter_that_is_invalid_is_named(option: str, value: t.Any, words: str) -> None:
    error = refused(**{option: value})
    assert words in str(error)
    assert error.details == {"option": option}


@pytest.mark.parametrize("option", CRITERIA)
def test_an_empty_string_is_not_an_absent_filter(option: str) -> None:
    error = refused(**{option: ""})
    assert str(error) == f"{option} is an empty string; leave it out, or give a value."
    assert error.details == {"option": option}


@pytest.mark.parametrize("value", [[""], ["MANUAL", ""], "MANUAL,", ",", " ", ("",)])
def test_an_empty_string_in_a_list_is_refused(value: t.Any) -> None:
    assert str(refused(shards=value)) == "shards holds an empty string; leave it out, or name a shard."
    assert str(refused(type=value)) == "type holds ''; the types are AUTOMATED and MANUAL."


@pytest.mark.parametrize(
    ("value", "shards"),
    [("s1", ["s1"]), ("s1, s2", ["s1", "s2"]), (7, ["7"]), ([7, "s1"], ["7", "s1"]), (("s1",), ["s1"])],
)
def test_a_list_may_be_written_as_a_module_takes_it(value: t.Any, shards: list[str]) -> None:
    assert Criteria.from_options({"shards": value}).given == {"shards": shards}


@pytest.mark.parametrize("before", ["2026-11-20T10:00:00Z", "2026-11-20T12:59:59.999999999+03:00"])
def test_times_between_which_nothing_lies_are_refused(before: str) -> None:
    after = "2026-11-20T10:00:00Z"
    error = refused(created_after=after, created_before=before)
    assert str(error) == f"created_after {after} must be before created_before {before}, or no backup can match."
    assert error.details == {"option": "created_after"}
    Criteria.from_options({"created_after": after, "created_before": "2026-11-20T10:00:00.000000001Z"})


@pytest.mark.parametrize("zone", [datetime.UTC, datetime.timezone(datetime.timedelta(hours=3))])
def test_an_unquoted_time_in_yaml_is_an_instant(zone: datetime.timezone) -> None:
    bound = datetime.datetime(2026, 11, 20, 10, 0, 0, 500_000, tzinfo=zone)
    criteria = Criteria.from_options({"created_after": bound})
    assert criteria.prepared["created_after"] == int(bound.timestamp() * 10) * SECOND // 10
    with pytest.raises(OptionError, match="is not an RFC 3339 time with an offset"):
        Criteria.from_options({"created_after": bound.replace(tzinfo=None)})
