# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault before, at and after the request that changes something, while its operation is polled, and while the result is looked for.

In each cell the action has one operation, or none where it was never begun, counted at the emulator; and the result is complete,
or the message says what is known and how to go on.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import random
import threading
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.plugins.module_utils import _backup, _writing
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import client as _client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import tokens as _tokens
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError

RUNS = int(os.environ.get("WRITE_RUNS", "40"))
"""How many actions meet random faults; WRITE_RUNS=1000 for a longer search."""

CLUSTER = "c9qwrite000000000001"
OLD, KEPT = f"{CLUSTER}:old", f"{CLUSTER}:kept"
SEED = {
    "clusters": [
        {
            "id": CLUSTER,
            "name": "written",
            "folder_id": "b1gwrite000000000001",
            "backups": [
                {
                    "id": OLD,
                    "created_at": "2026-11-19T22:10:00Z",
                    "started_at": "2026-11-19T22:00:00Z",
                    "type": "MANUAL",
                },
                {"id": KEPT, "created_at": "2026-11-20T22:10:00Z", "started_at": "2026-11-20T22:00:00Z"},
            ],
        }
    ],
    "settings": {"backup_duration": 2, "delete_duration": 2},
}


@dataclasses.dataclass(frozen=True)
class Action:
    """Something that the module does, and the routes that it goes by."""

    options: dict[str, Any]
    reading: tuple[str, ...]
    writing: str
    looking: str
    """The route by which the result is looked for; it is read once before, too."""


ACTIONS = {
    "take": Action(
        {"cluster_id": CLUSTER},
        ("GetCluster", "ListClusterBackups", "ListClusterOperations"),
        "BackupCluster",
        "ListClusterBackups",
    ),
    "delete": Action(
        {"state": "absent", "backup_id": OLD},
        ("GetBackup", "ListClusterOperations", "ListClusterBackups"),
        "DeleteBackup",
        "GetBackup",
    ),
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A fault, and connection options other than the usual."""

    name: str
    fault: dict[str, Any]
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


PATIENT = {"api_timeout": 0.15}
SHORT = {"api_retries": 1}

PASSING = [
    *(Case(f"status-{status}", {"kind": "status", "status": status}) for status in (429, 500, 502, 503, 504)),
    Case("twice-503", {"kind": "status", "status": 503, "times": 2}),
    Case("retry-after", {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}}),
    Case("bare-503", {"kind": "bare_error", "status": 503}),
    Case("gateway-504", {"kind": "gateway_error", "status": 504}),
    Case("html-502", {"kind": "html"}),
    Case("empty-503", {"kind": "status", "status": 503, "body": ""}),
    Case("reset", {"kind": "reset"}),
    Case("truncated", {"kind": "truncated"}),
    Case("truncated-chunks", {"kind": "truncated", "chunked": True}),
    Case("stall", {"kind": "stall"}, PATIENT),
    Case("stall-after-headers", {"kind": "stall", "after_headers": True}, PATIENT),
    Case("slow-drip", {"kind": "drip"}),
    Case("late", {"kind": "status", "status": 503, "delay": 0.02}),
    Case("refused-once", {"kind": "status", "status": 401}, {"auth_method": "service_account_key"}),
]
LOSING = [
    Case("down", {"kind": "status", "status": 503}, SHORT),
    Case("internal", {"kind": "status", "status": 500}, SHORT),
    Case("bad-gateway", {"kind": "html"}, SHORT),
    Case("retry-after-too-long", {"kind": "status", "status": 503, "headers": {"Retry-After": "900"}}),
    Case("resets", {"kind": "reset"}, SHORT),
    Case("truncations", {"kind": "truncated"}, SHORT),
    Case("stalls", {"kind": "stall"}, {**SHORT, **PATIENT}),
    Case("html", {"kind": "html", "status": 200}),
    Case("garbage", {"kind": "garbage"}),
    Case("nothing", {"kind": "body", "body": ""}),
    Case("a-list", {"kind": "body", "body": "[]"}),
]
"""Faults that last, after which it is not known what the service has done."""
REFUSING = [
    Case("refused", {"kind": "status", "status": 401}),
    Case("no-role", {"kind": "status", "status": 403}),
    Case("bad-request", {"kind": "status", "status": 400}),
    Case("limited", {"kind": "status", "status": 429}, SHORT),
    Case("quota", {"kind": "status", "status": 429, "message": "The limit of the quota mdb.backups.count is used up"}),
    Case("redirect", {"kind": "redirect", "location": "http://127.0.0.1:9/"}),
]
"""Faults that last, and say that nothing was done."""


@pytest.fixture
def cloud(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with the matrix' data. Whoever pauses lets its clock run on instead: nothing ends by itself meanwhile."""
    running.admin("DELETE", "/requests")
    running.seed(SEED)
    passed, lock = [0.0], threading.Lock()

    def pause(seconds: float) -> None:
        with lock:
            passed[0] += seconds
            now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=passed[0])
            running.settings(now=now.isoformat())

    monkeypatch.setattr(_tokens, "_SOURCES", {})
    monkeypatch.setattr(_client, "pause", pause)
    return running


