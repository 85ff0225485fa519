# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options become a query, or an error that names the option."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.module_utils._criteria import CRITERIA, Criteria
from ansible_collections.yacloud.mdb.plugins.module_utils._query import Query, check_id, query_spec
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils import things
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, options, query

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

BACKUP = "c9q1:mdb-backup-1"


def validated(**given_options: t.Any) -> dict[str, t.Any]:
    return things.validated(query_spec(), given_options)


def refused(**given_options: t.Any) -> OptionError:
    """The error with which a query is refused."""
    with pytest.raises(OptionError) as caught:
        query(**given_options)
    return caught.value


# --- the argument spec ---


def test_the_folder_may_come_from_a_variable_unless_that_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_FOLDER_ID", "")
    assert validated()["folder_id"] is None
    monkeypatch.setenv("YC_FOLDER_ID", FOLDER)
    assert validated()["folder_id"] == FOLDER
    assert validated(folder_id="other")["folder_id"] == "other"


# --- what is refused ---


@pytest.mark.parametrize(
    ("given_options", "words"),
    [
        ({}, "nothing to read is named: set cluster_ids, cluster_names with folder_id, backup_ids, or folder_id"),
        ({"cluster_ids": ["a"], "cluster_names": ["b"], "folder_id": "f"}, "cluster_ids and cluster_names exclude"),
        ({"cluster_ids": ["a"], "backup_ids": ["b"]}, "cluster_ids and backup_ids exclude each other"),
        ({"cluster_names": [], "backup_ids": []}, "cluster_names and backup_ids exclude each other"),
        ({"cluster_names": ["b"]}, "cluster_names needs folder_id (variable YC_FOLDER_ID)"),
        ({"cluster_ids": [""]}, "'' is not a cluster id; those have 1 to 50 letters"),
        ({"cluster_ids": ["a", "b/../c"]}, "'b/../c' is not a cluster id"),
        ({"cluster_ids": ["."]}, "'.' is not a cluster id"),
        ({"cluster_ids": [7]}, "cluster_ids: an integer is not a cluster id"),
        ({"folder_id": "a/b"}, "'a/b' is not a folder id"),
        ({"cluster_names": [""], "folder_id": "f"}, "'' is not a cluster name"),
        ({"cluster_names": ["a" * 64], "folder_id": "f"}, "is not a cluster name; those have 1 to 63 characters"),
        ({"cluster_ids": ["a"], "page_size": 0}, "page_size must be 1 to 1000, got 0."),
        ({"cluster_ids": ["a"], "page_size": 1001}, "page_size must be 1 to 1000, got 1001."),
        ({"cluster_ids": ["a"], "limit": 0}, "limit must be at least 1, got 0."),
        ({"cluster_ids": ["a"], "max_age": "soon"}, "max_age 'soon' is not a duration"),
        ({"cluster_ids": [], "created_after": "x"}, "created_after 'x' is not an RFC 3339 time"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(given_options: dict[str, t.Any], words: str) -> None:
    assert words in str(refused(**given_options))


@pytest.mark.parametrize("option", ["folder_id", "max_age", "created_after", "created_before"])
@pytest.mark.parametrize("which", [{}, {"cluster_ids": ["a"]}, {"cluster_ids": []}, {"backup_ids": ["a"]}])
def test_an_empty_string_is_not_an_absent_option(option: str, which: dict[str, t.Any]) -> None:
    error = refused(**which, **{option: ""})
    assert str(error) == f"{option} is an empty string; leave it out, or give a value."
    assert error.details == {"option": option}


@pytest.mark.parametrize("option", ["cluster_ids", "cluster_names", "backup_ids"])
@pytest.mark.parametrize("value", ["", "a,", [""], ["a", ""]])
def test_an_empty_string_in_a_list_or_in_place_of_it_is_refused(option: str, value: t.Any) -> None:
    needed = {} if option == "backup_ids" else {"folder_id": FOLDER}
    with pytest.raises(OptionError, match=f"^{option}"):
        Query.from_options(validated(**needed, **{option: value}))


# --- what is asked ---


def test_a_query_about_clusters() -> None:
    asked = query(
        cluster_ids=["b", "a", "b", "A-_9" * 12],
        folder_id=FOLDER,
        max_age="26h",
        on_missing="warn",
        on_stale="error",
        limit=3,
        page_size=7,
        type=["MANUAL"],
    )
    assert asked == Query(
        given={
            "cluster_ids": ["b", "a", "b", "A-_9" * 12],
            "folder_id": FOLDER,
            "type": ["MANUAL"],
            "max_age": "26h",
        },
        cluster_ids=("b", "a", "A-_9" * 12),
        cluster_names=None,
        backup_ids=None,
        folder_id=FOLDER,
        criteria=Criteria.from_options({"type": ["MANUAL"]}),
        max_age=26 * 3600 * SECOND,
        on_missing="warn",
        on_stale="error",
        limit=3,
        page_size=7,
    )
    assert not asked.asks_nothing


def test_what_was_given_is_kept_exactly_and_nothing_else() -> None:
    asked = {
        "cluster_names": ["b", "a", "b"],
        "folder_id": FOLDER,
        "created_after": "2026-11-20T13:00:00.50+03:00",
        "created_before": "2026-11-21T00:00:00Z",
        "type": [],
        "shards": ["s2", "s1", "s2"],
        "max_age": "P1DT2H",
    }
    assert query(**asked, limit=1, on_missing="error", iam_token="t1.a.b").given == asked
    assert query(cluster_ids=["a"]).given == {"cluster_ids": ["a"]}
    assert query(cluster_ids=[]).given == {"cluster_ids": []}
    folder = query(folder_id=FOLDER, max_age="0")
    assert folder.given == {"folder_id": FOLDER, "max_age": "0"}
    assert (folder.cluster_ids, folder.cluster_names, folder.backup_ids, folder.asks_nothing) == (
        None,
        None,
        None,
        False,
    )


def test_names_may_hold_what_ids_may_not() -> None:
    asked = query(cluster_names=["Orders_PROD", "заказы", "a b", "Orders_PROD", "x" * 63], folder_id=FOLDER)
    assert asked.cluster_names == ("Orders_PROD", "заказы", "a b", "x" * 63)


@pytest.mark.parametrize("nothing", [{"cluster_ids": []}, {"cluster_names": []}])
@pytest.mark.parametrize("folder", [None, FOLDER])
def test_an_empty_list_asks_nothing_and_never_widens_to_a_folder(nothing: dict[str, t.Any], folder: str | None) -> None:
    assert query(folder_id=folder, **nothing).asks_nothing


@given(st.one_of(st.text(), st.from_regex(r"\A[A-Za-z0-9_-]{0,52}\Z")))
def test_ids_are_checked_by_character_and_length(value: str) -> None:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
    if 1 <= len(value) <= 50 and set(value) <= allowed:
        assert check_id("cluster_ids", value) == value
    else:
        with pytest.raises(OptionError) as caught:
            check_id("cluster_ids", value)
        assert str(caught.value).isprintable()


# --- single backups ---


def test_a_query_about_single_backups() -> None:
    asked = query(backup_ids=[BACKUP, "a/b", "100%", "...", BACKUP], max_age="26h", on_missing="error")
    assert asked.backup_ids == (BACKUP, "a/b", "100%", "...")
    assert (asked.cluster_ids, asked.cluster_names, asked.folder_id) == (None, None, None)
    assert asked.given == {"backup_ids": [BACKUP, "a/b", "100%", "...", BACKUP], "max_age": "26h"}
    assert query(backup_ids=[]).asks_nothing


@pytest.mark.parametrize("value", ["", " ", ".", "..", "a\nb", "a\x00", "\u202ea", None, 7, ["a"]])
def test_what_is_not_a_backup_s_id_is_refused(value: t.Any) -> None:
    error = refused(backup_ids=[BACKUP, value])
    assert " is not a backup id; copy one as redis_backup_info returns it." in str(error)
    assert str(error).isprintable()
    assert error.details == {"option": "backup_ids"}


BESIDE = {
    "folder_id": FOLDER,
    "limit": 1,
    "created_after": "2026-11-20T10:00:00Z",
    "created_before": "2026-11-20T10:00:00Z",
    "type": ["MANUAL"],
    "shards": ["s1"],
}


@pytest.mark.parametrize("option", BESIDE)
def test_what_does_not_go_with_single_backups_is_refused(option: str) -> None:
    assert set(CRITERIA) < set(BESIDE)
    error = refused(backup_ids=[BACKUP], **{option: BESIDE[option]})
    assert str(error) == f"backup_ids reads each backup by itself; leave out {option}."
    assert error.details == {"option": option}


@pytest.mark.parametrize("folder", [FOLDER, "no/id", ""])
def test_the_environment_s_folder_is_ignored_for_single_backups(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setenv("YC_FOLDER_ID", folder)
    asked = Query.from_options(options(**validated(backup_ids=[BACKUP])))
    assert asked.folder_id is None
    assert asked.given == {"backup_ids": [BACKUP]}
    monkeypatch.setenv("YC_FOLDER_ID", "other")
    assert "leave out folder_id" in str(refused(backup_ids=[BACKUP], folder_id=FOLDER))
