# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reading roles where somebody ignores errors, outranks a result, misspells a variable, or plays on other hosts."""

from __future__ import annotations

import itertools
import json
from typing import Any

from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    FOLDER,
    IAM_TOKEN,
    NEWEST,
    SEED,
    Ansible,
    Run,
)

SELECT, FRESHNESS = "redis_backup_select", "redis_backup_freshness"


def role(name: str, emulator: Emulator, **variables: Any) -> dict[str, Any]:
    """The variables of a role, less their prefix, with a connection to the emulator."""
    connection = {"endpoint": emulator.url, "iam_token": IAM_TOKEN, **variables.pop("connection", {})}
    return {f"{name}_{key}": value for key, value in {"connection": connection, **variables}.items()}


def include(name: str, emulator: Emulator, *, apply: dict[str, Any] | None = None, **variables: Any) -> dict[str, Any]:
    """A task that runs a role.

    :param apply: keywords of the role's tasks
    """
    return {
        "name": f"run {name}",
        "ansible.builtin.include_role": {"name": f"yacloud.mdb.{name}", "apply": apply or {}},
        "vars": role(name, emulator, **variables),
    }


def show(variable: str, name: str = "show") -> dict[str, Any]:
    return {"name": name, "ansible.builtin.debug": {"msg": f"{{{{ {variable} | to_json }}}}"}}


def shown(run: Run, name: str = "show") -> Any:
    return json.loads(run.result(name)["msg"])


# --- what has failed hands nothing on ---


IGNORED = {"ignore_errors": True}
FILE = {"path": "choice.json", "format": "json"}
REFUSED: dict[str, dict[str, Any]] = {
    "unasked": {"cluster_ids": ["c9qnone"]},
    "stale": {"max_age": "1h"},
    "missing": {"created_after": "2025-01-01T00:00:00Z"},
    "unknown": {"creatd_before": "2024-11-15T00:00:00Z"},
    "blank": {"created_before": ""},
    "null": {"max_age": None},
    "a choice that is none": {"on_missing": "banana"},
    "connection": {"connection": {"iam_tokens": "t1.hidden.token"}},
    "export": {"export": [FILE, {"path": "b", "format": "prometheus"}]},
    "a value that dotenv cannot hold": {"cluster_ids": ["c9qodd"], "export": [FILE, {"path": "b", "format": "dotenv"}]},
}


def test_no_refused_choice_is_handed_on(ansible: Ansible, plain: Emulator) -> None:
    odd = {"id": "c9qodd", "backups": [{"id": "odd 1", "created_at": "2024-11-19T21:00:00Z"}]}
    plain.seed({"clusters": [*SEED["clusters"], odd]})
    tasks = [include(SELECT, plain, cluster_ids=[CLUSTERS[0]]), show(f"{SELECT}_result", "first")]
    for name, refused in REFUSED.items():
        variables = {"cluster_ids": [CLUSTERS[0]], "export": [FILE], **refused}
        tasks += [include(SELECT, plain, apply=IGNORED, **variables), show(f"{SELECT}_result | default(none)", name)]
    imported = {"name": "by the role's own keyword", "ansible.builtin.import_role": {"name": f"yacloud.mdb.{SELECT}"}}
    tasks += [
        {**imported, "vars": role(SELECT, plain, cluster_ids=["c9qnone"]), **IGNORED},
        show(f"{SELECT}_result | default(none)", "by keyword"),
    ]
    run = ansible.play(tasks)
    assert shown(run, "first")[CLUSTERS[0]]["id"] == NEWEST, run.output
    for name in (*REFUSED, "by keyword"):
        assert shown(run, name) is None, run.output
    assert not (ansible.home / "choice.json").exists()
    for said in ("older than max_age 1h allows", "10 listed, 10 before created_after", "iam_tokens", "odd 1"):
        assert said in run.output, said
    assert "t1.hidden" not in run.output


def test_a_verdict_that_cannot_be_had_or_written_is_not_handed_on(ansible: Ansible, plain: Emulator) -> None:
    paths = {"json_path": "verdict.json", "metrics_path": "verdict.prom", "report_path": "verdict.html"}
    tasks = [
        include(FRESHNESS, plain, cluster_ids=[CLUSTERS[0]], max_age="90000d"),
        show(f"{FRESHNESS}_result", "first"),
        include(FRESHNESS, plain, cluster_ids=["c9qnone"], **paths),
        show(f"{FRESHNESS}_result", "not had"),
        include(FRESHNESS, plain, cluster_ids=[CLUSTERS[0]], max_age="90000d", json_path="no/such/folder.json"),
        show(f"{FRESHNESS}_result", "not written"),
    ]
    run = ansible.play(tasks, keywords=IGNORED)
    assert shown(run, "first")[CLUSTERS[0]]["status"] == "fresh", run.output
    assert shown(run, "not had") is None, run.output
    assert shown(run, "not written") is None, run.output
    assert not [path for path in ansible.home.iterdir() if path.name.startswith("verdict")]


def test_a_stale_verdict_is_written_where_ansible_was_started_and_then_fails(ansible: Ansible, plain: Emulator) -> None:
    variables = role(FRESHNESS, plain, folder_id=FOLDER, json_path="verdict.json", metrics_path="v.prom")
    (ansible.home / "elsewhere").mkdir()
    playbook = [{"hosts": "localhost", "gather_facts": False, "roles": [f"yacloud.mdb.{FRESHNESS}"]}]
    (ansible.home / "elsewhere/play.yml").write_text(json.dumps(playbook), encoding="utf-8")
    run = ansible.run_file("elsewhere/play.yml", variables)
    assert run.code == 2
    verdict = json.loads((ansible.home / "verdict.json").read_text(encoding="utf-8"))
    assert sorted(verdict["missed"]) == CLUSTERS
    assert "yacloud_redis_backup_fresh" in (ansible.home / "v.prom").read_text(encoding="utf-8")
    assert run.output.count("3 of 3 clusters miss the objective of 26h") <= 2, run.output


