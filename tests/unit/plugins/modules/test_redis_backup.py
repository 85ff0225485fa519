# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module: arguments in, what is known or a failure out."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.doc_fragments import _connection, _writing
from ansible_collections.yacloud.mdb.plugins.module_utils._backup import argument_spec
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import StateError
from ansible_collections.yacloud.mdb.plugins.module_utils._writing import Progress
from ansible_collections.yacloud.mdb.plugins.modules import redis_backup

ROOT = Path(__file__).parents[4]
TOKEN = "t1.c2VjcmV0LW9mLXRoaXMtdGVzdA.bm9ib2R5"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    """Runs the module and returns what it printed."""

    def run_module(**arguments: t.Any) -> dict[str, t.Any]:
        with patch_module_args(arguments), pytest.raises(SystemExit):
            redis_backup.main()
        result = t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))
        rest = {name: value for name, value in result.items() if not name.endswith("_secrets")}
        assert TOKEN not in json.dumps(rest)
        return rest

    return run_module


def test_what_the_body_is_told(run: t.Callable[..., dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[t.Any] = []

    def body(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
        told.append((options["cluster_id"], options["wait_timeout"], options["state"], check_mode))
        progress.facts["backup"] = {"id": "x"}
        return "it was done"

    monkeypatch.setattr(redis_backup, "backup", body)
    result = run(cluster_id="c9q1", wait_timeout="2.5", iam_token=TOKEN, _ansible_check_mode=True)
    assert told == [("c9q1", 2.5, "present", True)]
    assert (result["backup"], result["msg"], result["changed"]) == ({"id": "x"}, "it was done", False)


def test_failure(run: t.Callable[..., dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    def body(*unused: t.Any) -> str:
        raise StateError("it is stopped", cluster_id="c9q1")

    monkeypatch.setattr(redis_backup, "backup", body)
    result = run(cluster_id="c9q1", iam_token=TOKEN)
    assert (result["failed"], result["msg"]) == (True, "it is stopped")
    assert result["error"] == {"kind": "state", "cluster_id": "c9q1"}
    assert (result["backup"], result["operation"], result["seconds"]) == (None, None, {})


def test_folder_of_the_environment(run: t.Callable[..., dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_FOLDER_ID", "b1g/x")
    assert "folder_id: 'b1g/x'" in run(cluster_name="orders", iam_token=TOKEN)["msg"]


def test_options_are_as_documented() -> None:
    documented: dict[str, dict[str, t.Any]] = {}
    for text in (
        _connection.ModuleDocFragment.DOCUMENTATION,
        _writing.ModuleDocFragment.DOCUMENTATION,
        redis_backup.DOCUMENTATION,
    ):
        documented.update(yaml.safe_load(text)["options"])
    assert set(documented) == set(argument_spec())
    for name, spec in argument_spec().items():
        for key in ("type", "default", "choices", "aliases", "required"):
            assert spec.get(key) == documented[name].get(key), (name, key)


def test_module_is_in_the_action_group() -> None:
    groups = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    assert "redis_backup" in groups["mdb"]
