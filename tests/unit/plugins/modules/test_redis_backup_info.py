# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module: arguments in, facts or a failure out."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError
from ansible_collections.yacloud.mdb.plugins.modules import redis_backup_info

TOKEN = "t1.c2VjcmV0LW9mLXRoaXMtdGVzdA.bm9ib2R5"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    """Runs the module and returns what it printed."""

    def run_module(**arguments: t.Any) -> dict[str, t.Any]:
        with patch_module_args(arguments), pytest.raises(SystemExit):
            redis_backup_info.main()
        result = t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))
        # ansible-core 2.22 tells the controller what to mask, in a part of its own that is no result.
        rest = {name: value for name, value in result.items() if not name.endswith("_secrets")}
        assert TOKEN not in json.dumps(rest)
        return rest

    return run_module


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_asked_nothing_answered(run: t.Callable[..., dict[str, t.Any]], check_mode: bool) -> None:
    result = run(cluster_ids=[], _ansible_check_mode=check_mode)
    assert result["changed"] is False
    assert result["backups"] == result["missing"] == []
    assert result["pages"] == 0


def test_facts_and_warnings(run: t.Callable[..., dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def read_backups(question: t.Any, connect: t.Callable[[], t.Any]) -> Result:
        asked.append((question, connect()))
        return Result({"backups": [{"id": "x"}]}, ["look out"])

    warned: list[str] = []
    monkeypatch.setattr(redis_backup_info, "gather", gather)
    monkeypatch.setattr(redis_backup_info.AnsibleModule, "warn", lambda module, text: warned.append(text))
    result = run(cluster_id="c9q1,c9q2", iam_token=TOKEN, page_size="7", api_timeout="2.5")
    ((question, connection),) = asked
    assert question.cluster_ids == ("c9q1", "c9q2")
    assert question.page_size == 7
    assert connection.transport.api_timeout == 2.5
    assert result["backups"] == [{"id": "x"}]
    assert warned == ["look out"]
    assert not result.get("failed")


def test_a_failure_is_data_too(run: t.Callable[..., dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    def read_backups(*unused: t.Any) -> Result:
        raise ApiError("cluster c9q1: no", http_status=404, code=5, cluster_id="c9q1", request_id=None)

    monkeypatch.setattr(redis_backup_info, "gather", gather)
    result = run(cluster_id="c9q1", iam_token=TOKEN)
    assert result["failed"] is True
    assert result["msg"] == "cluster c9q1: no"
    assert result["error"] == {"kind": "api", "http_status": 404, "code": 5, "cluster_id": "c9q1"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "nothing is asked"),
        ({"cluster_ids": ["a"], "cluster_names": ["b"], "folder_id": "c"}, "exclude each other"),
        ({"cluster_names": ["b"]}, "folder_id"),
        ({"cluster_ids": ["a b"]}, "is no cluster id"),
        ({"cluster_ids": ["a"], "limit": 0}, "limit is 0"),
        ({"cluster_ids": ["a"], "page_size": 1001}, "page_size is 1001"),
        ({"cluster_ids": ["a"], "type": ["weekly"]}, "value of type must be one or more of"),
        ({"cluster_ids": ["a"], "concurrency": 0}, "concurrency is 0"),
        ({"cluster_ids": ["a"], "no_such_option": 1}, "Unsupported parameters for .*no_such_option"),
    ],
)
def test_what_cannot_be_worked_with_is_refused(
    run: t.Callable[..., dict[str, t.Any]], arguments: dict[str, t.Any], said: str
) -> None:
    result = run(iam_token=TOKEN, **arguments)
    assert result["failed"] is True
    assert re.search(said, result["msg"])
