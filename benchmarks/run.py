# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the speed of the collection beside Ansible's own and that of other ways to the same answer: `make bench`.

Prints one table: what was measured, its limit, and whether that holds. Ratios are what counts; seconds are those of the
machine. Each answer is compared before its time counts: exits with 1 where one is wrong, and with 0 otherwise, since on
a busy machine a limit may be missed without anybody's fault.
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import CASES
from benchmarks.measuring import Failed, Line, Playbooks, emulated


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the cases asked for and print the table; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.list:
        for name, case in CASES.items():
            print(f"{name:16}{case.__doc__}")
        return 0
    lines, failures = [], []
    for name in options.case or CASES:
        start = time.monotonic()
        try:
            lines += _measure(name, options.rounds)
        except Failed as failure:
            failures.append(f"{name}: {failure}")
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    _print_table(lines)
    print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(*failures, sep="\n", end="")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the cases")
    parser.add_argument("--case", action="append", choices=CASES, metavar="NAME", help="only this case; repeatable")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="take the median of so many runs (5)")
    return parser


def _measure(name: str, rounds: int) -> list[tuple[str, Line]]:
    with tempfile.TemporaryDirectory(prefix="yacloud-mdb-bench-") as folder:
        playbooks = Playbooks(Path(folder).resolve())
        return [(name, line) for line in CASES[name](functools.partial(emulated, playbooks, rounds))]


def _print_table(lines: list[tuple[str, Line]]) -> None:
    row = "{:16}{:64}{:>10}{:>10}  {}".format
    print(row("case", "measured", "value", "limit", "holds"))
    for name, line in lines:
        print(row(name, line.text, f"{line.value:.3g} {line.unit}".strip(), line.limit, line.verdict))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # ends the emulators as well
    sys.exit(main())
