# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of writing modules: what is known so far comes out, however it ends, and nothing is sent to nobody's use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils import _writing
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    ConnectionFailed,
    InvalidResponse,
    OperationError,
    OptionError,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.operations import GOES_ON, Operation
from ansible_collections.yacloud.mdb.plugins.module_utils._writing import (
    UNKNOWN_OUTCOME,
    Progress,
    check_wait,
    run_module,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import until

RUNNING = Operation("c9qop", "Do it", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", False, None, {})
DONE = RUNNING._replace(done=True, modified_at="2026-11-20T10:04:00.5Z")
REFUSED = ApiError("no", http_status=403, code=7)
CONFLICT = ApiError("busy", http_status=400, code=9)
DOWN = ApiError("down", http_status=503, code=14)


class Waiting:
    """A client of which every wait ends alike."""

    def __init__(self, end: Operation | BaseException, seen: t.Sequence[Operation] = ()) -> None:
        self._end, self._seen = end, seen

    def wait(self, operation: Operation, **more: t.Any) -> Operation:
        for one in self._seen:
            more["on_poll"](one)
        if isinstance(self._end, Operation):
            return self._end
        raise self._end


def raising(exc: BaseException) -> t.Callable[[], t.Any]:
    def request() -> t.Any:
        raise exc

    return request


def wait(progress: Progress, end: Operation | BaseException, seen: t.Sequence[Operation] = ()) -> Operation:
    client = t.cast("t.Any", Waiting(end, seen))
    return progress.wait(client, phase="doing", doing="cluster c9q1: doing it", timeout=60)


# --- what is known ---


def test_nothing_is_known_at_first() -> None:
    assert Progress({"thing": None}).result() == {"thing": None, "changed": False, "operation": None, "seconds": {}}


def test_what_is_asked_for_changes_something() -> None:
    progress = Progress({})
    assert progress.ask(lambda: RUNNING) == RUNNING
    assert progress.result() == {"changed": True, "operation": RUNNING.facts(), "seconds": {}}
    assert not progress.taken_up


@pytest.mark.parametrize("exc", [REFUSED, CONFLICT, DOWN, ConnectionFailed("reset"), InvalidResponse("html")], ids=str)
def test_so_does_what_fails(exc: CloudError) -> None:
    progress = Progress({})
    with pytest.raises(CloudError) as caught:
        progress.ask(raising(exc))
    assert (UNKNOWN_OUTCOME in str(caught.value)) == (exc not in (REFUSED, CONFLICT))
    assert progress.result() == {"changed": True, "operation": None, "seconds": {}}


@pytest.mark.parametrize("exc", [CONFLICT, DOWN, ConnectionFailed("reset"), InvalidResponse("html")], ids=str)
def test_what_may_have_begun_is_looked_for(exc: CloudError) -> None:
    progress = Progress({})
    assert progress.ask(raising(exc), lambda: RUNNING) == RUNNING
    assert progress.taken_up
    assert progress.changed


@pytest.mark.parametrize("find", [lambda: None, raising(REFUSED)], ids=["nothing", "refused"])
def test_what_is_not_found_leaves_the_first_failure(find: t.Callable[[], Operation | None]) -> None:
    with pytest.raises(ApiError, match="down"):
        Progress({}).ask(raising(DOWN), find)


def test_refusal_is_final() -> None:
    with pytest.raises(ApiError, match="no"):
        Progress({}).ask(raising(REFUSED), raising(AssertionError("nothing to look for")))


def test_length_of_a_phase_is_the_operation_s_own() -> None:
    progress = Progress({})
    progress.take_up(RUNNING)
    assert wait(progress, DONE) == DONE
    assert progress.result()["seconds"] == {"doing": 240.5}
    assert progress.result()["operation"]["done"] is True


def test_length_of_a_phase_by_our_clock() -> None:
    progress = Progress({})
    progress.take_up(RUNNING)
    wait(progress, DONE._replace(created_at=None))
    assert 0 <= progress.seconds["doing"] < 5


@pytest.mark.parametrize(("message", "worded"), [("No disk.", "No disk (code 13)"), ("", "no reason given (code 13)")])
def test_operation_that_failed(message: str, worded: str) -> None:
    progress = Progress({})
    progress.take_up(RUNNING)
    with pytest.raises(OperationError) as caught:
        wait(progress, DONE._replace(error={"code": 13, "message": message}))
    assert f"cluster c9q1: doing it: operation c9qop failed: {worded}." in str(caught.value)
    assert caught.value.as_dict() == {
        "kind": "operation",
        "operation_id": "c9qop",
        "code": 13,
        **({"message": message} if message else {}),
    }
    assert progress.result()["operation"]["error"] == {"code": 13, "message": message}


def test_failed_wait_leaves_what_was_last_seen() -> None:
    said: list[str] = []
    progress = Progress({}, said.append)
    progress.take_up(RUNNING)
    seen = RUNNING._replace(error={"code": 13, "message": "No disk"}, modified_at="2026-11-20T10:01:00Z")
    with pytest.raises(ApiError):
        wait(progress, DOWN, [RUNNING, seen])
    assert progress.result()["operation"]["modified_at"] == "2026-11-20T10:01:00Z"
    assert said == [
        "cluster c9q1: doing it: operation c9qop is running",
        "cluster c9q1: doing it: operation c9qop is rolling back",
    ]


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), float("inf"), 1e9])
def test_time_that_nobody_can_wait(timeout: float) -> None:
    with pytest.raises(OptionError, match="wait_timeout must be 0 to 2592000"):
        check_wait({"wait_timeout": timeout})


