# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who takes part: each does the same work as the others of its case, as a play or as a bare process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from benchmarks.expected import Answer, difference
from benchmarks.workshop import LOCALHOST, Failed, Play, Workshop

Task = dict[str, Any]

#: The key of the play without a task, in every case: what Ansible itself costs.
EMPTY = "empty"
_MODULE_PROCESS = "AnsiballZ_redis_backup_info"


@dataclass(frozen=True)
class Contender:
    """One way to do the work of a case.

    :ivar key: its name in formulas and results
    :ivar label: its name in the table
    :ivar loops: how often the work is repeated within one run to find what a further time costs; 1 for a process
    :ivar rounds: at most so many timed rounds, for one that is slow
    :ivar right: what it has to answer, where that is not what the others have to
    """

    key: str
    label: str
    loops: int = 1
    rounds: int = 1000
    right: Answer | None = None

    in_play: ClassVar[bool] = False

    def check(self, place: Workshop, right: Answer) -> str:
        """What is wrong with its answer; empty if nothing is. Also warms up."""
        raise NotImplementedError

    def time(self, place: Workshop, loops: int) -> float:
        """Seconds of a run that does the work so often."""
        raise NotImplementedError


@dataclass(frozen=True)
class InPlay(Contender):
    """Tasks of a play.

    :ivar tasks: the tasks that do the work so often; none, to see what Ansible itself costs
    :ivar expression: what holds the answer at the end
    :ivar read: the answer in that value
    :ivar in_process: whether the collection's module must have been answered within Ansible's process, or must not
    """

    tasks: Callable[[int], list[Task]] | None = None
    host: str = LOCALHOST
    expression: str = ""
    read: Callable[[Any], Answer] = dict
    in_process: bool | None = None

    in_play = True

    def check(self, place: Workshop, right: Answer) -> str:
        if not self.expression:
            place.play(self._play(1))
            return ""
        value, output = place.play_for_answer(self._play(1), self.expression)
        if self.in_process is not None and self.in_process == (_MODULE_PROCESS in output):
            return "it did not take the path that it stands for"
        return difference(self.read(value), right)

    def time(self, place: Workshop, loops: int) -> float:
        return place.play(self._play(loops)).seconds

    def _play(self, loops: int) -> Play:
        tasks = self.tasks(loops) if self.tasks else []
        return {"name": self.key, "hosts": self.host, "gather_facts": False, "tasks": tasks}


@dataclass(frozen=True)
class Process(Contender):
    """A bare process that prints its answer."""

    command: tuple[str, ...] = ()
    read: Callable[[str], Answer] = json.loads

    def check(self, place: Workshop, right: Answer) -> str:
        return difference(self.read(place.run(self.command).output), right)

    def time(self, place: Workshop, loops: int) -> float:
        return place.run(self.command).seconds


@dataclass(frozen=True)
class Reported(Process):
    """A bare process that times its work itself, its own start and preparations left out."""

    def time(self, place: Workshop, loops: int) -> float:
        return float(json.loads(place.run(self.command).output)["seconds"])


def check_all(contenders: list[Contender], place: Workshop, right: Answer) -> dict[str, str]:
    """What is wrong with each answer, by key; contenders that are right are left out."""
    found = {}
    for contender in contenders:
        try:
            problem = contender.check(place, contender.right or right)
        except (Failed, OSError, ValueError, KeyError, TypeError, IndexError) as exc:
            problem = f"it gave no answer: {exc}"
        if problem:
            found[contender.key] = problem
    return found
