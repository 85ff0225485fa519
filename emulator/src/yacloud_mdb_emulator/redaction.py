# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords in requests: never stored and never shown."""

from __future__ import annotations

from typing import Any

#: What stands in the place of a password.
MASK = "********"


def without_passwords(message: Any, mask: str = "") -> Any:
    """A copy of a message in which every password is replaced by the mask."""
    copy = type(message)()
    copy.CopyFrom(message)
    _mask(copy, mask)
    return copy


def _mask(message: Any, mask: str) -> None:
    for field, value in message.ListFields():
        if field.name == "password":
            setattr(message, field.name, mask)
        elif field.name == "passwords":
            value[:] = [mask] * len(value)
        elif field.message_type and not field.message_type.GetOptions().map_entry:
            for part in value if field.is_repeated else [value]:
                _mask(part, mask)
