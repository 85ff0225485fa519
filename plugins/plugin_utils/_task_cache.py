# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Answers kept for the length of one task.

A lookup is evaluated again at each use of a lazy variable and for each item of a loop. Within a task the same question needs no
second request; a later task, and each try of a task with C(until), must see new backups.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import os
import typing as t

T = t.TypeVar("T")

_owner: object = None
_answers: dict[t.Any, t.Any] = {}


def once_per_task(question: t.Hashable, answer: t.Callable[[], T]) -> T:
    """The answer to a question, from this task's memory where it has been given before.

    An error that C(answer) raises passes through, and is not kept.
    """
    global _owner
    owner = _current_owner()
    if owner is None:
        return answer()
    if owner != _owner:
        _answers.clear()
        _owner = owner
    if question not in _answers:
        _answers[question] = answer()
    return t.cast(T, _answers[question])


def _current_owner() -> object:
    """What tells the running task from all others; None where that cannot be told, or where its tries must differ."""
    try:
        from ansible._internal._task import TaskContext

        context = TaskContext.current(optional=True)
        task = context.task if context else None
        # A worker is forked for each task and host, and inherits this memory.
        return None if task is None or task.until else (os.getpid(), task._uuid)
    except (ImportError, AttributeError):  # no public way to ask; without an answer nothing is kept
        return None
