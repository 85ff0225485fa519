# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits that the official definitions set for requests: ``yandex.cloud.*`` options of their fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from google.protobuf.message import Message
from yandex.cloud import validation_pb2

from .errors import invalid

Check = Callable[[Any], str | None]


def check_limits(message: Any, path: str = "") -> None:
    """Hold a request and the messages in it against their limits; raises ApiError naming the field."""
    for field in message.DESCRIPTOR.fields:
        name, whole, each = path + field.name, *_limits(field)
        for check in whole:
            _raise(name, check(_value(message, field)))
        for place, element in _elements(message, field, name):
            for check in each:
                _raise(place, check(element))
            if isinstance(element, Message):
                check_limits(element, f"{place}.")


def _raise(field: str, problem: str | None) -> None:
    if problem:
        raise invalid(field, problem)


def _value(message: Any, field: Any) -> Any:
    """A field's value; None for a message that is absent."""
    if field.message_type and not field.is_repeated and not message.HasField(field.name):
        return None
    return getattr(message, field.name)


def _elements(message: Any, field: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each value that a field holds, and where it stands. Wrappers such as Int64Value are unwrapped."""
    value = _value(message, field)
    if field.is_repeated and field.message_type and field.message_type.GetOptions().map_entry:
        yield from ((f"{name}[{key}]", value[key]) for key in value)
    elif field.is_repeated:
        yield from ((f"{name}[{number}]", element) for number, element in enumerate(value))
    elif value is not None:
        yield name, value.value if _is_wrapper(field.message_type) else value


def _is_wrapper(kind: Any) -> bool:
    return kind is not None and kind.file.name == "google/protobuf/wrappers.proto"


@cache
def _limits(field: Any) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """The checks of a field as a whole, and those of each of its elements."""
    options = field.GetOptions().Extensions
    whole: list[Check] = []
    if options[validation_pb2.required]:
        whole.append(lambda value: None if value or isinstance(value, Message) else "the field is required")
    if rule := options[validation_pb2.size]:
        whole.append(_range_check(rule, len, "number of elements"))
    keys = options[validation_pb2.map_key]
    whole.extend(map(_key_check, _element_checks(keys.length, keys.value, keys.pattern)))
    each = (options[rule] for rule in (validation_pb2.length, validation_pb2.value, validation_pb2.pattern))
    return tuple(whole), tuple(_element_checks(*each))


def _element_checks(length: str, value: str, pattern: str) -> Iterable[Check]:
    if length:
        yield _range_check(length, len, "length")
    if value:
        yield _range_check(value, lambda element: element, "value")
    if pattern:
        yield _pattern_check(pattern)


def _key_check(check: Check) -> Check:
    """A check of every key of a map."""
    return lambda value: next(filter(None, map(check, value)), None)


def _pattern_check(rule: str) -> Check:
    pattern = re.compile(rule)
    return lambda value: None if not value or pattern.fullmatch(value) else f"must match {rule}"


def _range_check(rule: str, measure: Callable[[Any], float], what: str) -> Check:
    inside = _range(rule)

    def check(value: Any) -> str | None:
        size = measure(value)
        # An absent field is at its default, which the rule does not mean: `required` is there for that.
        return None if not value or inside(size) else f"{what} is {size}, allowed is {rule}"

    return check


def _range(rule: str) -> Callable[[float], bool]:
    """A predicate for ``<=50``, ``>0``, ``0-1000``, ``3``; the syntax of the options in validation.proto."""
    number = r"(-?\d+(?:\.\d+)?)"
    if match := re.fullmatch(rf"(<=|>=|<|>)\s*{number}", rule):
        bound = float(match[2])
        return {
            "<=": lambda size: size <= bound,
            ">=": lambda size: size >= bound,
            "<": lambda size: size < bound,
            ">": lambda size: size > bound,
        }[match[1]]
    if match := re.fullmatch(rf"{number}-{number}", rule):
        low, high = float(match[1]), float(match[2])
        return lambda size: low <= size <= high
    exact = float(rule)
    return lambda size: size == exact
