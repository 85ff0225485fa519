# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing among backups that Ansible already holds; the lookup, which asks, is tested as such."""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backups import parse_rows
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    CloudError,
    InvalidResponse,
    OptionError,
    SelectionError,
)
from ansible_collections.yacloud.mdb.plugins.plugin_utils._newest import newest_by_cluster
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, NOW, row

OTHER = "c9qsessions000000001"


def facts(*rows: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """What the module returns of rows."""
    return [backup.facts for backup in parse_rows(list(rows), NOW, "a test")]


ROWS = facts(
    row(1, createdAt="2026-11-18T10:00:00Z", type="MANUAL"),
    row(2, createdAt="2026-11-19T10:00:00Z", sourceShardNames=["shard1", "shard2"]),
    row(3, createdAt="2026-11-19T10:00:00.000000001Z", type=None),
    row(4, createdAt=None),
    row(5, OTHER, createdAt="2026-11-17T10:00:00Z"),
    row(6, createdAt="2026-11-16T10:00:00Z", sourceShardNames=["7"], type="MANUAL"),
)


def chosen(rows: t.Any = ROWS, **options: t.Any) -> dict[str, str]:
    return {cluster: backup["id"][-1] for cluster, backup in newest_by_cluster(rows, options).items()}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {CLUSTER: "3", OTHER: "5"}),
        ({"created_before": "2026-11-19T10:00:00.000000001Z"}, {CLUSTER: "2", OTHER: "5"}),
        ({"created_after": "2026-11-19T13:00:00.000000001+03:00"}, {CLUSTER: "3"}),
        ({"type": ["MANUAL"]}, {CLUSTER: "1"}),
        ({"shards": "shard1, shard2"}, {CLUSTER: "2"}),
        ({"shards": [7]}, {CLUSTER: "6"}),
        ({"shards": [], "type": [], "created_before": None}, {CLUSTER: "3", OTHER: "5"}),
        ({"shards": ["shard3"]}, {}),
    ],
)
def test_the_choice(options: dict[str, t.Any], expected: dict[str, str]) -> None:
    assert chosen(**options) == expected


def test_the_order_of_the_input_does_not_matter() -> None:
    for number in range(20):
        rows = random.Random(number).sample([*ROWS, *ROWS], 2 * len(ROWS))
        assert chosen(rows) == {CLUSTER: "3", OTHER: "5"}
    assert list(newest_by_cluster(ROWS[::-1], {})) == sorted([CLUSTER, OTHER])


def test_ages_are_counted_anew_where_an_instant_is_given_and_all_else_is_kept() -> None:
    rows, at = [{**ROWS[4], "size_bytes": "7"}], {"evaluated_at": "2026-11-17T10:00:01.9Z"}
    assert newest_by_cluster(rows, {}) == {OTHER: rows[0]}
    assert newest_by_cluster(rows, at) == {OTHER: {**rows[0], "age_seconds": 1}}


def test_every_cluster_that_is_too_old_is_named() -> None:
    at = {"evaluated_at": "2026-11-20T10:00:00Z"}
    assert chosen([ROWS[1]], max_age="10h", created_before="2026-11-19T20:00:00Z", **at) == {CLUSTER: "2"}
    with pytest.raises(SelectionError) as caught:
        newest_by_cluster(ROWS, {"max_age": "1h", **at})
    assert [line.partition(": newest match is ")[0] for line in str(caught.value).splitlines()] == sorted(
        [CLUSTER, OTHER]
    )


@pytest.mark.parametrize(
    ("rows", "options", "kind", "said"),
    [
        (ROWS, {"limit": 1}, OptionError, "unknown option limit; the options are: created_after"),
        ({"backups": ROWS}, {}, OptionError, "got a mapping. Give the result's 'backups'"),
        (None, {}, OptionError, "the input must be a list of backups"),
        ([*ROWS, {}], {}, InvalidResponse, "element 7 of the list"),
        (ROWS, {"created_after": 5}, OptionError, "created_after must be a time in quotes, got an integer"),
        (ROWS, {"evaluated_at": ""}, OptionError, "evaluated_at ''"),
        (ROWS, {"max_age": "1h"}, OptionError, "max_age needs evaluated_at"),
        (ROWS, {"max_age": "", "evaluated_at": "2026-11-20T10:00:00Z"}, OptionError, "max_age ''"),
    ],
)
def test_what_cannot_be_chosen_from(rows: t.Any, options: dict[str, t.Any], kind: type[CloudError], said: str) -> None:
    with pytest.raises(kind, match=said):
        newest_by_cluster(rows, options)
