# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where options come from: the call, variables, the environment, ansible.cfg, in this order; and which tasks need no module."""

from __future__ import annotations

import json
import sys
from typing import Any

from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    FOLDER,
    IAM_TOKEN,
    NEWEST,
    OIDC_TOKEN,
    Ansible,
    ask,
    assert_silent,
    look_up,
)

NOBODY = "http://127.0.0.1:9"
TERMS: dict[str, Any] = {"clusters": CLUSTERS[:1]}


def _configure(ansible: Ansible, **options: str) -> None:
    lines = ["[yacloud_mdb]", *(f"{name} = {value}" for name, value in options.items())]
    (ansible.home / "ansible.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_lookup_reads_ansible_cfg(ansible: Ansible, plain: Emulator) -> None:
    _configure(
        ansible,
        endpoint=plain.url,
        service_account_key_file=plain.key_file,
        api_timeout="2.5",
        folder_id=FOLDER,
        concurrency="2",
    )
    run = ansible.play(
        [look_up(), look_up("by name", "names", by="'name'"), look_up("none", "[]")],
        variables={**TERMS, "names": [f"name-{CLUSTERS[0]}"]},
    )
    assert run.result("look up")["msg"] == [NEWEST], run.output
    assert run.result("by name")["msg"] == [NEWEST]
    assert run.result("none")["msg"] == []


def test_no_secret_is_read_from_ansible_cfg(ansible: Ansible, plain: Emulator) -> None:
    key = json.dumps({"private_key": "secret-of-ansible-cfg-that-stays"})
    _configure(
        ansible, endpoint=plain.url, iam_token=IAM_TOKEN, workload_identity_token=OIDC_TOKEN, service_account_key=key
    )
    run = ansible.play([look_up()], "-vvvv", variables=TERMS, environ={"YC_METADATA_ADDR": "127.0.0.1:9"})
    assert run.code == 2
    assert "No credential is set" in run.result("look up")["msg"]
    assert plain.requests("ListClusterBackups") == []
    assert_silent(run.output, "secret-of-ansible-cfg-that-stays")


def test_levels(ansible: Ansible, plain: Emulator) -> None:
    """The first that holds a value wins, for credentials too, whatever kind the lower ones hold."""
    _configure(ansible, endpoint=NOBODY, service_account_key_file="absent.json")
    environ = {"YC_ENDPOINT": plain.url, "YC_IAM_TOKEN": IAM_TOKEN}
    refused = {"yacloud_mdb_iam_token": "{{ wrong }}"}
    tasks = [
        look_up("environment over file"),
        {**look_up("variables over environment"), "vars": refused, "ignore_errors": True},
        {**look_up("call over variables", service_account_key_file="key_file"), "vars": refused},
        {
            **look_up("a kind through all levels", auth_method="'service_account_key'"),
            "vars": refused,
            "ignore_errors": True,
        },
    ]
    variables = {**TERMS, "key_file": plain.key_file, "wrong": "t1.wrong.token"}
    run = ansible.play(tasks, variables=variables, environ=environ)
    assert run.result("environment over file")["msg"] == [NEWEST]
    assert "refused: iam_token of the variables" in run.result("variables over environment")["msg"]
    assert run.result("call over variables")["msg"] == [NEWEST]
    assert "absent.json', which cannot be read" in run.result("a kind through all levels")["msg"]


def test_a_folder_in_the_environment_widens_nothing(ansible: Ansible, plain: Emulator) -> None:
    environ = {"YC_ENDPOINT": plain.url, "YC_IAM_TOKEN": IAM_TOKEN, "YC_FOLDER_ID": FOLDER}
    tasks = [
        look_up("no term", "*[]"),
        look_up("an empty list", "[]"),
        ask("no cluster", cluster_ids=[]),
        ask("no cluster, as a module", "module", cluster_ids="{{ [] }}"),
        {**ask("loop", cluster_ids="{{ item }}"), "loop": []},
        look_up("folder", "*[]", folder_id="'" + FOLDER + "'"),
        ask("whole", limit=1),
    ]
    run = ansible.play(tasks, environ=environ)
    assert run.code == 0, run.output
    assert [run.result(name)["msg"] for name in ("no term", "an empty list")] == [[], []]
    assert run.result("no cluster")["backups"] == run.result("no cluster, as a module")["backups"] == []
    assert run.result("folder")["msg"] == [f"{cluster}:19" for cluster in CLUSTERS]
    assert run.result("whole")["cluster_ids"] == {f"name-{cluster}": cluster for cluster in CLUSTERS}
    assert len(plain.requests("ListBackups")) == len(plain.requests("ListClusters")) == 2
    assert plain.requests("ListClusterBackups") == []


EMPTY = (
    *("AUTH_METHOD", "MDB_ENDPOINT", "TOKEN", "SERVICE_ACCOUNT_KEY_FILE", "WORKLOAD_IDENTITY_TOKEN"),
    *("WORKLOAD_IDENTITY_ENDPOINT", "CA_PATH", "API_RETRY_MAX_DELAY", "API_DEADLINE"),
)


def test_variables_of_the_environment_have_types_and_an_empty_one_is_unset(ansible: Ansible, plain: Emulator) -> None:
    environ = {
        **{f"YC_{name}": "" for name in EMPTY},
        "YC_ENDPOINT": plain.url,
        "YC_IAM_TOKEN": IAM_TOKEN,
        "YC_API_TIMEOUT": "2.5",
        "YC_API_RETRIES": "0",
        "YC_API_CONCURRENCY": "3",
    }
    plain.add_fault(route="ListClusterBackups", kind="reset", times=3)
    tasks = [
        ask("in process", cluster_ids=CLUSTERS[:1]),
        ask("as a module", "module", cluster_ids=CLUSTERS[:1]),
        look_up(),
    ]
    run = ansible.play([{**task, "ignore_errors": True} for task in tasks], variables=TERMS, environ=environ)
    for task in ("in process", "as a module", "look up"):
        assert "no usable response in 1 tries" in run.result(task)["msg"]


def _which(run: Any, name: str) -> str:
    """Whether a task was answered in process: a module leaves its way through the connection in the output."""
    begin = run.output.index(f"TASK [{name}]")
    end = run.output.find("\nTASK [", begin + 1)
    part = run.output[begin : end if end > 0 else None]
    return "module" if "EXEC " in part or "ANSIBALLZ" in part else "in_process"


KEYWORDS: dict[str, tuple[dict[str, Any], str]] = {
    "plain": ({}, "in_process"),
    "check mode": ({"check_mode": True}, "in_process"),
    "delegated": ({"delegate_to": "localhost"}, "in_process"),
    "own interpreter": ({"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}, "in_process"),
    "no environment": ({"environment": {}}, "in_process"),
    "without becoming anybody": ({"become": False}, "in_process"),
    "other interpreter": ({"vars": {"ansible_python_interpreter": "{{ other_python }}"}}, "module"),
    "environment": ({"environment": {"X": "y"}}, "module"),
    "becoming": (
        {"become": True, "become_method": "ansible.builtin.su", "vars": {"ansible_su_exe": "{{ su }}"}},
        "module",
    ),
    "awaited": ({"async": 30, "poll": 1, "vars": {"ansible_async_dir": "{{ async_dir }}"}}, "module"),
}


def test_which_tasks_need_no_module(ansible: Ansible, plain: Emulator) -> None:
    other, su = ansible.home / "other-python", ansible.home / "su"
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    su.write_text('#!/bin/sh\nfor last; do :; done\nexec /bin/sh -c "$last"\n', encoding="utf-8")
    for script in (other, su):
        script.chmod(0o755)
    options = {"cluster_ids": CLUSTERS[:1], "endpoint": plain.url, "iam_token": "{{ token }}"}
    tasks = [
        {**ask(name, **options), **keywords, "ignore_errors": True} for name, (keywords, _path) in KEYWORDS.items()
    ]
    variables = {
        "token": IAM_TOKEN,
        "other_python": str(other),
        "su": str(su),
        "async_dir": str(ansible.home / "async"),
    }
    run = ansible.play(tasks, "-vvv", variables=variables)
    assert {name: _which(run, name) for name in KEYWORDS} == {
        name: path for name, (_keywords, path) in KEYWORDS.items()
    }
    for name in KEYWORDS:
        if name not in ("becoming",):
            assert run.result(name)["newest"][CLUSTERS[0]]["id"] == NEWEST, run.output
    assert_silent(run.output)
