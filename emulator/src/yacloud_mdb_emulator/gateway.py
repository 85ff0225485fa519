# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP requests to request messages, by the rules of Envoy's gRPC-JSON transcoder, which the vendor's gateway is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import unquote

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor

from .descriptors import Method, all_methods


class GatewayError(Exception):
    """An error of the gateway's own, sent as plain text before the request reaches the API."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def find_method(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """The method of a route and the values in its path; raises GatewayError (404).

    Only a literal colon starts a custom verb such as ``:backup``, and the fixed parts of a path are never encoded.
    """
    parts, custom = _split(path)
    for method in all_methods():
        template, wanted = _split(method.template)
        if (method.verb, wanted, len(template)) != (verb, custom, len(parts)):
            continue
        values = {name[1:-1]: unquote(part) for name, part in zip(template, parts, strict=True) if name[:1] == "{"}
        if all(name[:1] == "{" or name == part for name, part in zip(template, parts, strict=True)):
            return method, values
    raise GatewayError(404, f"Could not resolve {path} to a method.")


def _split(path: str) -> tuple[list[str], str]:
    """The segments of a path and its custom verb, if it has one."""
    before, colon, custom = path.rpartition(":")
    if not colon or custom not in _custom_verbs():
        before, custom = path, ""
    return before.rstrip("/").split("/"), custom


@cache
def _custom_verbs() -> frozenset[str]:
    tails = (method.template.rpartition("/")[2] for method in all_methods())
    return frozenset(tail.partition(":")[2] for tail in tails) - {""}


def read_request(method: Method, values: dict[str, str], query: str, body: bytes) -> Any:
    """The request message of the values in a path, a query string and a body; raises GatewayError.

    A query outranks the path, and that the body. Names are taken in lowerCamelCase or snake_case. Unknown ones are ignored in
    a body and refused in a query. A body must be a JSON object even where the method takes nothing from it.
    """
    document = _document(body) if body else {}
    message = _from_document(method, document if method.has_body else {})
    known = {name: field for field in message.DESCRIPTOR.fields for name in (field.name, field.json_name)}
    for name, value in [*values.items(), *_query(query)]:
        if name not in known:
            field = name.partition(".")[0]
            raise GatewayError(400, f'Could not find field "{field}" in the type "{message.DESCRIPTOR.full_name}".')
        _set_parameter(message, known[name], value)
    return message


def _set_parameter(message: Any, field: Any, value: str) -> None:
    try:
        if field.type in _INTEGERS and not value.removeprefix("-").isdecimal():
            raise json_format.ParseError(f"{value} is not an integer")
        json_format.ParseDict({field.name: value}, message)
    except json_format.ParseError as error:
        kind = _INTEGERS.get(field.type, f"of the field {field.full_name}")
        raise GatewayError(400, f'{field.name}: invalid value "{value}" for type {kind}') from error


#: The integer types of fields, and how the gateway calls them.
_INTEGERS = {FieldDescriptor.TYPE_INT32: "TYPE_INT32", FieldDescriptor.TYPE_INT64: "TYPE_INT64"}


def _query(text: str) -> Iterator[tuple[str, str]]:
    """The parameters of a query string that have a name and a value, be it empty. A plus stays a plus: only ``%20`` is a blank."""
    for part in text.split("&"):
        name, equals, value = part.partition("=")
        if name and equals:
            yield unquote(name), unquote(value)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise GatewayError(400, f"The body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise GatewayError(400, ": Root element must be a message.")
    return document


def _from_document(method: Method, document: dict[str, Any]) -> Any:
    message = method.request()
    try:
        json_format.ParseDict(_known(document, message.DESCRIPTOR), message)
    except json_format.ParseError as error:
        raise GatewayError(400, str(error)) from error
    return message


def _known(document: Any, descriptor: Any) -> Any:
    """A JSON object without the fields that its message does not have.

    The parser's own way to ignore them would ignore unknown names of enum values too.
    """
    if not isinstance(document, dict) or not descriptor.full_name.startswith("yandex."):
        return document
    fields = {name: field for field in descriptor.fields for name in (field.name, field.json_name)}
    return {name: _known_value(value, fields[name]) for name, value in document.items() if name in fields}


def _known_value(value: Any, field: Any) -> Any:
    if field.message_type is None or field.message_type.GetOptions().map_entry:
        return value
    if field.is_repeated and isinstance(value, list):
        return [_known(item, field.message_type) for item in value]
    return _known(value, field.message_type)
