# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore drills against the emulator, whose clusters are real Redis servers: what is concluded, and that nothing is left."""

from __future__ import annotations

import json
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    FOLDER,
    TOKENS,
    Ansible,
    assert_silent,
)
from ansible_collections.yacloud.mdb.tests.integration.system.test_roles import include, role, show, shown
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import until

DRILL = "redis_restore_drill"
ORDERS, SESSIONS = "c9qorders", "c9qsessions"
BACKUP = f"{ORDERS}:1"
PASSWORD = "Secret-Passw0rd-of-a-drill"
SEED: dict[str, Any] = {
    "clusters": [
        {
            "id": cluster,
            "name": cluster.removeprefix("c9q"),
            "folder_id": FOLDER,
            "data": {f"{cluster}:{number}": str(number) for number in range(20)},
            "backups": [{"id": f"{cluster}:1", "created_at": "2026-11-24T22:00:00Z", "type": "AUTOMATED"}],
        }
        for cluster in (ORDERS, SESSIONS)
    ],
    "settings": {"restore_duration": 0, "delete_duration": 0},
}
# A drill is some twenty tasks, and a busy machine takes its time.
pytestmark = pytest.mark.timeout(400)
FILES = {"metrics_path": "drill.prom", "json_path": "drill.json", "report_path": "drill.html"}


@pytest.fixture(scope="module")
def process() -> Iterator[Emulator]:
    """An emulator with a Redis for each cluster."""
    testing = pytest.importorskip("yacloud_mdb_emulator.testing")
    if not any(map(shutil.which, ("redis-server", "valkey-server"))):
        pytest.skip("there is no Redis; on Debian: apt-get install redis-server")
    with testing.Emulator.start([*TOKENS, "--data-plane"], seed=SEED) as emulator:
        yield emulator


@pytest.fixture
def emulator(process: Emulator) -> Emulator:
    """The same, as it was at the start."""
    process.reset()
    return process


def drill(
    emulator: Emulator, *, name: str | None = None, apply: dict[str, Any] | None = None, **other: Any
) -> dict[str, Any]:
    """A task that drills the cluster orders, whose failures are warnings unless told otherwise."""
    usual = {
        "cluster_ids": [ORDERS],
        "ca_path": emulator.ca_file,
        "required_keys": [f"{ORDERS}:7"],
        "on_failure": "warn",
    }
    return include(DRILL, emulator, apply=apply, **usual | other) | ({"name": name} if name else {})


def verdict(name: str = "show") -> dict[str, Any]:
    return show(f"{DRILL}_result | default(none)", name)


def alive(emulator: Emulator) -> list[dict[str, Any]]:
    """The clusters that drills left."""
    clusters = emulator.state()["clusters"]
    return [row for row in clusters if row["name"].startswith("redis-drill-") and not row["deleted"]]


def written(ansible: Ansible) -> set[str]:
    return {path.name for path in ansible.home.iterdir() if path.name.startswith("drill.")}


def last_success(ansible: Ansible) -> str:
    text = (ansible.home / "drill.prom").read_text(encoding="utf-8")
    (found,) = re.findall(r"^yacloud_redis_restore_drill_last_success_timestamp_seconds\S+ (\S+)$", text, re.MULTILINE)
    return str(found)


# --- the three outcomes ---


