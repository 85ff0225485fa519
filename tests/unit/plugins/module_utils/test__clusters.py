# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of a folder: their names, which are neither unique nor always there, and their state."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import InvalidResponse, SelectionError
from ansible_collections.yacloud.mdb.plugins.module_utils._clusters import (
    Cluster,
    parse_cluster,
    resolve,
    warn_of_shared_names,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER

CLUSTERS = [
    Cluster("c9q1", "orders-prod", "RUNNING", "ALIVE"),
    Cluster("c9q2", "twice", "RUNNING", "ALIVE"),
    Cluster("c9q3", "twice", None, None),
    Cluster("c9q4", "", None, None),
    Cluster("c9q5", "orders-test", None, None),
    Cluster("c9q6", "", None, None),
]


def parse(row: t.Any) -> Cluster:
    return parse_cluster(row, f"folder {FOLDER}")


@pytest.mark.parametrize(
    ("row", "made"),
    [
        (
            {"name": "a", "status": "STOPPED", "health": "DEGRADED", "new": {}},
            Cluster("c9q1", "a", "STOPPED", "DEGRADED"),
        ),
        # A gateway may write all enums as numbers.
        ({"name": "a", "status": 6, "health": 3}, Cluster("c9q1", "a", "STOPPED", "DEGRADED")),
        ({}, Cluster("c9q1", "", None, None)),
        ({"name": None, "status": None, "health": ""}, Cluster("c9q1", "", None, None)),
    ],
)
def test_a_row_becomes_a_cluster(row: dict[str, t.Any], made: Cluster) -> None:
    assert parse({"id": "c9q1", **row}) == made


@pytest.mark.parametrize("field", ["status", "health"])
@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("STATUS_UNKNOWN", None),
        ("HEALTH_UNKNOWN", None),
        (0, None),
        ("UPDATING", "UPDATING"),
        (9, "9"),
        ("9", "9"),
    ],
)
def test_an_unknown_state_is_none_and_an_unknown_number_a_string(field: str, value: t.Any, known: str | None) -> None:
    assert getattr(parse({"id": "c9q1", field: value}), field) == known


@pytest.mark.parametrize(
    "row", [None, "x", [], {}, {"id": ""}, {"id": 7}, {"id": "c", "name": 7}, {"id": "c", "name": ["a"]}, {"name": "x"}]
)
def test_a_row_that_is_not_a_cluster_is_refused(row: t.Any) -> None:
    with pytest.raises(InvalidResponse, match=rf"^folder {FOLDER}: a row of its clusters has no valid 'id' and 'name'"):
        parse(row)


def test_a_name_is_compared_to_the_letter() -> None:
    assert resolve("orders-prod", CLUSTERS, FOLDER) == CLUSTERS[0]
    for name in ("Orders-prod", "orders-pro", " orders-prod", "orders%", "c9q1", ""):
        with pytest.raises(SelectionError):
            resolve(name, CLUSTERS, FOLDER)


@pytest.mark.parametrize(
    ("name", "clusters", "said"),
    [
        ("twice", CLUSTERS, "2 clusters of folder .* are named 'twice': c9q2, c9q3. Name one by its id instead.$"),
        (
            "orders-prd",
            CLUSTERS,
            "Similar: 'orders-prod', 'orders-test'. .*A deleted cluster is found by its id only.$",
        ),
        ("orders", CLUSTERS, "Similar: 'orders-test', 'orders-prod'"),
        ("zzz", CLUSTERS, "It has 6 clusters, none with a similar name"),
        ("orders-prod", [], "It has 0 clusters"),
        ("c9q1", CLUSTERS, "That is the id of 'orders-prod'; an id goes into cluster_ids, in the"),
    ],
)
def test_a_name_that_not_just_one_has_is_refused_with_what_else_there_is(
    name: str, clusters: list[Cluster], said: str
) -> None:
    with pytest.raises(SelectionError, match=said):
        resolve(name, clusters, FOLDER)


def test_a_name_that_several_have_is_warned_of_once_and_no_name_is_none() -> None:
    assert warn_of_shared_names(CLUSTERS, FOLDER) == [
        f"folder {FOLDER}: 2 clusters have the name 'twice'; use cluster_ids to tell them apart."
    ]
    assert warn_of_shared_names([], FOLDER) == []
