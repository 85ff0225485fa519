# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module: arguments in, what is known or a failure out."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._writing import Progress
from ansible_collections.yacloud.mdb.plugins.modules import redis_backup
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN

MODULE = redis_backup
Run = t.Callable[..., dict[str, t.Any]]


def test_what_the_body_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[t.Any] = []

    def body(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
        told.append((options["cluster_id"], options["wait_timeout"], options["state"], check_mode))
        progress.facts["backup"] = {"id": "x"}
        return "it was done"

    monkeypatch.setattr(redis_backup, "backup", body)
    result = run(cluster_id="c9q1", wait_timeout="2.5", iam_token=TOKEN, _ansible_check_mode=True)
    assert told == [("c9q1", 2.5, "present", True)]
    assert (result["backup"], result["msg"], result["changed"]) == ({"id": "x"}, "it was done", False)


def test_folder_of_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_FOLDER_ID", "b1g/x")
    assert "folder_id: 'b1g/x'" in run(cluster_name="orders", iam_token=TOKEN)["msg"]
