# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to hold, as ratios of two figures of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.measuring import FIRST, FURTHER, WHOLE, Result, median


@dataclass(frozen=True)
class Figure:
    """One contender's figure in one case."""

    case: str
    key: str
    kind: str

    def of(self, results: Mapping[str, Result]) -> list[float]:
        """Its value in each round; empty where it was not measured."""
        return results[self.case].figures(self.key, self.kind) if self.case in results else []


@dataclass(frozen=True)
class Limit:
    """A ratio and its bound.

    :ivar at_least: whether the bound is the least that the ratio may be, instead of the most
    """

    text: str
    top: Figure
    bottom: Figure
    bound: float
    at_least: bool = False

    def holds(self, ratio: float) -> bool:
        """Whether a ratio is within the bound."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound


@dataclass(frozen=True)
class Verdict:
    """A limit and what was measured: the ratio of the medians, and the least and greatest ratio of a round."""

    limit: Limit
    ratio: float
    least: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether the limit holds."""
        return self.limit.holds(self.ratio)


def _limit(
    text: str, top: tuple[str, str, str], bottom: tuple[str, str, str], bound: float, at_least: bool = False
) -> Limit:
    return Limit(text, Figure(*top), Figure(*bottom), bound, at_least)


LIMITS = (
    _limit(
        "14 rows, in a loop on localhost: a task against a ping task",
        ("one", "info", FURTHER),
        ("one", "ping", FURTHER),
        0.05,
    ),
    _limit(
        "14 rows: the play of a single task against the play of a single ping",
        ("one", "info", WHOLE),
        ("one", "ping", WHOLE),
        0.85,
    ),
    _limit(
        "14 rows, as a module: a task against a ping task",
        ("one", "info-module", FURTHER),
        ("one", "ping", FURTHER),
        1.5,
    ),
    _limit(
        "14 rows, as a module: a task against the empty module that imports requests",
        ("one", "info-module", FURTHER),
        ("one", "requests-module", FURTHER),
        1.1,
    ),
    _limit(
        "2,345 rows, limit: 1: a further time with uri against a further task",
        ("pages", "uri", FURTHER),
        ("pages", "info", FURTHER),
        20,
        at_least=True,
    ),
    _limit(
        "2,345 rows, all rows returned: the first time with uri against the first task",
        ("pages", "uri", FIRST),
        ("pages", "info-all", FIRST),
        5,
        at_least=True,
    ),
    _limit(
        "2,345 rows: a task against the SDK as a module",
        ("pages", "info", FURTHER),
        ("pages", "sdk-module", FURTHER),
        1,
    ),
    _limit(
        "2,345 rows, as a module: a task against the SDK as a module",
        ("pages", "info-module", FURTHER),
        ("pages", "sdk-module", FURTHER),
        1,
    ),
    _limit(
        "2,345 rows: a task against a bare SDK process",
        ("pages", "info", FURTHER),
        ("pages", "sdk", WHOLE),
        1,
    ),
    _limit(
        "64 clusters at 50 ms: a task against the same one after another",
        ("latency", "info", FURTHER),
        ("latency", "info-sequential", FURTHER),
        0.2,
    ),
    _limit(
        "64 clusters at 50 ms: a lookup against the same one after another",
        ("latency", "lookup", FURTHER),
        ("latency", "lookup-sequential", FURTHER),
        0.2,
    ),
    _limit(
        "100,000 rows: bodies to chosen facts against json.loads of the same bodies",
        ("rows", "facts", WHOLE),
        ("rows", "json", WHOLE),
        3,
    ),
    _limit(
        "100,000 rows to chosen facts against 10,000",
        ("rows", "facts", WHOLE),
        ("rows", "facts-tenth", WHOLE),
        11,
    ),
)


def judge(results: Mapping[str, Result]) -> list[Verdict]:
    """The verdict on each limit whose figures were measured."""
    verdicts = []
    for limit in LIMITS:
        top, bottom = limit.top.of(results), limit.bottom.of(results)
        above, below = median(top), median(bottom)
        if above is None or not below:
            continue
        each = [one / other for one, other in zip(top, bottom, strict=False) if other > 0]
        verdicts.append(Verdict(limit, above / below, min(each, default=0.0), max(each, default=0.0)))
    return verdicts
