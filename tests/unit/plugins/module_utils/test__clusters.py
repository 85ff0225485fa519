# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of clusters, which are neither unique nor always there."""

from __future__ import annotations

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._api import Cluster
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import SelectionError
from ansible_collections.yacloud.mdb.plugins.module_utils._clusters import by_name, resolve
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER

CLUSTERS = [
    Cluster("c9q1", "orders-prod"),
    Cluster("c9q2", "twice"),
    Cluster("c9q3", "twice"),
    Cluster("c9q4", ""),
    Cluster("c9q5", "orders-test"),
]


def test_a_name_is_compared_to_the_letter() -> None:
    assert resolve("orders-prod", CLUSTERS, FOLDER) == "c9q1"
    for name in ("Orders-prod", "orders-pro", " orders-prod", "orders%", "c9q1"):
        with pytest.raises(SelectionError, match="has no cluster"):
            resolve(name, CLUSTERS, FOLDER)


def test_a_name_that_several_have_is_refused_with_their_ids() -> None:
    with pytest.raises(SelectionError) as caught:
        resolve("twice", CLUSTERS, FOLDER)
    assert str(caught.value) == (
        f"cluster_names: 'twice' names 2 clusters of folder {FOLDER}: c9q2, c9q3. Use cluster_ids instead."
    )


def test_a_name_that_none_has_is_told_with_those_near_it() -> None:
    with pytest.raises(SelectionError) as caught:
        resolve("orders-prd", CLUSTERS, FOLDER)
    assert "Near it: 'orders-prod', 'orders-test'." in str(caught.value)
    with pytest.raises(SelectionError, match="The folder has 5 clusters; none has a name like it"):
        resolve("zzz", CLUSTERS, FOLDER)
    with pytest.raises(SelectionError, match="The folder has 0 clusters"):
        resolve("orders-prod", [], FOLDER)


def test_ids_by_name_leave_out_what_has_none_and_warn_of_what_two_have() -> None:
    cluster_ids, warnings = by_name(CLUSTERS, FOLDER)
    assert cluster_ids == {"orders-prod": "c9q1", "twice": "c9q2", "orders-test": "c9q5"}
    assert warnings == [f"folder {FOLDER}: 2 clusters have the name 'twice'; cluster_ids holds c9q2."]
    assert by_name([], FOLDER) == ({}, [])
