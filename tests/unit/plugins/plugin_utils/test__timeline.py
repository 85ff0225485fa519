# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster's line: its axis and its shapes."""

from __future__ import annotations

import re

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.plugin_utils._timeline import WIDTH, Axis, Mark, draw
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import HOUR


def test_types_have_shapes_of_their_own() -> None:
    axis = Axis(26 * HOUR)
    drawn = {
        kind: re.search(rf'class="{name}" d="([^"]+)"', draw(axis, [Mark(HOUR, kind)], 1, "fresh", ""))
        for kind, name in (("AUTOMATED", "auto"), ("MANUAL", "manual"), (None, "other"), ("COPIED", "other"))
    }
    shapes = {kind: re.sub(r"[\d.M ]+", "", found[1].split("M")[-1]) for kind, found in drawn.items() if found}
    assert len(shapes) == 4
    assert len(set(shapes.values())) == 3


@pytest.mark.parametrize("hours", [0, 1, 26, 168, 8760])
def test_an_axis_reaches_the_objective_and_has_few_marks(hours: int) -> None:
    axis = Axis(hours * HOUR)
    assert 0 < axis.x(axis.window) < axis.x(axis.objective) <= axis.x(0) < WIDTH
    assert 1 <= len(axis.ticks()) <= 8
    assert axis.x(10**30) == axis.x(axis.window)
    assert axis.x(-SECOND) == axis.x(0)
