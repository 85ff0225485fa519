# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are ended: by Ctrl-C, by a task's timeout, by the deadline; and what is left behind, which is nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    Ansible,
    ask,
    look_up,
    reach,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import until

RUNS = int(os.environ.get("MODULE_RUNS", "4"))
"""How often the module runs in search of things left behind; MODULE_RUNS=1000 for a longer search."""


WAYS = {
    "in_process": ask("stalled", cluster_ids=CLUSTERS),
    "module": ask("stalled", "module", cluster_ids=CLUSTERS),
    "lookup": look_up("stalled"),
}


@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c(ansible: Ansible, plain: Emulator, way: str) -> None:
    """Ends at once, though every request stalls for half a minute."""
    plain.add_fault(route="ListClusterBackups", kind="stall", times=-1)
    process = ansible.start(ansible.command([WAYS[way]], variables={"clusters": CLUSTERS}), reach(plain))
    assert until(lambda: len(plain.requests("ListClusterBackups")) == len(CLUSTERS), 30)
    os.killpg(process.pid, signal.SIGINT)
    ansible.end(process, 10, later=10)
    assert process.returncode != 0


def test_timeout_of_a_task(ansible: Ansible, plain: Emulator) -> None:
    plain.add_fault(route="ListClusterBackups", kind="stall", times=-1)
    # A task's timeout does not yet run while Ansible templates its arguments; a condition is templated by the action itself.
    condition = "query('yacloud.mdb.redis_newest_backup', clusters) | length == 3"
    stalling = [
        ask("in process", cluster_ids=CLUSTERS),
        {"name": "look up", "ansible.builtin.assert": {"that": [condition]}},
        ask("as a module", "module", cluster_ids=CLUSTERS),
    ]
    clock = {"ansible.builtin.debug": {"msg": "{{ now().timestamp() }}"}}
    tasks = [{"name": "start", **clock}]
    for task in stalling:
        tasks += [{**task, "timeout": 1, "ignore_errors": True}, {"name": f"end of {task['name']}", **clock}]
    # Ansible gives up a module's process without ending it: this is how long that goes on asking.
    environ = {**reach(plain), "YC_API_DEADLINE": "5"}
    run = ansible.play(tasks, variables={"clusters": CLUSTERS}, environ=environ)
    begun = float(run.result("start")["msg"])
    for task in stalling:
        assert "1 second" in str(run.result(task["name"])), run.output
        ended = float(run.result(f"end of {task['name']}")["msg"])
        assert ended - begun < 1 + 5
        begun = ended
    assert until(lambda: _connections(plain) == 0, 20)


@pytest.mark.timeout(200 + RUNS)  # the limit that all tests have would end a long search
def test_nothing_is_left(ansible: Ansible, plain: Emulator) -> None:
    """No temporary file, no process and no connection, after successes and failures."""
    plain.add_fault(route="ListClusterBackups", kind="status", status=403, after=1, times=RUNS // 3)
    options = {"cluster_ids": CLUSTERS[:1]}
    tasks = [
        {**ask("as a module", "module", **options), "loop": list(range(RUNS)), "ignore_errors": True},
        {**ask("in process", **options), "loop": list(range(RUNS)), "ignore_errors": True},
        {**look_up(), "loop": list(range(RUNS)), "ignore_errors": True},
    ]
    remote = ansible.home / "remote"
    environ = {**reach(plain), "ANSIBLE_REMOTE_TMP": str(remote)}
    process = ansible.start(ansible.command(tasks, variables={"clusters": CLUSTERS}), environ)
    ansible.end(process, 100 + RUNS, later=1)
    assert process.returncode == 0
    assert [
        path for folder in (ansible.home / "tmp", remote, ansible.home / "ansible/tmp") for path in folder.rglob("*")
    ] == []
    assert until(lambda: _connections(plain) == 0, 20)


def _connections(emulator: Emulator) -> int:
    """How many TCP connections to it are established."""
    port = int(emulator.url.rpartition(":")[2])
    lines = Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]
    remote = [(line.split()[2], line.split()[3]) for line in lines]
    return sum(address.endswith(f":{port:04X}") and state == "01" for address, state in remote)
