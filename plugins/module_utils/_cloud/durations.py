# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Durations as whole nanoseconds: read from what people write, and worded for them."""

from __future__ import annotations

import re

from .errors import OptionError
from .instants import FIRST, LAST, SECOND
from .text import quoted

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(
    r"(?:(?P<w>[0-9]{1,15})w)?(?:(?P<d>[0-9]{1,15})d)?(?:(?P<h>[0-9]{1,15})h)?(?:(?P<m>[0-9]{1,15})m)?"
    r"(?:(?P<s>[0-9]{1,15})(?:\.(?P<fraction>[0-9]{1,9}))?s)?",
    re.IGNORECASE,
).fullmatch
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?").fullmatch
_LONGEST = (LAST - FIRST) // SECOND
_EXPECTED = "is not a duration; write 26h, 1d2h, 90m, 90s, PT26H, or a number of seconds"


def duration_option(value: str | int | float | None, option: str) -> int | None:
    """An option's duration in nanoseconds, None where it is not given.

    :raises OptionError: the value is not a duration
    """
    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as exc:
        raise OptionError(f"{option} {quoted(str(value))} {exc}.", option=option) from None


def parse_duration(value: str | int | float) -> int:
    """Nanoseconds of "90s", "26h", "1d2h", "PT26H", "P1DT2H" or plain seconds.

    :raises ValueError: the value is not a duration, or is longer than the range of instants
    :source: ISO 8601 for the "P…T…" form, of which years and months are left out, since their length varies
    """
    text = str(value).strip()
    if isinstance(value, bool) or not text or not text.isascii():
        raise ValueError(_EXPECTED)
    if _SECONDS(text):
        text = f"{text}s"
    elif text[0] in "Pp":
        text = _without_iso_marks(text)
    match = _DURATION(text)
    if match is None or not any(match.groups()):
        raise ValueError(_EXPECTED)
    counts = match.groupdict(default="0")
    fraction = counts.pop("fraction")
    seconds = sum(int(count) * _UNITS[unit] for unit, count in counts.items())
    if seconds > _LONGEST:
        raise ValueError("is longer than 9998 years")
    return seconds * SECOND + int(fraction.ljust(9, "0"))


def _without_iso_marks(text: str) -> str:
    """ "1d2h" of "P1DT2H"; text that breaks ISO 8601 (time parts before the T, nothing after it) becomes empty."""
    days, mark, clock = text[1:].upper().partition("T")
    if (mark and not clock) or set("HS") & set(days) or "M" in days or set("WD") & set(clock):
        return ""
    return days + clock


def format_duration(nanoseconds: int, beyond: int | None = None) -> str:
    """A duration for people, rounded down: ``45s``, ``26h 5m``, ``3d 4h``. Hours stay hours below two days.

    :param beyond: a limit in nanoseconds that the duration exceeds; the text is then as long as it takes to exceed it too
    """
    if nanoseconds < 0:
        return f"-{format_duration(-nanoseconds)}"
    counts = _counts(nanoseconds)
    shown = counts[:-1][:2]
    if beyond is not None:
        shown = counts
        for length in range(2, len(counts)):
            if sum(count * unit for count, _letter, unit in counts[:length]) > beyond:
                shown = counts[:length]
                break
    return " ".join(f"{count}{letter}" for count, letter, _unit in shown if count) or "0s"


def _counts(nanoseconds: int) -> list[tuple[int, str, int]]:
    """The counts of the units from the first that is not zero down to nanoseconds, with each unit's letters and length."""
    counts: list[tuple[int, str, int]] = []
    for letter, unit in (("d", 86_400 * SECOND), ("h", 3_600 * SECOND), ("m", 60 * SECOND), ("s", SECOND), ("ns", 1)):
        if letter == "d" and nanoseconds < 2 * unit:
            continue
        count, nanoseconds = divmod(nanoseconds, unit)
        if count or counts or letter == "s":
            counts.append((count, letter, unit))
    return counts
