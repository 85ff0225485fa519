# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the API: what becomes a fact, what is refused in words, and which of two rows of one backup stays."""

from __future__ import annotations

import json
import random
import typing as t
from fractions import Fraction

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backups import (
    ABSENT,
    Backup,
    from_facts,
    merge,
    order,
    parse_rows,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError, InvalidResponse
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, parse_instant
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.responses import Response, decode_object
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.text import type_name
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, FOLDER, NOW, backup, row

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

SOURCE = f"cluster {CLUSTER}"
OPTIONAL = ("folderId", "createdAt", "startedAt", "sourceShardNames", "type")


def parse(*rows: t.Any, cluster: str | None = CLUSTER) -> list[Backup]:
    return parse_rows(list(rows), NOW, SOURCE, cluster)


def test_a_whole_row_becomes_exactly_the_documented_facts() -> None:
    made = backup(
        id="b1", createdAt="2026-11-19T22:10:00.123456789Z", startedAt="2026-11-20T01:00:00+03:00", type="MANUAL"
    )
    assert made.facts == {
        "id": "b1",
        "folder_id": FOLDER,
        "created_at": "2026-11-19T22:10:00.123456789Z",
        "started_at": "2026-11-20T01:00:00+03:00",
        "source_cluster_id": CLUSTER,
        "source_cluster_name": None,
        "source_shard_names": ["shard1"],
        "type": "MANUAL",
        "age_seconds": 42599,
    }
    assert (made.created, made.started, made.id) == (
        parse_instant("2026-11-19T22:10:00.123456789Z"),
        parse_instant("2026-11-19T22:00:00Z"),
        "b1",
    )
    assert made.completed


@pytest.mark.parametrize("empty", [{}, dict.fromkeys(OPTIONAL), dict.fromkeys(OPTIONAL, ""), {"sourceShardNames": []}])
def test_fields_at_their_default_may_be_absent_null_or_empty(empty: dict[str, t.Any]) -> None:
    (made,) = parse({"id": "b1", "sourceClusterId": CLUSTER, **empty})
    nothing = dict.fromkeys(("folder_id", "created_at", "started_at", "source_cluster_name", "type", "age_seconds"))
    assert made.facts == {"id": "b1", "source_cluster_id": CLUSTER, "source_shard_names": [], **nothing}
    assert (made.created, made.started, made.completed) == (ABSENT, ABSENT, False)


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ("AUTOMATED", "AUTOMATED"),
        ("MANUAL", "MANUAL"),
        ("BACKUP_TYPE_UNSPECIFIED", None),
        (0, None),
        (1, "AUTOMATED"),
        (2, "MANUAL"),
        (3, "3"),
        (-1, "-1"),
        ("INCREMENTAL", "INCREMENTAL"),
    ],
)
def test_types_by_name_and_by_number(value: t.Any, fact: str | None) -> None:
    assert backup(type=value).facts["type"] == fact


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T03:00:00.000+03:00", ""])
def test_zero_times_are_no_completion(never: str) -> None:
    made = backup(createdAt=never)
    assert not made.completed
    assert made.facts["age_seconds"] is None
    assert made.facts["created_at"] == (never or None)


@pytest.mark.parametrize(
    ("created_at", "age"),
    [
        ("2026-11-20T10:00:00Z", 0),
        ("2026-11-20T09:59:59.000000001Z", 0),
        ("2026-11-20T09:59:59Z", 1),
        ("2026-11-20T09:59:58.999999999Z", 1),
        ("2026-11-20T10:00:00.000000001Z", -1),
        ("2026-11-20T10:00:01Z", -1),
        ("1969-12-31T23:59:59Z", 1_795_168_801),
    ],
)
def test_ages_are_whole_seconds_rounded_down(created_at: str, age: int) -> None:
    assert backup(createdAt=created_at).facts["age_seconds"] == age


def test_unknown_keys_are_carried_in_snake_case_and_only_at_the_top() -> None:
    made = backup(sizeBytes="123", retainUntil={"someKey": [{"otherKey": None}]}, ABCSize=1.5, already_snake=True)
    added = {name: value for name, value in made.facts.items() if name not in backup().facts}
    assert added == {
        "size_bytes": "123",
        "retain_until": {"someKey": [{"otherKey": None}]},
        "abc_size": 1.5,
        "already_snake": True,
    }


@pytest.mark.parametrize(
    "field", ["age_seconds", "ageSeconds", "AgeSeconds", "created_at", "CreatedAt", "folder_id", "Id"]
)
def test_a_key_of_the_api_never_overwrites_a_fact(field: str) -> None:
    assert backup(**{field: "hostile"}).facts == backup().facts


