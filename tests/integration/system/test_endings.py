# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are ended: by Ctrl-C, by a task's timeout, by the deadline; and what is left behind, which is nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    IAM_TOKEN,
    Ansible,
    ask,
    assert_silent,
    look_up,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from yacloud_mdb_emulator.testing import Emulator

RUNS = int(os.environ.get("MODULE_RUNS", "8"))
"""How often the module runs in search of things left behind; MODULE_RUNS=1000 for a longer search."""

PATHS = {"in_process": {}, "module": {"environment": {"PATH_TAKEN": "module"}}}


def reach(emulator: Emulator) -> dict[str, str]:
    return {"YC_ENDPOINT": emulator.url, "YC_IAM_TOKEN": IAM_TOKEN}


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
    return found


def _stat(process: Path) -> list[str]:
    """The fields behind the name in /proc/PID/stat: state, parent, group, session, …"""
    try:
        return (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _alive(session: int) -> list[str]:
    """The processes of a session that still run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        fields = _stat(process)
        if len(fields) > 3 and fields[3] == str(session) and fields[0] not in "ZX":
            found.append(process.name)
    return found


WAYS = {
    "in_process": [ask("stalled", cluster_ids=CLUSTERS)],
    "module": [ask("stalled", "module", cluster_ids=CLUSTERS)],
    "lookup": [look_up("stalled")],
}


@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c(ansible: Ansible, plain: Emulator, way: str) -> None:
    """Ends at once, though every request stalls for half a minute."""
    plain.add_fault(route="ListClusterBackups", kind="stall", times=-1)
    process = ansible.start(ansible.command(WAYS[way], variables={"clusters": CLUSTERS}), reach(plain))
    try:
        until(lambda: len(plain.requests("ListClusterBackups")) == len(CLUSTERS))
        begun = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        output = process.communicate(timeout=20)[0]
        assert time.monotonic() - begun < 10
        assert process.returncode != 0
        assert_silent(output)
        until(lambda: not _alive(process.pid), 10)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# A task's timeout does not yet run while Ansible templates its arguments; a condition is templated by the action itself.
CONDITION = {
    "name": "stalled",
    "ansible.builtin.assert": {"that": ["query('yacloud.mdb.redis_newest_backup', clusters) | length == 3"]},
}


@pytest.mark.parametrize("way", WAYS)
def test_timeout_of_a_task(ansible: Ansible, plain: Emulator, way: str) -> None:
    plain.add_fault(route="ListClusterBackups", kind="stall", times=-1)
    (task,) = [CONDITION] if way == "lookup" else WAYS[way]
    # Ansible gives up a module's process without ending it: this is how long that goes on asking.
    environ = {**reach(plain), "YC_API_DEADLINE": "5"}
    tasks = [
        {"name": "clock", "ansible.builtin.set_fact": {"begun": "{{ now().timestamp() }}"}},
        {**task, "timeout": 1, "ignore_errors": True},
        {"name": "after", "ansible.builtin.debug": {"msg": "{{ now().timestamp() - begun | float }}"}},
    ]
    run = ansible.play(tasks, variables={"clusters": CLUSTERS}, environ=environ)
    assert "1 second" in str(run.result("stalled")), run.output
    assert float(run.result("after")["msg"]) < 1 + 5
    _until_unconnected(plain)


@pytest.mark.parametrize("fault", [{"kind": "stall"}, {"kind": "drip", "delay": 0.05}], ids=["stall", "drip"])
def test_deadline(ansible: Ansible, plain: Emulator, fault: dict[str, Any]) -> None:
    plain.add_fault(route="ListClusterBackups", times=-1, **fault)
    tasks = [
        ask("in process", cluster_ids=CLUSTERS, api_deadline=1),
        ask("as a module", "module", cluster_ids=CLUSTERS, api_deadline=1),
        look_up(api_deadline="1"),
    ]
    run = ansible.play(
        [{**task, "ignore_errors": True} for task in tasks], variables={"clusters": CLUSTERS}, environ=reach(plain)
    )
    for name in ("in process", "as a module", "look up"):
        assert "not done within api_deadline, 1 s for everything together" in run.result(name)["msg"]
        assert "cluster c9qsystem" in run.result(name)["msg"]
    assert run.result("in process")["error"]["kind"] == "deadline"
    assert run.seconds < 45


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
    command = ansible.command(tasks, variables={"clusters": CLUSTERS})
    done = subprocess.Popen(
        command, env=ansible.environ | environ, cwd=ansible.home, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert done.wait(100 + RUNS) == 0
    assert _alive(done.pid) == []
    assert [
        path for folder in (ansible.home / "tmp", remote, ansible.home / "ansible/tmp") for path in folder.rglob("*")
    ] == []
    _until_unconnected(plain)


def _until_unconnected(emulator: Emulator) -> None:
    port = int(emulator.url.rpartition(":")[2])
    until(lambda: _connections(port) == 0, 20)


def _connections(port: int) -> int:
    """How many TCP connections to this port of loopback are established."""
    lines = Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]
    remote = [(line.split()[2], line.split()[3]) for line in lines]
    return sum(address.endswith(f":{port:04X}") and state == "01" for address, state in remote)


def test_faults_that_pass_are_survived(ansible: Ansible, plain: Emulator) -> None:
    """A slice of the matrix (tests/integration/matrix) by ansible-playbook: each fault strikes another cluster, each way of asking anew."""
    faults: list[dict[str, Any]] = [
        {"kind": "status", "status": 503, "headers": {"Retry-After": "0"}},
        {"kind": "reset"},
        {"kind": "truncated"},
        {"kind": "html"},
        {"kind": "stall"},
        {"kind": "empty_page"},
        {"kind": "repeat_row"},
    ]
    backups = [{"id": f"b{day}", "created_at": f"2024-11-{day}T22:00:00Z"} for day in range(10, 20)]
    clusters = [f"c9qfault{number}" for number in range(len(faults))]
    plain.seed(
        {
            "clusters": [
                {"id": cluster, "backups": [{**row, "id": f"{cluster}:{row['id']}"} for row in backups]}
                for cluster in clusters
            ]
        }
    )
    for cluster, fault in zip(clusters, faults, strict=True):
        for page in (1, 2, "last"):
            plain.add_fault(route="ListClusterBackups", cluster_id=cluster, page=page, times=3, **fault)
    options = {"cluster_ids": clusters, "api_timeout": 0.3, "api_retry_max_delay": 0.01, "page_size": 4}
    tasks = [ask("in process", **options), ask("as a module", "module", **options)]
    run = ansible.play(tasks, environ=reach(plain))
    assert run.code == 0, run.output
    for name in ("in process", "as a module"):
        assert sorted(row["id"] for row in run.result(name)["backups"]) == sorted(
            f"{cluster}:{row['id']}" for cluster in clusters for row in backups
        )


def test_many_clusters_at_the_same_time(ansible: Ansible, plain: Emulator) -> None:
    """Each of them once, on as many connections as may be at the same time."""
    many = [f"c9qmany{number:02d}" for number in range(64)]
    plain.seed({"clusters": [{"id": cluster} for cluster in many]})
    plain.settings(latency=0.2)
    run = ansible.play(
        [look_up(on_missing="'skip'", concurrency="32")], variables={"clusters": many}, environ=reach(plain)
    )
    assert run.result("look up")["msg"] == []
    asked = plain.requests("ListClusterBackups")
    assert sorted(entry["cluster_id"] for entry in asked) == many
    assert 8 < len({entry["connection"] for entry in asked}) <= 32
