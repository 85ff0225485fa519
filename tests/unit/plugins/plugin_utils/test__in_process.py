# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks need no module; what becomes of those that do, and of those that do not."""

from __future__ import annotations

import json
import os
import re
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.action import ActionBase

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.connection import PATH_VARIABLES
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _in_process

OWN = sys.executable
ABSENT = ("delay", "iam_token", "service_account_key", "service_account_key_file")
SPEC: dict[str, dict[str, t.Any]] = {
    "word": {"type": "str", "required": True, "aliases": ["term"]},
    "number": {"type": "int"},
    "delay": {"type": "float"},
    "iam_token": {"type": "str", "no_log": True},
    "service_account_key": {"type": "raw", "no_log": True},
    "service_account_key_file": {"type": "str", "no_log": False},
}


class Recorded(_in_process.InProcessAction):
    """An action with the parts of Ansible that it calls replaced by notes."""

    argument_spec = staticmethod(lambda: SPEC)

    def __init__(self, async_val: int = 0, connection: str = "ansible.builtin.local", **arguments: t.Any) -> None:
        self.notes: list[t.Any] = []
        self._task: t.Any = SimpleNamespace(
            async_val=async_val,
            args=arguments,
            action="yacloud.mdb.some_module",
            environment=[],
            delegate_to=None,
        )
        self._connection: t.Any = SimpleNamespace(
            ansible_name=connection, become=None, _shell=SimpleNamespace(tmpdir="/tmp/of-a-test")
        )
        self._loader: t.Any = SimpleNamespace(get_basedir=lambda: "/")
        self._templar: t.Any = SimpleNamespace(template=lambda value: value)

    def execute(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        return {"changed": True, "folder": os.getcwd(), **options}

    def _compute_environment_string(self, raw_environment_out: t.Any = None) -> str:
        for part in self._task.environment:
            raw_environment_out.update(part)
        return ""

    def _execute_module(self, *unused: t.Any, **arguments: t.Any) -> dict[str, t.Any]:
        self.notes.append(("module", arguments))
        return {"pages": 1}

    def _remove_tmp_path(self, tmp_path: t.Any, force: bool = False) -> None:
        self.notes.append(("removed", tmp_path))


# --- whether it runs in process ---


def runs_in_process(action: Recorded, **variables: t.Any) -> bool:
    return _in_process.runs_in_process(action, {"ansible_python_interpreter": OWN, **variables})


@pytest.mark.parametrize(
    ("part", "setting", "expected"),
    [
        ("_connection", {}, True),
        ("_connection", {"ansible_name": "ansible.builtin.ssh"}, False),
        ("_connection", {"become": object()}, False),
        ("_task", {"async_val": 10}, False),
        ("_task", {"environment": None}, True),
        ("_task", {"environment": [{}]}, True),
        ("_task", {"environment": [{"X": "y"}]}, False),
    ],
)
def test_only_a_local_task_of_this_user_and_environment(part: str, setting: dict[str, t.Any], expected: bool) -> None:
    action = Recorded()
    vars(getattr(action, part)).update(setting)
    assert runs_in_process(action) is expected


def test_only_by_this_interpreter(tmp_path: Path) -> None:
    link = tmp_path / "python"
    link.symlink_to(OWN)
    assert not runs_in_process(Recorded(), ansible_python_interpreter=str(link))
    assert not runs_in_process(Recorded(), ansible_python_interpreter="/no/such/python")
    assert runs_in_process(Recorded(), ansible_python_interpreter="auto_silent")
    beside = os.path.join(os.path.dirname(OWN), os.path.basename(os.path.realpath(OWN)))
    if os.path.realpath(beside) == os.path.realpath(OWN):
        assert runs_in_process(Recorded(), ansible_python_interpreter=beside)


def test_a_delegated_task_runs_by_the_other_host_s_interpreter() -> None:
    action = Recorded()
    action._task.delegate_to = "there"
    assert not runs_in_process(action, ansible_delegated_vars={"there": {"ansible_python_interpreter": "/other"}})
    delegated = {"there": {"ansible_python_interpreter": OWN}}
    assert runs_in_process(action, ansible_python_interpreter="/other", ansible_delegated_vars=delegated)


# --- how ---


Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs an action, in process or not, beside what Ansible's own part of an action returns."""
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {"of": "ansible"})

    def run_action(made: Recorded, here: bool = True) -> dict[str, t.Any]:
        monkeypatch.setattr(_in_process, "runs_in_process", lambda made, variables: here)
        return made.run(task_vars={"a": 1})

    return run_action