@pytest.mark.parametrize("value", [None, [], "text", 7, True])
def test_a_row_that_is_no_mapping_is_refused(value: t.Any) -> None:
    with pytest.raises(
        InvalidResponse, match=rf"^{SOURCE}: row 2 of a page: it must be a mapping, got {type_name(value)}\."
    ):
        parse(row(0), value)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("id", "", "is missing"),
        ("id", None, "is missing"),
        ("id", 7, "must be a string, got an integer"),
        ("sourceClusterId", None, "is missing"),
        ("sourceClusterId", "", "is missing"),
        ("sourceClusterId", ["c"], "must be a string, got a list"),
        ("sourceClusterId", CLUSTER.upper(), f"names another cluster, '{CLUSTER.upper()}'"),
        ("folderId", False, "must be a string, got a boolean"),
        ("createdAt", "yesterday", "'yesterday' is not an RFC 3339 time"),
        ("createdAt", "2026-11-31T00:00:00Z", "'2026-11-31T00:00:00Z' is not a date of the calendar"),
        ("createdAt", "2026-11-20T10:00:00", "'2026-11-20T10:00:00' is not an RFC 3339 time with an offset"),
        ("createdAt", 1.5, "must be a string, got a number"),
        ("createdAt", 0, "must be a string, got an integer"),
        # Since Python 3.12 a dict can be sliced as far as to a KeyError.
        ("createdAt", {"seconds": 1}, "must be a string, got a mapping"),
        ("startedAt", {"2026": None}, "must be a string, got a mapping"),
        ("startedAt", "0000-00-00", "'0000-00-00' is not an RFC 3339 time"),
        ("sourceShardNames", "shard1", "must be a list of strings"),
        ("sourceShardNames", ["a", None], "must be a list of strings"),
        ("sourceShardNames", {}, "must be a list of strings"),
        ("sourceShardNames", 0, "must be a list of strings"),
        ("type", True, "must be a string, got a boolean"),
        ("type", 1.0, "must be a string, got a number"),
        ("type", [], "must be a string, got a list"),
    ],
)
def test_a_row_that_contradicts_the_api_is_refused_and_named(field: str, value: t.Any, words: str) -> None:
    with pytest.raises(InvalidResponse) as caught:
        parse(row(0), row(1), row(2) | {field: value}, row(3))
    named = "" if field == "id" else f" (backup '{row(2)['id']}')"
    text = str(caught.value)
    assert text.startswith(f"{SOURCE}: row 3 of a page{named}: the field '{field}' {words}")
    assert text.endswith(
        " The list cannot be trusted, so nothing was chosen; if it stays so, report it to the cloud's support."
    )


def test_for_a_folder_any_cluster_may_own_a_row_but_some_cluster_must() -> None:
    assert [backup.cluster_id for backup in parse(row(0, "c1"), row(1, "c2"), cluster=None)] == ["c1", "c2"]
    with pytest.raises(InvalidResponse, match=": the field 'sourceClusterId' is missing"):
        parse(row(sourceClusterId=None), cluster=None)


def nested(depth: int) -> t.Any:
    value: t.Any = "core"
    for _number in range(depth - 1):
        value = [value]
    return value


def test_depth_of_unknown_values_is_bounded() -> None:
    assert backup(extra=nested(100)).facts["extra"] == nested(100)
    with pytest.raises(InvalidResponse, match="the field 'extra' is nested more than 100 deep"):
        backup(extra=nested(101))
    with pytest.raises(InvalidResponse, match="nested more than 100 deep"):
        backup(extra={"a": {"b": nested(99)}, "c": 1})


# --- one row for each backup ---


INSTANTS = [
    "",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-11-01T00:00:00Z",
    "2026-11-01T00:00:00.5Z",
]


