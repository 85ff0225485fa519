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
from benchmarks.cases import CASES


def test_the_list_names_all_cases(capsys):
    assert run.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(CASES)


def test_the_quickest_case(capsys):
    assert run.main(["--case", "tokens"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("tokens")]
    assert len(lines) == 2
    assert all(line.endswith(("yes", "NO")) for line in lines)


def test_a_wrong_answer_counts_for_nothing(capsys, monkeypatch):
    monkeypatch.setattr(measuring, "_newest_and_count", lambda rows: [rows[0]["id"], len(rows) - 1])
    assert run.main(["--case", "single-task"]) == 1
    output = capsys.readouterr().out
    assert "single-task: the answer is wrong" in output
    assert "empty play" not in output
