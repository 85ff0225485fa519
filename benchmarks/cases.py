# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases, each a generator of the table's lines with a docstring that `--list` shows; and the work they compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from benchmarks.measuring import EMPTY, ROOT, Bench, Line, Task, Work

INFO = "yacloud.mdb.redis_backup_info"
LOOKUP = "yacloud.mdb.redis_newest_backup"
FRESHNESS = "yacloud.mdb.redis_backup_freshness"
BACKUP = "yacloud.mdb.redis_backup"
RESTORED_CLUSTER = "yacloud.mdb.redis_restored_cluster"

#: Makes a bench with so many clusters, so many backups of each, and further flags of the emulator.
Emulated = Callable[..., AbstractContextManager[Bench]]
Case = Callable[[Emulated], Iterator[Line]]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    """Add a case by its function's name."""
    CASES[function.__name__.replace("_", "-")] = function
    return function


# --- the work -----------------------------------------------------------------------------------------------------


def looped(name: str, arguments: dict[str, Any]) -> Callable[[int], list[Task]]:
    """Make a task that does the work so many times in a loop."""
    return lambda times: [{name: arguments, "register": "result", "loop": list(range(times))}]


PING = Work(looped("ansible.builtin.ping", {}))
PROCESS = {"environment": {"BENCH": "1"}}
PING_WITH_ENVIRONMENT = Work(PING.tasks, keywords=PROCESS)


def info(
    bench: Bench, which: dict[str, Any] | None = None, process: bool = False, limit: int | None = None, **options: Any
) -> Work:
    """Make a use of the module, for all clusters or which ones, in Ansible's process or in one of its own."""
    which = which or {"cluster_ids": list(bench.expected)}
    expected = {cluster: bench.expected[cluster] for cluster in which.get("cluster_ids", bench.expected)}

    def read(answer: tuple[dict[str, Any], dict[str, Any], int]) -> Any:
        newest, selection, rows = answer
        return {cluster: [backup["id"], selection[cluster]["listed"]] for cluster, backup in newest.items()}, rows

    return Work(
        looped(INFO, {**which, **options, **({"limit": limit} if limit else {})}),
        answer="[result.results[0].newest, result.results[0].selection, result.results[0].backups | length]",
        read=read,
        expected=(expected, sum(min(count, limit or count) for _newest, count in expected.values())),
        keywords=PROCESS if process else {},
        in_process=not process,
    )


def uri(bench: Bench) -> Work:
    """Make tasks with ansible.builtin.uri that follow the pages of one cluster and choose in Jinja."""
    (cluster,) = bench.expected
    url = f"{bench.emulator.url}/managed-redis/v1/clusters/{cluster}/backups"
    tasks: list[Task] = [
        {"ansible.builtin.set_fact": {"rows": [], "page_token": ""}},
        {
            "ansible.builtin.include_tasks": str(ROOT / "benchmarks/tasks/read_pages.yml"),
            "vars": {"list_url": url, "iam_token": bench.emulator.iam_token},
        },
        {"ansible.builtin.set_fact": {"newest": "{{ rows | sort(attribute='createdAt') | last }}"}},
    ]
    answer = "{newest.sourceClusterId: [newest.id, rows | length]}"
    return Work(lambda times: tasks * times, answer, expected=bench.expected)


def sdk(bench: Bench) -> Work:
    """Make a use of the official SDK, in a module that reads one cluster."""
    (cluster,) = bench.expected
    arguments = {"address": bench.emulator.grpc_address, "token": bench.emulator.iam_token, "cluster_id": cluster}
    answer = f"{{'{cluster}': [result.results[0].newest, result.results[0].count]}}"
    return Work(looped("sdk_backups", arguments), answer, expected=bench.expected)


def lookup(bench: Bench, terms: list[str], options: str = "") -> Work:
    """Make a use of the lookup for all clusters; each further one is a task of its own."""
    task = {"ansible.builtin.set_fact": {"backups": f"{{{{ query('{LOOKUP}', *{terms}{options}) }}}}"}}
    return Work(
        lambda times: [task] * times,
        answer="backups",
        read=lambda backups: {backup["source_cluster_id"]: backup["id"] for backup in backups},
        expected=bench.newest,
    )


