# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that wait for a backup: what they show meanwhile; ended early, they send nothing more, and the next takes the work up."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import CLUSTERS, Ansible, reach
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import until

TAKE = {"name": "take", "yacloud.mdb.redis_backup": {"cluster_id": CLUSTERS[0]}}
PATHS: dict[str, dict[str, Any]] = {"in_process": {}, "module": {"environment": {"PATH_TAKEN": "module"}}}


def _start(
    ansible: Ansible, emulator: Emulator, task: dict[str, Any], *arguments: str, **environ: str
) -> subprocess.Popen[str]:
    return ansible.start(ansible.command([task], *arguments), {**reach(emulator), **environ})


@pytest.mark.parametrize(("path", "way"), [("in_process", "timeout"), ("module", "ctrl-c")])
def test_next_run_takes_the_work_up(ansible: Ansible, plain: Emulator, path: str, way: str) -> None:
    plain.settings(backup_duration=3600)
    take = TAKE | PATHS[path]
    first = _start(ansible, plain, {**take, "timeout": 10} if way == "timeout" else take)
    assert until(lambda: plain.started("BackupCluster") == 1, 30)
    if way == "ctrl-c":
        os.killpg(first.pid, signal.SIGINT)
    output = ansible.end(first)
    assert first.returncode != 0
    assert "Traceback" not in output
    if way == "timeout":
        assert "The work goes on in the cloud" in " ".join(output.split())
    sent = len(plain.requests())

    second = _start(ansible, plain, take)
    assert until(lambda: any(one["route"] == "GetOperation" for one in plain.requests()[sent:]), 30)
    _pass_hours(plain)
    output = ansible.end(second)
    assert second.returncode == 0, output
    # What the task sees while it waits is shown only with -v.
    assert "operation" not in output
    (taken,) = ansible.results()
    assert taken["result"]["changed"] is True
    assert taken["result"]["operation"]["id"] == plain.operations("BackupCluster")[0]["operation"]["id"]
    assert taken["result"]["backup"]["source_cluster_id"] == CLUSTERS[0]
    assert plain.started("BackupCluster") == 1


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_begun_once_the_task_has_timed_out(ansible: Ansible, plain: Emulator, path: str) -> None:
    """The request that stalls is tried again after the timeout; the process must end instead, and never come to its POST."""
    plain.add_fault(route="ListClusterOperations", kind="stall")
    process = _start(ansible, plain, {**TAKE, **PATHS[path], "timeout": 5}, YC_API_TIMEOUT="8")
    output = ansible.end(process)
    assert "Timed out after 5 second(s)" in output
    assert plain.requests("BackupCluster") == []


def test_each_look_is_shown_while_the_task_waits(ansible: Ansible, plain: Emulator) -> None:
    plain.settings(backup_duration=3600)
    # Into a pipe, Ansible prints whenever its buffer is full.
    process = _start(ansible, plain, TAKE, "-v", PYTHONUNBUFFERED="1")
    assert process.stdout is not None
    shown = next(line for line in process.stdout if "operation" in line)
    (started,) = plain.operations("BackupCluster")
    operation = started["operation"]["id"]
    assert shown == f"cluster {CLUSTERS[0]}: taking a backup: operation {operation} is running\n"
    _pass_hours(plain)
    output = ansible.end(process)
    assert f"operation {operation} is done\n" in output


def _pass_hours(emulator: Emulator) -> None:
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
    emulator.settings(now=later.isoformat())