def test_a_drill_passes_and_one_of_other_data_fails(ansible: Ansible, emulator: Emulator) -> None:
    """Both leave nothing, and say so in every file."""
    (host,) = next(row for row in emulator.state()["clusters"] if row["id"] == ORDERS)["hosts"]
    record = {
        "name": "record",
        "yacloud.mdb.redis_data_check": {
            "hosts": [host["name"]],
            "ca_path": emulator.ca_file,
            "password": "emulator-password",
        },
        "register": "source",
    }
    usual = {"manifest": "{{ source.manifest }}", "rto": "10m", "on_failure": "error", **FILES}
    run = ansible.play([record, drill(emulator, **usual), verdict()])
    result = shown(run)
    assert (result["outcome"], result["rto_met"], result["cleaned_up"]) == ("passed", True, True), run.output
    assert (result["backup"]["id"], result["key_count"], result["leftovers"]) == (BACKUP, 20, [])
    assert [check["name"] for check in result["checks"]] == ["min_keys", "required_keys", "manifest"]
    assert set(result["seconds"]) == {"choose", "restore", "ready", "check", "remove"}
    assert alive(emulator) == []
    assert emulator.started("DeleteCluster") == 1
    assert json.loads((ansible.home / "drill.json").read_text(encoding="utf-8")) == result
    assert "Restore drill of" in (ansible.home / "drill.html").read_text(encoding="utf-8")
    success = last_success(ansible)
    assert run.code == 0

    emulator.damage_backup(BACKUP, cluster_id=SESSIONS)
    run = ansible.play([record, drill(emulator, **usual)])
    result = json.loads((ansible.home / "drill.json").read_text(encoding="utf-8"))
    assert (result["outcome"], result["cleaned_up"]) == ("failed", True), run.output
    assert [found["name"] for found in result["checks"] if not found["passed"]] == ["required_keys", "manifest"]
    assert last_success(ansible) == success
    assert run.code == 2
    assert "failed: the backup was restored, but its data are not right" in run.output
    assert alive(emulator) == []


NOT_HANDED_ON: dict[str, dict[str, Any]] = {
    "refused": {"rto": ""},
    "unwritten": {"created_after": "2030-01-01T00:00:00Z", "json_path": "missing/drill.json"},
}
UNTESTED: dict[str, dict[str, Any]] = {
    "choose": {"created_after": "2030-01-01T00:00:00Z"},
    "restore, with a cluster left": {},
    "restore": {"name_prefix": "x" * 60},
    "check": {"ca_path": "/nonexistent/ca.pem"},
}
"""By the step at which the drill stops."""


def test_with_errors_ignored_a_drill_leaves_nothing_and_takes_nothing_from_the_one_before(
    ansible: Ansible, emulator: Emulator
) -> None:
    emulator.add_fault(route="RestoreCluster", kind="operation_error", leaves_cluster=True, after=1)
    tasks = [drill(emulator), verdict("first")]
    for name, case in (NOT_HANDED_ON | UNTESTED).items():
        variables = {"json_path": f"drill.{name}", **case}
        tasks += [drill(emulator, apply={"ignore_errors": True}, **variables), verdict(name)]
    run = ansible.play(tasks)
    assert shown(run, "first")["outcome"] == "passed", run.output
    for name in NOT_HANDED_ON:
        assert shown(run, name) is None, run.output
    for name in UNTESTED:
        result = shown(run, name)
        assert (result["outcome"], result["stopped_at"]) == ("untested", name.partition(",")[0]), run.output
        assert result["cleaned_up"] is not False, run.output
    assert written(ansible) == {f"drill.{name}" for name in UNTESTED}
    assert emulator.started("DeleteCluster") == 3
    assert alive(emulator) == []


# --- what is left ---


def test_a_cluster_that_cannot_be_removed_fails_the_play_with_the_command_that_removes_it(
    ansible: Ansible, emulator: Emulator
) -> None:
    emulator.add_fault(route="DeleteCluster", kind="status", status=403, code=7, times=-1, message="No right to")
    run = ansible.play([drill(emulator, **FILES), verdict()])
    (left,) = alive(emulator)
    assert run.code == 2
    command = f"state=absent cluster_id={left['id']} name={left['name']}"
    assert f"NOT REMOVED cluster {left['id']}" in run.output
    assert command in run.output
    assert command in (ansible.home / "drill.html").read_text(encoding="utf-8").replace("&#39;", "'")
    assert json.loads((ansible.home / "drill.json").read_text(encoding="utf-8"))["cleaned_up"] is False
    assert re.search(r"drill_cleaned_up\S+ 0\n", (ansible.home / "drill.prom").read_text(encoding="utf-8"))


