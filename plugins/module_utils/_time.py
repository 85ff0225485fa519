# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Instants and durations as whole nanoseconds. No clock is read here.

An instant is an integer: nanoseconds since 1970-01-01T00:00:00Z. Text is never compared, since C(…:00Z) sorts after
C(…:00.500Z) and offsets differ; C(datetime) is not used beyond whole seconds, since it drops the last three digits.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import datetime
import re
import typing as t

SECOND = 1_000_000_000

_EPOCH = datetime.datetime(1970, 1, 1)
_FIRST = int((datetime.datetime.min - _EPOCH).total_seconds()) * SECOND
_LAST = int((datetime.datetime(9999, 12, 31, 23, 59, 59) - _EPOCH).total_seconds()) * SECOND + SECOND - 1
_EPOCH_UTC = _EPOCH.replace(tzinfo=datetime.UTC)
_DAY = 86_400 * SECOND
_from_iso = datetime.datetime.fromisoformat
_HOUR_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_RFC3339 = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt ]{_HOUR_MINUTE}:[0-5][0-9](?:\.([0-9]{{1,9}}))?(?:[Zz]|([+-]{_HOUR_MINUTE}))"
).fullmatch

_ZEROS = str.maketrans("123456789", "000000000")
_UTC_SHAPES = frozenset(f"0000-00-00T00:00:00{fraction}Z" for fraction in ("", *(f".{'0' * n}" for n in range(1, 10))))
_MICROSECONDS = len("0000-00-00T00:00:00.000000Z")

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(
    r"(?:([0-9]{1,15})w)?(?:([0-9]{1,15})d)?(?:([0-9]{1,15})h)?(?:([0-9]{1,15})m)?(?:([0-9]{1,15})(?:\.([0-9]{1,9}))?s)?",
    re.IGNORECASE,
).fullmatch
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?").fullmatch
_LONGEST = (_LAST - _FIRST) // SECOND


def parse_instant(text: str) -> int:
    """Nanoseconds since the epoch of an RFC 3339 date-time with 0 to 9 fraction digits and any offset.

    A lower-case t or z, and a space for the T, are read too, as section 5.6 allows: YAML makes the latter of an unquoted time.
    The range is that of C(google.protobuf.Timestamp): 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.

    :raises ValueError: the text is none, or lies outside that range; the message says what is expected
    :source: RFC 3339 section 5.6; U(https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp)
    """
    match = _RFC3339(text)
    if match is None:
        raise ValueError(
            "is no RFC 3339 time with an offset, such as 2026-11-20T10:00:00Z or 2026-11-20T13:00:00.5+03:00"
        )
    fraction, offset = match.groups(default="")
    instant = _whole_seconds(text) + int(fraction.ljust(9, "0"))
    if offset:
        minutes = int(offset[1:3]) * 60 + int(offset[4:])
        instant -= (minutes if offset[0] == "+" else -minutes) * 60 * SECOND
    if not _FIRST <= instant <= _LAST:
        raise ValueError("lies outside the years 0001 to 9999 in UTC")
    return instant


def parse_instants(texts: t.Sequence[str]) -> list[int]:
    """What :func:`parse_instant` makes of each text, at half its cost where all of them are in UTC, as the API writes them.

    :raises ValueError: one of the texts is no time
    """
    together = "\n".join(texts)
    shapes = set(together.translate(_ZEROS).split("\n"))
    if _UTC_SHAPES.issuperset(shapes) and "T24" not in together:
        try:
            return (_in_microseconds if max(map(len, shapes)) <= _MICROSECONDS else _in_nanoseconds)(texts)
        except ValueError:
            pass  # found and named below
    return [parse_instant(text) for text in texts]


def _in_microseconds(texts: t.Sequence[str]) -> list[int]:
    return [
        (since := _from_iso(text) - _EPOCH_UTC).days * _DAY + since.seconds * SECOND + since.microseconds * 1_000
        for text in texts
    ]


def _in_nanoseconds(texts: t.Sequence[str]) -> list[int]:
    cut = slice(_MICROSECONDS - 1, -1)
    return [
        (since := _from_iso(text) - _EPOCH_UTC).days * _DAY
        + since.seconds * SECOND
        + since.microseconds * 1_000
        + int(text[cut].ljust(3, "0"))
        for text in texts
    ]


def _whole_seconds(text: str) -> int:
    try:
        since = _from_iso(text[:19]) - _EPOCH
    except ValueError as exc:
        raise ValueError(f"is no date of the calendar ({exc})") from None
    seconds: int = since.days * 86_400 + since.seconds
    return seconds * SECOND


def format_instant(instant: int) -> str:
    """RFC 3339 text in UTC; nine fraction digits unless the instant is a whole second."""
    seconds, nanos = divmod(instant, SECOND)
    text = (_EPOCH + datetime.timedelta(seconds=seconds)).isoformat()
    return f"{text}.{nanos:09d}Z" if nanos else f"{text}Z"


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