@dataclasses.dataclass
class Outcome:
    """What the module would print."""

    result: dict[str, Any]
    message: str
    error: dict[str, Any] | None


def run(cloud: Emulator, action: Action, **options: Any) -> Outcome:
    """What the module's body comes to, without its process."""
    defaults = {name: spec.get("default") for name, spec in _backup.argument_spec().items()}
    by_key = options.get("auth_method") == "service_account_key"
    credential = {"service_account_key_file": cloud.key_file} if by_key else {"iam_token": cloud.iam_token}
    usual = {
        "endpoint": cloud.url,
        "api_retry_max_delay": 0.005,
        "api_timeout": 5.0,
        "wait_timeout": 30.0,
        **credential,
    }
    progress = _writing.Progress(_backup.FACTS)
    try:
        message = _backup.backup({**defaults, **usual, **action.options, **options}, False, progress)
    except CloudError as exc:
        return Outcome(progress.result(), str(exc), exc.as_dict())
    return Outcome(progress.result(), message, None)


def ids(cloud: Emulator) -> set[str]:
    """The backups that there are."""
    (cluster,) = (one for one in cloud.state()["clusters"] if one["id"] == CLUSTER)
    return {backup["id"] for backup in cluster["backups"]}


def check_complete(cloud: Emulator, action: Action, outcome: Outcome) -> None:
    """The action was done once, and the result says so in full."""
    assert outcome.error is None, outcome.message
    assert cloud.started(action.writing) == 1
    (told,) = cloud.operations(action.writing)
    assert outcome.result["changed"] is True
    assert outcome.result["operation"]["id"] == told["operation"]["id"]
    assert outcome.result["operation"]["done"] is True
    assert outcome.result["operation"]["error"] is None
    if action.writing == "BackupCluster":
        assert ids(cloud) == {OLD, KEPT, outcome.result["backup"]["id"]}
    else:
        assert ids(cloud) == {KEPT}
        assert outcome.result["backup"]["id"] == OLD


def struck(cloud: Emulator) -> int:
    """How often the one fault struck."""
    return int(cloud.admin("GET", "/faults")["faults"][0]["struck"])


def _cells(cases: list[Case]) -> pytest.MarkDecorator:
    cells = [pytest.param(action, case, id=f"{name}-{case.name}") for name, action in ACTIONS.items() for case in cases]
    return pytest.mark.parametrize(("action", "case"), cells)


def _reading(cases: list[Case]) -> pytest.MarkDecorator:
    cells = [
        pytest.param(action, case, route, id=f"{name}-{case.name}-{route}")
        for name, action in ACTIONS.items()
        for case in cases
        for route in action.reading
        if (name, case.name, route) not in MAY_NOT_SEE
    ]
    return pytest.mark.parametrize(("action", "case", "route"), cells)


MAY_NOT_SEE = {("take", "no-role", "ListClusterOperations"), ("delete", "no-role", "ListClusterBackups")}
"""What may be refused without harm; test_operations_may_not_be_read, test_backups_are_read_from_the_folder."""


