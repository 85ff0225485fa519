# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module: arguments in, facts or a failure out."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError
from ansible_collections.yacloud.mdb.plugins.modules import redis_backup_info
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN, backups_path, listed, row
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server

MODULE = redis_backup_info
Run = t.Callable[..., dict[str, t.Any]]


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_asked_nothing_answered(run: Run, check_mode: bool) -> None:
    result = run(cluster_ids=[], _ansible_check_mode=check_mode)
    assert result["changed"] is False
    assert result["backups"] == result["missing"] == []
    assert result["pages"] == 0


def test_facts_and_warnings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[t.Any] = []

    def backup_info(options: dict[str, t.Any]) -> Result:
        asked.append(options)
        return Result({"backups": [{"id": "x"}]}, ["look out", "and there"])

    warned: list[str] = []
    monkeypatch.setattr(redis_backup_info, "backup_info", backup_info)
    monkeypatch.setattr(AnsibleModule, "warn", lambda module, text: warned.append(text))
    result = run(cluster_id="c9q1,c9q2", iam_token=TOKEN, page_size="7", api_timeout="2.5")
    (options,) = asked
    assert options["cluster_ids"] == ["c9q1", "c9q2"]
    assert (options["page_size"], options["api_timeout"]) == (7, 2.5)
    assert result["backups"] == [{"id": "x"}]
    assert warned == ["look out", "and there"]
    assert not result.get("failed")


def test_a_failure_is_data_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def backup_info(*unused: t.Any) -> Result:
        raise ApiError("cluster c9q1: no", http_status=404, code=5, cluster_id="c9q1", request_id=None)

    monkeypatch.setattr(redis_backup_info, "backup_info", backup_info)
    result = run(cluster_id="c9q1", iam_token=TOKEN)
    assert result["failed"] is True
    assert result["msg"] == "cluster c9q1: no"
    assert result["error"] == {"kind": "api", "http_status": 404, "code": 5, "cluster_id": "c9q1"}


def test_a_guard_that_refuses_leaves_nothing_to_restore(run: Run, server: Server) -> None:
    server.on(backups_path("old"), listed(row(1, "old", createdAt="2020-01-01T00:00:00Z")))
    server.on(backups_path("new"), listed(row(1, "new", createdAt="2999-01-01T00:00:00Z")))
    server.on(backups_path("none"), listed())
    guards = {"max_age": "26h", "on_missing": "error", "on_stale": "error"}
    result = run(cluster_ids=["old", "new", "none"], mdb_endpoint=server.url, iam_token=TOKEN, **guards)
    assert result.keys() - {"invocation"} == {"failed", "msg", "error"}
    assert result["error"]["kind"] == "selection"
    assert "old: newest match is old:b00001" in result["msg"]
    assert "none: it has no backup" in result["msg"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "nothing to read is named"),
        ({"cluster_ids": ["a"], "cluster_names": ["b"], "folder_id": "c"}, "exclude each other"),
        ({"cluster_ids": ["a"], "type": ["weekly"]}, "value of type must be one or more of"),
        ({"cluster_ids": ["a"], "concurrency": 0}, "concurrency must be 1 to 64, got 0"),
        ({"cluster_ids": ["a"], "on_missing": "fail"}, "value of on_missing must be one of: error, warn, skip"),
        ({"cluster_ids": ["a"], "no_such_option": 1}, "Unsupported parameters for .*no_such_option"),
        ({"cluster_id": ""}, "'' is not a cluster id"),
    ],
)
def test_what_is_invalid_is_refused_before_any_request(
    run: Run, server: Server, arguments: dict[str, t.Any], said: str
) -> None:
    result = run(iam_token=TOKEN, mdb_endpoint=server.url, **arguments)
    assert server.requests == []
    assert result["failed"] is True
    assert re.search(said, result["msg"])