def test_in_process(run: Run) -> None:
    """Converted as by the module, at the playbook's folder, without a trace of either."""
    before, made = os.getcwd(), Recorded(term="yes", number="7")
    result = run(made)
    assert result == {
        "of": "ansible",
        "changed": True,
        "folder": "/",
        "word": "yes",
        "term": "yes",
        "number": 7,
    } | dict.fromkeys(ABSENT)
    assert made.notes == []
    assert os.getcwd() == before


def test_where_ansible_was_started_need_not_be_a_place_to_go_back_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where root's own folder is the working folder of sudo."""
    (tmp_path / "closed").mkdir()
    monkeypatch.chdir(tmp_path / "closed")
    made = Recorded(word="yes")

    def execute(options: dict[str, t.Any]) -> dict[str, t.Any]:
        (tmp_path / "closed").rmdir()
        return {"changed": True}

    monkeypatch.setattr(made, "execute", execute)
    assert run(made)["changed"] is True


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize(
    "arguments",
    [{"word": "a", "term": "b"}, {"term": [], "word": ""}, {"word": "a", "term": "a"}, {"word": "a", "term": None}],
)
def test_an_option_beside_its_alias_is_refused(run: Run, here: bool, arguments: dict[str, t.Any]) -> None:
    made = Recorded(**arguments)
    assert run(made, here) == {
        "of": "ansible",
        "failed": True,
        "msg": "word and term are one option and are both given, perhaps one by module_defaults; leave one out.",
        "error": {"kind": "option", "option": "word"},
    }
    assert made.notes == []


KEY = {"id": "ajekey", "private_key": "-----BEGIN PRIVATE KEY-----\nTHE-SECRET\n"}


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize(
    ("option", "value", "got"),
    [
        *(
            ("service_account_key_file", value, "a key's content")
            for value in (
                KEY,
                [KEY],
                KEY["private_key"],
                json.dumps(KEY),
                "\n  " + json.dumps(KEY),
                "{'id': 'THE-SECRET'",
            )
        ),
        ("workload_identity_token_file", "eyJhbGciOiJub25lIn0.THE-SECRET.nobody", "a token"),
    ],
)
def test_a_secret_in_place_of_its_path_is_refused_and_not_shown(
    run: Run, here: bool, option: str, value: t.Any, got: str
) -> None:
    made = Recorded(word="yes", **{option: value})
    result = run(made, here)
    assert result["failed"] is True
    assert result["msg"].startswith(f"{option} must be a path, got {got}, which is not shown; give that as ")
    assert "THE-SECRET" not in str(result)
    assert "ajekey" not in str(result)
    assert made.notes == []


@pytest.mark.parametrize(
    ("secrets", "masked"),
    [
        ({"iam_token": "a-token-of-ours"}, True),
        ({"iam_token": "a-token", "service_account_key": "a-token-of-ours"}, True),
        ({"service_account_key": {"a": ["a-token-of-ours"]}}, True),
        ({"service_account_key": [{"b": 5}, True]}, False),
        ({"iam_token": ""}, False),
    ],
)
def test_what_is_not_logged_is_masked_in_a_failure(
    run: Run, monkeypatch: pytest.MonkeyPatch, secrets: dict[str, t.Any], masked: bool
) -> None:
    secret = "a-token-of-ours"
    made = Recorded(word="yes", **secrets)
    monkeypatch.setattr(
        made, "execute", lambda options: fail_with(f"True: failed with {secret}, twice {secret}", ids=[secret])
    )
    result = run(made)
    shown = "********" if masked else secret
    assert result["msg"] == f"True: failed with {shown}, twice {shown}"
    assert result["error"]["ids"] == ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" if masked else secret]


def fail_with(text: str, **details: t.Any) -> t.NoReturn:
    raise ApiError(text, http_status=403, code=7, **details)


def test_a_secret_in_what_the_argument_spec_refuses_is_masked(run: Run) -> None:
    result = run(Recorded(word="yes", number="the-token", iam_token="the-token"))
    assert result["failed"] is True
    assert "number" in result["msg"]
    assert "the-token" not in str(result)


