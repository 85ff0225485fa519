# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as Prometheus reads it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.plugin_utils._freshness import judge
from ansible_collections.yacloud.mdb.plugins.plugin_utils._metrics import GAUGES, PREFIX, metrics_text
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import (
    CARTS,
    ORDERS,
    SESSIONS,
    folder,
    result,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import FOLDER, NOW, row


def samples(text: str) -> dict[str, dict[str, float]]:
    """Value by labels by metric, of the text format."""
    found: dict[str, dict[str, float]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = re.fullmatch(r"(\w+)\{(.*)\} (\S+)", line).groups()  # type: ignore[union-attr]
            assert found.setdefault(name, {}).setdefault(labels, float(value)) == float(value)
    return found


def test_metrics() -> None:
    found = samples(metrics_text(folder()))
    labels = {
        cluster: f'cluster_id="{cluster}",cluster_name="{name}",folder_id="{FOLDER}"'
        for cluster, name in ((ORDERS, "orders-prod"), (SESSIONS, "sessions-prod"), (CARTS, "carts"))
    }
    completed = NOW // SECOND
    assert found == {
        f"{PREFIX}newest_completion_timestamp_seconds": {
            labels[ORDERS]: completed - 3 * 3600,
            labels[SESSIONS]: completed - 30 * 3600,
        },
        f"{PREFIX}age_seconds": {labels[ORDERS]: 3 * 3600, labels[SESSIONS]: 30 * 3600},
        f"{PREFIX}matching_backups": {labels[ORDERS]: 2, labels[SESSIONS]: 1, labels[CARTS]: 0},
        f"{PREFIX}objective_seconds": dict.fromkeys(labels.values(), 26 * 3600),
        f"{PREFIX}up": {labels[ORDERS]: 1, labels[SESSIONS]: 0, labels[CARTS]: 0},
        f"{PREFIX}last_check_timestamp_seconds": dict.fromkeys(labels.values(), completed),
    }


def test_each_metric_has_its_help_and_type_once_and_in_front() -> None:
    lines = metrics_text(folder()).splitlines()
    for name, help_text, _value in GAUGES:
        at = lines.index(f"# HELP {PREFIX}{name} {help_text}")
        assert lines[at + 1] == f"# TYPE {PREFIX}{name} gauge"
        assert lines[at + 2].startswith(f"{PREFIX}{name}{{")
    assert metrics_text(judge(result({}), {}, max_age="26h")) == ""


def test_labels_are_escaped_and_left_out_where_nothing_is_known() -> None:
    answer = result({ORDERS: [], SESSIONS: []}, {'a"b\\c\nd': ORDERS})
    text = metrics_text(judge(answer, {}, max_age="26h"))
    assert 'up{cluster_id="c9qorders",cluster_name="a\\"b\\\\c\\nd"} 0\n' in text
    assert 'up{cluster_id="c9qsessions"} 0\n' in text


def test_the_time_of_completion_to_the_nanosecond() -> None:
    answer = result({ORDERS: [row(1, ORDERS, createdAt="2026-11-20T09:00:00.123456789Z")]})
    assert " 1795165200.123456789\n" in metrics_text(judge(answer, {}, max_age="26h"))


def test_promtool_has_no_complaint() -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("there is no promtool; on Debian it is in the package prometheus")
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=metrics_text(folder()), capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
