# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strings from outside and the names of types, in messages."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.text import quoted, type_name


def test_a_quoted_string_is_printable_and_short() -> None:
    assert (
        quoted("a\x1b[31m\n\u202eb")
        == "'a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b'"
    )
    assert quoted("x" * 40 + " " + "y" * 40) == f"'{'x' * 40} …'"
    assert quoted("x" * 80) == f"'{'x' * 80}'"
    assert quoted("word " * 17) == f"'{'word ' * 16}…'"
    assert quoted("a" * 40 + " " + "b" * 39 + " c") == f"'{'a' * 40} …'"
    assert quoted("half " + "x" * 80) == "'half …'"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"), (True, "a boolean"), (1, "an integer"), (1.5, "a number"), ("secret", "a string"), ({"secret": 1}, "a mapping"),
        ((), "a list"), ([], "a list"), (b"", "a value of type bytes"),
    ],
)  # fmt: skip
def test_the_name_of_a_type_never_tells_the_value(value: t.Any, name: str) -> None:
    assert type_name(value) == name
