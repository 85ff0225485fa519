# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases: how much there is, who serves it, and who takes part."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import peers
from benchmarks.contenders import Contender, Process, Reported
from benchmarks.expected import Answer, answer_of
from benchmarks.recording import PAGE_SIZE
from benchmarks.servers import EMULATOR, EMULATOR_TLS, REPLAY, Server, World
from benchmarks.workshop import HERE, MACHINE


@dataclass(frozen=True)
class Case:
    """A question that all contenders are asked.

    :ivar kind: of server
    :ivar small: the world of a smoke run
    :ivar contenders: who takes part, once there is somebody to answer
    :ivar brief: who of them plays in a smoke run too; bare processes always do
    """

    name: str
    title: str
    kind: str
    world: World
    small: World
    contenders: Callable[[Server], list[Contender]]
    brief: tuple[str, ...] = ("info",)

    def who(self, server: Server, *, quick: bool) -> list[Contender]:
        """Who takes part; in a smoke run some, and nearly all do their work once."""
        found = self.contenders(server)
        if not quick:
            return found
        some = [each for each in found if each.key in self.brief or isinstance(each, Process)]
        return [dataclasses.replace(each, loops=min(each.loops, 2 if each.key == "info" else 1)) for each in some]

    def right_answer(self, server: Server) -> Answer:
        """What every contender has to answer, in the parts that it answers."""
        return answer_of(server.recording.rows)


# --- who takes part -----------------------------------------------------------------------------------------------


def _one(server: Server) -> list[Contender]:
    return [
        peers.empty(),
        peers.ping(9),
        peers.empty_module(9),
        peers.module("info", server, 61),
        peers.module("info-module", server, 9, MACHINE),
        peers.lookup("lookup", server, server.recording.clusters, 61),
        peers.url_lookup("url-lookup", server, server.recording.clusters, 61),
        peers.uri(server, 6),
        peers.sdk_module(server, 6),
        peers.sdk_process(server),
        peers.requests_process(server),
        *peers.curl(server),
    ]


def _https(server: Server) -> list[Contender]:
    return [
        peers.empty(),
        peers.ping(6),
        peers.module("info", server, 31),
        peers.module("info-module", server, 6, MACHINE),
    ]


def _pages(server: Server) -> list[Contender]:
    return [
        peers.empty(),
        peers.module("info", server, 21, limit=1),
        peers.module("info-all", server, 6),
        peers.module("info-module", server, 6, MACHINE, limit=1),
        peers.uri(server, 3),
        peers.sdk_module(server, 6),
        peers.sdk_process(server),
        peers.requests_process(server),
        *peers.curl(server),
    ]