def test_a_success_is_not_masked(run: Run) -> None:
    assert run(Recorded(word="a1", iam_token="1"))["word"] == "a1"


# --- relative paths in variables ---


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder in which Ansible was started; what a task changes of the environment is undone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/of-a-test")
    for name in PATH_VARIABLES:
        monkeypatch.setenv(name, "")
    return tmp_path


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("name", PATH_VARIABLES)
def test_a_relative_path_counts_from_where_ansible_was_started(
    run: Run, monkeypatch: pytest.MonkeyPatch, started: Path, name: str, here: bool
) -> None:
    monkeypatch.setenv(name, "keys/../key.json")
    run(Recorded(word="yes"), here)
    assert os.environ[name] == str(started / "key.json")


@pytest.mark.parametrize(
    ("value", "kept"),
    [("/etc/key.json", None), ("~/key.json", "/home/of-a-test/key.json"), (' {"id": "x"}', None), ("", None)],
)
def test_what_is_not_a_relative_path_stays_what_it_is(
    run: Run, monkeypatch: pytest.MonkeyPatch, started: Path, value: str, kept: str | None
) -> None:
    monkeypatch.setenv("YC_SERVICE_ACCOUNT_KEY_FILE", value)
    run(Recorded(word="yes"))
    assert os.environ["YC_SERVICE_ACCOUNT_KEY_FILE"] == (value if kept is None else kept)


def test_a_task_s_own_environment_counts_from_there_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, started: Path
) -> None:
    monkeypatch.setenv("YC_CA_PATH", "of-the-process.pem")
    made = Recorded(word="yes")
    given: list[dict[str, str]] = [{"YC_CA_PATH": "first.pem", "OTHER": "a/b"}, {"YC_CA_PATH": "last.pem"}]
    made._task.environment = given
    run(made, here=False)
    merged: dict[str, str] = {}
    made._compute_environment_string(merged)
    assert merged == {"YC_CA_PATH": str(started / "last.pem"), "OTHER": "a/b"}
    assert os.environ["YC_CA_PATH"] == "of-the-process.pem"
    assert given == [{"YC_CA_PATH": "first.pem", "OTHER": "a/b"}, {"YC_CA_PATH": "last.pem"}]


def test_on_another_machine_a_path_is_that_machine_s(run: Run, monkeypatch: pytest.MonkeyPatch, started: Path) -> None:
    monkeypatch.setenv("YC_CA_PATH", "here.pem")
    made = Recorded(word="yes", connection="ansible.builtin.ssh")
    made._task.environment = [{"YC_SERVICE_ACCOUNT_KEY_FILE": "there.json"}]
    run(made, here=False)
    assert os.environ["YC_CA_PATH"] == "here.pem"
    assert made._task.environment == [{"YC_SERVICE_ACCOUNT_KEY_FILE": "there.json"}]


# --- what the argument spec refuses ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, r"^missing required arguments: word"),
        ({"word": "yes", "number": "one"}, "number"),
        ({"word": "yes", "other": 1}, r"^Unsupported parameters for \(yacloud.mdb.some_module\) module: other"),
    ],
)
def test_what_cannot_be_worked_with_is_refused(run: Run, arguments: dict[str, t.Any], said: str) -> None:
    result = run(Recorded(**arguments))
    assert result["failed"] is True
    assert re.search(said, result["msg"])


@pytest.mark.parametrize("value", ["soon", {"a": 1}, ["a"]])
def test_no_class_of_ansible_s_is_named_where_a_value_is_refused(run: Run, value: t.Any) -> None:
    tagged = DataLoader().load(json.dumps(value))
    assert type(tagged) is not type(value)
    plain, ansible_s = (run(Recorded(word="yes", delay=made))["msg"] for made in (value, tagged))
    assert ansible_s == plain
    assert "Tagged" not in ansible_s


@pytest.mark.parametrize("async_val", [0, 30])
def test_as_a_module(run: Run, async_val: int) -> None:
    """The folder of an asynchronous task is in use until it ends."""
    made = Recorded(async_val, word="yes")
    assert run(made, here=False) == {"of": "ansible", "pages": 1}
    assert made.notes[0] == ("module", {"task_vars": {"a": 1}, "wrap_async": async_val})
    assert made.notes[1:] == ([] if async_val else [("removed", "/tmp/of-a-test")])