def freshness_role(bench: Bench) -> Work:
    """Make a use of the role that checks the whole folder and writes its three files."""
    kinds = ("metrics", "json", "report")
    paths = {f"{kind}_path": str(bench.playbooks.files / kind) for kind in kinds}
    options = {"folder_id": bench.emulator.folder_id, "max_age": "3d", **paths}
    variables = {f"redis_backup_freshness_{name}": value for name, value in options.items()}
    files = [f"lookup('ansible.builtin.file', '{path}')" for path in paths.values()]

    def read(answer: list[Any]) -> dict[str, str]:
        """Take the newest backup of each cluster that is in all files."""
        result, *texts = answer
        return {
            cluster: verdict["newest"]["id"]
            for cluster, verdict in result.items()
            if all(cluster in text for text in texts)
        }

    return Work(
        lambda _times: [{"ansible.builtin.include_role": {"name": FRESHNESS}, "vars": variables}],
        answer=f"[redis_backup_freshness_result, {', '.join(files)}]",
        read=read,
        expected=bench.newest,
    )


def backup(bench: Bench) -> Work:
    """Make a use of the module that takes a backup."""
    (cluster,) = bench.expected
    return Work(
        looped(BACKUP, {"cluster_id": cluster}),
        answer="[result.results[0].backup.source_cluster_id, result.results[0].operation.done]",
        expected=[cluster, True],
        in_process=True,
    )


def restore(bench: Bench) -> Work:
    """Make a use of the module that restores a backup, under another name each time."""
    (newest,) = bench.newest.values()
    name = "restored-{{ now().strftime('%H%M%S%f') }}"
    options = {"folder_id": bench.emulator.folder_id, "password": "A-password-of-the-bench-1"}
    return Work(
        looped(RESTORED_CLUSTER, {"backup_id": newest, "name": name, **options}),
        answer="[result.results[0].backup_id, result.results[0].cluster.health]",
        expected=[newest, "ALIVE"],
        in_process=True,
    )


# --- the cases ----------------------------------------------------------------------------------------------------


@case
def further_tasks(emulated: Emulated) -> Iterator[Line]:
    """one cluster, 14 backups: each further task on localhost"""
    with emulated(1, 14) as bench:
        ping, by_lookup = bench.further(PING, 6), bench.further(lookup(bench, list(bench.expected)), 6)
        yield bench.ratio("each further task of a loop / ping", bench.further(info(bench), 51), ping, 0.04)
        yield bench.ratio("each further task with the lookup / ping", by_lookup, ping)


@case
def single_task(emulated: Emulated) -> Iterator[Line]:
    """one cluster, 14 backups: a play of a single task on localhost"""
    with emulated(1, 14) as bench:
        ours = bench.whole(info(bench))
        yield bench.ratio("play of a single task / play of a single ping", ours, bench.whole(PING), 0.8)
        yield bench.ratio("play of a single task / empty play", ours, bench.whole(EMPTY), 1.3)


@case
def module_process(emulated: Emulated) -> Iterator[Line]:
    """one cluster, 14 backups: the module in a process of its own"""
    with emulated(1, 14) as bench:
        ours, ping = bench.further(info(bench, process=True), 6), bench.further(PING_WITH_ENVIRONMENT, 6)
        yield bench.ratio("each further task of a loop / ping", ours, ping, 1.5)


@case
def pages(emulated: Emulated) -> Iterator[Line]:
    """one cluster, 2,345 backups on three pages: beside ansible.builtin.uri and the official SDK"""
    with emulated(1, 2345, "--grpc") as bench:
        ours, by_uri, by_sdk = (
            bench.further(info(bench, limit=1), 21),
            bench.first(uri(bench)),
            bench.further(sdk(bench), 2),
        )
        yield bench.ratio("each further task, limit: 1 / tasks with uri", ours, by_uri, 1 / 30)
        yield bench.ratio("first task, all rows / tasks with uri", bench.first(info(bench)), by_uri, 1 / 6)
        yield bench.ratio("each further task, limit: 1 / the SDK in a module", ours, by_sdk)


