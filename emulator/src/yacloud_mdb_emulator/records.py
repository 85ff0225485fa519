# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dataclasses that documents and flags fill: each field is declared once, then read, checked and made into a flag."""

from __future__ import annotations

import argparse
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, field, fields
from typing import Any, TypeVar

from .errors import ConfigError

T = TypeVar("T")
_WORDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "a mapping",
}


def option(default: Any, text: str = "", choices: Sequence[str] = (), **more: Any) -> Any:
    """A field with what ``--help`` says of it; MISSING as the default makes it required.

    ``least`` and ``most`` limit a number. ``alone`` is the value of a flag without one, and what true means.
    ``metavar`` is argparse's.
    """
    # pylint: disable-next=invalid-field-call  # it stands for the field in a class
    return field(default=default, metadata={"help": text, "choices": choices, **more})


def make(kind: type[T], document: Any, origin: str) -> T:
    """A dataclass of a document; raises ConfigError, also for a required key that is missing."""
    values = read(kind, document, origin)
    for item in fields(kind):  # type: ignore[arg-type]
        if item.default is item.default_factory is MISSING and item.name not in values:
            raise ConfigError(f"{origin}: '{item.name}' is missing")
    return kind(**values)


def read(kind: type[Any], document: Any, origin: str) -> dict[str, Any]:
    """The fields that a document gives values to; null is as good as left out. Raises ConfigError naming the key."""
    known = {item.name: item for item in fields(kind) if item.init}
    hints = typing.get_type_hints(kind)
    values = {}
    for key, value in mapping(document, origin).items():
        name = str(key).replace("-", "_")
        if name not in known:
            raise ConfigError(f"{origin}: unknown key '{key}'; known are {', '.join(known)}")
        if value is not None:
            values[name] = _checked(known[name], hints[name], value, origin)
    return values


def _checked(item: Field[Any], hint: Any, value: Any, origin: str) -> Any:
    limits = item.metadata
    if "alone" in limits and isinstance(value, bool):
        value = limits["alone"] if value else item.default
    if choices := limits.get("choices"):
        value = str(value)
        if value not in choices:
            raise ConfigError(f"{origin}: {item.name} is '{value}'; choose {', '.join(choices)}")
    allowed = _types(hint)
    if float in allowed and type(value) is int:
        value = float(value)
    if type(value) not in allowed:
        words = " or ".join(_WORDS[each] for each in allowed)
        raise ConfigError(f"{origin}: {item.name} must be {words}, not {value!r}")
    least, most = limits.get("least", -math.inf), limits.get("most", math.inf)
    if isinstance(value, int | float) and not least <= value <= most:
        wanted = f"{least} or more" if most == math.inf else f"{least} to {most}"
        raise ConfigError(f"{origin}: {item.name} is {value}; choose {wanted}")
    return value


def _types(hint: Any) -> list[type[Any]]:
    """The types that a field's annotation allows beside None."""
    parts = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return [typing.get_origin(part) or part for part in parts if part is not type(None)]


def mapping(value: Any, where: str) -> dict[str, Any]:
    """The value, if it is a mapping; null is an empty one. Raises ConfigError."""
    if not isinstance(value, Mapping | None):
        raise ConfigError(f"{where}: must be a mapping, not {value!r}")
    return dict(value or {})


def items(document: Mapping[str, Any], name: str, where: str) -> list[Any]:
    """The list under a key of a document; where there is none, an empty one. Raises ConfigError."""
    value = document.get(name)
    if not isinstance(value, list | None):
        raise ConfigError(f"{where}: '{name}' must be a list, not {value!r}")
    return value or []


def add_flags(group: argparse._ArgumentGroup, kind: type[Any]) -> None:
    """A flag for each option. One that is not given stays absent, so that a seed file's value holds."""
    for item in fields(kind):
        if "help" not in item.metadata:
            continue
        untold = item.default is None or item.default is False or item.default == ""
        shown = "" if untold else f" (default: {item.default})"
        options: dict[str, Any] = {"default": argparse.SUPPRESS, "help": item.metadata["help"] + shown}
        if isinstance(item.default, bool):
            options["action"] = argparse.BooleanOptionalAction
        else:
            options["type"] = str if item.default is None else type(item.default)
            options |= {name: item.metadata[name] for name in ("choices", "metavar") if item.metadata.get(name)}
        if "alone" in item.metadata:
            options |= {"nargs": "?", "const": item.metadata["alone"]}
        group.add_argument("--" + item.name.replace("_", "-"), **options)


def flags_given(options: argparse.Namespace, kind: type[Any]) -> dict[str, Any]:
    """The fields whose flags were given; raises ConfigError."""
    given = vars(options)
    values = {item.name: given[item.name] for item in fields(kind) if item.name in given}
    return read(kind, values, "command line")
