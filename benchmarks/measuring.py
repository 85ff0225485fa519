# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times become figures: medians over rounds in which the contenders took turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.contenders import EMPTY, Contender
from benchmarks.workshop import Failed, Workshop

#: What a case's times are turned into, by name: seconds of the whole run; of the first time the work is done in a
#: play, Ansible's own start taken off; of each further time.
WHOLE, FIRST, FURTHER = "whole", "first", "further"


@dataclass
class Times:
    """Seconds of a contender's rounds, by how often it did its work within one run."""

    contender: Contender
    seconds: dict[int, list[float]] = field(default_factory=dict)


@dataclass
class Result:
    """What a case came to.

    :ivar served: who answered
    :ivar times: by the contender's key
    :ivar wrong: what is wrong with an answer, by the contender's key; its time does not count
    """

    title: str
    served: str
    times: dict[str, Times]
    wrong: dict[str, str]

    def figures(self, key: str, kind: str) -> list[float]:
        """Seconds, one for each round; empty where there is no such figure."""
        times = self.times.get(key)
        if times is None or not times.seconds:
            return []
        once, loops = times.seconds[1], times.contender.loops
        if kind == WHOLE:
            return once
        if kind == FIRST:
            start = self.times[EMPTY].seconds[1] if EMPTY in self.times and times.contender.in_play else []
            return [whole - nothing for whole, nothing in zip(once, start, strict=False)]
        if loops == 1:
            return []
        return [(many - one) / (loops - 1) for many, one in zip(times.seconds.get(loops, []), once, strict=False)]

    def cost(self, key: str) -> list[float]:
        """Seconds that one more use costs: a further time within a play, or a whole process."""
        return self.figures(key, FURTHER) or self.figures(key, WHOLE)


def median(values: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return statistics.median(values) if values else None


def take_turns(
    contenders: Sequence[Contender], place: Workshop, rounds: int, say: Callable[[str], None]
) -> tuple[dict[str, Times], dict[str, str]]:
    """Times every contender in every round, each round in another order, so that what disturbs one disturbs all.

    :returns: the times, and what went wrong by the contender's key; one that fails once takes no further part
    """
    found = {contender.key: Times(contender) for contender in contenders}
    failed: dict[str, str] = {}
    for number in range(rounds if contenders else 0):
        say(f"round {number + 1} of {rounds}")
        shift = number % len(contenders)
        for contender in [*contenders[shift:], *contenders[:shift]]:
            if number >= contender.rounds or contender.key in failed:
                continue
            try:
                _time(contender, place, found[contender.key])
            except Failed as exc:
                failed[contender.key] = str(exc)
    return {key: times for key, times in found.items() if key not in failed}, failed


def _time(contender: Contender, place: Workshop, times: Times) -> None:
    for loops in sorted({1, contender.loops}):
        times.seconds.setdefault(loops, []).append(contender.time(place, loops))


def clock() -> float:
    """For how long a case took."""
    return time.perf_counter()