# --- faults that pass ---


@_reading(PASSING)
def test_passing_before(cloud: Emulator, record_property: Any, action: Action, case: Case, route: str) -> None:
    record_property("write_cell", "survived")
    cloud.add_fault(route=route, **case.fault)
    check_complete(cloud, action, run(cloud, action, **case.options))
    assert struck(cloud) >= 1


@pytest.mark.parametrize("lost", [False, True], ids=["request-lost", "response-lost"])
@_cells(PASSING)
def test_passing_at_the_request(cloud: Emulator, record_property: Any, action: Action, case: Case, lost: bool) -> None:
    record_property("write_cell", "survived")
    spoils = case.fault["kind"] in ("truncated", "drip")
    cloud.add_fault(route=action.writing, **{} if spoils else {"after_effect": lost}, **case.fault)
    check_complete(cloud, action, run(cloud, action, **case.options))
    assert struck(cloud) >= 1
    keys = {entry["idempotency_key"] for entry in cloud.requests() if entry["route"] == action.writing}
    assert len(keys) == 1


@_cells(PASSING)
def test_passing_while_polling(cloud: Emulator, record_property: Any, action: Action, case: Case) -> None:
    record_property("write_cell", "survived")
    cloud.add_fault(route="GetOperation", after=1, **case.fault)
    check_complete(cloud, action, run(cloud, action, **case.options))
    assert struck(cloud) >= 1


@_cells(PASSING)
def test_passing_while_looking(cloud: Emulator, record_property: Any, action: Action, case: Case) -> None:
    record_property("write_cell", "survived")
    cloud.add_fault(route=action.looking, after=1, **case.fault)
    check_complete(cloud, action, run(cloud, action, **case.options))
    assert struck(cloud) >= 1


# --- faults that last ---


@_reading(LOSING + REFUSING)
def test_lasting_before(cloud: Emulator, record_property: Any, action: Action, case: Case, route: str) -> None:
    record_property("write_cell", "failed as intended")
    cloud.add_fault(route=route, times=-1, **case.fault)
    outcome = run(cloud, action, **case.options)
    assert outcome.error is not None
    assert cloud.iam_token not in str(outcome)
    assert cloud.started(action.writing) == 0
    assert (outcome.result["changed"], outcome.result["operation"]) == (False, None)
    assert CLUSTER in outcome.message


@_cells([case for case in LOSING + REFUSING if case.name != "truncations"])
def test_request_never_arrives(cloud: Emulator, record_property: Any, action: Action, case: Case) -> None:
    record_property("write_cell", "failed as intended")
    cloud.add_fault(route=action.writing, times=-1, **case.fault)
    outcome = run(cloud, action, **case.options)
    assert outcome.error is not None
    assert cloud.started(action.writing) == 0
    assert (outcome.result["changed"], outcome.result["operation"]) == (True, None)
    assert (_writing.UNKNOWN_OUTCOME in outcome.message) == (case in LOSING)
    cloud.clear_faults()
    check_complete(cloud, action, run(cloud, action))


@_cells(LOSING)
def test_response_never_arrives(cloud: Emulator, record_property: Any, action: Action, case: Case) -> None:
    record_property("write_cell", "survived")
    cloud.add_fault(route=action.writing, times=-1, **case.fault, **_effect(case))
    check_complete(cloud, action, run(cloud, action, **case.options))


@_cells(LOSING)
def test_response_never_arrives_and_nothing_can_be_read(
    cloud: Emulator, record_property: Any, action: Action, case: Case
) -> None:
    record_property("write_cell", "failed as intended")
    cloud.add_fault(route=action.writing, times=-1, **case.fault, **_effect(case))
    cloud.add_fault(route="ListClusterOperations", after=1, times=-1, kind="status", status=503)
    outcome = run(cloud, action, **{**SHORT, **case.options})
    assert outcome.error is not None
    assert (outcome.result["changed"], outcome.result["operation"]) == (True, None)
    assert _writing.UNKNOWN_OUTCOME in outcome.message
    cloud.clear_faults()
    check_complete(cloud, action, run(cloud, action))


