# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the API: what becomes a fact, what is refused in words, and which of two rows of one backup stays."""

from __future__ import annotations

import itertools
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
from ansible_collections.yacloud.mdb.plugins.module_utils._criteria import Criteria
from ansible_collections.yacloud.mdb.plugins.module_utils._selection import select
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, FOLDER, NOW, row

pytest.importorskip("hypothesis")
from hypothesis import example, given
from hypothesis import strategies as st

SOURCE = f"cluster {CLUSTER}"


def parse(*rows: t.Any, cluster: str | None = CLUSTER) -> list[Backup]:
    return parse_rows(list(rows), NOW, SOURCE, cluster)


def parse_one(**fields: t.Any) -> Backup:
    return parse(row(**fields))[0]


def test_a_whole_row_becomes_exactly_the_documented_facts() -> None:
    made = parse_one(
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


@pytest.mark.parametrize("empty", [None, "", []])
def test_fields_at_their_default_may_be_absent_null_or_empty(empty: t.Any) -> None:
    bare: dict[str, t.Any] = {"id": "b1", "sourceClusterId": CLUSTER}
    optional: dict[str, t.Any] = {"folderId": "", "createdAt": "", "startedAt": "", "sourceShardNames": [], "type": ""}
    if empty is not None:
        bare |= {name: empty for name, kind in optional.items() if type(kind) is type(empty)}
    else:
        bare |= dict.fromkeys(optional)
    (made,) = parse(bare)
    assert made.facts == {
        "id": "b1",
        "folder_id": None,
        "created_at": None,
        "started_at": None,
        "source_cluster_id": CLUSTER,
        "source_cluster_name": None,
        "source_shard_names": [],
        "type": None,
        "age_seconds": None,
    }
    assert (made.created, made.started, made.completed) == (ABSENT, ABSENT, False)


def test_an_empty_text_is_no_shard() -> None:
    assert parse_one(sourceShardNames="").facts["source_shard_names"] == []


def test_no_rows_at_all() -> None:
    assert parse_rows(None, NOW, SOURCE, CLUSTER) == []
    assert parse_rows([], NOW, SOURCE, CLUSTER) == []


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
    assert parse_one(type=value).facts["type"] == fact


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T03:00:00.000+03:00", ""])
def test_zero_times_are_no_completion(never: str) -> None:
    made = parse_one(createdAt=never)
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
    assert parse_one(createdAt=created_at).facts["age_seconds"] == age


def test_unknown_keys_are_carried_in_snake_case_and_only_at_the_top() -> None:
    made = parse_one(sizeBytes="123", retainUntil={"someKey": [{"otherKey": None}]}, ABCSize=1.5, already_snake=True)
    added = {name: value for name, value in made.facts.items() if name not in parse_one().facts}
    assert added == {
        "size_bytes": "123",
        "retain_until": {"someKey": [{"otherKey": None}]},
        "abc_size": 1.5,
        "already_snake": True,
    }


@pytest.mark.parametrize(
    "field",
    [
        "age_seconds",
        "ageSeconds",
        "AgeSeconds",
        "created_at",
        "CreatedAt",
        "folder_id",
        "source_cluster_id",
        "source_shard_names",
        "Id",
        "Type",
    ],
)
def test_a_key_of_the_api_never_overwrites_a_fact(field: str) -> None:
    assert parse_one(**{field: "hostile"}).facts == parse_one().facts


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (None, "it must be a mapping, got null"),
        ("text", "it must be a mapping, got a string"),
        ([], "it must be a mapping, got a list"),
        (7, "it must be a mapping, got an integer"),
        (True, "it must be a mapping, got a boolean"),
        (row(id=""), "the field 'id' is missing"),
        (row(id=None), "the field 'id' is missing"),
        (row(id=7), "the field 'id' must be a string, got an integer"),
        (row(id=["b"]), "the field 'id' must be a string, got a list"),
        (row(sourceClusterId=None), "the field 'sourceClusterId' is missing"),
        (row(sourceClusterId=""), "the field 'sourceClusterId' is missing"),
        (row(sourceClusterId=7), "the field 'sourceClusterId' must be a string, got an integer"),
        (row(sourceClusterId="c9qother"), "the field 'sourceClusterId' names another cluster, 'c9qother'"),
        (row(sourceClusterId=CLUSTER.upper()), "the field 'sourceClusterId' names another cluster"),
        (row(folderId=7), "the field 'folderId' must be a string, got an integer"),
        (row(folderId=False), "the field 'folderId' must be a string, got a boolean"),
        (row(createdAt="yesterday"), "the field 'createdAt' 'yesterday' is not an RFC 3339 time"),
        (
            row(createdAt="2026-11-31T00:00:00Z"),
            "the field 'createdAt' '2026-11-31T00:00:00Z' is not a date of the calendar",
        ),
        (
            row(createdAt="2026-11-20T10:00:00"),
            "the field 'createdAt' '2026-11-20T10:00:00' is not an RFC 3339 time with an offset",
        ),
        (row(createdAt=1_700_000_000), "the field 'createdAt' must be a string, got an integer"),
        (row(createdAt=1.5), "the field 'createdAt' must be a string, got a number"),
        (row(createdAt=True), "the field 'createdAt' must be a string, got a boolean"),
        (row(createdAt=["2026"]), "the field 'createdAt' must be a string, got a list"),
        (row(startedAt="0000-00-00"), "the field 'startedAt' '0000-00-00' is not an RFC 3339 time"),
        (row(sourceShardNames="shard1"), "the field 'sourceShardNames' must be a list of strings"),
        (row(sourceShardNames=["a", 1]), "the field 'sourceShardNames' must be a list of strings"),
        (row(sourceShardNames=["a", None]), "the field 'sourceShardNames' must be a list of strings"),
        (row(sourceShardNames={"a": 1}), "the field 'sourceShardNames' must be a list of strings"),
        (row(type=True), "the field 'type' must be a string, got a boolean"),
        (row(type=1.0), "the field 'type' must be a string, got a number"),
        (row(type=[]), "the field 'type' must be a string, got a list"),
        (row(type={}), "the field 'type' must be a string, got a mapping"),
    ],
)
def test_a_row_that_contradicts_the_api_is_refused_and_named(broken: t.Any, words: str) -> None:
    with pytest.raises(InvalidResponse) as caught:
        parse(row(0), row(1), broken, row(2))
    text = str(caught.value)
    assert text.startswith(f"{SOURCE}: row 3 of a page")
    assert f": {words}" in text
    assert text.endswith(
        " The list cannot be trusted, so nothing was chosen; if it stays so, report it to the cloud's support."
    )
    if isinstance(broken, dict) and isinstance(broken.get("id"), str) and broken["id"]:
        assert f"(backup '{broken['id']}')" in text


