# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that restores: arguments in, a result or a failure out, and no password in either."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.yacloud.mdb.plugins.module_utils._restore_inheritance import _DEFAULTS, _SOURCE_PATHS
from ansible_collections.yacloud.mdb.plugins.module_utils._restored_cluster import FACTS
from ansible_collections.yacloud.mdb.plugins.modules import redis_restored_cluster as module

MODULE = module
PASSWORD = "s3cret-s3cret"
Run = t.Callable[..., dict[str, t.Any]]


def replace(monkeypatch: pytest.MonkeyPatch, work: t.Callable[..., str]) -> None:
    monkeypatch.setattr(module, "restored_cluster", work)


def test_what_is_returned_when_nothing_is_known(run: Run) -> None:
    result = run(name="copy", password=PASSWORD)
    assert result["failed"]
    assert result["error"] == {"kind": "option", "option": "backup_id"}
    assert {name: result[name] for name in FACTS} == FACTS
    assert (result["changed"], result["operation"], result["seconds"]) == (False, None, {})


@pytest.mark.parametrize("check_mode", [False, True])
def test_options_arrive_and_the_result_is_returned(run: Run, monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    asked: list[t.Any] = []

    def work(options: t.Any, check: bool, progress: t.Any) -> str:
        asked.append((options, check))
        progress.changed = True
        progress.facts["cluster"] = {"id": "c9q1"}
        return "done"

    replace(monkeypatch, work)
    result = run(backup_id="b", name="copy", disk_size_gib="16", password=PASSWORD, _ansible_check_mode=check_mode)
    ((options, check),) = asked
    assert (check, options["disk_size_gib"], options["wait_timeout"]) == (check_mode, 16, 3600.0)
    assert options["disk_encryption_key_id"] is None
    assert (result["msg"], result["changed"], result["cluster"]) == ("done", True, {"id": "c9q1"})


@pytest.mark.parametrize("name", ["password", "Password"])
def test_a_password_among_the_settings_is_refused_and_not_shown(run: Run, name: str) -> None:
    result = run(backup_id="b", name="copy", config={name: PASSWORD})
    assert result["error"]["option"] == "config"
    assert "set the option password" in result["msg"]
    assert PASSWORD not in str(result)


def test_an_unencrypted_disk_is_not_an_option_left_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(monkeypatch, lambda options, check, progress: repr(options["disk_encryption_key_id"]))
    assert run(backup_id="b", name="copy", disk_encryption_key_id="")["msg"] == "''"
    assert run(backup_id="b", name="copy")["msg"] == "None"


def test_options_from_environment_to_persistence_mode_are_those_that_are_copied() -> None:
    names = list(yaml.safe_load(module.DOCUMENTATION)["options"])
    copied = names[names.index("environment") : names.index("persistence_mode") + 1]
    from_source = set(_SOURCE_PATHS) | set(_DEFAULTS) | {"hosts"}
    assert set(copied) == from_source
