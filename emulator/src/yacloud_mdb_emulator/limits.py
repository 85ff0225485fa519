# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits that the official definitions set for requests: ``yandex.cloud.*`` options of their fields."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf.message import Message
from yandex.cloud import validation_pb2

from .errors import invalid

#: The options that limit each value of a field.
_OF_ELEMENTS = (validation_pb2.length, validation_pb2.value, validation_pb2.pattern)


def check_limits(message: Any, path: str = "") -> None:
    """Hold a request and the messages in it against their limits; raises ApiError naming the field."""
    for field in message.DESCRIPTOR.fields:
        name, value, rules = path + field.name, _value(message, field), field.GetOptions().Extensions
        if rules[validation_pb2.required] and not value and not isinstance(value, Message):
            raise invalid(name, "the field is required")
        _check_range(name, "number of elements", rules[validation_pb2.size], len(value) if field.is_repeated else 0)
        if _is_map(field):
            keys = rules[validation_pb2.map_key]
            for key in value:
                _check_element(name, key, keys.length, keys.value, keys.pattern)
        length, size, pattern = (rules[option] for option in _OF_ELEMENTS)
        for place, element in _elements(field, value, name):
            _check_element(place, element, length, size, pattern)
            if isinstance(element, Message):
                check_limits(element, f"{place}.")


def _value(message: Any, field: Any) -> Any:
    """A field's value; None for a message that is absent. Wrappers such as Int64Value are unwrapped."""
    value = getattr(message, field.name)
    if field.message_type is None or field.is_repeated:
        return value
    if not message.HasField(field.name):
        return None
    return value.value if field.message_type.file.name == "google/protobuf/wrappers.proto" else value


def _is_map(field: Any) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


def _elements(field: Any, value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each value that a field holds, and where it stands."""
    if _is_map(field):
        yield from ((f"{name}[{key}]", value[key]) for key in value)
    elif field.is_repeated:
        yield from ((f"{name}[{number}]", element) for number, element in enumerate(value))
    elif value is not None:
        yield name, value


def _check_element(place: str, value: Any, length: str, size: str, pattern: str) -> None:
    if length:
        _check_range(place, "length", length, len(value))
    if size:
        _check_range(place, "value", size, value)
    if pattern and value and not re.fullmatch(pattern, value):
        raise invalid(place, f"must match {pattern}")


def _check_range(place: str, what: str, rule: str, number: int) -> None:
    # What is absent is at its default, which a rule does not mean: `required` is there for that.
    if rule and number:
        low, high = bounds(rule)
        if not low <= number <= high:
            raise invalid(place, f"{what} is {number}, allowed is {rule}")


@cache
def bounds(rule: str) -> tuple[float, float]:
    """The least and the greatest that ``<=50``, ``>0``, ``>=1`` or ``0-1000`` allow; validation.proto has the syntax."""
    found = re.fullmatch(r"(?P<sign><=|>=|>)(?P<bound>\d+)|(?P<low>-?\d+)-(?P<high>\d+)", rule)
    if found is None:
        raise ValueError(f"a limit of the official definitions is not understood: {rule}")
    if found["low"]:
        return int(found["low"]), int(found["high"])
    bound = int(found["bound"])
    return {"<=": (-math.inf, bound), ">=": (bound, math.inf), ">": (bound + 1, math.inf)}[found["sign"]]