@pytest.mark.parametrize("value", [{"seconds": 1}, {"2026": None}])
@pytest.mark.parametrize("field", ["createdAt", "startedAt"])
def test_an_object_for_a_time_is_refused(field: str, value: t.Any) -> None:
    # Since Python 3.12 a dict can be sliced as far as to a KeyError.
    with pytest.raises(InvalidResponse, match=f"the field '{field}' must be a string, got a mapping"):
        parse_one(**{field: value})


@pytest.mark.parametrize("field", ["createdAt", "startedAt", "sourceShardNames"])
@pytest.mark.parametrize(
    ("value", "kind"), [(0, "an integer"), (False, "a boolean"), ({}, "a mapping"), (0.0, "a number")]
)
def test_a_falsy_value_of_a_wrong_type_is_refused_too(field: str, value: t.Any, kind: str) -> None:
    problem = "must be a list of strings" if field == "sourceShardNames" else f"must be a string, got {kind}"
    with pytest.raises(InvalidResponse, match=rf"\): the field '{field}' {problem}\."):
        parse_one(**{field: value})


@pytest.mark.parametrize("rows", [{}, {"id": "b"}, "text", 7, True, 0, False])
def test_backups_that_is_no_list_is_refused(rows: t.Any) -> None:
    with pytest.raises(InvalidResponse, match=rf"^{SOURCE}: the field 'backups' must be a list, got .+"):
        parse_rows(rows, NOW, SOURCE, CLUSTER)