def naive_winner(rows: list[dict[str, t.Any]]) -> tuple[str, str]:
    """The times of the row that stays: the finished one; of several, the later by completion and then by start."""

    def instant(text: str) -> Fraction:
        return Fraction(parse_instant(text), SECOND) if text else Fraction(-(10**30))

    def rank(made: dict[str, t.Any]) -> tuple[t.Any, ...]:
        created = made.get("createdAt", "")
        finished = created not in ("", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z")
        return finished, instant(created), instant(made.get("startedAt", ""))

    best = sorted(rows, key=rank)[-1]
    return best.get("createdAt", ""), best.get("startedAt", "")


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(INSTANTS), st.sampled_from(INSTANTS)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_finished_row_stays_whatever_the_order(rows: list[tuple[str, str, str]], shuffler: random.Random) -> None:
    made = [row(id=name, createdAt=created, startedAt=started) for name, created, started in rows]
    pages = [made[place : place + 2] for place in range(0, len(made), 2)]
    merged = merge([backup for page in pages for backup in parse(*page)])
    kept = {backup.id: (backup.facts["created_at"] or "", backup.facts["started_at"] or "") for backup in merged}
    assert kept == {
        name: naive_winner([one for one in made if one["id"] == name]) for name in {one["id"] for one in made}
    }
    assert len(merged) == len(kept)
    shuffler.shuffle(made)
    again = merge(parse(*made))
    assert sorted(again, key=order) == sorted(merged, key=order)


def test_which_of_two_rows_with_the_same_times_stays_does_not_depend_on_their_order() -> None:
    rows = [row(id="b", type="MANUAL", sourceShardNames=["s1", "s2"]), row(id="b", type=None, sourceShardNames=["s1"])]
    forward, backward = (merge(parse(*made))[0].facts for made in (rows, rows[::-1]))
    assert forward == backward


# --- facts that come back from a variable ---


def test_facts_come_back_as_they_were() -> None:
    made = parse(row(1), row(2, sizeBytes="7"), row(3, createdAt=None), row(4, type=None, sourceShardNames=None))
    facts = [backup.facts for backup in made]
    assert from_facts(facts, None) == made
    assert from_facts(facts, NOW) == made
    assert from_facts(json.loads(json.dumps(facts)), NOW) == made


def test_ages_are_counted_anew_from_a_given_instant_only_and_the_facts_given_stay() -> None:
    facts = [backup.facts for backup in parse(row(createdAt="2026-11-20T09:00:00Z"))]
    before = json.dumps(facts)
    assert from_facts(facts, NOW + 60 * SECOND)[0].facts["age_seconds"] == 3660
    assert from_facts([{**facts[0], "age_seconds": 5}], None)[0].facts["age_seconds"] == 5
    from_facts(facts, None)[0].facts["id"] = "changed"
    assert json.dumps(facts) == before


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ("text", "element 2 of the list: it must be a mapping, got a string"),
        (None, "element 2 of the list: it must be a mapping, got null"),
        ((1, 2), "element 2 of the list: it must be a mapping, got a list"),
        ({}, "element 2 of the list: the field 'id' is missing"),
        ({"id": "b"}, "element 2 of the list (backup 'b'): the field 'source_cluster_id' is missing"),
        (
            {"id": "b", "source_cluster_id": "c", "created_at": "x"},
            "element 2 of the list (backup 'b'): the field 'created_at' 'x' is not an RFC",
        ),
    ],
)
def test_what_is_no_fact_is_refused_and_numbered(element: t.Any, words: str) -> None:
    facts = parse(row())[0].facts
    with pytest.raises(InvalidResponse) as caught:
        from_facts([facts, element], NOW)
    assert words in str(caught.value)


# --- fuzzing: facts or CloudError ---


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, 10**400, -(10**400)]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(
        ["", "\x00", "\ud800", "\udfff\ud800", "\u202e", "\x1b[2J", CLUSTER, "AUTOMATED", "9999-12-31T23:59:59Z"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.text(), st.just("id")), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = ("id", *OPTIONAL, "sourceClusterId", "newField", "age_seconds", "")
right_rows = st.integers(0, 50).map(row)
wrong_rows = st.builds(
    lambda base, extra: base | extra,
    right_rows,
    st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text()), values, max_size=3),
)


@given(st.lists(st.one_of(right_rows, wrong_rows, values), max_size=5))
def test_any_rows_give_facts_or_our_own_error(rows: list[t.Any]) -> None:
    """What leaves is a complete list, or an error that names the cluster."""
    body = json.dumps({"backups": rows}).encode()
    try:
        content = decode_object(Response(200, {"Content-Type": "application/json"}, body), f"{SOURCE}: listing")
        backups = merge(parse(*content["backups"]))
    except CloudError as exc:
        backups, told = [], str(exc)
        assert CLUSTER in told
        assert told.isprintable()
    assert len(backups) == len({backup.id for backup in backups})
    for one in backups:
        json.dumps(one.facts, ensure_ascii=False).encode("utf-8")
        assert one.facts["source_cluster_id"] == CLUSTER
        assert isinstance(one.facts["id"], str)
        assert one.facts["id"]
        assert isinstance(one.facts["source_shard_names"], list)
