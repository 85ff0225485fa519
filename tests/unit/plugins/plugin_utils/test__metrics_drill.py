# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a restore drill as Prometheus reads it, and the alert rules on it."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.plugin_utils._metrics_drill import GAUGES, PREFIX, drill_metrics
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.drills import (
    SKIPPED,
    checked,
    drill,
    failed,
    leftover,
    steps,
    swept,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.test__metrics import promtool, samples
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW

LABELS = f'cluster_name="orders",folder_id="{FOLDER}"'
ENDED = NOW // SECOND + 600
LAST_SUCCESS = f"{PREFIX}last_success_timestamp_seconds"


def values(previous: str | None = None, **other: t.Any) -> dict[str, dict[str, float]]:
    return samples(drill_metrics(drill(**other), previous))


def test_every_metric_of_a_drill_that_has_passed() -> None:
    found = values()
    assert set(found) == {f"{PREFIX}{gauge.name}" for gauge in GAUGES}
    one = {name.removeprefix(PREFIX): series[LABELS] for name, series in found.items() if LABELS in series}
    assert one == {
        "last_run_timestamp_seconds": ENDED,
        "last_success_timestamp_seconds": ENDED,
        "readable_seconds": 453.0,
        "objective_seconds": 600.0,
        "objective_met": 1,
        "backup_age_seconds": 5 * 3600,
        "keys": 12,
        "persistent_keys": 9,
        "cleaned_up": 1,
        "leftover_clusters": 0,
    }
    assert found[f"{PREFIX}outcome"] == {
        f'{LABELS},outcome="passed"': 1,
        f'{LABELS},outcome="failed"': 0,
        f'{LABELS},outcome="untested"': 0,
    }
    phases = {"choose": 0.5, "restore": 420, "ready": 30, "check": 2.5, "remove": 90}
    assert found[f"{PREFIX}phase_seconds"] == {f'{LABELS},phase="{name}"': took for name, took in phases.items()}


@pytest.mark.parametrize("other", [{"checked": failed()}, {"checked": checked(passed=False)}, {"choice": failed()}])
def test_a_drill_that_has_not_passed_keeps_the_last_success(other: dict[str, t.Any]) -> None:
    first = drill_metrics(drill())
    second = drill_metrics(drill(evaluated_at="2026-11-21T10:00:00Z", **other), first)
    third = drill_metrics(drill(evaluated_at="2026-11-22T10:00:00Z", **other), second)
    for text in (second, third):
        assert samples(text)[LAST_SUCCESS] == {LABELS: ENDED}
    assert samples(third)[f"{PREFIX}last_run_timestamp_seconds"] == {LABELS: ENDED + 2 * 86_400 - 600}


@pytest.mark.parametrize(
    "previous",
    [
        None,
        "",
        "not metrics at all",
        f'{LAST_SUCCESS}{{cluster_name="other"}} 1795168800',
        f"{LAST_SUCCESS}{{{LABELS}}} soon",
        f"{LAST_SUCCESS}{{{LABELS}}} 1795168800 17951688000",
        f"# {LAST_SUCCESS}{{{LABELS}}} 1795168800",
    ],
)
def test_without_a_success_before_there_is_none(previous: str | None) -> None:
    assert LAST_SUCCESS not in values(previous, checked=failed())
    assert values(previous)[LAST_SUCCESS] == {LABELS: ENDED}


def test_the_former_content_must_be_a_string() -> None:
    with pytest.raises(OptionError, match="previous must be a string, got a list"):
        drill_metrics(drill(), [])


def test_labels_are_what_was_asked_for_whatever_was_found() -> None:
    series = [set(values(choice=choice)[f"{PREFIX}cleaned_up"]) for choice in (steps()["choice"], failed())]
    assert series == [{LABELS}, {LABELS}]
    assert set(values(query={"cluster_ids": ['c"1']})[f"{PREFIX}cleaned_up"]) == {'cluster_id="c\\"1"'}
    assert set(values(query={"folder_id": None})[f"{PREFIX}outcome"]) == {
        'outcome="passed"',
        'outcome="failed"',
        'outcome="untested"',
    }


def test_what_is_not_known_is_absent() -> None:
    found = values(choice=failed(), restored=SKIPPED, checked=SKIPPED, removed=SKIPPED, folder=failed())
    assert {name.removeprefix(PREFIX) for name in found} == {
        "last_run_timestamp_seconds",
        "outcome",
        "objective_seconds",
        "cleaned_up",
    }


@pytest.mark.parametrize(
    ("other", "cleaned_up"),
    [
        ({"removed": failed()}, 0),
        ({"removed": SKIPPED, "checked": failed(), "keep_on_failure": True}, 0),
        ({"restored": failed("Timed out."), "removed": SKIPPED}, 0),
    ],
)
def test_a_cluster_that_is_there_or_may_be_is_not_cleaned_up(other: dict[str, t.Any], cleaned_up: int) -> None:
    assert values(**other)[f"{PREFIX}cleaned_up"] == {LABELS: cleaned_up}


def test_leftovers_that_are_gone_do_not_count() -> None:
    found = values(
        leftovers={"results": [leftover("c9qold1"), leftover("c9qold2")]},
        swept={"results": [swept("c9qold1")]},
        sweep_after="1h",
    )
    assert found[f"{PREFIX}leftover_clusters"] == {LABELS: 1}


@pytest.mark.parametrize("other", [{}, {"checked": failed()}, {"choice": failed(), "restored": SKIPPED}])
def test_promtool_has_no_complaint(other: dict[str, t.Any]) -> None:
    done = promtool("check", "metrics", text=drill_metrics(drill(**other)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- the alert rules ---

RULES = Path(__file__).parents[4] / "examples/alerts_restore_drill.yml"
START = {"evaluated_at": "1970-01-01T00:00:00Z"}
"""When the clock of promtool's tests begins."""


def alerts(folder: Path, *cases: tuple[str, str]) -> list[set[str]]:
    """The names of the alerts that fire in each case: metrics, and a time after they were written."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"]
    tests = []
    for number, (text, after) in enumerate(cases):
        series = [
            {"series": f"{name}{{{labels}}}", "values": f"{value}x600"}
            for name, found in samples(text).items()
            for labels, value in found.items()
        ]
        none = [{"eval_time": after, "alertname": rule["alert"], "exp_alerts": []} for rule in rules]
        tests.append(
            {"name": f"case{number}", "interval": "1h", "input_series": series, "alert_rule_test": none},
        )
    document = {"rule_files": [str(RULES)], "evaluation_interval": "1h", "tests": tests}
    (folder / "test.yml").write_text(json.dumps(document), encoding="utf-8")
    done = promtool("test", "rules", str(folder / "test.yml"))
    firing: list[set[str]] = [set() for _case in cases]
    for number, name in re.findall(r"name: case(\d+),\s+alertname: (\w+), time", done.stdout + done.stderr):
        firing[int(number)].add(name.removeprefix("RedisRestore").removeprefix("Drill"))
    assert any(firing), done.stderr
    return firing


def test_the_alert_rules(tmp_path: Path) -> None:
    passed = drill_metrics(drill(**START))
    failed_since = drill_metrics(drill(**START, checked=failed()), passed)
    expected: list[tuple[tuple[str, str], set[str]]] = [
        ((passed, "7d"), set()),
        ((passed, "8d2h"), {"NotRun"}),
        ((passed, "10d"), {"NotRun", "NotPassed"}),
        ((drill_metrics(drill(**START, checked=checked(passed=False))), "1h"), {"Failed"}),
        ((drill_metrics(drill(**START, checked=checked(passed=False))), "2d"), {"Failed", "NotPassed"}),
        ((drill_metrics(drill(**START, checked=failed())), "1h"), {"Untested"}),
        ((failed_since, "2d"), {"Untested"}),  # not overdue yet
        ((drill_metrics(drill(**START, removed=failed())), "1h"), {"ClusterLeft"}),
        ((drill_metrics(drill(**START, rto="1m")), "1h"), {"TooSlow"}),
        ((drill_metrics(drill(**START, rto=None)), "1h"), set()),
        (("", "2d"), {"Missing"}),
    ]
    assert alerts(tmp_path, *(case for case, _firing in expected)) == [firing for _case, firing in expected]