def test_for_a_folder_any_cluster_may_own_a_row_but_some_cluster_must() -> None:
    assert [backup.facts["source_cluster_id"] for backup in parse(row(0, "c1"), row(1, "c2"), cluster=None)] == [
        "c1",
        "c2",
    ]
    for owner, kind in (
        (None, "is missing"),
        ("", "is missing"),
        (7, "must be a string, got an integer"),
        (["c1"], "must be a string, got a list"),
    ):
        with pytest.raises(InvalidResponse, match=f": the field 'sourceClusterId' {kind}"):
            parse(row() | {"sourceClusterId": owner}, cluster=None)


def nested(depth: int) -> t.Any:
    value: t.Any = "core"
    for _number in range(depth - 1):
        value = [value]
    return value


def test_depth_of_unknown_values_is_bounded() -> None:
    assert parse_one(extra=nested(100)).facts["extra"] == nested(100)
    with pytest.raises(InvalidResponse, match="the field 'extra' is nested more than 100 deep"):
        parse_one(extra=nested(101))
    with pytest.raises(InvalidResponse, match="nested more than 100 deep"):
        parse_one(extra={"a": {"b": nested(99)}, "c": 1})


def test_backups_of_the_same_instant_are_ordered_by_their_start_and_then_by_their_id() -> None:
    same, day = "2026-11-19T10:00:00Z", "2026-11-19"
    rows = [
        row(id="d", createdAt="2026-11-19T09:00:00Z"),
        row(id="b", createdAt=same, startedAt=f"{day}T09:00:00Z"),
        row(id="c", createdAt=same, startedAt=f"{day}T09:00:00Z"),
        row(id="x", createdAt=same, startedAt=None),
        row(id="a", createdAt="2026-11-19T13:00:00.000+03:00", startedAt=f"{day}T09:00:00.000000001Z"),
    ]
    for some, ids in ((rows, "acbxd"), (rows[1:3], "cb"), (rows[:1], "d"), ([], "")):
        for made in itertools.permutations(some):
            found = parse(*made)
            assert "".join(backup.id for backup in sorted(found, key=order, reverse=True)) == ids


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


def test_a_row_that_finishes_while_it_is_listed_counts_once_and_finished() -> None:
    running, done = row(7, createdAt=None), row(7)
    for pages in itertools.permutations([[running], [done], [row(6)]]):
        merged = merge([backup for page in pages for backup in parse(*page)])
        assert sorted(backup.completed for backup in merged) == [True, True]


# --- facts that come back from a variable ---


def test_facts_come_back_as_they_were() -> None:
    made = parse(row(1), row(2, sizeBytes="7"), row(3, createdAt=None), row(4, type=None, sourceShardNames=None))
    facts = [backup.facts for backup in made]
    assert from_facts(facts, None) == made
    assert from_facts(facts, NOW) == made
    assert from_facts(json.loads(json.dumps(facts)), NOW) == made


def test_ages_are_counted_anew_from_a_given_instant_only() -> None:
    facts = [backup.facts for backup in parse(row(createdAt="2026-11-20T09:00:00Z"))]
    assert from_facts(facts, None)[0].facts["age_seconds"] == 3600
    assert from_facts(facts, NOW + 60 * SECOND)[0].facts["age_seconds"] == 3660
    assert from_facts([{**facts[0], "age_seconds": 5}], None)[0].facts["age_seconds"] == 5
    assert facts[0]["age_seconds"] == 3600


def test_facts_given_are_never_changed() -> None:
    facts = [backup.facts for backup in parse(row(1), row(2))]
    before = json.dumps(facts)
    from_facts(facts, NOW + SECOND)[0].facts["id"] = "changed"
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


