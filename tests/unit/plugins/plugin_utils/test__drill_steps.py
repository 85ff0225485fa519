# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of a drill that cannot be worked with."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._drill_steps import read_drill
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.drills import checked, choice, drill, steps
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import ORDERS, SESSIONS, backups, result


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"restord": {}}, "unknown option restord"),
        ({"choice": "yes"}, "choice must be the result of a task, got a string"),
        ({"choice": {"newest": {}}}, "choice must be the result of yacloud.mdb.redis_backup_info"),
        ({"choice": result({ORDERS: backups(ORDERS, 1), SESSIONS: backups(SESSIONS, 1)})}, "choice holds 2 backups"),
        ({"restored": [1]}, "restored must be the result of a task, got a list"),
        ({"checked": checked(passed="yes")}, "checked: passed must be a boolean, got a string"),
        ({"leftovers": "none"}, "leftovers must be the result of a loop, got a string"),
        ({"swept": {"results": [1]}}, "swept must be the result of a loop"),
        ({"query": "orders"}, "query must be a mapping, got a string"),
        ({"rto": "soon"}, "rto 'soon' is not a duration"),
        ({"sweep_after": "later"}, "sweep_after 'later' is not a duration"),
        ({"keep_on_failure": "perhaps"}, "keep_on_failure must be a boolean"),
        ({"evaluated_at": "now"}, "evaluated_at 'now' is not an RFC 3339 time"),
        ({"chosen_at": "now"}, "chosen_at 'now' is not an RFC 3339 time"),
    ],
)
def test_what_is_refused(other: dict[str, t.Any], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        drill(**other)
    assert message in str(caught.value)


@pytest.mark.parametrize(("value", "got"), [([], "a list"), ("steps", "a string"), (None, "null")])
def test_an_input_that_is_not_a_mapping(value: t.Any, got: str) -> None:
    with pytest.raises(OptionError, match=f"the input must be a mapping of a drill's steps, got {got}"):
        read_drill(value)


class Loop(dict[str, t.Any]):
    """What a loop over nothing returned, where ansible-core 2.21 warns whoever reads all of it."""

    def items(self) -> t.NoReturn:
        pytest.fail("more was read than the results")


def test_of_a_loop_only_the_results_are_read() -> None:
    nothing = Loop(results=[], skipped=True, skipped_reason="No items in the list")
    assert drill(leftovers=nothing, swept=nothing)["leftovers"] == []


def test_without_any_time_there_is_no_verdict() -> None:
    with pytest.raises(OptionError, match="evaluated_at is missing"):
        read_drill({"choice": None})


def test_the_folder_is_the_one_given_or_that_of_the_restored_cluster_or_of_the_backup() -> None:
    assert read_drill(steps(folder_id="b1gtarget")).folder_id == "b1gtarget"
    assert read_drill(steps(restored=None)).folder_id == choice()["newest"][ORDERS]["folder_id"]
    assert read_drill({"evaluated_at": choice()["evaluated_at"]}).folder_id is None


@pytest.mark.parametrize(("given", "shown"), [("10m", "10m"), (600, "600s"), ("1.5", "1.5s"), (None, None)])
def test_the_objective_is_shown_as_it_was_given(given: t.Any, shown: str | None) -> None:
    assert read_drill(steps(rto=given)).rto == shown
