# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions answer in process: the same as their modules."""

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.yacloud.mdb.plugins.action import redis_backup_file, redis_backup_info
from ansible_collections.yacloud.mdb.plugins.module_utils import _files, _query
from ansible_collections.yacloud.mdb.plugins.module_utils._backup_info import Result
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError


def answer(action: t.Any, *, check_mode: bool = False, diff: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
    made = action.ActionModule.__new__(action.ActionModule)
    made._task = SimpleNamespace(check_mode=check_mode, diff=diff)
    validated = ModuleArgumentSpecValidator(made.argument_spec()).validate(arguments)
    assert not validated.error_messages
    return t.cast("dict[str, t.Any]", made.answer(validated.validated_parameters))


def test_the_specs_are_the_modules_own() -> None:
    assert redis_backup_info.ActionModule.argument_spec is _query.argument_spec
    assert redis_backup_file.ActionModule.argument_spec is _files.file_spec


def test_facts_and_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_backups(question: t.Any, connect: t.Any) -> Result:
        return Result({"ids": question.cluster_ids}, ["look out"] if question.limit else [])

    monkeypatch.setattr(redis_backup_info, "gather", gather)
    assert answer(redis_backup_info, cluster_id="a,b") == {"changed": False, "ids": ("a", "b")}
    assert answer(redis_backup_info, cluster_ids=["a"], limit="1")["warnings"] == ["look out"]


def test_what_cannot_be_asked_is_raised() -> None:
    with pytest.raises(OptionError, match="is no cluster id"):
        answer(redis_backup_info, cluster_ids=["../x"])


def test_a_file_in_check_mode_and_with_its_difference(tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    options = {"dest": str(path), "content": "A=1\n"}
    assert answer(redis_backup_file, check_mode=True, **options) == {"changed": True, "file": str(path)}
    assert not path.exists()
    assert answer(redis_backup_file, diff=True, **options)["diff"][0]["after"] == "A=1\n"
    assert answer(redis_backup_file, diff=True, **options) == {"changed": False, "file": str(path)}
