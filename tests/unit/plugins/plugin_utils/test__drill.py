# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a restore drill: what each step's result makes of it, and what is never concluded."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.plugin_utils._drill import judge_drill, read_drill_verdict
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.drills import (
    BACKUP,
    CLUSTER,
    NAME,
    SKIPPED,
    checked,
    choice,
    drill,
    failed,
    leftover,
    removed,
    restored,
    swept,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import ORDERS, result
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER

UNREACHABLE = {"changed": False, "unreachable": True, "msg": "Failed to connect to the host via ssh: no route"}


def test_a_drill_that_has_passed() -> None:
    verdict = drill()
    assert verdict["outcome"] == "passed"
    assert (verdict["stopped_at"], verdict["problem"]) == (None, None)
    assert verdict["source"] == {"cluster_id": ORDERS, "cluster_name": "orders", "folder_id": FOLDER}
    assert verdict["backup"]["id"] == BACKUP
    assert verdict["cluster"] == {
        "id": CLUSTER,
        "name": NAME,
        "folder_id": FOLDER,
        "status": "RUNNING",
        "health": "ALIVE",
    }
    assert (verdict["key_count"], verdict["persistent_key_count"], verdict["expired_on_load"]) == (12, 9, 3)
    assert (verdict["cleaned_up"], verdict["kept"], verdict["not_removed"], verdict["leftovers"]) == (
        True,
        False,
        [],
        [],
    )
    assert verdict["failure"] == []


# --- the outcome ---


@pytest.mark.parametrize(
    ("other", "stopped_at", "problem"),
    [
        ({"choice": failed("No backup\nqualifies.")}, "choose", "No backup qualifies"),
        ({"choice": result({ORDERS: []})}, "choose", "no backup matches"),
        ({"choice": None}, "choose", "it was not reached"),
        ({"choice": SKIPPED}, "choose", "it was skipped"),
        ({"restored": failed("A quota is used up.")}, "restore", "A quota is used up"),
        ({"restored": None}, "restore", "it was not reached"),
        ({"restored": SKIPPED}, "restore", "it was skipped"),
        ({"restored": restored(cluster=None)}, "restore", "nothing was restored, as in check mode"),
        ({"restored": {"changed": True}}, "restore", "its result does not hold cluster"),
        (
            {"restored": restored(backup_id="c9qother:1")},
            "restore",
            f"it was restored from backup c9qother:1, not {BACKUP}",
        ),
        ({"checked": failed("A wrong password.")}, "check", "A wrong password"),
        (
            {"checked": UNREACHABLE},
            "check",
            "its host could not be reached: Failed to connect to the host via ssh: no route",
        ),
        ({"checked": None}, "check", "it was not reached"),
        ({"checked": SKIPPED}, "check", "it was skipped"),
        ({"checked": {"changed": False}}, "check", "its result does not hold passed"),
    ],
)
def test_what_could_not_be_found_out_is_untested(other: dict[str, t.Any], stopped_at: str, problem: str) -> None:
    verdict = drill(**other)
    assert (verdict["outcome"], verdict["stopped_at"], verdict["problem"]) == ("untested", stopped_at, problem)
    assert verdict["failure"][0].endswith(".")
    assert "untested" in verdict["failure"][0]
    assert (verdict["checks"], verdict["key_count"], verdict["readable_seconds"]) == ([], None, None)


def test_data_that_are_not_right_have_failed_and_are_not_untested() -> None:
    verdict = drill(checked=checked(passed=False))
    assert (verdict["outcome"], verdict["stopped_at"]) == ("failed", None)
    assert verdict["problem"] == "min_keys: 2 keys, and at least 10 are required"
    assert verdict["readable_seconds"] == 453.0
    assert verdict["failure"] == [
        "Restore drill of orders (c9qorders) failed: the backup was restored, but its data are not right.",
        "  failed    min_keys: 2 keys, and at least 10 are required",
    ]


@pytest.mark.parametrize(
    "other", [{"restored": failed()}, {"restored": SKIPPED}, {"restored": None}, {"name": "redis-drill-of-today"}]
)
def test_a_check_of_an_earlier_drill_proves_nothing(other: dict[str, t.Any]) -> None:
    verdict = drill(**other)
    assert verdict["outcome"] == "untested"
    assert "check" not in verdict["seconds"]
    assert (verdict["key_count"], verdict["checks"]) == (None, [])


# --- time ---


def test_the_phases_are_measured_and_the_removal_does_not_count() -> None:
    verdict = drill()
    assert verdict["seconds"] == {"choose": 0.5, "restore": 420.0, "ready": 30.0, "check": 2.5, "remove": 90.0}
    assert list(verdict["seconds"]) == ["choose", "restore", "ready", "check", "remove"]
    assert verdict["readable_seconds"] == 453.0


@pytest.mark.parametrize(
    ("rto", "met"),
    [("453s", True), ("452.9s", False), ("7m33s", True), (453, True), (452, False), (None, None)],
)
def test_the_objective_is_held_to_the_second(rto: t.Any, met: bool | None) -> None:
    verdict = drill(rto=rto)
    assert verdict["rto_met"] is met
    assert verdict["outcome"] == "passed"
    assert bool(verdict["failure"]) is (met is False)


def test_an_objective_is_missed_once_its_time_is_over_and_otherwise_unknown_where_nothing_was_read() -> None:
    slow = failed("Not ready in time.", seconds={"restore": 420.0, "ready": 600.0})
    assert drill(checked=None, rto="10m", restored=slow)["rto_met"] is False
    assert drill(checked=failed(), rto="10m")["rto_met"] is None


# --- the cluster ---


def test_a_cluster_that_could_not_be_removed_is_named_with_the_command_that_removes_it() -> None:
    verdict = drill(removed=failed("No right to."))
    assert (verdict["outcome"], verdict["cleaned_up"], verdict["kept"]) == ("passed", False, False)
    command = (
        f"ansible localhost -m yacloud.mdb.redis_restored_cluster -a 'state=absent cluster_id={CLUSTER} name={NAME}'"
    )
    assert verdict["not_removed"] == [
        {"cluster_id": CLUSTER, "name": NAME, "folder_id": FOLDER, "problem": "No right to", "command": command}
    ]
    assert verdict["failure"][-1] == f"  NOT REMOVED cluster {CLUSTER} ({NAME}): No right to. Remove it: {command}"


@pytest.mark.parametrize("value", [None, SKIPPED])
@pytest.mark.parametrize("outcome", [checked(), checked(passed=False), failed()])
def test_a_cluster_that_nobody_removed_is_there(value: t.Any, outcome: dict[str, t.Any]) -> None:
    verdict = drill(removed=value, checked=outcome)
    assert verdict["cleaned_up"] is False
    assert [left["cluster_id"] for left in verdict["not_removed"]] == [CLUSTER]


@pytest.mark.parametrize(("outcome", "kept"), [(checked(), False), (checked(passed=False), True), (failed(), True)])
def test_a_cluster_is_kept_only_where_the_drill_has_not_passed(outcome: dict[str, t.Any], kept: bool) -> None:
    verdict = drill(removed=SKIPPED, checked=outcome, keep_on_failure="yes")
    assert (verdict["cleaned_up"], verdict["kept"]) == (False, kept)
    assert bool(verdict["not_removed"]) is not kept


def test_a_kept_cluster_that_somebody_tried_to_remove_was_not_kept() -> None:
    verdict = drill(removed=failed(), checked=failed(), keep_on_failure=True)
    assert (verdict["kept"], len(verdict["not_removed"])) == (False, 1)


def test_a_restore_that_failed_names_the_cluster_that_it_left() -> None:
    broken = restored(failed=True, msg="It failed.", cluster={"id": CLUSTER, "name": NAME, "status": "ERROR"})
    verdict = drill(restored=broken, checked=SKIPPED)
    assert (verdict["outcome"], verdict["cluster"]["id"], verdict["cleaned_up"]) == ("untested", CLUSTER, True)
    assert drill(restored=broken, checked=SKIPPED, removed=None)["cleaned_up"] is False


def looked(name: str) -> dict[str, t.Any]:
    return result({}, names={name: CLUSTER}, folder_id=FOLDER)


@pytest.mark.parametrize(
    ("broken", "found", "cleaned_up"),
    [
        (failed("Refused.", operation=None), None, True),
        (failed("Refused.", operation=None, changed=True), None, None),
        (failed("Timed out."), None, None),
        (failed("Timed out."), failed("The API is down."), None),
        (failed("Timed out."), looked("other"), True),
        (failed("Timed out."), looked(NAME), False),
        (SKIPPED, None, True),
        (None, None, True),
        (restored(cluster=None, operation=None), None, True),
    ],
)
def test_whether_anything_is_left_of_a_restore_that_named_no_cluster(
    broken: t.Any, found: t.Any, cleaned_up: bool | None
) -> None:
    verdict = drill(restored=broken, checked=None, found=found, removed=SKIPPED)
    assert verdict["cleaned_up"] is cleaned_up
    assert bool(verdict["not_removed"]) is (cleaned_up is not True)


def test_a_cluster_that_may_be_there_is_described_for_whoever_looks() -> None:
    verdict = drill(restored=failed("Timed out."), checked=None, found=failed("The API is down."), removed=SKIPPED)
    assert verdict["failure"][-1] == (
        f"  NOT REMOVED a cluster named {NAME} may be in folder {FOLDER}: The API is down. Look there, and remove it."
    )


# --- leftovers ---


def leftovers(*results: dict[str, t.Any], **other: t.Any) -> list[dict[str, t.Any]]:
    return t.cast("list[dict[str, t.Any]]", drill(leftovers={"results": list(results)}, **other)["leftovers"])


def test_leftovers_are_due_by_their_age() -> None:
    found = leftovers(leftover("c9qold1", 26), leftover("c9qnew1", 2), sweep_after="1d")
    assert [(row["cluster_id"], row["due"], row["removed"]) for row in found] == [
        ("c9qold1", True, False),
        ("c9qnew1", False, False),
    ]
    assert [row["due"] for row in leftovers(leftover("c9qold1", 26))] == [False]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"failed": True, "msg": "Not restored.", "backup_id": None, "error": {"kind": "state"}}, None),
        ({"failed": True, "msg": "Protected.", "error": {"kind": "state"}}, "Protected."),
        ({"failed": True, "msg": "403", "backup_id": None, "cluster": None, "error": {"kind": "api"}}, "403"),
    ],
)
def test_a_cluster_that_was_not_restored_is_no_leftover_and_a_protected_one_is_never_due(
    facts: dict[str, t.Any], expected: str | None
) -> None:
    found = leftovers(leftover("c9qold1", 26, **facts), sweep_after="1h")
    assert [(row["problem"], row["due"]) for row in found] == ([] if expected is None else [(expected, False)])


