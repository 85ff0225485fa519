# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lookup asks, and which of the module's facts become its elements."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import CredentialSource
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._query import Query
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _newest_lookup
from ansible_collections.yacloud.mdb.tests.unit.samples import options as module_options


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """The queries that were made; the result has a backup of each cluster but those called none…."""
    queries: list[Query] = []

    def read_backups(query: Query, connect: t.Any) -> Result:
        queries.append(query)
        names = query.cluster_names or ()
        ids = [f"id-{name}" for name in names] if names else list(query.cluster_ids or ("c1", "c2", "none3"))
        newest = {
            cluster: {"id": f"{cluster}:1", "source_cluster_id": cluster}
            for cluster in ids
            if not cluster.startswith("none")
        }
        return Result({"newest": newest, "cluster_ids": {name: f"id-{name}" for name in names}}, ["of the result"])

    monkeypatch.setattr(_newest_lookup, "read_backups", read_backups)
    return queries


def found(terms: list[t.Any], whole_folder: bool = False, **given: t.Any) -> tuple[list[t.Any], list[str]]:
    own = {"by": "id", "on_missing": "error", "return_format": "backup"}
    options = {name: value for name, value in module_options().items() if name != "on_stale"}
    return _newest_lookup.newest_backups(
        terms, {**options, **own, **given}, [CredentialSource("the call", {})], whole_folder=whole_folder
    )


def ids(terms: list[t.Any], **given: t.Any) -> list[str]:
    return [element["source_cluster_id"] for element in found(terms, **given)[0]]


def test_terms_in_their_order_each_asked_once(asked: list[Query]) -> None:
    assert ids(["c2", ["c1", ("c2",)], 7]) == ["c2", "c1", "c2", "7"]
    assert asked[0].cluster_ids == ("c2", "c1", "7")
    assert asked[0].limit == 1


def test_names(asked: list[Query]) -> None:
    assert ids(["b", "a", "b"], by="name", folder_id="f") == ["id-b", "id-a", "id-b"]
    assert (asked[0].cluster_ids, asked[0].cluster_names) == (None, ("b", "a"))


def test_a_folder_has_no_missing_clusters(asked: list[Query]) -> None:
    elements, warnings = found([], whole_folder=True, folder_id="f")
    assert [element["source_cluster_id"] for element in elements] == ["c1", "c2"]
    assert warnings == ["of the result"]
    assert asked[0].cluster_ids is asked[0].cluster_names is None
    assert (asked[0].on_missing, asked[0].on_stale) == ("skip", "error")


def test_no_term_is_an_empty_list(asked: list[Query]) -> None:
    assert ids([], folder_id="f") == []
    assert asked[0].cluster_ids == ()


def test_ids_alone(asked: list[Query]) -> None:
    assert found(["c1", "none", "c1"], return_format="id")[0] == ["c1:1", "c1:1"]


@pytest.mark.parametrize("on_missing", ["error", "warn", "skip"])
def test_the_guard_is_the_module_s_and_an_old_backup_always_an_error(asked: list[Query], on_missing: str) -> None:
    assert ids(["none", "c1"], on_missing=on_missing) == ["c1"]
    assert (asked[0].on_missing, asked[0].on_stale) == (on_missing, "error")


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1.5, "a number"),
        ({"id": "c1"}, "a mapping"),
        ([["c1", None]], "null"),
    ],
)
def test_a_term_that_names_nothing(asked: list[Query], term: t.Any, kind: str) -> None:
    with pytest.raises(
        OptionError, match=f"^a term must be a cluster's id or name, or a list of them, got {kind}"
    ) as caught:
        found([term])
    assert "c1" not in str(caught.value)
    assert asked == []
