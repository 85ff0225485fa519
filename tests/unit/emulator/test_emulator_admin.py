# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin routes: what they change, and how they refuse what makes no sense."""

from __future__ import annotations

import pytest

from .conftest import CLUSTER

testing = pytest.importorskip("yacloud_mdb_emulator.testing")

ROUTE = "ListClusterBackups"


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ([], "fault: must be a mapping"),
        ({"kind": "status"}, "'route' is missing"),
        ({"route": "Nope", "kind": "status"}, "route is 'Nope'; choose .*ListClusterBackups, .*Metadata"),
        ({"route": ROUTE, "kind": "nope"}, "kind is 'nope'; choose status"),
        ({"route": ROUTE, "kind": "status", "sattus": 500}, "unknown key 'sattus'; known are route, kind"),
        ({"route": ROUTE, "kind": "status", "seen": 1}, "unknown key 'seen'"),
        ({"route": ROUTE, "kind": "status", "page": 0}, "page is 0; give a number from 1, or last"),
        ({"route": ROUTE, "kind": "status", "page": True}, "page must be an integer or a string, not True"),
        ({"route": ROUTE, "kind": "status", "times": "1"}, "times must be an integer, not '1'"),
        ({"route": ROUTE, "kind": "status", "headers": []}, "headers must be a mapping"),
        ({"route": ROUTE, "kind": "redirect"}, "a redirect needs 'location'"),
        ({"route": ROUTE, "kind": "body"}, "needs 'body'"),
        ({"route": ROUTE, "kind": "status", "status": 99}, "status is 99; choose 200 to 599"),
        ({"route": ROUTE, "kind": "status", "code": 99}, "code is 99; choose 1 to 16"),
        ({"route": ROUTE, "kind": "operation_error"}, "operation_error goes with route .*DeleteBackup"),
        ({"route": "RestoreCluster", "kind": "conflict"}, "conflict goes with route .*UpdateCluster"),
        ({"route": "DeleteCluster", "kind": "other_backup"}, "other_backup goes with route BackupCluster"),
        ({"route": "BackupCluster", "kind": "truncated", "after_effect": True}, "after_effect goes with kind status"),
        ({"route": "BackupCluster", "kind": "operation_error", "rollback": -1}, "rollback is -1.0; choose 0 or more"),
    ],
)
def test_bad_fault_is_refused(emulator, fault, named):
    with pytest.raises(testing.EmulatorError, match=named):
        emulator.admin("POST", "/faults", [fault])
    assert emulator.state()["faults"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("PUT", "/settings", [], "settings: must be a mapping"),
        ("PUT", "/settings", {"orders": "newest"}, "unknown key 'orders'; known are order, random_seed"),
        ("PUT", "/settings", {"order": "newest", "latency": True}, "latency must be a number, not True"),
        ("PUT", "/settings", {"early_404s": -1}, "early_404s is -1; choose 0 or more"),
        ("PUT", "/settings", {"poll_interval": -1}, "poll_interval is -1; choose 0 to"),
        ("PUT", "/settings", {"conflict_code": 0}, "conflict_code is 0; choose 1 to 16"),
        ("PUT", "/settings", {"backup_lag": -1}, "backup_lag is -1.0; choose 0 to"),
        ("PUT", "/settings", {"now": "soon"}, "now: 'soon' is not an RFC 3339 time"),
        ("POST", f"/clusters/{CLUSTER}/operations", {"kind": "RestoreCluster"}, "choose BackupCluster, UpdateCluster"),
        ("POST", f"/clusters/{CLUSTER}/operations", {"type": "x"}, "type is 'x'; choose MANUAL, AUTOMATED"),
        ("POST", f"/clusters/{CLUSTER}/operations", {"y": 1}, "unknown key 'y'; known are kind, type"),
        ("PATCH", f"/clusters/{CLUSTER}", {"statsu": "STOPPED"}, "statsu"),
        ("PATCH", "/clusters/nope", {"status": "STOPPED"}, "404: .*not found"),
        ("POST", "/seed", {"clusters": [{}]}, "'id' is missing"),
    ],
)
def test_bad_change_is_refused(emulator, method, path, body, named):
    before = emulator.state()
    with pytest.raises(testing.EmulatorError, match=named):
        emulator.admin(method, path, body)
    assert emulator.state() == before


def test_knobs_in_other_spellings(emulator):
    emulator.settings(**{"fraction-digits": 9, "empty_pages": True, "latency": 0, "order": None})
    found = emulator.state()["settings"]
    assert (found["fraction_digits"], found["empty_pages"], found["order"]) == ("9", "all", "shuffled")
    assert emulator.settings(empty_pages=False)["empty_pages"] == "none"


def test_seed_and_reset(emulator):
    before = emulator.state()["clusters"]
    emulator.settings(order="newest")
    emulator.seed({"generate": {"clusters": 2}})
    assert len(emulator.state()["clusters"]) == 2
    emulator.reset()
    assert emulator.state()["clusters"] == before
    assert emulator.state()["settings"]["order"] == "shuffled"


def test_added_backup_is_listed(client, emulator):
    row = emulator.add_backup(CLUSTER, id=f"{CLUSTER}:new", type="MANUAL")
    assert row in client.backups()[1]["backups"]