def _rows(server: Server) -> list[Contender]:
    pages = len(server.recording.paths)
    tenth = max(1, pages // 10)
    return [
        _decoding("json", "json", server, pages, "json.loads of all bodies"),
        _decoding("json-uncollected", "json-uncollected", server, pages, "the same without the garbage collector"),
        _decoding("json-tenth", "json-uncollected", server, tenth, f"the same with {tenth * PAGE_SIZE:,} rows"),
        _decoding("facts", "facts", server, pages, "bodies to chosen facts, all rows returned"),
        _decoding("facts-tenth", "facts", server, tenth, f"the same with {tenth * PAGE_SIZE:,} rows"),
    ]


def _decoding(key: str, kind: str, server: Server, pages: int, label: str) -> Contender:
    command = (sys.executable, str(HERE / "scripts/decode.py"), str(server.file), kind, str(pages))
    rows = [row for body in server.recording.bodies[:pages] for row in json.loads(body)["backups"]]
    return Reported(key, label, command=command, read=_without_seconds, right=answer_of(rows))


def _without_seconds(output: str) -> Answer:
    return {part: value for part, value in json.loads(output).items() if part != "seconds"}


def _large(server: Server) -> list[Contender]:
    return [
        peers.empty(),
        peers.module("info", server, 3, rounds=3, limit=1),
        peers.module("info-module", server, 2, MACHINE, rounds=3, limit=1),
        peers.sdk_process(server, 3),
        peers.requests_process(server, 3),
        *peers.curl(server, 3),
    ]


def _latency(server: Server) -> list[Contender]:
    clusters = server.recording.clusters
    return [
        peers.empty(),
        peers.module("info", server, 5, limit=1),
        peers.module("info-sequential", server, 2, rounds=3, limit=1, concurrency=1),
        peers.lookup("lookup", server, clusters, 5),
        peers.lookup("lookup-sequential", server, clusters, 2, 3, concurrency=1),
        peers.uri_of_clusters(server, 1),
        peers.sdk_process(server, 2),
        peers.requests_process(server, 2),
        *peers.curl(server, 2),
    ]


def _folder(server: Server) -> list[Contender]:
    return [
        peers.empty(),
        peers.module("info", server, 3, rounds=3, limit=1),
        peers.module("info-all", server, 2, rounds=3),
        peers.module("info-module", server, 2, MACHINE, rounds=3, limit=1),
        peers.uri(server, 1, rounds=1),
        peers.sdk_process(server, 3),
        peers.requests_process(server, 3),
        *peers.curl(server, 3),
    ]


def _lookups(server: Server) -> list[Contender]:
    found: list[Contender] = [peers.empty(), peers.constant(21)]
    for count in (1, 10, 64):
        clusters = server.recording.clusters[:count]
        if len(clusters) == count:
            right = answer_of(row for row in server.recording.rows if row["sourceClusterId"] in clusters)
            both = [
                peers.lookup(f"lookup-{count}", server, clusters, 6),
                peers.url_lookup(f"url-lookup-{count}", server, clusters, 6),
            ]
            found += [dataclasses.replace(each, right=right) for each in both]
    return found


_FILES = {"metrics_path": "backups.prom", "json_path": "backups.json", "report_path": "backups.html"}


def _roles(server: Server) -> list[Contender]:
    return [
        peers.empty(),
        peers.ping(6),
        peers.module("info", server, 4, rounds=3, limit=2),
        peers.role("redis_backup_select", server, 2, 3),
        peers.role("redis_backup_freshness", server, 2, 3, on_stale="warn"),
        peers.role(
            "redis_backup_freshness", server, 2, 3, also=" with metrics, facts and page", on_stale="warn", **_FILES
        ),
        peers.uri(server, 1, rounds=1),
    ]


# --- all of them --------------------------------------------------------------------------------------------------

_BRIEF = ("empty", "info", "info-module", "lookup", "url-lookup", "uri", "sdk-module")

CASES = (
    Case("rows", "1 cluster with 100,000 backups, in memory", REPLAY, World(1, 100_000), World(1, 2_000), _rows),
    Case("one", "1 cluster with 14 backups", EMULATOR, World(1, 14), World(1, 14), _one, _BRIEF),
    Case(
        "https",
        "1 cluster with 14 backups, over HTTPS with the usual authorities",
        EMULATOR_TLS,
        World(1, 14),
        World(1, 14),
        _https,
    ),
    Case("pages", "1 cluster with 2,345 backups", REPLAY, World(1, 2345), World(1, 1100), _pages, ("info-all", "uri")),
    Case("large", "1 cluster with 100,000 backups", REPLAY, World(1, 100_000), World(1, 2100), _large, ()),
    Case(
        "latency",
        "64 clusters with 14 backups each, 50 ms latency",
        REPLAY,
        World(64, 14, latency=0.05),
        World(6, 3, latency=0.05),
        _latency,
        ("info", "lookup"),
    ),
    Case(
        "folder",
        "a folder of 1,000 clusters with 30 backups each",
        REPLAY,
        World(1000, 30, whole_folder=True),
        World(20, 5, whole_folder=True),
        _folder,
    ),
    Case(
        "lookup",
        "the lookup for 1, 10 and 64 clusters with 14 backups each",
        EMULATOR,
        World(64, 14),
        World(10, 3),
        _lookups,
        ("lookup-10",),
    ),
    Case(
        "roles",
        "the roles on a folder of 300 clusters with 30 backups each",
        EMULATOR,
        World(300, 30, whole_folder=True),
        World(10, 5, whole_folder=True),
        _roles,
        ("redis_backup_select", "redis_backup_freshness"),
    ),
)
