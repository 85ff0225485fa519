# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup's answer, made of the module's facts."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import Level
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError, SelectionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _newest
from ansible_collections.yacloud.mdb.tests.unit.samples import options as module_options

Gather = t.Callable[..., Result]


def backup(cluster: str, created_at: str = "2026-11-19T10:00:00Z") -> dict[str, t.Any]:
    return {"id": f"{cluster}:1", "created_at": created_at, "source_cluster_id": cluster, "source_shard_names": []}


def options(**given: t.Any) -> dict[str, t.Any]:
    """The lookup's options."""
    own = {"by": "id", "on_missing": "error", "return_format": "backup"}
    return {**module_options(), **own, **given}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[t.Any]:
    """The questions that were asked; the answer has a backup of each cluster but those called none…."""
    questions: list[t.Any] = []

    def read_backups(question: t.Any, connect: t.Any) -> Result:
        questions.append(question)
        names = question.cluster_names or ()
        ids = [f"id-{name}" for name in names] if names else list(question.cluster_ids or ("c1", "c2", "none3"))
        newest = {cluster: backup(cluster) for cluster in ids if not cluster.startswith("none")}
        empty = {"listed": 0, "incomplete": 0, "filtered_out": {}, "matched": 0}
        facts = {
            "newest": newest,
            "stale": list(newest) if question.max_age == 0 else [],
            "selection": dict.fromkeys(ids, empty),
            "cluster_ids": {name: f"id-{name}" for name in names},
            "evaluated_at": "2026-11-20T10:00:00Z",
        }
        return Result(facts, ["of the answer"])

    monkeypatch.setattr(_newest, "gather", gather)
    monkeypatch.setattr(_newest, "once_per_task", lambda key, answer: answer())
    return questions


def found(terms: list[t.Any], whole_folder: bool = False, **given: t.Any) -> _newest.Found:
    return _newest.newest_backups(terms, options(**given), [Level("the call", {})], whole_folder=whole_folder)


def ids(elements: list[t.Any]) -> list[str]:
    return [element["source_cluster_id"] for element in elements]


def test_terms_in_their_order_each_asked_once(asked: list[t.Any]) -> None:
    assert ids(found(["c2", ["c1", ("c2",)], 7]).elements) == ["c2", "c1", "c2", "7"]
    assert asked[0].cluster_ids == ("c2", "c1", "7")
    assert asked[0].limit == 1


def test_names(asked: list[t.Any]) -> None:
    assert ids(found(["b", "a", "b"], by="name", folder_id="f").elements) == ["id-b", "id-a", "id-b"]
    assert asked[0].cluster_ids is None


def test_a_folder_has_no_missing_clusters(asked: list[t.Any]) -> None:
    answer = found([], whole_folder=True, folder_id="f")
    assert ids(answer.elements) == ["c1", "c2"]
    assert answer.warnings == ["of the answer"]
    assert asked[0].cluster_ids is asked[0].cluster_names is None


def test_no_term_is_an_empty_list(asked: list[t.Any]) -> None:
    assert found([], folder_id="f").elements == []
    assert asked[0].cluster_ids == ()


def test_ids_alone(asked: list[t.Any]) -> None:
    assert found(["c1"], return_format="id").elements == ["c1:1"]


def test_missing(asked: list[t.Any]) -> None:
    assert found(["none", "c1"], on_missing="skip").warnings == ["of the answer"]
    warned = found(["none", "c1", "none"], on_missing="warn")
    assert ids(warned.elements) == ["c1"]
    assert [text.count("cluster none ") for text in warned.warnings] == [0, 1]
    with pytest.raises(
        SelectionError, match=r"cluster none exists.*cluster none2 exists.*Set on_missing to warn or skip"
    ):
        found(["none", "c1", "none2"])


@pytest.mark.parametrize("on_missing", ["error", "warn", "skip"])
def test_too_old_is_an_error_whatever_may_be_missing(asked: list[t.Any], on_missing: str) -> None:
    with pytest.raises(SelectionError, match=r"cluster c1 is too old: c1:1 .* is 1d old.*cluster c2 is too old"):
        found(["none", "c1", "c2"], on_missing=on_missing, max_age=0)


@pytest.mark.parametrize("term", [None, True, 1.5, {"id": "c1"}, [["c1", None]]])
def test_a_term_that_names_nothing(asked: list[t.Any], term: t.Any) -> None:
    with pytest.raises(OptionError, match="a term is of type"):
        found([term])
    assert asked == []


def test_what_is_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clusters, options and credentials make a question; none of them may be confused with another's answer."""
    keys = []

    def note(key: t.Any, answer: t.Any) -> Result:
        keys.append(key)
        return Result({"newest": {}, "stale": [], "selection": {}, "cluster_ids": {}, "evaluated_at": ""}, [])

    monkeypatch.setattr(_newest, "once_per_task", note)
    for terms, given, level in (
        (["a"], {}, {}),
        (["a", "b"], {}, {}),
        (["a"], {"type": ["MANUAL"]}, {}),
        (["a"], {"folder_id": "f"}, {}),
        (["a"], {}, {"iam_token": "t1.a.b"}),
        (["a"], {}, {}),
    ):
        _newest.newest_backups(
            terms, options(on_missing="skip", **given), [Level("the call", level)], whole_folder=False
        )
    assert len(set(keys)) == 5
    assert keys[0] == keys[5]
