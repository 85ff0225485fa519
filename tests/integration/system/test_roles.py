# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reading roles where somebody ignores errors, outranks a result, misspells a variable, or plays on other hosts."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    FOLDER,
    IAM_TOKEN,
    NEWEST,
    TOKENS,
    Ansible,
    Run,
)

SELECT, FRESHNESS = "redis_backup_select", "redis_backup_freshness"
NOTHING: dict[str, Any] = {
    "name": "nothing may be handed on",
    "ansible.builtin.debug": {"var": "redis_backup_select_result"},
}
BY_ERRORS = ["role", "play", "apply"]


def role(name: str, emulator: Emulator, **variables: Any) -> dict[str, Any]:
    """The variables of a role, less their prefix, with a connection to the emulator."""
    connection = {"endpoint": emulator.url, "iam_token": IAM_TOKEN, **variables.pop("connection", {})}
    return {f"{name}_{key}": value for key, value in {"connection": connection, **variables}.items()}


def include(
    name: str, emulator: Emulator, *, keywords: dict[str, Any] | None = None, **variables: Any
) -> dict[str, Any]:
    """A task that runs a role."""
    return {
        "name": f"run {name}",
        "ansible.builtin.include_role": {"name": f"yacloud.mdb.{name}"},
        "vars": role(name, emulator, **variables),
        **(keywords or {}),
    }


def show(variable: str, name: str = "show") -> dict[str, Any]:
    return {"name": name, "ansible.builtin.debug": {"msg": f"{{{{ {variable} | to_json }}}}"}}


def shown(run: Run, name: str = "show") -> Any:
    return json.loads(run.result(name)["msg"])


