# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the official protobuf definitions say: routes, what a request may hold, how JSON looks.

Only the generated modules that are needed are imported, not the SDK, so that the emulator starts fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.api import annotations_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from yandex.cloud import validation_pb2
from yandex.cloud.endpoint import api_endpoint_service_pb2
from yandex.cloud.iam.v1 import iam_token_service_pb2
from yandex.cloud.mdb.redis.v1 import backup_service_pb2, cluster_service_pb2

from .errors import ConfigError, invalid

#: What is served: (generated module, service, methods).
SERVED: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (cluster_service_pb2, "ClusterService", ("Get", "List", "ListBackups")),
    (backup_service_pb2, "BackupService", ("Get", "List")),
    (api_endpoint_service_pb2, "ApiEndpointService", ("Get", "List")),
    (iam_token_service_pb2, "IamTokenService", ("Create",)),
)


@dataclass(frozen=True, eq=False)
class Method:
    """One method of a service: its place in gRPC and REST, and its messages."""

    service: str
    name: str
    verb: str
    template: str
    #: The message classes.
    request: type[Any]
    response: type[Any]

    @property
    def alias(self) -> str:
        """A short unique name, taken from the request message: ``ListClusterBackups``."""
        return str(self.request.DESCRIPTOR.name).removesuffix("Request")

    @property
    def rows_field(self) -> Any:
        """The field of a list's response that holds the rows; None for a method that answers one thing."""
        if "next_page_token" not in self.response.DESCRIPTOR.fields_by_name:
            return None
        return next(field for field in self.response.DESCRIPTOR.fields if field.is_repeated)

    @property
    def token_name(self) -> str:
        """The JSON name of a list's next page token."""
        return str(self.response.DESCRIPTOR.fields_by_name["next_page_token"].json_name)


def _http_rule(method: MethodDescriptor) -> tuple[str, str]:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    verb = str(rule.WhichOneof("pattern"))
    return verb.upper(), str(getattr(rule, verb))


@cache
def served_methods() -> tuple[Method, ...]:
    """Every method served, read from the descriptors."""
    found = []
    for module, service_name, names in SERVED:
        service = module.DESCRIPTOR.services_by_name[service_name]
        for name in names:
            method = service.methods_by_name[name]
            verb, template = _http_rule(method)
            request, response = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
            found.append(Method(service.full_name, name, verb, template, request, response))
    return tuple(found)


def read_request(method: Method, values: Iterable[tuple[str, Any]]) -> Any:
    """The request message of path and query parameters or of a JSON body; raises ApiError naming the field.

    Like the vendor's gateway it takes a name in lowerCamelCase or snake_case and refuses unknown ones.
    """
    message = method.request()
    known = {name: field for field in message.DESCRIPTOR.fields for name in (field.name, field.json_name)}
    for name, value in values:
        if name not in known:
            raise invalid(name, f"no such field in {message.DESCRIPTOR.full_name}")
        try:
            json_format.ParseDict({name: value}, message)
        except json_format.ParseError as error:
            raise invalid(known[name].name, f"{value!r} is invalid: {error}") from error
    return message


def check_limits(message: Any) -> None:
    """Hold a request against the ``yandex.cloud.*`` options of its fields; raises ApiError."""
    for field, checks in _limits(message.DESCRIPTOR):
        value = getattr(message, field)
        for check in checks:
            problem = check(value)
            if problem:
                raise invalid(field, problem)


Check = Callable[[Any], str | None]


@cache
def _limits(message: Any) -> tuple[tuple[str, tuple[Check, ...]], ...]:
    return tuple((field.name, tuple(_checks(field))) for field in message.fields)


def _checks(field: Any) -> Iterable[Check]:
    options = field.GetOptions().Extensions
    if options[validation_pb2.required]:
        yield lambda value: None if value else "the field is required"
    if rule := options[validation_pb2.length]:
        yield _range_check(rule, len, "length")
    if rule := options[validation_pb2.size]:
        yield _range_check(rule, len, "number of elements")
    if rule := options[validation_pb2.value]:
        yield _range_check(rule, lambda value: value, "value")
    if rule := options[validation_pb2.pattern]:
        yield _pattern_check(rule)


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


def to_json(message: Any) -> dict[str, Any]:
    """The message as the vendor's gateway writes it: lowerCamelCase, fields at their default left out."""
    document: dict[str, Any] = json_format.MessageToDict(message)
    return document


def from_document(kind: type[Any], document: Mapping[str, Any], origin: str) -> Any:
    """A message of a seed's mapping (snake_case or lowerCamelCase); raises ConfigError."""
    message = kind()
    try:
        json_format.ParseDict(dict(document), message)
    except json_format.ParseError as error:
        raise ConfigError(f"{origin}: {error}") from error
    return message
