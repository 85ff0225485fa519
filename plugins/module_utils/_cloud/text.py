# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in messages: quoted strings from outside, and the names of types."""

from __future__ import annotations

import re
import typing as t

_TYPES = (
    (bool, "a boolean"),
    (str, "a string"),
    (int, "an integer"),
    (float, "a number"),
    (t.Mapping, "a mapping"),
    ((list, tuple), "a list"),
)


def quoted(text: str) -> str:
    """A string from outside for use in a message: printable, in quotes, at most 80 characters.

    It is cut between words, since half a secret could no longer be recognised and taken out.
    """
    shown = text if len(text) <= 80 else re.sub(r"\S*$", "", text[:80]) + "…"
    safe = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown)
    return f"'{safe}'"


def type_name(value: t.Any) -> str:
    """A value's type in words, such as "a list"; messages never quote a whole value, which may be a secret."""
    if value is None:
        return "null"
    return next((words for kind, words in _TYPES if isinstance(value, kind)), f"a value of type {type(value).__name__}")
