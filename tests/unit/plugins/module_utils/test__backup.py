# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups on demand: when one is taken, which one it was, and which may be deleted."""

from __future__ import annotations

import time
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._backup import FACTS, argument_spec, backup
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client as _client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.writing import end_of
from ansible_collections.yacloud.mdb.tests.unit.samples import (
    CLUSTER,
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    TOKEN,
    backup_path,
    backups_path,
    listed,
    row,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Reply, Server, answer, failure

BACKUPS, ONE = backups_path(), f"/managed-redis/v1/clusters/{CLUSTER}"
OPERATIONS, START, POLL = f"{ONE}/operations", f"{ONE}:backup", "/operations/c9qop"
METADATA = "type.googleapis.com/yandex.cloud.mdb.redis.v1."
BEGUN, ENDED = "2026-11-20T10:00:00Z", "2026-11-20T10:04:00Z"
OLD = row(1, createdAt="2026-11-19T22:10:00Z", startedAt="2026-11-19T22:00:00Z", type="MANUAL")
NEW = row(2, createdAt="2026-11-20T10:04:00Z", startedAt=BEGUN, type="MANUAL")
FORBIDDEN, NOT_FOUND = failure(403, 7, "Permission denied"), failure(404, 5, "Not found")


def operation(
    operation_id: str = "c9qop", kind: str = "BackupCluster", done: bool = False, **fields: t.Any
) -> dict[str, t.Any]:
    times = {"createdAt": BEGUN, "modifiedAt": ENDED if done else BEGUN}
    metadata = {"@type": f"{METADATA}{kind}Metadata", **fields.pop("metadata", {})}
    return {"id": operation_id, **times, "metadata": metadata, **({"done": True} if done else {}), **fields}


def deletion(backup_id: str, done: bool = False) -> dict[str, t.Any]:
    return operation(kind="DeleteBackup", done=done, metadata={"backupId": backup_id})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_client, "pause", lambda _seconds: time.sleep(0.001))


Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def run(server: Server) -> Run:
    """Runs the module's body, and returns what end_of tells."""
    address = server.url.partition("://")[2]
    server.always("/endpoints", answer({"endpoints": [{"id": "operation", "address": address}]}))

    def run_body(check_mode: bool = False, **given: t.Any) -> dict[str, t.Any]:
        reach = {"endpoint": server.url, "mdb_endpoint": server.url, "iam_token": TOKEN, "api_retries": 0}
        return end_of(backup, argument_spec(), FACTS, {**reach, **given}, check_mode)

    return run_body


def before(server: Server, *rows: dict[str, t.Any], status: str = "RUNNING", operations: Reply | None = None) -> None:
    """What there is before anything is asked for."""
    server.on(ONE, answer({"id": CLUSTER, "name": "orders", "status": status}))
    server.on(BACKUPS, listed(*rows))
    server.on(OPERATIONS, operations or answer({}))


# --- taking one ---


def test_backup_is_taken_and_found(server: Server, run: Run) -> None:
    before(server, OLD)
    server.on(START, answer(operation()))
    server.on(POLL, answer(operation()), answer(operation(done=True)))
    server.on(BACKUPS, listed(NEW, OLD))
    ended = run(cluster_id=CLUSTER)
    assert "error" not in ended
    assert NEW["id"] in ended["msg"]
    assert ended["backup"]["id"] == NEW["id"]
    assert ended["cluster_id"] == CLUSTER
    assert ended["changed"] is True
    assert ended["operation"]["done"] is True
    assert ended["seconds"]["backup"] == 240


def test_cluster_by_name(server: Server, run: Run) -> None:
    rows = [{"id": CLUSTER, "name": "orders", "status": "RUNNING"}, {"id": "c9qother", "name": "Orders"}]
    server.on(FOLDER_CLUSTERS, answer({"clusters": rows}))
    server.on(BACKUPS, listed())
    server.on(OPERATIONS, answer({}))
    server.on(START, answer(operation()))
    ended = run(cluster_name="orders", folder_id=FOLDER, wait=False)
    assert "error" not in ended
    assert "c9qop is not waited for" in ended["msg"]
    assert (ended["changed"], ended["backup"]) == (True, None)
    assert ended["operation"]["done"] is False