def test_what_was_swept_is_gone_and_what_could_not_be_is_not() -> None:
    gone, stuck = leftover("c9qold1"), leftover("c9qold2")
    verdict = drill(
        leftovers={"results": [gone, stuck]},
        swept={"results": [swept("c9qold1"), swept("c9qold2", failed=True, msg="It is stuck.")]},
        sweep_after="1d",
    )
    assert [row["removed"] for row in verdict["leftovers"]] == [True, False]
    assert [(left["cluster_id"], left["problem"]) for left in verdict["not_removed"]] == [("c9qold2", "It is stuck")]
    assert (verdict["outcome"], verdict["cleaned_up"]) == ("passed", True)
    assert len(verdict["failure"]) == 2


def test_leftovers_that_could_not_be_looked_for_are_not_none() -> None:
    verdict = drill(folder=failed("403"))
    assert verdict["leftovers"] is None
    assert verdict["failure"] == []
    assert "could not be looked for" in verdict["message"][-1]


# --- what a pass does not say ---


def test_what_was_not_tested_depends_on_what_was() -> None:
    few = " ".join(drill(rto=None)["not_tested"])
    for words in ("without a manifest", "required_keys", "(rto)"):
        assert words in few
    every = [{"name": name, "passed": True, "detail": ""} for name in ("min_keys", "required_keys", "manifest")]
    many = " ".join(drill(checked=checked(checks=every))["not_tested"])
    for words in ("without a manifest", "required_keys", "(rto)", "Speed"):
        assert words not in many
    assert "manifest's sample" in many
    small = " ".join(drill(restored=restored(inherited=["hosts", "version"]))["not_tested"])
    assert "Speed on hosts like the source's, from which these differ or may differ: resource_preset_id" in small


def test_a_verdict_is_told_from_anything_else() -> None:
    verdict = drill()
    assert read_drill_verdict(verdict) == verdict
    for other in (choice(), {}, [], None, {"outcome": "passed"}, removed()):
        assert read_drill_verdict(other) is None


def test_a_choice_alone_is_enough_for_a_verdict() -> None:
    verdict = judge_drill({"choice": choice()})
    assert (verdict["outcome"], verdict["query"], verdict["cleaned_up"]) == ("untested", choice()["query"], True)
    assert verdict["evaluated_at"] == choice()["evaluated_at"]
