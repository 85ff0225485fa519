# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Durations as whole nanoseconds, from what people write and in words for them. Loaded where there is one.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import re

from .._backups import quoted
from .errors import OptionError
from .instants import FIRST, LAST, SECOND

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(
    r"(?:([0-9]{1,15})w)?(?:([0-9]{1,15})d)?(?:([0-9]{1,15})h)?(?:([0-9]{1,15})m)?(?:([0-9]{1,15})(?:\.([0-9]{1,9}))?s)?",
    re.IGNORECASE,
).fullmatch
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?").fullmatch
_LONGEST = (LAST - FIRST) // SECOND


def parse_max_age(value: str | int | float | None) -> int | None:
    """O(max_age) in nanoseconds, None where there is none.

    :raises OptionError: the value is no duration
    """
    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as exc:
        raise OptionError(f"max_age {quoted(str(value))} {exc}.", option="max_age") from None


def parse_duration(value: str | int | float) -> int:
    """Nanoseconds of C(90s), C(26h), C(1d2h), C(PT26H), C(P1DT2H) or plain seconds.

    :raises ValueError: the value is no duration, or is longer than the range of instants
    :source: ISO 8601 for the C(P…T…) form, of which years and months are left out, since their length varies
    """
    text = str(value).strip()
    if isinstance(value, bool) or not text or not text.isascii():
        raise ValueError("is no duration; write 26h, 1d2h, 90m, 90s, PT26H, or a number of seconds")
    if _SECONDS(text):
        text = f"{text}s"
    elif text[0] in "Pp":
        text = _without_iso_marks(text)
    match = _DURATION(text)
    if match is None or not any(match.groups()):
        raise ValueError("is no duration; write 26h, 1d2h, 90m, 90s, PT26H, or a number of seconds")
    *whole, fraction = match.groups()
    seconds = sum(int(count) * unit for count, unit in zip(whole, _UNITS.values(), strict=True) if count)
    if seconds > _LONGEST:
        raise ValueError("is longer than 9998 years")
    return seconds * SECOND + int((fraction or "").ljust(9, "0"))


def _without_iso_marks(text: str) -> str:
    """C(1d2h) of C(P1DT2H); text that breaks ISO 8601 (time parts before the T, nothing after it) becomes empty."""
    days, mark, clock = text[1:].upper().partition("T")
    if (mark and not clock) or set("HS") & set(days) or "M" in days or set("WD") & set(clock):
        return ""
    return days + clock


def format_duration(nanoseconds: int) -> str:
    """The two largest units that matter, such as C(1d 3h) or C(45s): for people, rounded down."""
    seconds = abs(nanoseconds) // SECOND
    parts: list[str] = []
    for unit in "dhms":
        count, seconds = divmod(seconds, _UNITS[unit])
        if count or parts:
            parts.append(f"{count}{unit}")
    text = " ".join(part for part in parts[:2] if not part.startswith("0")) or "0s"
    return f"-{text}" if nanoseconds < 0 else text
