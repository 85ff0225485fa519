# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How work is run, checked and timed: in playbooks, against an emulator of its own."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from yacloud_mdb_emulator.testing import Emulator

ROOT = Path(__file__).parents[1]

Task = dict[str, Any]
#: Measures once and returns seconds.
Timing = Callable[[], float]


class Failed(Exception):
    """A playbook failed, or its answer is not the right one."""


class Line(NamedTuple):
    """A line of the table: what was measured, and the most that it may be."""

    text: str
    value: float
    most: float | None = None
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Work:
    """What is measured: tasks, and the answer by which they show that they did the work.

    :ivar tasks: makes the tasks that do the work so many times
    :ivar answer: a Jinja expression for the answer; empty if there is nothing to compare
    :ivar read: takes what is compared out of the answer
    :ivar expected: what that has to be
    :ivar keywords: keywords of the play
    :ivar options: further options of ansible-playbook
    :ivar in_process: whether the collection's module has to run in Ansible's process or in its own; None: not checked
    """

    tasks: Callable[[int], list[Task]]
    answer: str = ""
    read: Callable[[Any], Any] = lambda answer: answer
    expected: Any = None
    keywords: dict[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    in_process: bool | None = None


class Run(NamedTuple):
    """A run of a playbook.

    :ivar megabytes: the memory of the largest of its processes
    """

    seconds: float
    megabytes: float
    output: str


class Playbooks:
    """Runs playbooks with an empty home and an environment in which nothing steers Ansible, Python or the collection.

    :ivar files: where playbooks may write; empty before each run
    """

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        self._folder = folder
        (folder / "ansible.cfg").touch()
        self._env = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build/collections"),
            "ANSIBLE_LIBRARY": str(ROOT / "benchmarks/library"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def run(self, play: dict[str, Any], env: dict[str, str], *options: str) -> Run:
        """Run a playbook of one play; raises Failed."""
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir()
        path, log = self._folder / "play.yml", self._folder / "output.txt"
        path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, **play}]), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-playbook")), *options, str(path)]
        with log.open("w") as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                command, cwd=self.files, env=self._env | env, stdout=output, stderr=subprocess.STDOUT
            )
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        text = log.read_text(encoding="utf-8")
        if process.returncode:
            raise Failed(f"ansible-playbook ended with status {process.returncode}:\n{text[-3000:]}")
        return Run(seconds, usage.ru_maxrss / 1024, text)


class Bench:
    """Measures work against one emulator. An answer is compared before the first time that counts.

    :ivar expected: cluster id → id of its newest backup and number of its backups
    :ivar newest: the same without the number
    :ivar env: the environment variables by which playbooks find the emulator
    """

    def __init__(self, playbooks: Playbooks, emulator: Emulator, rounds: int) -> None:
        self.playbooks, self.emulator, self.rounds = playbooks, emulator, rounds
        self.expected = {
            cluster["id"]: _newest_and_count(cluster["backups"]) for cluster in emulator.state()["clusters"]
        }
        self.newest = {cluster: newest for cluster, (newest, _count) in self.expected.items()}
        self.env = {"YC_MDB_ENDPOINT": emulator.url, "YC_IAM_TOKEN": emulator.iam_token}
        self._checked: set[Work] = set()

    def check(self, work: Work) -> None:
        """Do the work once and compare its answer; raises Failed."""
        path = self.playbooks.files / "answer.json"
        tasks = work.tasks(1)
        if work.answer:
            arguments = {"content": f"{{{{ {work.answer} | to_json }}}}", "dest": str(path), "mode": "0600"}
            tasks = [*tasks, {"ansible.builtin.copy": arguments, "delegate_to": "localhost", "run_once": True}]
        run = self.playbooks.run({**work.keywords, "tasks": tasks}, self.env, "-vvv", *work.options)
        if work.answer and work.read(json.loads(path.read_text(encoding="utf-8"))) != work.expected:
            raise Failed("the answer is wrong")
        if work.in_process is not None and work.in_process == ("AnsiballZ_redis_" in run.output):
            place = "Ansible's process" if work.in_process else "a process of its own"
            raise Failed(f"the module did not run in {place}")

    def run(self, work: Work, times: int = 1) -> Run:
        """Do the work so many times in one play; raises Failed."""
        if work not in self._checked:
            self.check(work)
            self._checked.add(work)
        return self.playbooks.run({**work.keywords, "tasks": work.tasks(times)}, self.env, *work.options)

    def requests(self, work: Work) -> list[str]:
        """The routes of the requests that the work makes; raises Failed."""
        self.emulator.clear_requests()
        self.check(work)
        return [str(entry["route"]) for entry in self.emulator.requests()]

    def whole(self, work: Work) -> Timing:
        """A play that does the work once."""
        return lambda: self.run(work).seconds

    def first(self, work: Work) -> Timing:
        """What the work costs beyond an empty play."""
        return lambda: self.run(work).seconds - self.run(EMPTY).seconds

    def further(self, work: Work, times: int) -> Timing:
        """What each further time costs in a play that does the work so many times."""
        return lambda: (self.run(work, times).seconds - self.run(work).seconds) / (times - 1)

    def ratio(self, text: str, ours: Timing, theirs: Timing, most: float | None = None) -> Line:
        """The median ratio of two times that are taken in turns."""
        return Line(text, statistics.median(ours() / theirs() for _round in range(self.rounds)), most)

    def seconds(self, text: str, timing: Timing, most: float | None = None) -> Line:
        """The median of a time."""
        return Line(text, statistics.median(timing() for _round in range(self.rounds)), most, "s")


EMPTY = Work(lambda _times: [])


def _newest_and_count(rows: list[dict[str, str]]) -> list[Any]:
    """What the right answer is, worked out without any code of the collection."""

    def completed(row: dict[str, str]) -> tuple[str, str]:
        second, _point, fraction = row["createdAt"].removesuffix("Z").partition(".")
        return second, fraction.ljust(9, "0")

    return [max(rows, key=completed)["id"], len(rows)]


@contextmanager
def emulated(playbooks: Playbooks, rounds: int, clusters: int, backups: int, *flags: str) -> Iterator[Bench]:
    """A bench with an emulator that holds so many clusters with so many backups each."""
    amount = ["--clusters", str(clusters), "--backups-per-cluster", str(backups)]
    with Emulator.start([*amount, *flags]) as emulator:
        yield Bench(playbooks, emulator, rounds)
