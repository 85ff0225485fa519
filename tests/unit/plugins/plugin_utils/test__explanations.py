# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every line that says why no backup qualifies, or that the newest is too old."""

from __future__ import annotations

import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils._backups import parse_rows
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.module_utils._selection import Criteria, select
from ansible_collections.yacloud.mdb.plugins.plugin_utils._explanations import (
    explain_fallen,
    explain_none,
    explain_stale,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, NOW, row


def _counts(rows: list[dict[str, t.Any]], criteria: Criteria) -> dict[str, t.Any]:
    return select(parse_rows(rows, NOW, CLUSTER, CLUSTER), criteria).counts()


def explained(rows: list[dict[str, t.Any]], **given_filters: t.Any) -> str:
    criteria = Criteria.from_options(given_filters)
    return explain_none("c9q", _counts(rows, criteria), criteria)


def test_nothing_listed_is_said_so() -> None:
    assert explained([]) == "no backup of cluster c9q exists: the API lists none"
    assert explained([], type=["MANUAL"]) == "no backup of cluster c9q exists: the API lists none"


def test_a_cluster_that_is_named_beside_the_line_is_not_named_in_it() -> None:
    for rows, said in (
        ([], "no backup exists: the API lists none"),
        ([row(1, createdAt=None)], "no backup qualifies: 1 listed, 1 unfinished"),
    ):
        assert explain_none(None, _counts(rows, Criteria.from_options({})), Criteria.from_options({})) == said


def test_why_none_qualifies_is_told_in_one_line() -> None:
    rows = [
        row(0, createdAt=None),
        *[row(number, createdAt=f"2026-11-20T1{number}:00:00Z") for number in range(1, 4)],
        *[row(number, createdAt="2026-11-20T09:00:00Z", type="MANUAL") for number in range(4, 6)],
        row(6, createdAt="2026-11-20T09:00:00Z"),
        row(7, createdAt="2026-11-18T09:00:00Z"),
    ]
    told = explained(
        rows,
        created_after="2026-11-19T00:00:00Z",
        created_before="2026-11-20T10:00:00Z",
        type=["AUTOMATED"],
        shards=["shard2"],
    )
    assert told == (
        "no backup of cluster c9q qualifies: 8 listed, 1 unfinished, 1 before created_after 2026-11-19T00:00:00Z,"
        " 3 not before created_before 2026-11-20T10:00:00Z, 2 not of type AUTOMATED, 1 without shard shard2"
    )


def test_several_types_and_shards_in_words() -> None:
    criteria = Criteria.from_options({"type": ["AUTOMATED", "MANUAL"], "shards": ["a", "b"]})
    assert explain_fallen({"type": 2, "shards": 3}, criteria) == [
        "2 not of type AUTOMATED or MANUAL",
        "3 without all shards of a, b",
    ]
    assert explain_fallen({"type": 0}, criteria) == []


def test_only_unfinished_rows() -> None:
    assert explained([row(createdAt=None)]) == "no backup of cluster c9q qualifies: 1 listed, 1 unfinished"


def test_a_stale_backup_is_named_with_its_age_and_the_limit() -> None:
    (made,) = parse_rows([row(id="c9q:b1", createdAt="2026-11-19T06:30:00Z")], NOW, CLUSTER)
    assert explain_stale("c9q", made, 26 * 3_600 * SECOND, NOW) == (
        "the newest matching backup of cluster c9q is too old: c9q:b1 of 2026-11-19T06:30:00Z is 1d 3h old, max_age allows 1d 2h"
    )
