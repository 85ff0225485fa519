# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions return in process: the same as their modules."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.yacloud.mdb.plugins.action import redis_backup, redis_backup_info, redis_restored_cluster
from ansible_collections.yacloud.mdb.plugins.module_utils import _backup, _backup_info, _restored_cluster
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._writing import Progress
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN, backups_path, listed, row
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server, answer


class Task:
    check_mode = False


class Shown:
    """A display that keeps what it is given."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warned: list[str] = []
        self.v, self.warning = self.lines.append, self.warned.append


def execute(
    action: type[t.Any] = redis_backup_info.ActionModule, display: Shown | None = None, **arguments: t.Any
) -> dict[str, t.Any]:
    made = action.__new__(action)
    made._task, made._display = Task(), display or Shown()
    validated = ModuleArgumentSpecValidator(made.argument_spec()).validate(arguments)
    assert not validated.error_messages
    return t.cast("dict[str, t.Any]", made.execute(validated.validated_parameters))


def test_the_spec_is_the_module_s_own() -> None:
    assert redis_backup_info.ActionModule.argument_spec is _backup_info.argument_spec
    assert redis_backup.ActionModule.argument_spec is _backup.argument_spec
    assert redis_restored_cluster.ActionModule.argument_spec is _restored_cluster.argument_spec


def test_facts_and_warnings(server: Server) -> None:
    server.on(backups_path("c1"), listed(row(1, "c1")))
    server.on(backups_path("c2"), answer({}))
    result = execute(cluster_id="c1,c2", on_missing="warn", mdb_endpoint=server.url, iam_token=TOKEN)
    assert result["changed"] is False
    assert list(result["newest"]) == ["c1"]
    assert result["warnings"] == ["c2: it has no backup, the API lists none"]
    assert "warnings" not in execute(cluster_ids=[], on_missing="warn")


def test_what_cannot_be_asked_is_raised() -> None:
    with pytest.raises(OptionError, match="is not a cluster id"):
        execute(cluster_ids=["../x"])


# --- of the modules that write ---


@pytest.mark.parametrize("action", [redis_backup.ActionModule, redis_restored_cluster.ActionModule])
def test_refusal_is_a_result_with_all_that_is_known(action: type[t.Any]) -> None:
    arguments = {"name": "x"} if action is redis_restored_cluster.ActionModule else {}
    result = execute(action, **arguments, wait_timeout=-1)
    assert (result["failed"], result["changed"], result["operation"], result["seconds"]) == (True, False, None, {})
    assert result["error"]["kind"] == "option"
    assert "wait_timeout must be 0 to 2592000" in result["msg"]
    assert set(action.facts) <= set(result)


@pytest.mark.parametrize("check_mode", [False, True])
def test_work_is_told_of_check_mode_and_where_to_show_what_it_sees(
    monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    def work(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
        progress.log("seen")
        progress.warnings.append("look out")
        progress.changed = not check_mode
        return f"{options['cluster_id']} is done"

    monkeypatch.setattr(redis_backup.ActionModule, "work", staticmethod(work))
    monkeypatch.setattr(Task, "check_mode", check_mode)
    display = Shown()
    result = execute(redis_backup.ActionModule, display, cluster_id="c1")
    assert (result["msg"], result["warnings"], result["changed"]) == ("c1 is done", ["look out"], not check_mode)
    assert display.lines == ["seen"]
    assert "failed" not in result


class TimedOut(BaseException):
    """Ansible's own is one of these."""


@pytest.mark.parametrize(
    ("end", "warned"),
    [(TimedOut, ["Interrupted before anything was asked of the cloud."]), (ZeroDivisionError, [])],
)
def test_whoever_is_stopped_is_told_that_the_work_goes_on_and_what_went_wrong_here_is_no_interruption(
    monkeypatch: pytest.MonkeyPatch, end: type[BaseException], warned: list[str]
) -> None:
    def work(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
        raise end

    monkeypatch.setattr(redis_backup.ActionModule, "work", staticmethod(work))
    display = Shown()
    with pytest.raises(end):
        execute(redis_backup.ActionModule, display, cluster_id="c1")
    assert display.warned == warned
