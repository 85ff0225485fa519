# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that wait for a backup: what they show meanwhile; ended early, they send nothing more, and the next takes the work up."""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.yacloud.mdb.tests.integration.system.runs import CLUSTERS, Ansible, assert_silent
from ansible_collections.yacloud.mdb.tests.integration.system.test_endings import reach, until

if TYPE_CHECKING:
    from yacloud_mdb_emulator.testing import Emulator

TAKE = {"name": "take", "yacloud.mdb.redis_backup": {"cluster_id": CLUSTERS[0]}}
PATHS: dict[str, dict[str, Any]] = {"in_process": {}, "module": {"environment": {"PATH_TAKEN": "module"}}}


def _start(
    ansible: Ansible, emulator: Emulator, task: dict[str, Any], *arguments: str, **environ: str
) -> subprocess.Popen[str]:
    return ansible.start(ansible.command([task], *arguments), {**reach(emulator), **environ})


def _processes(ansible: Ansible) -> list[int]:
    """The processes of a run, by the home that they all have; Ansible's workers have sessions of their own."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"HOME={ansible.home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def _end(ansible: Ansible, run: subprocess.Popen[str]) -> str:
    """What a run printed; none of its processes is left a little later."""
    try:
        output = run.communicate(timeout=60)[0]
        until(lambda: not _processes(ansible))
    finally:
        for number in _processes(ansible):
            os.kill(number, signal.SIGKILL)
        run.wait()
    assert_silent(output)
    return output


@pytest.mark.parametrize(("path", "way"), [("in_process", "timeout"), ("module", "ctrl-c")])
def test_next_run_takes_the_work_up(ansible: Ansible, plain: Emulator, path: str, way: str) -> None:
    plain.settings(backup_duration=3600)
    take = TAKE | PATHS[path]
    first = _start(ansible, plain, {**take, "timeout": 10} if way == "timeout" else take)
    until(lambda: plain.started("BackupCluster") == 1)
    if way == "ctrl-c":
        os.killpg(first.pid, signal.SIGINT)
    output = _end(ansible, first)
    assert first.returncode != 0
    assert "Traceback" not in output
    if way == "timeout":
        assert "The work goes on in the cloud" in " ".join(output.split())
    sent = len(plain.requests())

    second = _start(ansible, plain, take)
    until(lambda: any(one["route"] == "GetOperation" for one in plain.requests()[sent:]))
    _pass_hours(plain)
    output = _end(ansible, second)
    assert second.returncode == 0, output
    # What the task sees while it waits is shown only with -v.
    assert "operation" not in output
    (taken,) = ansible._results()
    assert taken["result"]["changed"] is True
    assert taken["result"]["operation"]["id"] == plain.operations("BackupCluster")[0]["operation"]["id"]
    assert taken["result"]["backup"]["source_cluster_id"] == CLUSTERS[0]
    assert plain.started("BackupCluster") == 1


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_begun_once_the_task_has_timed_out(ansible: Ansible, plain: Emulator, path: str) -> None:
    """The request that stalls is tried again after the timeout; the process must end instead, and never come to its POST."""
    plain.add_fault(route="ListClusterOperations", kind="stall")
    process = _start(ansible, plain, {**TAKE, **PATHS[path], "timeout": 5}, YC_API_TIMEOUT="8")
    output = _end(ansible, process)
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
    output = _end(ansible, process)
    assert f"operation {operation} is done\n" in output


def _pass_hours(emulator: Emulator) -> None:
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
    emulator.settings(now=later.isoformat())
