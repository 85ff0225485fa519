# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the speed of the collection beside Ansible's own and that of other ways to the same answer: `make bench`.

Prints one table: what was measured, its limit, and whether that holds. The ratios count (ours to the other's, so that
less is better); seconds are the machine's. An answer is compared before its time counts. Exits with 1 where an answer
is wrong, and with 0 where only a limit is missed, since that may be the fault of a busy machine.
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
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
    lines: list[tuple[str, Line]] = []
    failures = []
    for name in options.case or CASES:
        start = time.monotonic()
        try:
            lines.extend((name, line) for line in _measure(name, options.rounds))
        except Failed as failure:
            failures.append(f"{name}: {failure}")
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    _print_table(lines)
    print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", *failures, sep="\n")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the cases")
    parser.add_argument("--case", action="append", choices=CASES, metavar="NAME", help="only this case; repeatable")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="take the median of so many runs (3)")
    return parser


def _measure(name: str, rounds: int) -> Iterator[Line]:
    with tempfile.TemporaryDirectory(prefix="yacloud-mdb-bench-") as folder:
        playbooks = Playbooks(Path(folder).resolve())
        yield from CASES[name](functools.partial(emulated, playbooks, rounds))


def _print_table(lines: list[tuple[str, Line]]) -> None:
    row = "{:16}{:56}{:>10}{:>10}  {}".format
    print(row("case", "measured", "value", "limit", "holds"))
    for name, line in lines:
        limit, holds = "", ""
        if line.most is not None:
            limit, holds = f"≤ {line.most:.3g}", "yes" if line.value <= line.most else "NO"
        print(row(name, line.text, f"{line.value:.3g} {line.unit}".strip(), limit, holds))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # ends the emulators as well
    sys.exit(main())
