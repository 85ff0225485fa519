# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks still run, and no wrong answer counts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))

pytest.importorskip("yacloud_mdb_emulator")

from benchmarks import measuring, run
from benchmarks.cases import CASES, info
from benchmarks.measuring import Line


def test_the_list_names_all_cases(capsys):
    assert run.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(CASES)


@pytest.fixture
def short(monkeypatch):
    """A case of one play."""

    def short(emulated):
        with emulated(1, 14) as bench:
            yield Line("requests of a task", len(bench.requests(info(bench))), 1)

    monkeypatch.setitem(CASES, "short", short)


def test_a_case(capsys, short):
    assert run.main(["--case", "short"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("short")]
    assert line.split() == ["short", "requests", "of", "a", "task", "1", "≤", "1", "yes"]


def test_a_wrong_answer_counts_for_nothing(capsys, monkeypatch, short):
    monkeypatch.setattr(measuring, "_newest_and_count", lambda rows: [rows[0]["id"], len(rows) - 1])
    assert run.main(["--case", "short"]) == 1
    output = capsys.readouterr().out
    assert "short: the answer is wrong" in output
    assert "requests of a task" not in output
