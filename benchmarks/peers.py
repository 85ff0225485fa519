# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contenders of the cases: the collection, the floor below it, and what a user would reach for instead."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

from benchmarks.contenders import EMPTY, Contender, InPlay, Process, Task
from benchmarks.expected import Answer
from benchmarks.servers import Server
from benchmarks.workshop import HERE, LOCALHOST, MACHINE

INFO = "yacloud.mdb.redis_backup_info"
LOOKUP = "yacloud.mdb.redis_newest_backup"


# --- the floor ----------------------------------------------------------------------------------------------------


def empty() -> Contender:
    """What Ansible costs before it does anything."""
    return InPlay(EMPTY, "play without a task")


def ping(loops: int) -> Contender:
    """The least that a module can do."""
    return InPlay("ping", "ansible.builtin.ping", loops, tasks=lambda n: [_looped("ansible.builtin.ping", {}, n)])


def empty_module(loops: int) -> Contender:
    """The least that a module with requests can do."""
    label = "empty module that imports requests"
    return InPlay("requests-module", label, loops, tasks=lambda n: [_looped("bench_requests", {}, n)], host=MACHINE)


# --- the collection -----------------------------------------------------------------------------------------------


def module(
    key: str, server: Server, loops: int, host: str = LOCALHOST, rounds: int = 1000, **options: Any
) -> Contender:
    """The module: answered in process on localhost, a process of its own on the other host."""
    question = _question(server) | options
    shown = ", ".join(f"{name}: {value}" for name, value in options.items() if name != "cluster_ids")
    return InPlay(
        key,
        f"{INFO}{f' ({shown})' if shown else ''}, {'in process' if host == LOCALHOST else 'as a module'}",
        loops,
        rounds,
        tasks=lambda n: [_looped(INFO, {**_connection(server), **question}, n)],
        host=host,
        expression="result.results[0]",
        read=_of_facts if options.get("limit") else _of_all_facts,
        in_process=host == LOCALHOST,
    )


def lookup(key: str, server: Server, clusters: list[str], loops: int, rounds: int = 1000, **options: Any) -> Contender:
    """The lookup, in tasks of their own: within one task it asks only once."""
    options = _connection(server) | options
    given = ", ".join(f"{name}={value!r}" for name, value in options.items() if name != "mdb_endpoint")
    call = f"query('{LOOKUP}', {clusters}, mdb_endpoint=mdb_endpoint, {given})"
    shown = ", ".join(f"{name}={value}" for name, value in options.items() if name == "concurrency")
    return InPlay(
        key,
        f"lookup {LOOKUP}, {_count(clusters)}{f' ({shown})' if shown else ''}",
        loops,
        rounds,
        tasks=lambda n: _set_facts(call, n, mdb_endpoint=server.url),
        expression="answer",
        read=_of_backups,
    )


def role(name: str, server: Server, loops: int, rounds: int, *, also: str = "", **options: Any) -> Contender:
    """A role on the whole folder; what it does beside its verdict is said in words too."""
    options = {"folder_id": server.recording.folder_id, "connection": _connection(server), **options}
    variables = {f"{name}_{option}": value for option, value in options.items()}
    return InPlay(
        f"{name}{also}",
        f"role yacloud.mdb.{name}{also}",
        loops,
        rounds,
        tasks=lambda n: [
            {"ansible.builtin.include_role": {"name": f"yacloud.mdb.{name}"}, "vars": variables, "loop": list(range(n))}
        ],
        expression=f"{name}_result",
        read=_of_role,
    )


# --- what else there is -------------------------------------------------------------------------------------------


def uri(server: Server, loops: int, rounds: int = 1000) -> Contender:
    """Pages with ansible.builtin.uri and include_tasks, the choice in Jinja: one cluster or a folder."""
    path = f"/managed-redis/v1/clusters/{server.recording.clusters[0]}/backups?"
    if folder := server.recording.folder_id:
        path = f"/managed-redis/v1/backups?folderId={folder}&"
    include = {"ansible.builtin.include_tasks": str(HERE / "tasks/choose.yml")}
    variables = {"list_url": server.url + path, "iam_token": server.token}
    return InPlay(
        "uri",
        "ansible.builtin.uri in a paging loop, choice in Jinja",
        loops,
        rounds,
        tasks=lambda n: [{**include, "vars": variables, "loop": list(range(n))}],
        expression="{'newest': newest, 'listed': rows | length}",
    )


def uri_of_clusters(server: Server, rounds: int) -> Contender:
    """One task with ansible.builtin.uri in a loop over clusters that have one page each."""
    args = {"url": f"{server.url}/managed-redis/v1/clusters/{{{{ item }}}}/backups", "headers": _headers(server)}
    task = {"ansible.builtin.uri": args, "register": "pages", "loop": server.recording.clusters}
    choose = (
        "dict(rows | sort(attribute='createdAt') | map(attribute='sourceClusterId')"
        " | zip(rows | sort(attribute='createdAt') | map(attribute='id')))"
    )
    rows = {"rows": "{{ pages.results | map(attribute='json') | map(attribute='backups') | flatten }}"}
    return InPlay(
        "uri",
        "ansible.builtin.uri in a loop over the clusters, choice in Jinja",
        1,
        rounds,
        tasks=lambda n: [task, {"ansible.builtin.set_fact": {"newest": f"{{{{ {choose} }}}}"}, "vars": rows}] * n,
        expression="{'newest': newest}",
    )