def _effect(case: Case) -> dict[str, Any]:
    return {} if case.fault["kind"] == "truncated" else {"after_effect": True}


@_cells(LOSING + REFUSING)
def test_lasting_while_polling(cloud: Emulator, record_property: Any, action: Action, case: Case) -> None:
    record_property("write_cell", "failed as intended")
    cloud.settings(backup_duration=30, delete_duration=30)
    cloud.add_fault(route="GetOperation", times=-1, **case.fault)
    outcome = run(cloud, action, **case.options)
    (told,) = cloud.operations(action.writing)
    assert outcome.error is not None
    assert outcome.result["changed"] is True
    assert outcome.result["operation"]["id"] == told["operation"]["id"]
    assert _client.GOES_ON in outcome.message
    cloud.clear_faults()
    check_complete(cloud, action, run(cloud, action))


@_cells(LOSING + REFUSING)
def test_lasting_while_looking(cloud: Emulator, record_property: Any, action: Action, case: Case) -> None:
    record_property("write_cell", "failed as intended")
    cloud.add_fault(route=action.looking, after=1, times=-1, **case.fault)
    outcome = run(cloud, action, **case.options)
    assert outcome.error is not None
    assert cloud.started(action.writing) == 1
    assert outcome.result["changed"] is True
    assert outcome.result["operation"]["done"] is True
    assert CLUSTER in outcome.message


# --- what the service itself does ---


both = pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))


@both
@pytest.mark.parametrize("knobs", [{"early_404s": 3}, {"poll_interval": 1}, {"conflict_code": 10}], ids=str)
def test_knobs(cloud: Emulator, record_property: Any, action: Action, knobs: dict[str, Any]) -> None:
    record_property("write_cell", "survived")
    cloud.settings(**knobs)
    check_complete(cloud, action, run(cloud, action))


@both
@pytest.mark.parametrize("code", [1, 2, 5, 8, 9, 13, 14])
@pytest.mark.parametrize("rollback", [0, 1.5])
def test_operation_fails(cloud: Emulator, record_property: Any, action: Action, code: int, rollback: float) -> None:
    record_property("write_cell", "failed as intended")
    cloud.add_fault(route=action.writing, kind="operation_error", code=code, message="No disk", rollback=rollback)
    outcome = run(cloud, action)
    assert outcome.error is not None
    assert (outcome.error["kind"], outcome.error["code"]) == ("operation", code)
    assert cloud.started(action.writing) == 1
    assert outcome.result["changed"] is True
    assert outcome.result["operation"]["error"] == {"code": code, "message": "No disk"}
    assert outcome.result["operation"]["done"] is True
    assert ids(cloud) == {OLD, KEPT}


@both
@pytest.mark.parametrize("code", [9, 10])
def test_another_operation_was_quicker(cloud: Emulator, record_property: Any, action: Action, code: int) -> None:
    record_property("write_cell", "failed as intended")
    cloud.settings(conflict_code=code)
    cloud.add_fault(route=action.writing, kind="conflict")
    outcome = run(cloud, action)
    assert outcome.error is not None
    assert "onflicting operation" in outcome.message
    assert "run this again" in outcome.message
    assert cloud.started(action.writing) == 0
    assert (outcome.result["changed"], outcome.result["operation"]) == (True, None)


@both
def test_time_to_wait_is_up(cloud: Emulator, record_property: Any, action: Action) -> None:
    record_property("write_cell", "failed as intended")
    outcome = run(cloud, action, wait_timeout=0.05)
    assert outcome.error is not None
    assert outcome.error["kind"] == "wait"
    assert _client.GOES_ON in outcome.message
    assert outcome.result["changed"] is True
    assert outcome.result["operation"]["done"] is False
    check_complete(cloud, action, run(cloud, action))


