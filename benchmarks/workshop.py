# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where contenders are run: an empty home, a clean environment, an inventory, and the collection as Ansible finds it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent

#: A local connection whose interpreter is spelt in another way than Ansible's own, so that every module is a process.
MACHINE = "machine"
LOCALHOST = "localhost"

_BIN = Path(sys.executable).parent
_LIMIT = 600.0

Play = dict[str, Any]


class Failed(Exception):
    """A contender did not do its work."""


@dataclass(frozen=True)
class Outcome:
    """A run: the seconds that it took, and what it printed."""

    seconds: float
    output: str


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


#: Time as users feel it, and the processor time of all processes started, which a busy machine blurs less.
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "processor": _processor_time}


class Workshop:
    """A folder in which plays and processes are run and timed.

    :param clock: by what they are timed: one of :data:`CLOCKS`
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._clock = clock
        namespace = folder / "collections/ansible_collections/yacloud"
        namespace.mkdir(parents=True)
        (namespace / "mdb").symlink_to(ROOT)
        (folder / "ansible.cfg").touch()
        python = _BIN / ".." / _BIN.name / Path(sys.executable).name
        inventory = f"{MACHINE} ansible_connection=local ansible_python_interpreter={python}\n"
        (folder / "inventory").write_text(inventory, encoding="utf-8")
        self._environment = _clean_environment() | {
            "HOME": str(folder),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_REMOTE_TMP": str(folder / "ansible/tmp"),
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "ANSIBLE_INVENTORY": str(folder / "inventory"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def run(self, command: Sequence[str]) -> Outcome:
        """Runs a process and times it.

        :raises Failed: it ended with an error
        """
        start = self._clock()
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_LIMIT,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {_LIMIT} s") from None
        seconds = self._clock() - start
        if done.returncode:
            raise Failed(f"exit status {done.returncode}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return Outcome(seconds, done.stdout)

    def play(self, play: Play, *, verbose: bool = False) -> Outcome:
        """Runs a play and times it, Ansible's own start included."""
        path = self.folder / "play.yml"
        path.write_text(json.dumps([play]), encoding="utf-8")
        return self.run([str(_BIN / "ansible-playbook"), *(["-vvv"] if verbose else []), str(path)])

    def play_for_answer(self, play: Play, expression: str) -> tuple[Any, str]:
        """Runs a play and returns the value that an expression has at its end, and what Ansible told meanwhile."""
        path = self.folder / "answer.json"
        path.unlink(missing_ok=True)
        content = f"{{{{ ({expression}) | ansible.builtin.to_json }}}}"
        keep = {
            "ansible.builtin.copy": {"content": content, "dest": str(path), "mode": "0600"},
            "delegate_to": LOCALHOST,
        }
        output = self.play({**play, "tasks": [*play["tasks"], keep]}, verbose=True).output
        return json.loads(path.read_text(encoding="utf-8")), output


@contextmanager
def workshop(clock: str) -> Iterator[Workshop]:
    """A workshop in a folder that is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="yacloud-mdb-bench-")).resolve()
    try:
        yield Workshop(folder, CLOCKS[clock])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clean_environment() -> dict[str, str]:
    """The environment without what would steer Ansible, the collection, Python or a proxy."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "YC_", "PYTHON")) and not name.lower().endswith("_proxy")
    }
