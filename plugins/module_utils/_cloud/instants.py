# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instants as whole nanoseconds. No clock is read here.

An instant is an integer: nanoseconds since 1970-01-01T00:00:00Z. Text is never compared, since "…:00Z" sorts after
"…:00.500Z" and offsets differ; datetime is not used beyond whole seconds, since it drops the last three digits.
"""

from __future__ import annotations

import datetime
import re

SECOND = 1_000_000_000

_EPOCH = datetime.datetime(1970, 1, 1)

FIRST = int((datetime.datetime.min - _EPOCH).total_seconds()) * SECOND
LAST = int((datetime.datetime(9999, 12, 31, 23, 59, 59) - _EPOCH).total_seconds()) * SECOND + SECOND - 1
"""The instants between which all others lie: the years 0001 to 9999 in UTC."""

_from_iso = datetime.datetime.fromisoformat
_HOUR_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_RFC3339 = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt ]{_HOUR_MINUTE}:[0-5][0-9](?:\.([0-9]{{1,9}}))?(?:[Zz]|([+-]{_HOUR_MINUTE}))"
).fullmatch


def parse_instant(text: str) -> int:
    """Nanoseconds since the epoch of an RFC 3339 date-time with 0 to 9 fraction digits and any offset.

    A lower-case t or z, and a space for the T, are read too, as section 5.6 allows: YAML makes the latter of an unquoted time.
    The range is that of google.protobuf.Timestamp: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.

    :raises ValueError: the text is not one, or lies outside that range; the message says what is expected
    :source: RFC 3339 section 5.6; https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
    """
    match = _RFC3339(text)
    if match is None:
        raise ValueError(
            "is not an RFC 3339 time with an offset, such as 2026-11-20T10:00:00Z or 2026-11-20T13:00:00.5+03:00"
        )
    fraction, offset = match.groups(default="")
    instant = _whole_seconds(text) + int(fraction.ljust(9, "0"))
    if offset:
        minutes = int(offset[1:3]) * 60 + int(offset[4:])
        instant -= (minutes if offset[0] == "+" else -minutes) * 60 * SECOND
    if not FIRST <= instant <= LAST:
        raise ValueError("lies outside the years 0001 to 9999 in UTC")
    return instant


def _whole_seconds(text: str) -> int:
    try:
        since = _from_iso(text[:19]) - _EPOCH
    except ValueError as exc:
        raise ValueError(f"is not a date of the calendar ({exc})") from None
    seconds: int = since.days * 86_400 + since.seconds
    return seconds * SECOND


def format_instant(instant: int) -> str:
    """RFC 3339 text in UTC; nine fraction digits unless the instant is a whole second."""
    seconds, nanos = divmod(instant, SECOND)
    text = (_EPOCH + datetime.timedelta(seconds=seconds)).isoformat()
    return f"{text}.{nanos:09d}Z" if nanos else f"{text}Z"