@case
def latency(emulated: Emulated) -> Iterator[Line]:
    """64 clusters, 50 ms before each response: at the same time and one after another"""
    with emulated(64, 14, "--latency", "0.05") as bench:
        together, sequential = info(bench, limit=1), info(bench, limit=1, concurrency=1)
        ours, slow = bench.further(together, 5), bench.further(sequential, 2)
        yield bench.ratio("each further task / with concurrency: 1", ours, slow, 0.18)


@case
def growth(emulated: Emulated) -> Iterator[Line]:
    """one cluster, 30,000 backups beside 3,000, and the memory for 50,000"""
    with emulated(2, 3000, "--large-cluster", "30000") as bench:
        large, small = (info(bench, {"cluster_ids": [cluster]}, limit=1) for cluster in bench.expected)
        long, short = bench.further(large, 5), bench.further(small, 31)
        yield bench.ratio("each further task, 30,000 rows / 3,000 rows", long, short, 13)
    with emulated(1, 50_000) as bench:
        run = bench.run(info(bench, process=True))
        yield Line("50,000 rows, largest process of the run", run.megabytes, 300, "MB")


@case
def freshness(emulated: Emulated) -> Iterator[Line]:
    """300 clusters, 30 backups each: the freshness role with metrics, JSON and page"""
    with emulated(300, 30) as bench:
        yield bench.seconds("the role, beyond an empty play", bench.first(freshness_role(bench)), 6)


@case
def tokens(emulated: Emulated) -> Iterator[Line]:
    """20 hosts, three tasks each, with a service account's key and discovery: the requests beside the listings"""
    hosts = [f"host{number}" for number in range(20)]
    with emulated(1, 14) as bench:
        bench.env = {"YC_ENDPOINT": bench.emulator.url, "YC_SERVICE_ACCOUNT_KEY_FILE": bench.emulator.key_file}
        task = {INFO: {"cluster_ids": list(bench.expected)}, "register": "result"}
        work = Work(
            lambda _times: [task] * 3,
            answer="ansible_play_hosts | map('extract', hostvars, ['result', 'backups', 0, 'id'])",
            expected=[*bench.newest.values()] * len(hosts),
            keywords={"hosts": "all", "connection": "local"},
            options=("--inventory", ",".join(hosts)),
            in_process=True,
        )
        routes = bench.requests(work)
        yield Line("token exchanges", routes.count("CreateIamToken"), 1)
        yield Line("discoveries", routes.count("Discovery"), 1)


@case
def requests(emulated: Emulated) -> Iterator[Line]:
    """ten clusters, 14 backups each: the number of requests"""
    with emulated(10, 14) as bench:
        names = [cluster["name"] for cluster in bench.emulator.state()["clusters"]]
        folder = {"folder_id": bench.emulator.folder_id}
        by_name = f", by='name', folder_id='{bench.emulator.folder_id}'"
        for text, work, most in (
            ("task with ten ids", info(bench), 10),
            ("task with ten names", info(bench, {"cluster_names": names, **folder}), 11),
            ("lookup of ten names", lookup(bench, names, by_name), 11),
            ("task with a whole folder", info(bench, folder), 2),
        ):
            yield Line(text, len(bench.requests(work)), most)


@case
def writing(emulated: Emulated) -> Iterator[Line]:
    """a backup and a restore of four seconds each: what a play costs beyond them, and its requests beside the polls"""
    length = 4
    with emulated(1, 14) as bench:
        bench.env = {"YC_ENDPOINT": bench.emulator.url, "YC_IAM_TOKEN": bench.emulator.iam_token}
        bench.emulator.settings(backup_duration=length, restore_duration=length)
        for text, work, most in (("backup", backup(bench), 6), ("restore", restore(bench), 8)):
            # A look comes at most a poll's interval late, and three requests follow it.
            seconds = bench.seconds(f"{text}, beyond an empty play and the operation", bench.first(work))
            yield seconds._replace(value=seconds.value - length, most=3)
            routes = [route for route in bench.requests(work) if route != "GetOperation"]
            yield Line(f"{text}, requests beside the polls", len(routes), most)