def test_a_cluster_is_kept_to_look_at_and_the_next_drill_sweeps_it_alone(ansible: Ansible, emulator: Emulator) -> None:
    seed = json.loads(json.dumps(SEED))
    mine = ["redis-drill-20200101t000000-abcd", "redis-drill-of-mine"]
    seed["clusters"] += [{"id": f"c9q{name}", "name": name, "folder_id": FOLDER} for name in mine]
    emulator.seed(seed)
    # The second one's variables are as by -e on the command line.
    tasks = [
        drill(emulator, min_keys=21, keep_on_failure=True),
        verdict("kept"),
        show(f"__{DRILL}_password", "password"),
        drill(emulator, min_keys=21, keep_on_failure="false", sweep_after="0s"),
        verdict("swept"),
    ]
    run = ansible.play(tasks)
    kept, swept = shown(run, "kept"), shown(run, "swept")
    assert kept["kept"] is True, run.output
    assert f"KEPT      cluster {kept['cluster']['id']}" in run.output
    assert shown(run, "password") is None, run.output
    assert (swept["outcome"], swept["kept"]) == ("failed", False), run.output
    assert [(row["cluster_id"], row["removed"]) for row in swept["leftovers"]] == [(kept["cluster"]["id"], True)]
    assert sorted(row["name"] for row in alive(emulator)) == mine


def test_after_an_interrupt_the_next_drill_finds_what_was_left(ansible: Ansible, emulator: Emulator) -> None:
    emulator.settings(restore_duration=10)
    process = ansible.start(ansible.command([drill(emulator)]))
    assert until(lambda: emulator.started("RestoreCluster") == 1, 60)
    process.send_signal(signal.SIGINT)
    output, _nothing = process.communicate(timeout=60)
    assert process.returncode != 0, output
    emulator.settings(restore_duration=0)
    (left,) = [row["id"] for row in alive(emulator)]
    run = ansible.play([drill(emulator, sweep_after="1s"), verdict()])
    found = {row["cluster_id"]: row["removed"] for row in shown(run)["leftovers"]}
    assert found == {left: True}, run.output
    assert shown(run)["outcome"] == "passed"
    assert alive(emulator) == []


def test_a_restore_that_is_killed_leaves_no_cluster(ansible: Ansible, emulator: Emulator) -> None:
    """The time limit of a task kills its module, which then names no cluster."""
    emulator.settings(restore_duration=15)
    run = ansible.play([drill(emulator, wait_timeout=100), verdict()], environ={"ANSIBLE_TASK_TIMEOUT": "12"})
    assert shown(run)["stopped_at"] == "restore", run.output
    assert shown(run)["cleaned_up"] is True, run.output
    assert alive(emulator) == []


# --- where the data are checked ---


def test_a_check_host_that_cannot_be_reached_is_untested_and_never_the_controller(
    ansible: Ansible, emulator: Emulator
) -> None:
    (ansible.home / "hosts.ini").write_text("vm ansible_host=127.0.0.1 ansible_port=1\n", encoding="utf-8")
    inventory = ["-i", str(ansible.home / "hosts.ini")]
    run = ansible.play([drill(emulator, check_host="vm"), verdict()], *inventory, keywords={"connection": "local"})
    result = shown(run)
    assert (result["outcome"], result["stopped_at"], result["cleaned_up"]) == ("untested", "check", True), run.output
    assert "its host could not be reached" in result["problem"]
    assert alive(emulator) == []


# --- refusals, ignored errors, check mode ---


REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"min_kesy": 5, "rto": "", "max_age": None},
        [f"{DRILL}_min_kesy is not a variable", f"{DRILL}_rto is null or empty", f"{DRILL}_max_age is null or empty"],
    ),
    ({"cluster_ids": []}, ["must name one cluster, since a run is about one; got 0"]),
    ({"cluster_ids": f"{ORDERS},{SESSIONS}"}, ["must name one cluster, since a run is about one; got 2"]),
    ({"rto": "soon"}, ["rto 'soon' is not a duration"]),
    ({"sweep_after": "soon"}, ["sweep_after 'soon' is not a duration"]),
]


def test_what_is_wrong_with_the_variables_is_said_before_any_request(ansible: Ansible, emulator: Emulator) -> None:
    ignore = {"ignore_errors": True}
    tasks = [
        drill(emulator, apply=ignore, name=f"case {number}", **case) for number, (case, _messages) in enumerate(REFUSED)
    ]
    run = ansible.play([*tasks, verdict()])
    for message in (message for _case, messages in REFUSED for message in messages):
        assert message in run.output, message
    assert shown(run) is None
    assert emulator.requests() == []


def test_what_outranks_the_result_is_named(ansible: Ansible, emulator: Emulator) -> None:
    run = ansible.play([drill(emulator)], variables={f"{DRILL}_result": {"outcome": "passed"}})
    assert run.code == 2
    assert f"{DRILL}_result is set by something that outranks the role" in run.output
    assert emulator.requests() == []


def test_check_mode_restores_and_writes_nothing_and_says_what_would_be(ansible: Ansible, emulator: Emulator) -> None:
    run = ansible.play([drill(emulator, **FILES), verdict()], "--check")
    assert run.code == 0, run.output
    assert f"it would be restored from backup {BACKUP}" in run.output
    assert shown(run) is None
    assert emulator.operations() == []
    assert written(ansible) == set()


def test_the_playbook_drills_by_name_in_another_folder_and_fails_for_a_missed_objective(
    ansible: Ansible, emulator: Emulator
) -> None:
    emulator.seed(SEED | {"folders": ["b1gdrills"]})
    emulator.settings(restore_duration=2)
    variables = {
        "cluster_name": "orders",
        "folder_id": FOLDER,
        "target_folder_id": "b1gdrills",
        "ca_path": emulator.ca_file,
        "json_path": "drill.json",
        "rto": "1s",
    }
    run = ansible.run_file("yacloud.mdb.restore_drill", role(DRILL, emulator, **variables))
    assert run.code == 2
    assert "beyond the objective of 1s" in run.output
    result = json.loads((ansible.home / "drill.json").read_text(encoding="utf-8"))
    assert (result["outcome"], result["cluster"]["folder_id"]) == ("passed", "b1gdrills")
    assert alive(emulator) == []


# --- elsewhere, and secrets ---


def test_on_another_host_a_drill_needs_no_become_and_shows_no_password(ansible: Ansible, emulator: Emulator) -> None:
    """Neither in an output nor in a file nor in a list of processes."""
    seen: list[str] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(path.read_text(errors="replace"))
                except OSError:
                    continue
            del seen[:-5000]
            if any(PASSWORD in line for line in seen):
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    variables = {"secret": PASSWORD}
    tasks = [drill(emulator, password="{{ secret }}", **FILES), verdict()]
    keywords = {"hosts": "all", "become": True, "become_method": "ansible.builtin.su", "become_user": "nobody"}
    run = ansible.play(tasks, "-vvv", "-i", "web1,", variables=variables, keywords=keywords)
    ended.set()
    watcher.join()
    assert shown(run)["outcome"] == "passed", run.output
    assert written(ansible) == set(FILES.values())
    assert_silent(run.output, PASSWORD)
    assert not any(PASSWORD in line for line in seen)
    own = {ansible.home / "variables.json"}
    for path in {path for path in ansible.home.rglob("*") if path.is_file()} - own:
        assert PASSWORD not in path.read_text(encoding="utf-8", errors="replace"), path
    assert PASSWORD not in emulator.log()
