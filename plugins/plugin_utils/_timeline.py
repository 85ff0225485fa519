# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One cluster's backups on a line of time: the paths of an SVG of 480 by 30. Pure functions."""

from __future__ import annotations

import dataclasses
import typing as t

from ..module_utils._cloud.durations import format_duration
from ..module_utils._cloud.instants import SECOND

WIDTH, HEIGHT, MIDDLE = 480, 30, 15

Path = tuple[str, str]
"""What a path shows, which is its class in the style sheet, and its shape."""

_LEFT, _RIGHT = 14, 470
_OBJECTIVES_SHOWN = 7
_LEAST_WINDOW = 3600 * SECOND
_STEPS_MINUTES = (10, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 20_160, 43_200, 129_600, 525_600)
_MOST_TICKS = 8


@dataclasses.dataclass(frozen=True)
class Axis:
    """The time that all lines of a page show, the same for each: it follows from the objective alone.

    :ivar objective: how old the newest backup may be, in nanoseconds
    """

    objective: int

    @property
    def window(self) -> int:
        """How far back a line reaches, in nanoseconds: the objective seven times, the last of them to the right."""
        return max(self.objective * _OBJECTIVES_SHOWN, _LEAST_WINDOW)

    def x(self, age: int) -> float:
        """Where an age stands."""
        return round(_RIGHT - (_RIGHT - _LEFT) * min(max(age, 0) / self.window, 1.0), 1)

    def ticks(self) -> list[int]:
        """Round ages to mark, the youngest first; at most eight."""
        steps = (minutes * 60 * SECOND for minutes in _STEPS_MINUTES)
        step = next((step for step in steps if self.window // step <= _MOST_TICKS), self.window // 4)
        return [step * number for number in range(1, self.window // step + 1)]


@dataclasses.dataclass(frozen=True)
class Mark:
    """A backup on the line.

    :ivar age: nanoseconds since its completion
    :ivar kind: C(AUTOMATED), C(MANUAL), or anything else for a type that is not known
    """

    age: int
    kind: str | None


def axis_labels(axis: Axis) -> list[tuple[float, str]]:
    """Where the labels above the lines stand, and what they say; the right end's is not among them."""
    labels = []
    for age in axis.ticks():
        days, rest = divmod(age, 86_400 * SECOND)
        if _LEFT + 15 < axis.x(age) < axis.x(0) - 50:
            labels.append((axis.x(age), format_duration(age) if rest else f"{days}d"))
    return labels


def paths(axis: Axis, marks: t.Sequence[Mark], matched: int, *, missed: bool) -> list[Path]:
    """One cluster's line.

    :param marks: its backups, newest first, as far as they were returned
    :param matched: how many there are
    :param missed: whether the time beyond the objective that no backup covers is shown
    """
    shown = within(axis, marks)
    limit = axis.x(axis.objective)
    found = [
        ("band", f"M{limit} 1H{axis.x(0)}V{HEIGHT - 1}H{limit}z"),
        ("grid", "".join(f"M{axis.x(age)} 1V{HEIGHT - 1}" for age in axis.ticks() if age > axis.objective)),
        ("base", f"M{_LEFT} {MIDDLE}H{axis.x(0)}"),
        ("limit", f"M{limit} 1V{HEIGHT - 1}"),
    ]
    if missed:
        start = axis.x(marks[0].age) if marks else _LEFT
        found.append(
            ("gap", f"M{start} {MIDDLE}H{limit}M{limit - 5} {MIDDLE - 5}L{limit} {MIDDLE}L{limit - 5} {MIDDLE + 5}")
        )
    for name, shape in (("auto", _circle), ("manual", _diamond), ("other", _square)):
        places = [axis.x(mark.age) for mark in shown if _CLASSES.get(mark.kind, "other") == name]
        if places:
            found.append((name, "".join(map(shape, places))))
    if len(shown) < matched:
        # Where not all that are in the window were returned, the line is known no further than to the last of them.
        end = axis.x(shown[-1].age) - 4 if len(shown) == len(marks) and shown else _LEFT
        found.append(("older", f"M{end - 4:.1f} {MIDDLE - 5}l-8 5l8 5"))
    return found


def within(axis: Axis, marks: t.Sequence[Mark]) -> list[Mark]:
    """Those of the marks that a line has room for."""
    return [mark for mark in marks if mark.age <= axis.window]


_CLASSES: dict[str | None, str] = {"AUTOMATED": "auto", "MANUAL": "manual"}


def _circle(x: float) -> str:
    return f"M{x - 4:.1f} {MIDDLE}a4 4 0 1 0 8 0a4 4 0 1 0-8 0"


def _diamond(x: float) -> str:
    return f"M{x} {MIDDLE - 6.5}l6.5 6.5l-6.5 6.5l-6.5-6.5z"


def _square(x: float) -> str:
    return f"M{x - 3.5:.1f} {MIDDLE - 3.5}h7v7h-7z"


SAMPLES = {
    "auto": _circle(13),
    "manual": _diamond(13),
    "other": _square(13),
    "band": "M1 5h24v20h-24z",
    "gap": f"M1 {MIDDLE}h24m-5-5l5 5l-5 5",
    "older": f"M17 {MIDDLE - 5}l-8 5l8 5",
}
"""Each path's shape by itself, for a legend of 26 by 30."""