# --- how it ends ---


Work = t.Callable[[t.Mapping[str, t.Any], bool, Progress], str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> t.Callable[[Work], dict[str, t.Any]]:
    """Runs a module with some work, and returns what it printed."""

    def run(work: Work) -> dict[str, t.Any]:
        with patch_module_args({}), pytest.raises(SystemExit):
            run_module(AnsibleModule({}), {"thing": None}, work)
        return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))

    return run


def test_success(printed: t.Callable[[Work], dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda module, text: warned.append(text))

    def work(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
        progress.ask(lambda: DONE)
        progress.facts["thing"] = {"id": "x"}
        progress.warnings.append("look out")
        return "it was done"

    result = printed(work)
    assert (result["msg"], result["changed"], result["thing"]) == ("it was done", True, {"id": "x"})
    assert result["operation"] == DONE.facts()
    assert warned == ["look out"]
    assert not result.get("failed")


def test_failure(printed: t.Callable[[Work], dict[str, t.Any]]) -> None:
    def work(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
        progress.ask(lambda: RUNNING)
        raise OperationError("it failed", code=13)

    result = printed(work)
    assert (result["failed"], result["changed"], result["msg"]) == (True, True, "it failed")
    assert result["error"] == {"kind": "operation", "code": 13}
    assert result["operation"] == RUNNING.facts()
    assert result["thing"] is None


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (None, "Interrupted before anything was asked of the cloud."),
        (raising(KeyboardInterrupt()), f"Interrupted while asking the cloud. {UNKNOWN_OUTCOME}"),
        (lambda: RUNNING, f"Interrupted while waiting for operation c9qop. {GOES_ON}"),
        (lambda: DONE, "Interrupted after operation c9qop was done. Run this again to see what came of it."),
    ],
)
def test_ctrl_c(
    printed: t.Callable[[Work], dict[str, t.Any]], request_: t.Callable[[], Operation] | None, said: str
) -> None:
    def work(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
        if request_:
            progress.ask(request_)
        raise KeyboardInterrupt

    result = printed(work)
    assert result["msg"] == said
    assert result["failed"] is True
    assert result["changed"] is (request_ is not None)
    assert result["error"] == {"kind": "wait"}
    assert "Traceback" not in json.dumps(result)


# --- whether somebody reads the result ---

CHECKING = """
import sys, time
sys.path[:0] = {path!r}
from ansible_collections.yacloud.mdb.plugins.module_utils._writing import _reader_check
check = _reader_check()
check()
print("ready", flush=True)
while True:
    time.sleep(0.01)
    check()
"""


def test_process_ends_quietly_once_nobody_reads_its_output_and_no_sooner() -> None:
    command = [sys.executable, "-c", CHECKING.format(path=sys.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        assert not until(lambda: process.poll() is not None, 0.3)
        process.stdout.close()
        assert until(lambda: process.poll() is not None)
        assert (process.returncode, process.stderr.read()) == (1, "")


def test_process_ends_once_its_parent_is_gone(tmp_path: Path) -> None:
    script, alive = tmp_path / "checking.py", tmp_path / "alive"
    script.write_text(CHECKING.format(path=sys.path))
    child = f"'{sys.executable}' '{script}' >'{alive}' & echo $!; wait"
    with subprocess.Popen(["/bin/sh", "-c", child], stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        number = int(shell.stdout.readline())
        assert until(lambda: alive.exists() and alive.read_text() == "ready\n", 20)
        shell.kill()
    assert until(lambda: _is_gone(number))


def _is_gone(number: int) -> bool:
    try:
        os.kill(number, 0)
        with open(f"/proc/{number}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_repeat_looks_at_least_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        renewed = 0

        def renew_deadline(self) -> None:
            self.renewed += 1

        def pause(self, seconds: float) -> None:
            assert 0 < seconds <= 1.5
            time.sleep(0.01)

    client, looks = Client(), iter([None, None, "found"])
    assert _writing.repeat(t.cast("t.Any", client), lambda: next(looks), 30) == "found"
    assert client.renewed == 3
    assert _writing.repeat(t.cast("t.Any", client), lambda: None, -5) is None