def ignoring(how: str, name: str, emulator: Emulator, **variables: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Tasks and play keywords by which a role runs with its errors ignored."""
    task = include(name, emulator, **variables)
    if how == "apply":
        task["ansible.builtin.include_role"]["apply"] = {"ignore_errors": True}
    if how == "role":
        task = {
            "name": "import",
            "ansible.builtin.import_role": {"name": f"yacloud.mdb.{name}"},
            "vars": task["vars"],
            "ignore_errors": True,
        }
    return [task], {"ignore_errors": True} if how == "play" else {}


# --- what has failed hands nothing on ---


FILE = {"path": "choice.json", "format": "json"}
REFUSED: dict[str, dict[str, Any]] = {
    "stale": {"max_age": "1h"},
    "missing": {"created_after": "2025-01-01T00:00:00Z"},
    "unknown": {"creatd_before": "2024-11-15T00:00:00Z"},
    "blank": {"created_before": ""},
    "null": {"max_age": None},
    "unasked": {"cluster_ids": ["c9qnone"]},
    "a choice that is none": {"on_missing": "banana"},
    "export": {"export": [FILE, {"path": "b", "format": "prometheus"}]},
}


@pytest.mark.parametrize("how", BY_ERRORS)
def test_no_refused_choice_is_handed_on(ansible: Ansible, plain: Emulator, how: str) -> None:
    tasks: list[dict[str, Any]] = []
    for name, refused in REFUSED.items():
        variables = {"cluster_ids": [CLUSTERS[0]], "export": [FILE], **refused}
        run_role, keywords = ignoring(how, SELECT, plain, **variables)
        tasks += [*run_role, show(f"{SELECT}_result | default(none)", name)]
    run = ansible.play(tasks, keywords=keywords)
    for name in REFUSED:
        assert shown(run, name) is None, run.output
    assert not (ansible.home / "choice.json").exists()


@pytest.mark.parametrize("how", BY_ERRORS)
def test_a_second_run_that_cannot_read_writes_nothing_of_the_first(ansible: Ansible, plain: Emulator, how: str) -> None:
    first = include(SELECT, plain, cluster_ids=[CLUSTERS[0]])
    second, keywords = ignoring(
        how, SELECT, plain, cluster_ids=["c9qnone"], export=[{"path": "second.json", "format": "json"}]
    )
    run = ansible.play([first, show(f"{SELECT}_result", "first"), *second, show(f"{SELECT}_result")], keywords=keywords)
    assert shown(run, "first")[CLUSTERS[0]]["id"] == NEWEST, run.output
    assert shown(run) is None
    assert not (ansible.home / "second.json").exists()


@pytest.mark.parametrize("how", BY_ERRORS)
def test_a_verdict_that_cannot_be_had_writes_nothing(ansible: Ansible, plain: Emulator, how: str) -> None:
    first = include(FRESHNESS, plain, cluster_ids=[CLUSTERS[0]], max_age="90000d")
    paths = {"json_path": "verdict.json", "metrics_path": "verdict.prom", "report_path": "verdict.html"}
    second, keywords = ignoring(how, FRESHNESS, plain, cluster_ids=["c9qnone"], **paths)
    run = ansible.play([first, *second, show(f"{FRESHNESS}_result")], keywords=keywords)
    assert shown(run) is None, run.output
    assert not [path for path in ansible.home.iterdir() if path.name.startswith("verdict")]


def test_a_stale_verdict_is_written_and_then_fails(ansible: Ansible, plain: Emulator) -> None:
    run = ansible.play([include(FRESHNESS, plain, folder_id=FOLDER, json_path="verdict.json", metrics_path="v.prom")])
    assert run.code == 2
    verdict = json.loads((ansible.home / "verdict.json").read_text(encoding="utf-8"))
    assert sorted(verdict["missed"]) == CLUSTERS
    assert "yacloud_redis_backup_fresh" in (ansible.home / "v.prom").read_text(encoding="utf-8")
    assert run.output.count("3 of 3 clusters miss the objective of 26h") <= 2, run.output


@pytest.mark.parametrize(("name", "how"), [(SELECT, ""), (FRESHNESS, ""), *((SELECT, how) for how in BY_ERRORS)])
def test_what_outranks_the_result_is_named(ansible: Ansible, plain: Emulator, name: str, how: str) -> None:
    variables = {"cluster_ids": [CLUSTERS[0]]}
    tasks, keywords = ignoring(how, name, plain, **variables) if how else ([include(name, plain, **variables)], {})
    run = ansible.play(tasks, variables={f"{name}_result": {"of": "yesterday"}}, keywords=keywords)
    assert f"{name}_result is set by something that outranks the role" in run.output
    assert len(plain.requests()) == 0


# --- variables ---


BLANK = ["cluster_ids", "cluster_names", "folder_id", "max_age", "created_before", "created_after", "type", "shards"]


@pytest.mark.parametrize("name", [SELECT, FRESHNESS])
def test_blank_and_unknown_variables_are_refused_by_name_before_any_request(
    ansible: Ansible, plain: Emulator, name: str
) -> None:
    wrong = {"creatd_before": "2024-11-15T00:00:00Z"}
    cases = [wrong, *({variable: value} for variable, value in zip(BLANK, itertools.cycle([None, ""]), strict=False))]
    tasks = [
        include(name, plain, keywords={"ignore_errors": True}, **{"cluster_ids": [CLUSTERS[0]], **case})
        for case in cases
    ]
    for task in tasks:
        task["ansible.builtin.include_role"]["apply"] = {"ignore_errors": True}
    run = ansible.play(tasks)
    assert f"{name}_creatd_before is not a variable of the role; correct its name" in run.output
    for variable in BLANK:
        assert f"{name}_{variable} is null or empty" in run.output, variable
    assert len(plain.requests()) == 0


def test_a_default_of_the_module_does_not_change_what_the_role_asks(ansible: Ansible, plain: Emulator) -> None:
    defaults = {"module_defaults": {"group/yacloud.mdb.mdb": {"cluster_id": CLUSTERS[1]}}}
    run = ansible.play([include(SELECT, plain, folder_id=FOLDER)], keywords=defaults)
    assert run.code == 2
    assert "module_defaults set cluster_ids" in run.output


# --- where it runs, and how often ---


@pytest.mark.parametrize(
    "inventory",
    ["web1,", "[all]\nlocalhost\n", "[all]\nweb1 ansible_become=true ansible_connection=ssh\n"],
    ids=["a host", "a bare localhost", "a host with become"],
)
def test_it_works_on_the_controller_without_become(ansible: Ansible, plain: Emulator, inventory: str) -> None:
    path = inventory
    if "\n" in inventory:
        (ansible.home / "hosts.ini").write_text(inventory, encoding="utf-8")
        path = str(ansible.home / "hosts.ini")
    tasks = [
        include(SELECT, plain, cluster_ids=[CLUSTERS[0]], export=[{"path": "here.json", "format": "json"}]),
        show(f"{SELECT}_result"),
    ]
    keywords = {"hosts": "all", "become": True, "become_method": "ansible.builtin.su", "become_user": "nobody"}
    run = ansible.play(tasks, "-i", path, keywords=keywords)
    assert shown(run)[CLUSTERS[0]]["id"] == NEWEST, run.output
    assert (ansible.home / "here.json").exists()


def test_a_loop_over_the_role_keeps_its_own_item(ansible: Ansible, plain: Emulator) -> None:
    task = include(
        SELECT,
        plain,
        cluster_ids=["{{ item }}"],
        export=[{"path": "{{ item }}.json", "format": "json"}],
        keywords={"loop": CLUSTERS},
    )
    run = ansible.play([task, show(f"{SELECT}_result")])
    assert run.code == 0, run.output
    assert "already in use" not in run.output
    assert list(shown(run)) == [CLUSTERS[2]]
    for cluster in CLUSTERS:
        assert list(json.loads((ansible.home / f"{cluster}.json").read_text(encoding="utf-8"))) == [cluster]


@pytest.mark.parametrize("name", [SELECT, FRESHNESS])
def test_the_same_role_twice_runs_twice(ansible: Ansible, plain: Emulator, name: str) -> None:
    entry = {"role": f"yacloud.mdb.{name}", **role(name, plain, cluster_ids=[CLUSTERS[0]], max_age="90000d")}
    run = ansible.play([], keywords={"roles": [entry, entry]})
    assert run.code == 0, run.output
    assert sum(request["path"].endswith("/backups") for request in plain.requests()) == 2


def test_files_count_from_where_ansible_was_started(ansible: Ansible, plain: Emulator) -> None:
    variables = role(FRESHNESS, plain, cluster_ids=[CLUSTERS[0]], max_age="90000d", json_path="relative.json")
    (ansible.home / "elsewhere").mkdir()
    playbook = [{"hosts": "localhost", "gather_facts": False, "roles": [f"yacloud.mdb.{FRESHNESS}"]}]
    (ansible.home / "elsewhere/play.yml").write_text(json.dumps(playbook), encoding="utf-8")
    done = ansible.run_file("elsewhere/play.yml", variables)
    assert done.code == 0, done.output
    assert (ansible.home / "relative.json").exists()


# --- warnings ---


def test_a_missing_backup_is_warned_of_once_and_not_said_again(ansible: Ansible, plain: Emulator) -> None:
    variables = {"cluster_ids": CLUSTERS[:2], "created_after": "2025-01-01T00:00:00Z", "on_missing": "warn"}
    run = ansible.play([include(SELECT, plain, **variables), show(f"{SELECT}_result")])
    assert run.code == 0
    assert shown(run) == {}
    for cluster in CLUSTERS[:2]:
        assert run.output.count(f"{cluster}: no backup qualifies") == 1, run.output


def test_a_stale_cluster_is_warned_of_once_and_an_excluded_one_is_not(ansible: Ansible, plain: Emulator) -> None:
    run = ansible.play([include(FRESHNESS, plain, folder_id=FOLDER, on_stale="warn", exclude=[f"name-{CLUSTERS[1]}"])])
    assert run.code == 0, run.output
    warnings = [line for line in run.output.splitlines() if line.startswith("[WARNING]")]
    assert len([line for line in warnings if CLUSTERS[0] in line]) == 1, run.output
    assert not [line for line in warnings if CLUSTERS[1] in line]


def test_a_warning_does_not_hide_that_a_cluster_is_stopped(ansible: Ansible) -> None:
    stopped = {"id": "c9qstopped", "name": "orders", "folder_id": FOLDER, "status": "STOPPED", "backups": []}
    with Emulator.start(args=TOKENS, seed={"clusters": [stopped]}) as emulator:
        run = ansible.play([include(FRESHNESS, emulator, folder_id=FOLDER, on_stale="warn")])
    assert run.code == 0, run.output
    assert "The cluster misses the objective of 26h." in run.output
    assert run.output.count("STOPPED and making no backups: c9qstopped") == 1, run.output
