# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a choice, and what happens where there is none or only an old one."""

from __future__ import annotations

import threading
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError, SelectionError
from ansible_collections.yacloud.mdb.tests.unit.samples import (
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    Ask,
    backup_path,
    backups_path,
    clusters,
    listed,
    row,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Reply, Server, answer, failure

NEW, OLD = "2026-11-20T09:00:00Z", "2026-11-18T10:00:00Z"
NEVER = "it has no backup, the API lists none"
MISSING = "Set on_missing to warn or skip to go on without a backup."
STALE = "Raise max_age to accept an older backup."


@pytest.fixture
def four(server: Server) -> list[str]:
    """Clusters with a new backup, an old one, none that is finished, none at all."""
    server.on(backups_path("fresh"), listed(row(1, "fresh", createdAt=NEW), row(2, "fresh", createdAt=OLD)))
    server.on(backups_path("old"), listed(row(1, "old", createdAt=OLD)))
    server.on(backups_path("running"), listed(row(1, "running", createdAt=None)))
    server.on(backups_path("never"), answer({}))
    return ["never", "fresh", "old", "running"]


def refused(ask: Ask, **asked: t.Any) -> SelectionError:
    """The error with which a guard refuses."""
    with pytest.raises(SelectionError) as caught:
        ask(**asked)
    return caught.value


LINES = {
    "never": f"never: {NEVER}",
    "fresh": f"fresh: newest match is fresh:b00001, completed {NEW}, 1h old, AUTOMATED;"
    f" next is fresh:b00002, completed {OLD}, 2d old, AUTOMATED; 2 listed, 2 match",
    "old": f"old: newest match is old:b00001, completed {OLD}, 2d old, AUTOMATED, older than max_age 26h allows;"
    " no other backup matches; 1 listed, 1 matches",
    "running": "running: no backup qualifies; 1 listed, 1 unfinished",
}


def test_by_itself_the_module_tells_and_does_not_judge(ask: Ask, four: list[str]) -> None:
    result = ask(cluster_ids=four, max_age="26h")
    assert result.warnings == []
    assert result.facts["missing"] == ["never", "running"]
    assert result.facts["stale"] == ["old"]
    assert result.facts["explanation"] == LINES
    assert list(result.facts["explanation"]) == four


@pytest.mark.parametrize(
    ("guards", "warned"),
    [
        ({"on_missing": "warn"}, ["never", "running"]),
        ({"on_stale": "warn"}, ["old"]),
        ({"on_missing": "warn", "on_stale": "warn"}, ["never", "running", "old"]),
    ],
)
def test_a_guard_that_warns_does_so_once_for_each_cluster(
    ask: Ask, four: list[str], guards: dict[str, str], warned: list[str]
) -> None:
    result = ask(cluster_ids=four, max_age="26h", **guards)
    assert result.warnings == [LINES[cluster] for cluster in warned]
    assert list(result.facts["newest"]) == ["fresh", "old"]


@pytest.mark.parametrize(
    ("guards", "named", "advice"),
    [
        ({"on_missing": "error"}, ["never", "running"], [MISSING]),
        ({"on_stale": "error"}, ["old"], [STALE]),
        ({"on_missing": "error", "on_stale": "warn"}, ["never", "running"], [MISSING]),
        ({"on_missing": "error", "on_stale": "error"}, ["never", "running", "old"], [MISSING, STALE]),
    ],
)
def test_a_guard_that_refuses_names_every_such_cluster_and_says_once_what_to_do(
    ask: Ask, four: list[str], guards: dict[str, str], named: list[str], advice: list[str]
) -> None:
    error = refused(ask, cluster_ids=four, max_age="26h", **guards)
    last = " ".join(["Nothing is chosen.", *advice])
    assert str(error).splitlines() == [*(LINES[cluster] for cluster in named), last]
    assert error.as_dict() == {"kind": "selection", "missing": ["never", "running"], "stale": ["old"]}


def test_a_guard_without_cause_does_nothing(ask: Ask, server: Server) -> None:
    page = listed(row(1, "c1", createdAt=NEW))
    server.on(backups_path("c1"), page, page)
    for more in ({"max_age": "1h"}, {}):
        result = ask(cluster_ids=["c1"], on_missing="error", on_stale="error", **more)
        assert (result.warnings, list(result.facts["newest"])) == ([], ["c1"])


def test_a_guard_counts_what_the_filters_leave_and_blames_them(ask: Ask, server: Server) -> None:
    server.on(backups_path("c1"), listed(row(1, "c1"), row(2, "c1")))
    error = refused(ask, cluster_ids=["c1"], type=["MANUAL"], on_missing="error", limit=1)
    assert str(error) == (
        "c1: no backup qualifies; 2 listed, 2 not of type MANUAL\n"
        "Nothing is chosen. Widen the filters, or set on_missing to warn or skip to go on without a backup."
    )


def test_a_folder_s_deleted_clusters_are_guarded_too(ask: Ask, server: Server) -> None:
    server.on(FOLDER_BACKUPS, listed(row(1, "deleted", createdAt=OLD)))
    server.on(FOLDER_CLUSTERS, clusters(c1="orders"))
    error = refused(ask, folder_id=FOLDER, max_age="1h", on_missing="error", on_stale="error")
    assert str(error).startswith(f"c1 (orders): {NEVER}\n")
    assert "\ndeleted: newest match is" in str(error)


@pytest.mark.parametrize("guard", ["error", "warn", "skip"])
def test_what_could_not_be_asked_is_an_error_whatever_the_guards(ask: Ask, server: Server, guard: str) -> None:
    server.on(backups_path("c1"), failure(404, 5, "Cluster not found"))
    with pytest.raises(CloudError) as caught:
        ask(cluster_ids=["c1"], on_missing=guard, on_stale=guard, max_age="1h")
    assert caught.value.kind == "api"


# --- single backups ---


def single(backup_id: str, cluster: str = "c1", **fields: t.Any) -> Reply:
    return answer(row(id=backup_id, cluster=cluster, **fields))


def test_single_backups_are_read_each_by_itself(ask: Ask, server: Server) -> None:
    server.on(backup_path("b1"), single("b1", createdAt=OLD))
    server.on(backup_path("c2:b/2%"), single("c2:b/2%", "c2", createdAt=NEW))
    server.on(backup_path("gone"), failure(404, 5, "Backup not found"))
    server.on(backup_path("b3"), single("b3", createdAt=NEW))
    server.on(backup_path("b4"), single("b4", createdAt=None))
    result = ask(backup_ids=["b1", "gone", "c2:b/2%", "b3", "b4", "b1"], max_age="1h")
    facts = result.facts
    assert [one["id"] for one in facts["backups"]] == ["c2:b/2%", "b3", "b1"]
    assert {cluster: one["id"] for cluster, one in facts["newest"].items()} == {"c1": "b3", "c2": "c2:b/2%"}
    assert facts["missing"] == ["gone"]
    assert [one["id"] for one in facts["incomplete"]] == ["b4"]
    assert {cluster: counts["listed"] for cluster, counts in facts["selection"].items()} == {"c1": 3, "c2": 1}
    assert "newest match is b3, " in facts["explanation"]["c1"]
    assert "next is b1, " in facts["explanation"]["c1"]
    assert facts["clusters"] == facts["cluster_ids"] == facts["newest_by_name"] == {}
    assert (facts["pages"], len(server.requests), result.warnings) == (0, 5, [])


READS: dict[str, tuple[t.Callable[[str], str], t.Callable[[str], Reply]]] = {
    "cluster_ids": (backups_path, lambda name: listed(row(1, name))),
    "backup_ids": (backup_path, single),
}


@pytest.mark.parametrize("option", READS)
def test_several_are_read_at_the_same_time(ask: Ask, server: Server, option: str) -> None:
    together = threading.Barrier(6, timeout=10)
    path, found = READS[option]

    def meet(name: str) -> Reply:
        def reply(handler: t.Any) -> None:
            together.wait()
            found(name)(handler)

        return reply

    names = [f"c{number}" for number in range(6)]
    for name in names:
        server.on(path(name), meet(name))
    assert len(ask({"concurrency": 6}, **{option: names}).facts["backups"]) == 6


def test_a_guard_about_single_backups(ask: Ask, server: Server) -> None:
    for backup_id in ("gone1", "gone2"):
        server.always(backup_path(backup_id), failure(404, 5, "Backup not found"))
    server.always(backup_path("b1"), single("b1", createdAt=OLD))
    asked = {"backup_ids": ["gone2", "b1", "gone1"], "max_age": "26h"}
    lines = [f"{backup_id}: there is no such backup, or no longer" for backup_id in ("gone2", "gone1")]
    assert ask(**asked, on_missing="warn").warnings == lines
    error = refused(ask, **asked, on_missing="error", on_stale="error")
    assert str(error).splitlines()[:2] == lines
    assert "older than max_age 26h allows" in str(error)
    assert error.details == {"missing": ["gone2", "gone1"], "stale": ["c1"]}


def test_a_single_backup_that_is_not_finished_is_not_missing(ask: Ask, server: Server) -> None:
    server.on(backup_path("b1"), single("b1", createdAt=None))
    facts = ask(backup_ids=["b1"], on_missing="error").facts
    assert (facts["missing"], facts["newest"], [one["id"] for one in facts["incomplete"]]) == ([], {}, ["b1"])
    assert facts["explanation"] == {"c1": "c1: no backup qualifies; 1 listed, 1 unfinished"}


def test_one_backup_that_cannot_be_asked_for_is_an_error_for_all(ask: Ask, server: Server) -> None:
    server.always(backup_path("b1"), single("b1"))
    server.on(backup_path("b2"), failure(403, 7, "Permission denied"))
    with pytest.raises(CloudError, match=r"^backup b2: reading it: HTTP status 403: Permission denied") as caught:
        ask(backup_ids=["b1", "b2"], on_missing="skip")
    assert caught.value.details["backup_id"] == "b2"
