# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the collection beside everything that a user would reach for instead: `make bench`.

Exits with 1 where a contender's answer is wrong, and with 0 otherwise: on another machine, or a busy one, a ratio may
miss its limit without anybody's fault.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.cases import CASES, Case
from benchmarks.contenders import check_all
from benchmarks.limits import judge
from benchmarks.machine import describe, load
from benchmarks.measuring import Result, clock, take_turns
from benchmarks.report import as_json, markdown
from benchmarks.servers import serving
from benchmarks.workshop import CLOCKS, HERE, ROOT, Workshop, workshop

#: Who is timed in a smoke run; of the others the answers are checked.
TIMED = ("info", "facts", "sdk")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the cases, prints and writes the report; returns the exit status."""
    options = _options(arguments)
    start = clock()
    facts = describe() | {"load before": str(load())}
    results: dict[str, Result] = {}
    with workshop(options.clock) as place:
        for case in CASES:
            if not options.case or case.name in options.case:
                results[case.name] = _run(case, place, options)
    facts |= {"clock": options.clock, "rounds": str(options.repeat), "minutes": f"{(clock() - start) / 60:.1f}"}
    verdicts = [] if options.quick else judge(results)  # they are about the data of a full run
    text = markdown(results, verdicts, facts)
    print(text)
    _write(options.output, facts["ansible-core"], text, as_json(results, verdicts, facts))
    for name, result in results.items():
        for key, problem in result.wrong.items():
            print(f"{name}: {key}: {problem}", file=sys.stderr)
    return 1 if any(result.wrong for result in results.values()) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES], help="only this; repeatable")
    parser.add_argument("--repeat", type=int, default=None, metavar="N", help="timed rounds (5; quick: 1)")
    parser.add_argument("--clock", choices=list(CLOCKS), default="wall", help="processor: for a busy machine (wall)")
    parser.add_argument("--quick", action="store_true", help="little data, few times: does everything still run?")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="where the report goes (benchmarks/results)")
    options = parser.parse_args(arguments)
    options.repeat = options.repeat or (1 if options.quick else 5)
    # A smoke run's figures mean nothing, and nobody shall take them for results.
    options.output = options.output or (ROOT / "build/benchmarks" if options.quick else HERE / "results")
    return options


def _run(case: Case, place: Workshop, options: argparse.Namespace) -> Result:
    def say(text: str) -> None:
        print(f"{case.name}: {text}", file=sys.stderr, flush=True)

    world = case.small if options.quick else case.world
    say("making the data")
    with serving(case.kind, world, place.folder) as server:
        contenders = case.who(server, quick=options.quick)
        say(f"checking {len(contenders)} answers")
        wrong = check_all(contenders, place, case.right_answer(server))
        timed = [each for each in contenders if each.key not in wrong and (each.key in TIMED or not options.quick)]
        times, failed = take_turns(timed, place, options.repeat, say)
        return Result(case.title, server.kind, times, wrong | failed)


def _write(folder: Path, core: str, text: str, document: dict[str, object]) -> None:
    name = f"ansible-core-{'.'.join(core.split('.')[:2])}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # no server may outlive this process
    sys.exit(main())
