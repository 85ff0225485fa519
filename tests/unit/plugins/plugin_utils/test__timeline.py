# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster's line: its axis and its shapes."""

from __future__ import annotations

import re

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.plugin_utils._timeline import WIDTH, Axis, Mark, axis_labels, paths
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import HOUR


def test_types_have_shapes_of_their_own() -> None:
    drawn = {
        name: dict(paths(Axis(26 * HOUR), [Mark(HOUR, kind)], 1, missed=False))[name]
        for kind, name in (("AUTOMATED", "auto"), ("MANUAL", "manual"), (None, "other"), ("COPIED", "other"))
    }
    assert len({re.sub(r"[\d.M ]+", "", shape) for shape in drawn.values()}) == 3


def test_the_time_without_a_backup_is_shown_only_where_the_objective_is_missed() -> None:
    for missed in (True, False):
        assert ("gap" in dict(paths(Axis(26 * HOUR), [], 0, missed=missed))) is missed


@pytest.mark.parametrize("hours", [0, 1, 26, 168, 8760])
def test_an_axis_reaches_the_objective_and_has_few_marks(hours: int) -> None:
    axis = Axis(hours * HOUR)
    assert 0 < axis.x(axis.window) < axis.x(axis.objective) <= axis.x(0) < WIDTH
    assert 1 <= len(axis.ticks()) <= 8
    assert len(axis_labels(axis)) <= len(axis.ticks())
    assert axis.x(10**30) == axis.x(axis.window)
    assert axis.x(-SECOND) == axis.x(0)