@both
def test_many_at_the_same_time(
    cloud: Emulator, record_property: Any, monkeypatch: pytest.MonkeyPatch, action: Action
) -> None:
    record_property("write_cell", "survived")
    outcomes: list[Outcome] = []
    let_time_pass, all_wait, waited = _client.pause, threading.Barrier(4), set()

    def pause(seconds: float) -> None:
        if threading.get_ident() not in waited:
            waited.add(threading.get_ident())
            all_wait.wait(30)
        let_time_pass(seconds)

    monkeypatch.setattr(_client, "pause", pause)
    threads = [threading.Thread(target=lambda: outcomes.append(run(cloud, action))) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 4
    for outcome in outcomes:
        check_complete(cloud, action, outcome)


def test_operations_may_not_be_read(cloud: Emulator, record_property: Any) -> None:
    record_property("write_cell", "survived")
    cloud.add_fault(route="ListClusterOperations", times=-1, kind="status", status=403)
    check_complete(cloud, ACTIONS["take"], run(cloud, ACTIONS["take"]))


@pytest.mark.parametrize("status", [403, 404])
def test_backups_are_read_from_the_folder(cloud: Emulator, record_property: Any, status: int) -> None:
    record_property("write_cell", "survived")
    cloud.add_fault(route="ListClusterBackups", times=-1, kind="status", status=status)
    check_complete(cloud, ACTIONS["delete"], run(cloud, ACTIONS["delete"]))


def test_two_backups_are_never_guessed_between(cloud: Emulator, record_property: Any) -> None:
    record_property("write_cell", "failed as intended")
    cloud.add_fault(route="BackupCluster", kind="other_backup")
    outcome = run(cloud, ACTIONS["take"])
    assert outcome.error is not None
    assert outcome.error["kind"] == "selection"
    new = ids(cloud) - {OLD, KEPT}
    assert len(new) == 2
    assert all(backup_id in outcome.message for backup_id in new)
    assert cloud.started("BackupCluster") == 1


@pytest.mark.parametrize("lists_running", [False, True])
def test_backup_is_listed_late(cloud: Emulator, record_property: Any, lists_running: bool) -> None:
    record_property("write_cell", "survived")
    cloud.settings(backup_lag=5, list_running_backups=lists_running)
    check_complete(cloud, ACTIONS["take"], run(cloud, ACTIONS["take"]))


def test_backup_is_not_listed(cloud: Emulator, record_property: Any) -> None:
    record_property("write_cell", "failed as intended")
    cloud.settings(backup_duration=0, backup_lag=600)
    outcome = run(cloud, ACTIONS["take"], wait_timeout=0.3)
    assert outcome.error is not None
    assert outcome.error["kind"] == "wait"
    assert outcome.result["backup"] is None
    assert outcome.result["operation"]["done"] is True
    assert cloud.started("BackupCluster") == 1


# --- chance ---


def _random_faults(rng: random.Random, action: Action) -> list[dict[str, Any]]:
    """Some faults that pass, no more on one route than the client tries again for."""
    routes = {*action.reading, action.writing, "GetOperation", "Discovery"}
    faults = []
    for route in rng.sample(sorted(routes), rng.randrange(1, 4)):
        fault = dict(rng.choice([case for case in PASSING if not case.options]).fault)
        faults.append({"route": route, "after": rng.randrange(3), **fault, "times": rng.randrange(1, 4)})
        if route == action.writing and fault["kind"] not in ("truncated", "drip"):
            faults[-1]["after_effect"] = rng.random() < 0.5
    return faults


@pytest.mark.timeout(3600)
def test_random_faults(cloud: Emulator, record_property: Any) -> None:
    record_property("write_cell", "survived")
    for number in range(RUNS):
        rng = random.Random(number)
        action = ACTIONS[rng.choice(sorted(ACTIONS))]
        cloud.seed(SEED)
        knobs = {"early_404s": rng.randrange(4), "list_running_backups": rng.random() < 0.5}
        cloud.settings(**knobs, backup_duration=rng.random() * 9, delete_duration=rng.random() * 9)
        for fault in _random_faults(rng, action):
            cloud.add_fault(**fault)
        check_complete(cloud, action, run(cloud, action))
