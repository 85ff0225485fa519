# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark still runs, and its figures are what they are called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

pytest.importorskip("yacloud_mdb_emulator")

from benchmarks import run  # noqa: E402
from benchmarks.contenders import Contender, InPlay, Process  # noqa: E402
from benchmarks.expected import answer_of, difference  # noqa: E402
from benchmarks.limits import LIMITS, judge  # noqa: E402
from benchmarks.measuring import FIRST, FURTHER, WHOLE, Result, Times, take_turns  # noqa: E402
from benchmarks.report import as_json, markdown  # noqa: E402
from benchmarks.workshop import Failed  # noqa: E402

ROWS = [
    {"id": "a1", "sourceClusterId": "a", "createdAt": "2026-11-20T10:00:00Z"},
    {"id": "a2", "sourceClusterId": "a", "createdAt": "2026-11-20T10:00:00.5Z"},
    {"id": "b1", "sourceClusterId": "b", "createdAt": "2026-11-19T10:00:00.000000001Z"},
]


def result(**seconds):
    contenders = {
        "empty": InPlay("empty", ""),
        "info": InPlay("info", "Ours", loops=11),
        "ping": InPlay("ping", "Ping", loops=3),
        "sdk": Process("sdk", "SDK"),
    }
    return Result("One", "nobody", {key: Times(contenders[key], value) for key, value in seconds.items()}, {})


@pytest.fixture
def measured():
    return result(
        empty={1: [1.0, 2.0]}, info={1: [1.5, 3.0], 11: [2.5, 4.0]}, ping={1: [2.0, 4.0], 3: [6.0, 8.0]}, sdk={1: [0.5]}
    )


def test_figures(measured):
    assert measured.figures("info", WHOLE) == [1.5, 3.0]
    assert measured.figures("info", FIRST) == [0.5, 1.0]
    assert measured.figures("info", FURTHER) == pytest.approx([0.1, 0.1])
    assert measured.figures("sdk", WHOLE) == measured.cost("sdk") == [0.5]
    assert measured.figures("sdk", FIRST) == measured.figures("sdk", FURTHER) == []
    assert measured.figures("who", WHOLE) == []


def test_only_limits_with_figures_are_judged(measured):
    verdicts = judge({"one": measured})
    assert [verdict.limit for verdict in verdicts] == list(LIMITS[:2])
    assert [verdict.ratio for verdict in verdicts] == pytest.approx([0.05, 0.75])
    assert (verdicts[1].least, verdicts[1].most) == (0.75, 0.75)


@pytest.mark.parametrize(("ratio", "most", "least"), [(3.0, True, True), (3.1, False, True), (2.9, True, False)])
def test_bounds(ratio, most, least):
    at_most = next(limit for limit in LIMITS if not limit.at_least)
    at_least = next(limit for limit in LIMITS if limit.at_least)
    assert at_most.holds(ratio / 3.0 * at_most.bound) is most
    assert at_least.holds(ratio / 3.0 * at_least.bound) is least


def test_report(measured):
    measured.wrong["uri"] = "it gave no answer"
    verdicts = judge({"one": measured})
    text = markdown({"one": measured}, verdicts, {"Python": "3"})
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert ["**Ours**", "2,250", "750", "100", "1"] in lines
    assert ["SDK", "500", "", "", "5"] in lines
    assert ["uri: it gave no answer", "wrong", "", "", ""] in lines
    document = as_json({"one": measured}, verdicts, {"Python": "3"})
    assert document["limits"][0]["holds"] is True
    assert document["cases"]["one"]["seconds"]["info"]["11"] == [2.5, 4.0]


def test_right_answer():
    assert answer_of(ROWS) == {"newest": {"a": "a2", "b": "b1"}, "listed": 3, "ids": ["a1", "a2", "b1"]}


@pytest.mark.parametrize(
    ("got", "wrong"), [({"listed": 3}, False), ({"listed": 2}, True), ({}, True), ({"else": 1}, True)]
)
def test_difference(got, wrong):
    assert bool(difference(got, answer_of(ROWS))) is wrong


def test_contenders_take_turns():
    order = []

    class Recorded(Contender):
        def time(self, place, loops):
            order.append((self.key, loops))
            return 1.0

    times, failed = take_turns([Recorded("a", ""), Recorded("b", "", loops=3, rounds=1)], None, 2, lambda text: None)
    assert failed == {}
    assert order == [("a", 1), ("b", 1), ("b", 3), ("a", 1)]
    assert times["a"].seconds == {1: [1.0, 1.0]}
    assert times["b"].seconds == {1: [1.0], 3: [1.0]}


def test_failure_is_kept_out_of_the_figures():
    class Broken(Contender):
        def time(self, place, loops):
            raise Failed("exit status 2: /some/path\nmore")

    times, failed = take_turns([Broken("a", "")], None, 2, lambda text: None)
    assert times == {}
    assert list(failed) == ["a"]
    text = markdown({"one": Result("One", "nobody", times, failed)}, [], {})
    assert "a: exit status 2 " in text
    assert "path" not in text


def test_wrong_answer_counts_for_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("benchmarks.cases.answer_of", lambda rows: {"ids": [], "newest": {}})
    assert run.main(["--quick", "--case", "rows", "--output", str(tmp_path)]) == 1
    assert "rows: facts: " in capsys.readouterr().err
    assert json.loads(next(tmp_path.glob("*.json")).read_text())["cases"]["rows"]["seconds"] == {}


@pytest.mark.parametrize("case", ["rows", "https"])
def test_case(case, tmp_path):
    command = [sys.executable, str(ROOT / "benchmarks/run.py"), "--quick", "--case", case, "--output", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert document["cases"][case]["wrong"] == {}
    assert str(ROOT) not in done.stdout