def test_texts_that_ansible_has_tagged_are_texts() -> None:
    datatag = pytest.importorskip("ansible._internal._datatag._tags")
    origin = datatag.Origin(description="a test")
    facts = parse(row(sourceShardNames=["s1"], type="MANUAL"))[0].facts
    tagged = {
        name: origin.tag([origin.tag(one) for one in value] if isinstance(value, list) else value)
        for name, value in facts.items()
    }
    assert tagged["id"].__class__ is not str
    (made,) = from_facts([origin.tag(tagged)], NOW)
    assert made == parse(row(sourceShardNames=["s1"], type="MANUAL"))[0]


# --- fuzzing: facts or CloudError ---


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, 10**400, -(10**400)]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(
        [
            "",
            "\x00",
            "\ud800",
            "\udfff\ud800",
            "\u202e",
            "\x1b[2J",
            CLUSTER,
            "AUTOMATED",
            "2026-11-20T10:00:00Z",
            "9999-12-31T23:59:59Z",
        ]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.text(), st.just("id")), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = [
    "id",
    "folderId",
    "createdAt",
    "startedAt",
    "sourceClusterId",
    "sourceShardNames",
    "type",
    "newField",
    "age_seconds",
    "",
]
right_rows = st.integers(0, 50).map(row)
wrong_rows = st.builds(
    lambda base, extra: base | extra,
    right_rows,
    st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text()), values, max_size=3),
)
bodies = st.one_of(
    values,
    st.fixed_dictionaries(
        {},
        optional={
            "backups": st.one_of(values, st.lists(st.one_of(right_rows, wrong_rows, values), max_size=5)),
            "nextPageToken": values,
        },
    ),
).map(lambda content: json.dumps(content).encode())
damaged = st.builds(
    lambda body, place, junk: body[: place % (len(body) + 1)] + junk + body[place % (len(body) + 1) :],
    bodies,
    st.integers(0),
    st.binary(max_size=3),
)


def facts_or_error(body: bytes) -> None:
    """Anything may come; what leaves is a complete answer, or an error of ours that names the cluster."""
    try:
        content = decode_object(Response(200, {"Content-Type": "application/json"}, body), f"{SOURCE}: listing")
        backups = merge(parse_rows(content.get("backups"), NOW, SOURCE, CLUSTER))
    except CloudError as exc:
        told = str(exc)
    else:
        told = ""
    if told:
        assert CLUSTER in told
        assert told.isprintable()
        return
    chosen = select(
        backups,
        Criteria.from_options({"created_before": "2026-11-20T10:00:00Z", "type": ["MANUAL"], "shards": ["shard1"]}),
    )
    counts = chosen.counts()
    assert counts["listed"] == len(backups) <= len(content.get("backups") or [])
    for backup in backups:
        json.dumps(backup.facts, ensure_ascii=False).encode("utf-8")
        assert backup.facts["source_cluster_id"] == CLUSTER
        assert isinstance(backup.facts["id"], str)
        assert backup.facts["id"]
        assert isinstance(backup.facts["source_shard_names"], list)


@given(st.one_of(bodies, damaged, st.binary(max_size=200)))
@example(b"")
@example(b"{}")
@example(b"null")
@example(b"[" * 100_000)
@example(b'{"backups":' * 5_000 + b"[]" + b"}" * 5_000)
@example(b'{"backups": [' + b"[" * 400 + b"]" * 400 + b"]}")
@example(b'{"backups": ' + b"9" * 5_000 + b"}")
@example(b'{"backups": 1e999}')
@example(b'{"backups": NaN}')
@example(b'{"x": "\\ud800"}')
@example(b'{"x": "\xff"}')
@example(b"\xef\xbb\xbf{}")
@example(b"\xff\xfe{\x00}\x00")
@example(b'{"backups": [], "backups": null}')
def test_any_body_gives_facts_or_our_own_error(body: bytes) -> None:
    facts_or_error(body)