def test_an_operation_that_fails_at_once_is_a_failure_without_waiting_too(server: Server, run: Run) -> None:
    before(server)
    server.on(START, answer(operation(done=True, error={"code": 13, "message": "No disk"})))
    ended = run(cluster_id=CLUSTER, wait=False)
    assert (ended["error"]["kind"], ended["error"]["code"]) == ("operation", 13)
    assert ended["changed"] is True


def test_a_deletion_that_fails_at_once_is_a_failure_without_waiting_too(server: Server, run: Run) -> None:
    backup_id = deletable(server, OLD, NEW)
    server.on(backup_path(backup_id), answer({**deletion(backup_id, done=True), "error": {"code": 13}}))
    ended = run(state="absent", backup_id=backup_id, wait=False)
    assert ended["error"]["kind"] == "operation"


@pytest.mark.parametrize("status", ["STOPPED", "UPDATING", "ERROR", "STATUS_UNKNOWN", None])
@pytest.mark.parametrize("min_age", [None, "100000d"])
def test_only_running_clusters(server: Server, run: Run, status: str | None, min_age: str | None) -> None:
    before(server, OLD, status=status)  # type: ignore[arg-type]
    ended = run(cluster_id=CLUSTER, min_age=min_age)
    assert ended["error"] == {"kind": "state", "cluster_id": CLUSTER} | (
        {"status": status} if status and status != "STATUS_UNKNOWN" else {}
    )
    assert "RUNNING clusters only" in ended["msg"]
    assert (ended["changed"], ended["operation"]) == (False, None)


@pytest.mark.parametrize(("seconds", "min_age", "is_enough"), [(50, "60s", True), (70, "60s", False), (50, "0", False)])
def test_young_backup_is_enough(server: Server, run: Run, seconds: int, min_age: str, is_enough: bool) -> None:
    young = row(7, createdAt=format_instant(time.time_ns() - seconds * SECOND))
    before(server, OLD, young, row(9, createdAt=None))
    ended = run(cluster_id=CLUSTER, min_age=min_age, check_mode=True)
    assert ended["changed"] is not is_enough
    assert (ended["backup"] or {}).get("id") == (young["id"] if is_enough else None)
    assert ended["operation"] is None
    if is_enough:
        assert f"younger than min_age {min_age}" in ended["msg"]


def test_backup_from_the_future_is_warned_of(server: Server, run: Run) -> None:
    before(server, row(7, createdAt=format_instant(time.time_ns() + 3600 * SECOND)))
    ended = run(cluster_id=CLUSTER, min_age="1h")
    assert ended["changed"] is False
    assert "ahead of this machine's clock" in ended["warnings"][0]


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ([], f"cluster {CLUSTER}: a backup would be taken."),
        ([operation()], "operation c9qop is taking a backup already"),
    ],
)
def test_check_mode_asks_for_nothing(server: Server, run: Run, operations: list[t.Any], said: str) -> None:
    before(server, OLD, operations=answer({"operations": operations}))
    ended = run(cluster_id=CLUSTER, check_mode=True)
    assert said in ended["msg"]
    assert (ended["changed"], ended["operation"]) == (True, None)
    assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize("status", ["RUNNING", "UPDATING"])
def test_running_one_is_taken_up(server: Server, run: Run, status: str) -> None:
    others = [operation("c9qa", done=True), operation("c9qb", "UpdateCluster"), operation()]
    before(
        server, OLD, row(2, createdAt=None, startedAt=BEGUN), status=status, operations=answer({"operations": others})
    )
    server.on(POLL, answer(operation(done=True)))
    server.on(BACKUPS, listed(OLD, row(2, startedAt=BEGUN, createdAt=ENDED, type="AUTOMATED")))
    ended = run(cluster_id=CLUSTER)
    assert "error" not in ended
    assert (ended["changed"], ended["backup"]["type"]) == (True, "AUTOMATED")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (
            failure(400, 9, "Conflicting operation c9qx detected"),
            ["Conflicting operation c9qx detected", "run this again"],
        ),
        (failure(500, 13, "Lost on the way"), ["may not read the cluster's operations"]),
    ],
)
def test_nothing_is_promised_to_be_taken_up_where_operations_may_not_be_read(
    server: Server, run: Run, reply: Reply, said: list[str]
) -> None:
    before(server, operations=FORBIDDEN)
    server.always(START, reply)
    ended = run(cluster_id=CLUSTER)
    assert [words for words in said if words not in ended["msg"]] == []
    assert "takes up" not in ended["msg"]
    assert (ended["changed"], ended["operation"]) == (True, None)


