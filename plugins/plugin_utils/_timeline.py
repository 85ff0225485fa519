# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One cluster's backups on a line of time, as SVG. Pure functions; numbers only, so that nothing needs escaping.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..module_utils._cloud.instants import SECOND
from ._freshness import in_words

WIDTH, HEIGHT, MIDDLE = 480, 30, 15
_LEFT, _RIGHT = 14, 470
_OBJECTIVES_SHOWN = 7
_LEAST_WINDOW = 3600 * SECOND
_STEPS = [
    SECOND * step
    for step in (
        600,
        1800,
        3600,
        7200,
        10_800,
        21_600,
        43_200,
        86_400,
        172_800,
        604_800,
        1_209_600,
        2_592_000,
        7_776_000,
        31_536_000,
    )
]
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
        step = next((step for step in _STEPS if self.window // step <= _MOST_TICKS), self.window // 4)
        return [step * number for number in range(1, self.window // step + 1)]


@dataclasses.dataclass(frozen=True)
class Mark:
    """A backup on the line.

    :ivar age: nanoseconds since its completion
    :ivar kind: C(AUTOMATED), C(MANUAL), or anything else for a type that is not known
    """

    age: int
    kind: str | None


def draw_axis(axis: Axis) -> str:
    """The labels above the lines; hidden from screen readers, which get the lines in words."""
    labels = [f'<text x="{axis.x(0)}" y="12" text-anchor="end">check</text>']
    labels += [
        f'<text x="{axis.x(age)}" y="12" text-anchor="middle">{_short(age)}</text>'
        for age in axis.ticks()
        if axis.x(0) - axis.x(age) > 50 and axis.x(age) > _LEFT + 15
    ]
    return f'<svg class="axis" viewBox="0 0 {WIDTH} 16" aria-hidden="true" focusable="false">{"".join(labels)}</svg>'


def _short(age: int) -> str:
    days, rest = divmod(age, 86_400 * SECOND)
    return f"{days}d" if not rest else in_words(age)


def draw(axis: Axis, marks: t.Sequence[Mark], matched: int, status: str, words: str) -> str:
    """One cluster's line.

    :param marks: its backups, newest first, as far as they were returned
    :param matched: how many there are
    :param status: its verdict, which decides how the time without a backup looks
    :param words: the line in words, escaped
    """
    shown = within(axis, marks)
    parts = [
        f'<path class="band" d="M{axis.x(axis.objective)} 1H{axis.x(0)}V{HEIGHT - 1}H{axis.x(axis.objective)}z"/>',
        f'<path class="grid" d="{"".join(f"M{axis.x(age)} 1V{HEIGHT - 1}" for age in axis.ticks() if age > axis.objective)}"/>',
        f'<path class="base" d="M{_LEFT} {MIDDLE}H{axis.x(0)}"/>',
        f'<path class="limit" d="M{axis.x(axis.objective)} 1V{HEIGHT - 1}"/>',
        _gap(axis, marks, status),
        *(
            f'<path class="{name}" d="{"".join(shape(axis, mark) for mark in found)}"/>'
            for name, shape, found in _kinds(shown)
        ),
    ]
    if len(shown) < matched:
        # Where not all that are in the window were returned, the line is known no further than to the last of them.
        end = axis.x(shown[-1].age) - 4 if len(shown) == len(marks) and shown else _LEFT
        parts.append(f'<path class="older" d="M{end - 4:.1f} {MIDDLE - 5}l-8 5l8 5"/>')
    return f'<svg class="line" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words}">{"".join(parts)}</svg>'


def within(axis: Axis, marks: t.Sequence[Mark]) -> list[Mark]:
    """Those of the marks that a line has room for."""
    return [mark for mark in marks if mark.age <= axis.window]


def _gap(axis: Axis, marks: t.Sequence[Mark], status: str) -> str:
    """The time beyond the objective that no backup covers."""
    if status == "fresh":
        return ""
    start = axis.x(marks[0].age) if marks else _LEFT
    end = axis.x(axis.objective)
    return (
        f'<path class="gap" d="M{start} {MIDDLE}H{end}M{end - 5} {MIDDLE - 5}L{end} {MIDDLE}L{end - 5} {MIDDLE + 5}"/>'
    )


def _kinds(marks: t.Sequence[Mark]) -> t.Iterator[tuple[str, t.Callable[[Axis, Mark], str], list[Mark]]]:
    for name, shape, kinds in (
        ("auto", _circle, ("AUTOMATED",)),
        ("manual", _diamond, ("MANUAL",)),
        ("other", _square, None),
    ):
        found = [mark for mark in marks if (mark.kind in kinds if kinds else mark.kind not in ("AUTOMATED", "MANUAL"))]
        if found:
            yield name, shape, found


def _circle(axis: Axis, mark: Mark) -> str:
    return f"M{axis.x(mark.age) - 4:.1f} {MIDDLE}a4 4 0 1 0 8 0a4 4 0 1 0-8 0"


def _diamond(axis: Axis, mark: Mark) -> str:
    return f"M{axis.x(mark.age)} {MIDDLE - 6.5}l6.5 6.5l-6.5 6.5l-6.5-6.5z"


def _square(axis: Axis, mark: Mark) -> str:
    return f"M{axis.x(mark.age) - 3.5:.1f} {MIDDLE - 3.5}h7v7h-7z"


def sample(kind: str) -> str:
    """A shape of the line by itself, for the legend."""
    drawn = {
        "auto": _circle(_SAMPLE_AXIS, Mark(0, None)),
        "manual": _diamond(_SAMPLE_AXIS, Mark(0, None)),
        "other": _square(_SAMPLE_AXIS, Mark(0, None)),
        "gap": f"M{_RIGHT - 12} {MIDDLE}h24m-5-5l5 5l-5 5",
        "band": f"M{_RIGHT - 12} 5h24v20h-24z",
        "older": f"M{_RIGHT + 4} {MIDDLE - 5}l-8 5l8 5",
    }
    view = f"{_RIGHT - 13} 0 26 {HEIGHT}"
    return f'<svg class="sample" viewBox="{view}" aria-hidden="true" focusable="false"><path class="{kind}" d="{drawn[kind]}"/></svg>'


_SAMPLE_AXIS = Axis(SECOND)