# --- variables ---


BLANK = ["cluster_ids", "cluster_names", "folder_id", "max_age", "created_before", "created_after", "type", "shards"]


def test_all_that_is_wrong_with_variables_is_named_before_any_request(ansible: Ansible, plain: Emulator) -> None:
    wrong = {"creatd_before": "2024-11-15T00:00:00Z"} | dict(zip(BLANK, itertools.cycle([None, ""])))
    tasks = [include(name, plain, apply=IGNORED, **wrong) for name in (SELECT, FRESHNESS)]
    outranking = {f"{name}_result": {"of": "yesterday"} for name in (SELECT, FRESHNESS)}
    run = ansible.play(tasks, variables=outranking)
    for name in (SELECT, FRESHNESS):
        assert f"{name}_creatd_before is not a variable of the role; correct its name" in run.output
        assert f"{name}_result is set by something that outranks the role" in run.output
        for variable in BLANK:
            assert f"{name}_{variable} is null or empty" in run.output, variable
    assert plain.requests() == []


# --- where it runs, and how often ---


def test_it_works_on_the_controller_without_become(ansible: Ansible, plain: Emulator) -> None:
    inventory = "[all]\nweb1\nlocalhost\nweb2 ansible_become=true ansible_connection=ssh\n"
    (ansible.home / "hosts.ini").write_text(inventory, encoding="utf-8")
    export = [{"path": "{{ inventory_hostname }}.json", "format": "json"}]
    tasks = [include(SELECT, plain, cluster_ids=[CLUSTERS[0]], export=export)]
    keywords = {"hosts": "all", "become": True, "become_method": "ansible.builtin.su", "become_user": "nobody"}
    run = ansible.play(tasks, "-i", str(ansible.home / "hosts.ini"), keywords=keywords)
    assert run.code == 0, run.output
    for host in ("web1", "localhost", "web2"):
        chosen = json.loads((ansible.home / f"{host}.json").read_text(encoding="utf-8"))
        assert chosen[CLUSTERS[0]]["id"] == NEWEST


def test_a_role_runs_as_often_as_it_is_named_and_keeps_the_item_of_a_loop(ansible: Ansible, plain: Emulator) -> None:
    entries = [
        {"role": f"yacloud.mdb.{name}", **role(name, plain, cluster_ids=[CLUSTERS[0]], max_age="90000d")}
        for name in (SELECT, FRESHNESS)
    ]
    export = [{"path": "{{ item }}.json", "format": "json"}]
    looped = include(SELECT, plain, cluster_ids=["{{ item }}"], export=export) | {"loop": CLUSTERS}
    run = ansible.play([looped, show(f"{SELECT}_result")], keywords={"roles": entries * 2})
    assert run.code == 0, run.output
    asked = [request["cluster_id"] for request in plain.requests("ListClusterBackups")]
    assert [asked.count(cluster) for cluster in CLUSTERS] == [5, 1, 1]
    assert "already in use" not in run.output
    assert list(shown(run)) == [CLUSTERS[2]]
    for cluster in CLUSTERS:
        assert list(json.loads((ansible.home / f"{cluster}.json").read_text(encoding="utf-8"))) == [cluster]


# --- warnings, and the module's defaults ---


def test_each_cluster_is_warned_of_once_and_an_excluded_one_is_not(ansible: Ansible, plain: Emulator) -> None:
    stopped = {"id": "c9qstopped", "name": "orders", "folder_id": "b1gstopped", "status": "STOPPED"}
    plain.seed({"clusters": [*SEED["clusters"], stopped]})
    tasks = [
        include(SELECT, plain, cluster_ids=CLUSTERS[2:], created_after="2025-01-01T00:00:00Z", on_missing="warn"),
        show(f"{SELECT}_result"),
        include(FRESHNESS, plain, folder_id=FOLDER, on_stale="warn", exclude=[f"name-{CLUSTERS[1]}"]),
        include(FRESHNESS, plain, folder_id="b1gstopped", on_stale="warn"),
    ]
    run = ansible.play(tasks)
    assert run.code == 0, run.output
    assert shown(run) == {}
    assert run.output.count(f"{CLUSTERS[2]}: no backup qualifies") == 1, run.output
    warnings = [line for line in run.output.splitlines() if line.startswith("[WARNING]")]
    assert len([line for line in warnings if CLUSTERS[0] in line]) == 1, run.output
    assert not [line for line in warnings if CLUSTERS[1] in line]
    assert "The cluster misses the objective of 26h." in run.output
    assert run.output.count("STOPPED and making no backups: c9qstopped") == 1, run.output


def test_a_default_of_the_module_does_not_change_what_the_role_asks(ansible: Ansible, plain: Emulator) -> None:
    defaults = {"module_defaults": {"group/yacloud.mdb.mdb": {"cluster_id": CLUSTERS[1]}}}
    run = ansible.play([include(SELECT, plain, folder_id=FOLDER)], keywords=defaults)
    assert run.code == 2
    assert "module_defaults set cluster_ids" in run.output