def test_role_that_is_missing_is_named(server: Server, run: Run) -> None:
    before(server)
    server.on(START, FORBIDDEN)
    assert "managed-redis.editor" in run(cluster_id=CLUSTER)["msg"]


@pytest.mark.parametrize("code", [9, 10])
def test_quicker_one_is_taken_up(server: Server, run: Run, code: int) -> None:
    before(server, OLD, operations=answer({"operations": [operation("c9qold", done=True)]}))
    server.on(START, failure(409, code, "Conflicting operation c9qop detected"))
    server.on(OPERATIONS, answer({"operations": [operation("c9qold", done=True), operation()]}))
    server.on(POLL, answer(operation(done=True)))
    server.on(BACKUPS, listed(OLD, NEW))
    ended = run(cluster_id=CLUSTER)
    assert "error" not in ended
    assert ended["operation"]["id"] == "c9qop"


# --- which one it was ---


def found(server: Server, run: Run, *rows: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    """What is found among these rows after the operation."""
    before(server, OLD, row(8, createdAt=None))
    server.on(START, answer(operation()))
    server.on(POLL, answer(operation(done=True)))
    server.always(BACKUPS, listed(*rows))
    return run(cluster_id=CLUSTER, **{"wait_timeout": 0.05, **given})


@pytest.mark.parametrize(
    "one",
    [
        NEW,
        row(2, startedAt=BEGUN, type=None),
        row(2, startedAt=ENDED, type="BACKUP_TYPE_UNSPECIFIED"),
        row(2, startedAt="2026-11-20T13:01:00.000000001+03:00", type=2),
        row(8, startedAt=BEGUN, type="MANUAL"),
    ],
    ids=["manual", "untyped", "at-the-end", "other-offset", "unfinished-before"],
)
def test_the_one(server: Server, run: Run, one: dict[str, t.Any]) -> None:
    late = row(3, startedAt="2026-11-20T10:04:01Z", type="MANUAL")
    ended = found(server, run, late, OLD, one, wait_timeout=30)
    assert "error" not in ended
    assert ended["backup"]["id"] == one["id"]


@pytest.mark.parametrize(
    "other",
    [
        {**OLD, "startedAt": BEGUN},
        row(2, startedAt="2026-11-20T09:59:59.999999999Z", type="MANUAL"),
        row(2, startedAt="2026-11-20T10:04:00.000000001Z", type="MANUAL"),
        row(2, startedAt=None, type="MANUAL"),
        row(2, startedAt=BEGUN, createdAt=None, type="MANUAL"),
        row(2, startedAt=BEGUN, createdAt="0001-01-01T00:00:00Z", type="MANUAL"),
        row(2, startedAt=BEGUN, type="AUTOMATED"),
    ],
    ids=["there-before", "too-early", "too-late", "without-start", "unfinished", "zero-time", "automated"],
)
def test_not_the_one(server: Server, run: Run, other: dict[str, t.Any]) -> None:
    ended = found(server, run, OLD, other)
    assert ended["error"] == {"kind": "wait", "operation_id": "c9qop"}
    assert "no backup of it is listed yet" in ended["msg"]
    assert ended["backup"] is None
    assert ended["operation"]["done"] is True


def test_several_are_named_and_none_is_chosen(server: Server, run: Run) -> None:
    other = row(3, startedAt="2026-11-20T10:01:00Z", type="MANUAL")
    ended = found(server, run, other, NEW)
    candidates = sorted(ended["error"].pop("candidates"))
    assert (ended["error"], candidates) == ({"kind": "selection", "cluster_id": CLUSTER}, [NEW["id"], other["id"]])
    assert other["id"] in ended["msg"]
    assert NEW["id"] in ended["msg"]
    assert ended["backup"] is None


def test_operation_without_times(server: Server, run: Run) -> None:
    before(server, OLD)
    server.on(START, answer({**operation(done=True), "modifiedAt": ""}))
    ended = run(cluster_id=CLUSTER)
    assert ended["error"] == {"kind": "malformed_answer"}
    assert "c9qop has no times" in ended["msg"]


# --- deleting one ---


def deletable(server: Server, one: dict[str, t.Any], *others: dict[str, t.Any], operations: Reply | None = None) -> str:
    """A backup and what is asked about it."""
    server.on(backup_path(one["id"]), answer(one))
    server.on(OPERATIONS, operations or answer({}))
    if others:
        server.on(BACKUPS, listed(one, *others))
    return t.cast(str, one["id"])


def test_backup_is_deleted(server: Server, run: Run) -> None:
    backup_id = deletable(server, OLD, NEW)
    server.on(backup_path(backup_id), answer(deletion(backup_id)), NOT_FOUND)
    server.on(POLL, answer(deletion(backup_id, done=True)))
    ended = run(state="absent", backup_id=backup_id, cluster_id=CLUSTER)
    assert "error" not in ended
    assert "deleted by operation c9qop" in ended["msg"]
    assert (ended["changed"], ended["backup"]["id"]) == (True, backup_id)
    assert [request.method for request in server.calls(backup_path(backup_id))] == ["GET", "DELETE", "GET"]


def test_deleted_already_is_ok(server: Server, run: Run) -> None:
    server.on(backup_path("x"), NOT_FOUND)
    ended = run(state="absent", backup_id="x")
    assert "error" not in ended
    assert (ended["changed"], ended["backup"], ended["operation"]) == (False, None, None)


def test_deleted_meanwhile_is_ok(server: Server, run: Run) -> None:
    backup_id = deletable(server, OLD, NEW)
    server.on(backup_path(backup_id), NOT_FOUND)
    ended = run(state="absent", backup_id=backup_id)
    assert "error" not in ended
    assert "deleted meanwhile" in ended["msg"]
    assert ended["changed"] is True


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("kind", ["AUTOMATED", None, "COPIED"])
def test_only_manual_ones(server: Server, run: Run, kind: str | None, check_mode: bool) -> None:
    backup_id = deletable(server, {name: value for name, value in {**OLD, "type": kind}.items() if value})
    ended = run(state="absent", backup_id=backup_id, allow_newest=True, check_mode=check_mode)
    assert ended["error"] == {"kind": "state", "backup_id": backup_id}
    assert f"its type is {kind or 'not known'}" in ended["msg"]
    assert "set force" in ended["msg"]
    assert ended["changed"] is False


@pytest.mark.parametrize(
    ("one", "others", "given"),
    [
        ({**OLD, "type": "AUTOMATED"}, [NEW], {"force": True}),
        (row(2, createdAt=None, startedAt=BEGUN, type="MANUAL"), [], {}),
        (NEW, [], {"allow_newest": True}),
    ],
    ids=["forced", "unfinished", "newest"],
)
def test_what_may_be_deleted(
    server: Server, run: Run, one: dict[str, t.Any], others: list[dict[str, t.Any]], given: dict[str, t.Any]
) -> None:
    backup_id = deletable(server, one, *others)
    ended = run(state="absent", backup_id=backup_id, check_mode=True, **given)
    assert ended["msg"] == f"backup {backup_id}: it would be deleted."
    assert (ended["changed"], ended["operation"]) == (True, None)
    assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("others", [[OLD], [OLD, row(9, createdAt=None)]], ids=["older", "unfinished"])
def test_never_the_newest(server: Server, run: Run, force: bool, others: list[dict[str, t.Any]]) -> None:
    backup_id = deletable(server, NEW, *others)
    ended = run(state="absent", backup_id=backup_id, force=force)
    assert ended["error"] == {"kind": "state", "backup_id": backup_id}
    assert "the newest finished backup" in ended["msg"]
    assert ended["changed"] is False


def test_the_newest_is_never_deleted_while_it_is_not_listed_yet(server: Server, run: Run) -> None:
    backup_id = deletable(server, NEW)
    server.on(BACKUPS, listed(OLD))
    assert "the newest finished backup" in run(state="absent", backup_id=backup_id)["msg"]


def test_newest_of_a_deleted_cluster(server: Server, run: Run) -> None:
    backup_id = deletable(server, NEW, operations=NOT_FOUND)
    server.on(BACKUPS, NOT_FOUND)
    server.on(FOLDER_BACKUPS, listed(NEW, OLD, row(9, cluster="c9qother", createdAt="2026-11-21T10:00:00Z")))
    assert "the newest finished backup" in run(state="absent", backup_id=backup_id)["msg"]


def test_never_another_cluster_s(server: Server, run: Run) -> None:
    server.on(backup_path(OLD["id"]), answer(OLD))
    ended = run(state="absent", backup_id=OLD["id"], cluster_id="c9qother", force=True, allow_newest=True)
    assert ended["error"]["kind"] == "state"
    assert f"it is a backup of cluster {CLUSTER}, not of c9qother" in ended["msg"]


def test_deletion_that_runs_is_waited_for(server: Server, run: Run) -> None:
    running = [operation("c9qa", "DeleteBackup", metadata={"backupId": "other"}), deletion(NEW["id"])]
    backup_id = deletable(server, NEW, operations=answer({"operations": running}))
    server.on(POLL, answer(deletion(backup_id, done=True)))
    server.on(backup_path(backup_id), answer(NEW), NOT_FOUND)
    ended = run(state="absent", backup_id=backup_id)
    assert "error" not in ended
    assert ended["changed"] is True
    assert {request.method for request in server.requests} == {"GET"}


def test_role_to_see_operations_is_named(server: Server, run: Run) -> None:
    backup_id = deletable(server, OLD, operations=FORBIDDEN)
    ended = run(state="absent", backup_id=backup_id)
    assert "managed-redis.viewer" in ended["msg"]
    assert "Nothing was deleted" in ended["msg"]
    assert ended["changed"] is False


def test_backup_that_does_not_go(server: Server, run: Run) -> None:
    backup_id = deletable(server, OLD, NEW)
    server.on(backup_path(backup_id), answer(deletion(backup_id, done=True)))
    server.always(backup_path(backup_id), answer(OLD))
    ended = run(state="absent", backup_id=backup_id, wait_timeout=0.05)
    assert ended["error"] == {"kind": "wait", "operation_id": "c9qop"}
    assert "still there" in ended["msg"]


# --- options ---


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no cluster is named: set cluster_id, or cluster_name with folder_id"),
        ({"cluster_id": "a", "cluster_name": "b", "folder_id": "c"}, "exclude each other"),
        ({"cluster_id": ""}, "cluster_id: '' is not a cluster id"),
        ({"cluster_id": "../x"}, "cluster_id: '../x' is not a cluster id"),
        ({"cluster_name": "b"}, "cluster_name needs folder_id (variable YC_FOLDER_ID)"),
        ({"cluster_name": "", "folder_id": "c"}, "cluster_name: '' is not a cluster name"),
        ({"cluster_name": "b", "folder_id": "c/d"}, "folder_id: 'c/d' is not a folder id"),
        ({"cluster_id": "a", "min_age": ""}, "min_age '' is not a duration"),
        ({"cluster_id": "a", "min_age": "soon"}, "min_age 'soon' is not a duration"),
        ({"cluster_id": "a", "backup_id": "a:b"}, "backup_id goes with state absent only"),
        ({"cluster_id": "a", "wait_timeout": -1}, "wait_timeout must be 0 to"),
        ({"state": "absent"}, "backup_id: null is not a backup id"),
        ({"state": "absent", "backup_id": ".."}, "backup_id: '..' is not a backup id"),
        ({"state": "absent", "backup_id": "a:b", "min_age": "1h"}, "min_age goes with state present only"),
    ],
)
def test_what_cannot_be_worked_with(run: Run, given: dict[str, t.Any], said: str) -> None:
    ended = run(**given)
    assert said in ended["msg"]
    assert ended["error"]["kind"] == "option"
    nothing = {"backup": None, "cluster_id": None, "changed": False, "operation": None, "seconds": {}, "warnings": []}
    assert ended == {"msg": ended["msg"], "error": ended["error"], **nothing}
