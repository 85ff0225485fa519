# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action returns in process: the same as its module."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.yacloud.mdb.plugins.action import redis_backup_info
from ansible_collections.yacloud.mdb.plugins.module_utils import _backup_info
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError, SelectionError
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN, backups_path, listed, row
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server, answer


def execute(**arguments: t.Any) -> dict[str, t.Any]:
    made = redis_backup_info.ActionModule.__new__(redis_backup_info.ActionModule)
    validated = ModuleArgumentSpecValidator(made.argument_spec()).validate(arguments)
    assert not validated.error_messages
    return made.execute(validated.validated_parameters)


def test_the_spec_is_the_module_s_own() -> None:
    assert redis_backup_info.ActionModule.argument_spec is _backup_info.argument_spec


def test_facts_and_warnings(server: Server) -> None:
    server.on(backups_path("c1"), listed(row(1, "c1")))
    server.on(backups_path("c2"), answer({}))
    result = execute(cluster_id="c1,c2", on_missing="warn", mdb_endpoint=server.url, iam_token=TOKEN)
    assert result["changed"] is False
    assert list(result["newest"]) == ["c1"]
    assert result["warnings"] == ["c2: it has no backup, the API lists none"]
    assert "warnings" not in execute(cluster_ids=[], on_missing="warn")


def test_what_a_guard_refuses_is_raised(server: Server) -> None:
    server.on(backups_path("c2"), answer({}))
    with pytest.raises(SelectionError, match="c2: it has no backup"):
        execute(cluster_id="c2", on_missing="error", mdb_endpoint=server.url, iam_token=TOKEN)


def test_what_cannot_be_asked_is_raised() -> None:
    with pytest.raises(OptionError, match="is not a cluster id"):
        execute(cluster_ids=["../x"])
