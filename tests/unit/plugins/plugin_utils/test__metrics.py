# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as Prometheus reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.plugin_utils._metrics import GAUGES, PREFIX, metrics_text
from ansible_collections.yacloud.mdb.plugins.plugin_utils._verdict import judge
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import (
    CARTS,
    GONE,
    ORDERS,
    SESSIONS,
    backups,
    folder,
    result,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW


def samples(text: str) -> dict[str, dict[str, float]]:
    """The values by metric and labels, each no more than once."""
    found: dict[str, dict[str, float]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            match = re.fullmatch(r"(\w+)\{(.*)\} (\S+)", line)
            assert match, line
            assert match[2] not in found.setdefault(match[1], {}), line
            found[match[1]][match[2]] = float(match[3])
    return found


def promtool(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """What Prometheus' own tool says; the test is skipped where there is none."""
    program = shutil.which("promtool")
    if not program:
        pytest.skip("there is no promtool; on Debian it is in the package prometheus")
    return subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=False)


def test_metrics() -> None:
    labels = {
        cluster: f'cluster_id="{cluster}",{name}folder_id="{FOLDER}"'
        for cluster, name in (
            (ORDERS, 'cluster_name="orders-prod",'),
            (SESSIONS, 'cluster_name="sessions-prod",'),
            (CARTS, 'cluster_name="carts",'),
            (GONE, ""),
        )
    }
    judged = [labels[cluster] for cluster in (ORDERS, SESSIONS, CARTS)]
    now = NOW // SECOND
    assert samples(metrics_text(folder())) == {
        f"{PREFIX}newest_completion_timestamp_seconds": {
            labels[ORDERS]: now - 3 * 3600,
            labels[SESSIONS]: now - 30 * 3600,
        },
        f"{PREFIX}age_seconds": {labels[ORDERS]: 3 * 3600, labels[SESSIONS]: 30 * 3600},
        f"{PREFIX}matching_backups": {labels[ORDERS]: 2, labels[SESSIONS]: 1, labels[CARTS]: 0},
        f"{PREFIX}objective_seconds": dict.fromkeys(judged, 26 * 3600),
        f"{PREFIX}fresh": {labels[ORDERS]: 1, labels[SESSIONS]: 0, labels[CARTS]: 0},
        f"{PREFIX}last_check_timestamp_seconds": dict.fromkeys(labels.values(), now),
    }


def test_each_metric_has_its_help_and_type_once_and_in_front() -> None:
    lines = metrics_text(folder()).splitlines()
    for gauge in GAUGES:
        at = lines.index(f"# HELP {PREFIX}{gauge.name} {gauge.help}")
        assert lines[at + 1] == f"# TYPE {PREFIX}{gauge.name} gauge"
        assert lines[at + 2].startswith(f"{PREFIX}{gauge.name}{{")
    assert metrics_text(judge(result({}), "26h")) == ""


def test_labels_are_escaped_and_left_out_where_nothing_is_known() -> None:
    verdict = judge(result({ORDERS: [], SESSIONS: []}, {'a"b\\c\nd': ORDERS}), "26h")
    text = metrics_text(verdict, {"team": 'x"y'})
    assert 'fresh{cluster_id="c9qorders",cluster_name="a\\"b\\\\c\\nd",team="x\\"y"} 0\n' in text
    assert 'fresh{cluster_id="c9qsessions",team="x\\"y"} 0\n' in text


def test_further_labels_tell_two_checks_apart() -> None:
    nightly, weekly = (set(metrics_text(folder(), {"check": name}).splitlines()) for name in ("nightly", "weekly"))
    assert all(line.startswith("#") for line in nightly & weekly)
    assert all('check="nightly"}' in line for line in nightly - weekly)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "labels must be a mapping of names to values, got a list."),
        ("a=b", "labels must be a mapping of names to values, got a string."),
        ({"cluster_id": "x"}, "labels must not hold cluster_id"),
        ({"a-b": "x"}, "labels: 'a-b' is not a name of a label"),
        ({"7": "x"}, "labels: '7' is not a name of a label"),
        ({"__name__": "x"}, "labels: '__name__' is not a name of a label"),
        ({7: "x"}, "labels: '7' is not a name of a label"),
        ({"a": None}, "labels: a must be a string, got null."),
        ({"a": ["x"]}, "labels: a must be a string, got a list."),
        ({"a": ""}, "labels: a must be a string, got an empty string."),
    ],
)
def test_labels_that_are_refused(labels: t.Any, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        metrics_text(folder(), labels)
    assert str(caught.value).startswith(message)


def test_the_time_of_completion_to_the_nanosecond() -> None:
    given = result({ORDERS: backups(ORDERS, 1, created_at="2026-11-20T09:00:00.123456789Z")})
    assert " 1795165200.123456789\n" in metrics_text(judge(given, "26h"))


def test_promtool_has_no_complaint() -> None:
    done = promtool("check", "metrics", text=metrics_text(folder(), {"check": "nightly"}))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
