# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The time left for everything that a call does.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import time
import typing as t

from .errors import DeadlineExceeded


class Deadline:
    """The time left for everything together. Counted from its making, on the monotonic clock."""

    def __init__(self, seconds: float, clock: t.Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left, negative once it has passed."""
        return self._end - self._clock()

    def error(self, doing: str, last: str = "") -> DeadlineExceeded:
        """The error to raise when time is up while doing something."""
        because = f" The last try ended so: {last}." if last else ""
        return DeadlineExceeded(
            f"{doing}: not done within api_deadline, {self.seconds:g} s for everything together.{because}"
            " Raise api_deadline, ask for less at a time, or see whether the service responds slowly."
        )
