# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice in words, and what speaks against it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._decision import explain_choice, object_to
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import backups, hours_ago, result
from ansible_collections.yacloud.mdb.tests.unit.samples import row

ORDERS, SESSIONS = "c9qorders", "c9qsessions"


def test_choice_runner_up_and_what_fell() -> None:
    rows = [
        *backups(ORDERS, 30, 7.5, 50, type="MANUAL"),
        row(8, ORDERS, createdAt=hours_ago(2)),
        row(9, ORDERS, createdAt=None),
    ]
    answer = result({ORDERS: rows}, {"orders-prod": ORDERS}, type=["MANUAL"], created_after=hours_ago(40), limit=2)
    assert explain_choice(answer, {"type": "MANUAL", "created_after": hours_ago(40)}) == [
        f"Chosen for c9qorders (orders-prod): c9qorders:b00001, completed {hours_ago(7.5)}, 7h 30m old, MANUAL",
        f"  runner-up: c9qorders:b00000, completed {hours_ago(30)}, 1d 6h old, MANUAL",
        f"  5 listed: 2 match, 1 unfinished, 1 before created_after {hours_ago(40)}, 1 not of type MANUAL",
    ]


def test_no_runner_up_no_type_and_a_clock_that_is_behind() -> None:
    answer = result({ORDERS: backups(ORDERS, -0.25, type=None)})
    assert explain_choice(answer, {}) == [
        f"Chosen for c9qorders: c9qorders:b00000, completed {hours_ago(-0.25)}, 15m ahead of the clock",
        "  runner-up: none, no other backup matches",
        "  1 listed: 1 match",
    ]


def test_none_and_nothing() -> None:
    answer = result({ORDERS: backups(ORDERS, 3), SESSIONS: []}, {"sessions": SESSIONS}, type=["MANUAL"])
    assert explain_choice(answer, {"type": ["MANUAL"]}) == [
        "NONE: no backup of cluster c9qorders qualifies: 1 listed, 1 not of type MANUAL",
        "NONE: no backup of cluster c9qsessions (sessions) exists: the API lists none",
    ]
    assert explain_choice(result({}), {}) == ["No cluster was asked for, so nothing was chosen."]


def test_names_cannot_forge_lines() -> None:
    answer = result({ORDERS: []}, {"x)\nChosen for prod: \u202egood": ORDERS})
    (line,) = explain_choice(answer, {})
    assert "\n" not in line
    assert "\u202e" not in line


def test_objections() -> None:
    answer = result({ORDERS: backups(ORDERS, 30, 50), SESSIONS: []}, {"orders-prod": ORDERS})
    missing = "no backup of cluster c9qsessions exists: the API lists none"
    stale = (
        "the newest matching backup of cluster c9qorders (orders-prod) is too old:"
        f" c9qorders:b00000 of {hours_ago(30)} is 1d 6h old, max_age allows 1d 2h"
    )
    for on_missing, errors, warnings in (("error", [missing], []), ("warn", [], [missing]), ("skip", [], [])):
        found = object_to(answer, {}, on_missing=on_missing)
        assert (found.errors, found.warnings) == (errors, warnings)
        found = object_to(answer, {}, on_missing=on_missing, max_age="26h")
        assert (found.errors, found.warnings) == ([*errors, stale], warnings)
    assert object_to(answer, {}, on_missing="skip", max_age="30h").errors == []


def test_exports_are_tried_before_anything_is_written() -> None:
    answer = result({"c9q-a": backups("c9q-a", 3), "c9q_a": backups("c9q_a", 3)})
    exports = [{"path": "a.json", "format": "json"}, {"path": "a.env", "format": "dotenv"}]
    (error,) = object_to(answer, {}, exports=exports).errors
    assert error.startswith("a.env cannot be written: the dotenv variable REDIS_BACKUP_C9Q_A_ID would stand for")


@pytest.mark.parametrize("options", [{"max_age": "soon"}, {"on_missing": "shout"}])
def test_options_that_cannot_be_worked_with(options: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(options))):
        object_to(result({}), {}, **options)


@pytest.mark.parametrize("value", [None, [], {}, {"backups": []}])
def test_no_result(value: t.Any) -> None:
    with pytest.raises(OptionError, match="the input is no result"):
        explain_choice(value, {})
