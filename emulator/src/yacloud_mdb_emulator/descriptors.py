# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the official protobuf definitions say: methods, their routes and messages, how JSON looks.

Only the generated modules that are needed are imported, not the SDK, so that the emulator starts fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.api import annotations_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from yandex.cloud.api import operation_pb2 as operation_options
from yandex.cloud.endpoint import api_endpoint_service_pb2
from yandex.cloud.iam.v1 import iam_token_service_pb2
from yandex.cloud.mdb.redis.v1 import backup_service_pb2, cluster_service_pb2
from yandex.cloud.operation import operation_service_pb2

from .errors import ConfigError

#: What is served: (generated module, service, methods).
SERVED: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (
        cluster_service_pb2,
        "ClusterService",
        ("Get", "List", "ListBackups", "ListHosts", "ListOperations", "Backup", "Restore", "Update", "Delete"),
    ),
    (backup_service_pb2, "BackupService", ("Get", "List", "Delete")),
    (operation_service_pb2, "OperationService", ("Get",)),
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
    #: Whether the request stands in the body.
    has_body: bool
    served: bool
    #: The message classes.
    request: type[Any]
    response: type[Any]
    #: The class of the operation's metadata; None for a method that starts no operation.
    metadata: type[Any] | None

    @property
    def alias(self) -> str:
        """A short unique name, taken from the request message: ``ListClusterBackups``."""
        return str(self.request.DESCRIPTOR.name).removesuffix("Request")

    @property
    def rows_field(self) -> Any:
        """The field of a list's response that holds the rows."""
        return next(field for field in self.response.DESCRIPTOR.fields if field.is_repeated)


@cache
def all_methods() -> tuple[Method, ...]:
    """Every method of the services that are served, at least in part."""
    return tuple(
        _method(method, served=method.name in names)
        for module, service, names in SERVED
        for method in module.DESCRIPTOR.services_by_name[service].methods
    )


@cache
def served_methods() -> tuple[Method, ...]:
    """Every method served."""
    return tuple(method for method in all_methods() if method.served)


def _method(method: MethodDescriptor, *, served: bool) -> Method:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    verb = str(rule.WhichOneof("pattern"))
    return Method(
        service=method.containing_service.full_name,
        name=method.name,
        verb=verb.upper(),
        template=str(getattr(rule, verb)),
        has_body=bool(rule.body),
        served=served,
        request=GetMessageClass(method.input_type),
        response=GetMessageClass(method.output_type),
        metadata=_metadata(method) if served else None,
    )


def _metadata(method: MethodDescriptor) -> type[Any] | None:
    name = method.GetOptions().Extensions[operation_options.operation].metadata
    return GetMessageClass(method.containing_service.file.message_types_by_name[name]) if name else None


def to_json(message: Any, *, proto_names: bool = False) -> dict[str, Any]:
    """The message as the vendor's gateway writes it: lowerCamelCase, fields at their default left out."""
    document: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=proto_names)
    return document


def from_document(kind: type[Any], document: Mapping[str, Any], origin: str) -> Any:
    """A message of a seed's mapping (snake_case or lowerCamelCase); raises ConfigError."""
    message = kind()
    try:
        json_format.ParseDict(dict(document), message)
    except json_format.ParseError as error:
        raise ConfigError(f"{origin}: {error}") from error
    return message
