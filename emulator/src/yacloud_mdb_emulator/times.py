# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as nanoseconds since 1970, as protobuf Timestamps and as RFC 3339 text."""

from __future__ import annotations

from typing import Any

from google.protobuf import timestamp_pb2

from .errors import ConfigError

SECOND = 1_000_000_000
#: 0001-01-01T00:00:00Z, a protobuf Timestamp's way to say "never".
ZERO_TIME = -62_135_596_800 * SECOND

# Looked up by name: protobuf makes its classes at import, where a type checker does not see them.
_Timestamp: Any = vars(timestamp_pb2)["Timestamp"]


def stamp(nanoseconds: int) -> Any:
    """A Timestamp message."""
    seconds, nanos = divmod(nanoseconds, SECOND)
    return _Timestamp(seconds=seconds, nanos=nanos)


def write(nanoseconds: int) -> str:
    """RFC 3339 text, with 0, 3, 6 or 9 fraction digits."""
    return str(stamp(nanoseconds).ToJsonString())


def read(text: str, origin: str) -> int:
    """The nanoseconds of RFC 3339 text; raises ConfigError."""
    message = _Timestamp()
    try:
        message.FromJsonString(text)
    except ValueError as error:
        raise ConfigError(f"{origin}: '{text}' is not an RFC 3339 time with an offset ({error})") from error
    return int(message.ToNanoseconds())
