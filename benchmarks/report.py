# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run came to, as Markdown for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.contenders import EMPTY
from benchmarks.limits import Verdict
from benchmarks.measuring import FIRST, FURTHER, WHOLE, Result, median

#: Whose cost the others are compared with, in each case: the first that is there.
_OURS = ("info", "facts", "lookup-1", "lookup")

_LEGEND = """\
- *whole*: a play with this work in it, or a process, from start to end.
- *first*: that play less the play without a task: what the work costs the first time, its imports included.
- *further*: a play that does it N times, less one that does it once, divided by N less 1.
- *ratio*: the cost of one more use (*further*, or the whole process) against the first row in bold.
- Medians of rounds in which all of a case took turns. Milliseconds depend on the machine; ratios are the result.
- Who answers: the emulator, where it takes a small part of the time; else *replay*, a server that repeats the emulator's
  pages, made ready beforehand. The collection's module, lookup and roles are given `mdb_endpoint`, so that nobody's
  time holds a discovery. The SDK's channel is not encrypted and nothing is discovered for it either.
- Every contender's answer was compared with what the rows say before its time counted.
"""


def markdown(results: Mapping[str, Result], verdicts: Sequence[Verdict], facts: Mapping[str, str]) -> str:
    """The whole report."""
    parts = [
        "<!--\nSPDX-FileCopyrightText: 2026 The yacloud.mdb authors\nSPDX-License-Identifier: GPL-3.0-or-later\n-->",
        "# Speed, measured\n\nMade by `make bench`.",
        "\n".join(_table(["what", "which"], [list(item) for item in facts.items()])),
        *(["## What must hold\n\n" + "\n".join(_verdicts(verdicts))] if verdicts else []),
        "## How to read the tables\n\n" + _LEGEND.rstrip(),
        *(_case(result) for result in results.values()),
    ]
    return "\n\n".join(parts) + "\n"


def as_json(results: Mapping[str, Result], verdicts: Sequence[Verdict], facts: Mapping[str, str]) -> dict[str, Any]:
    """The whole report with every round."""
    return {
        "facts": dict(facts),
        "limits": [
            {
                "text": verdict.limit.text,
                "limit": verdict.limit.bound,
                "kind": "at least" if verdict.limit.at_least else "at most",
                "ratio": round(verdict.ratio, 4),
                "rounds": [round(verdict.least, 4), round(verdict.most, 4)],
                "holds": verdict.holds,
            }
            for verdict in verdicts
        ],
        "cases": {
            name: {
                "title": result.title,
                "served": result.served,
                "wrong": {key: _shown(problem) for key, problem in result.wrong.items()},
                "seconds": {
                    key: {"label": times.contender.label, **{str(n): _rounded(s) for n, s in times.seconds.items()}}
                    for key, times in result.times.items()
                },
            }
            for name, result in results.items()
        },
    }


def _rounded(seconds: list[float]) -> list[float]:
    return [round(value, 5) for value in seconds]


def _verdicts(verdicts: Sequence[Verdict]) -> list[str]:
    rows = [
        [
            verdict.limit.text,
            f"{'≥' if verdict.limit.at_least else '≤'} {verdict.limit.bound:g}",
            f"{verdict.ratio:.3g}",
            f"{verdict.least:.3g} to {verdict.most:.3g}",
            "yes" if verdict.holds else "**no**",
        ]
        for verdict in verdicts
    ]
    return _table(["ratio", "limit", "measured", "rounds", "holds"], rows)


def _case(result: Result) -> str:
    ours = next((key for key in _OURS if key in result.times), "")
    base = median(result.cost(ours)) if ours else None
    rows = []
    for key, times in result.times.items():
        cost = median(result.cost(key))
        ratio = f"{cost / base:.2g}" if cost is not None and base and key != EMPTY else ""
        kinds = (WHOLE,) if key == EMPTY else (WHOLE, FIRST, FURTHER)
        label = f"**{times.contender.label}**" if key == ours else times.contender.label
        rows.append(
            [label, *(_milliseconds(result.figures(key, kind)) for kind in kinds), *[""] * (3 - len(kinds)), ratio]
        )
    rows += [[f"{key}: {_shown(problem)}", "wrong", "", "", ""] for key, problem in result.wrong.items()]
    heading = f"## {result.title}\n\nAnswered by: {result.served}.\n\n"
    return heading + "\n".join(_table(["", "whole, ms", "first, ms", "further, ms", "ratio"], rows))


def _shown(problem: str) -> str:
    """Its gist: what Ansible printed beside it is for the terminal, and would show this machine's paths."""
    return problem.partition(": ")[0] if "\n" in problem else problem


def _milliseconds(seconds: list[float]) -> str:
    value = median(seconds)
    if value is None:
        return ""
    return f"{value * 1000:.1f}" if value < 0.1 else f"{value * 1000:,.0f}"


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    marks = ["-" * width if not column else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    return [f"| {' | '.join(_padded(row, widths))} |" for row in [heads, marks, *rows]]


def _padded(row: list[str], widths: list[int]) -> list[str]:
    return [
        text.rjust(width) if column else text.ljust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