def url_lookup(key: str, server: Server, clusters: list[str], loops: int, rounds: int = 1000) -> Contender:
    """The lookup ansible.builtin.url, for clusters that have one page each."""
    rows = (
        "lookup('ansible.builtin.url', list_url ~ item ~ '/backups', headers=headers, split_lines=false)"
        " | from_json).backups | sort(attribute='createdAt') | last"
    )
    template = (
        f"{{% set found = [] %}}{{% for item in {clusters} %}}{{% set _ = found.append(({rows}) %}}{{% endfor %}}"
        "{{ found }}"
    )
    return InPlay(
        key,
        f"lookup ansible.builtin.url, {_count(clusters)}, one page each, choice in Jinja",
        loops,
        rounds,
        tasks=lambda n: _set_facts(
            template, n, list_url=f"{server.url}/managed-redis/v1/clusters/", headers=_headers(server)
        ),
        expression="answer",
        read=lambda rows: {"newest": {row["sourceClusterId"]: row["id"] for row in rows}},
    )


def constant(loops: int) -> Contender:
    """The task around a lookup, without the lookup."""
    return InPlay("constant", "ansible.builtin.set_fact of a constant", loops, tasks=lambda n: _set_facts("1", n))


def sdk_module(server: Server, loops: int) -> Contender:
    """The official SDK in a module."""
    arguments = _peer_arguments(server, "address", server.grpc_address)
    return InPlay(
        "sdk-module",
        "official SDK over gRPC, as a module",
        loops,
        tasks=lambda n: [_looped("bench_sdk", arguments, n)],
        host=MACHINE,
        expression="result.results[0]",
        read=lambda result: {"newest": result["newest"], "listed": result["listed"]},
    )


def sdk_process(server: Server, rounds: int = 1000) -> Contender:
    """The official SDK in a bare process."""
    arguments = _peer_arguments(server, "address", server.grpc_address)
    return Process("sdk", "official SDK over gRPC, bare process", rounds=rounds, command=_script("sdk.py", arguments))


def requests_process(server: Server, rounds: int = 1000) -> Contender:
    """A loop with requests in a bare process."""
    arguments = _peer_arguments(server, "url", server.url)
    return Process("requests", "requests loop, bare process", rounds=rounds, command=_script("pages.py", arguments))


def curl(server: Server, rounds: int = 1000) -> list[Contender]:
    """curl for the pages alone, their addresses known beforehand; nobody where there is no curl."""
    program = shutil.which("curl")
    if not program:
        return []
    addresses = tuple(f"{server.url}{path}" for path in server.recording.paths)
    command = (program, "--silent", "--header", f"Authorization: Bearer {server.token}", *addresses)
    return [Process("curl", "curl, the pages alone", rounds=rounds, command=command, read=_of_bodies)]


# --- how answers are asked for and read ---------------------------------------------------------------------------


def _looped(name: str, arguments: dict[str, Any], loops: int) -> Task:
    return {name: arguments, "register": "result", "loop": list(range(loops))}


def _set_facts(expression: str, loops: int, **variables: Any) -> list[Task]:
    template = expression if "{%" in expression else f"{{{{ {expression} }}}}"
    return [{"ansible.builtin.set_fact": {"answer": template}, "vars": variables} for _number in range(loops)]


def _connection(server: Server) -> dict[str, Any]:
    certificates = {"ca_path": server.ca_file} if server.ca_file else {}
    return {"mdb_endpoint": server.url, "iam_token": server.token, **certificates}


def _question(server: Server) -> dict[str, Any]:
    recording = server.recording
    return {"folder_id": recording.folder_id} if recording.folder_id else {"cluster_ids": recording.clusters}


def _headers(server: Server) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token}"}


def _peer_arguments(server: Server, name: str, address: str) -> dict[str, Any]:
    folder = server.recording.folder_id
    clusters = [] if folder else server.recording.clusters
    return {name: address, "token": server.token, "clusters": clusters, "folder": folder}


def _script(name: str, arguments: dict[str, Any]) -> tuple[str, ...]:
    return (sys.executable, str(HERE / "scripts" / name), json.dumps(arguments))


def _count(clusters: list[str]) -> str:
    return f"{len(clusters)} cluster{'s' if len(clusters) > 1 else ''}"


def _of_facts(facts: dict[str, Any]) -> Answer:
    newest = {cluster: backup["id"] for cluster, backup in facts["newest"].items()}
    return {"newest": newest, "listed": sum(counts["listed"] for counts in facts["selection"].values())}


def _of_all_facts(facts: dict[str, Any]) -> Answer:
    return {**_of_facts(facts), "ids": sorted(backup["id"] for backup in facts["backups"])}


def _of_backups(backups: list[dict[str, Any]]) -> Answer:
    return {"newest": {backup["source_cluster_id"]: backup["id"] for backup in backups}}


def _of_role(result: dict[str, dict[str, Any]]) -> Answer:
    return _of_backups([entry.get("newest", entry) for entry in result.values()])


def _of_bodies(output: str) -> Answer:
    decoder, place, ids = json.JSONDecoder(), 0, []
    while place < len(output):
        page, place = decoder.raw_decode(output, place)
        ids += [row["id"] for row in page.get("backups", [])]
    return {"ids": sorted(ids), "listed": len(ids)}
