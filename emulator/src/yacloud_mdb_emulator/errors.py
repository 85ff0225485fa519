# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong: errors told to clients of the API, and errors told to whoever starts the emulator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.rpc import code_pb2, error_details_pb2, status_pb2

from .json_text import dumps

#: The HTTP status of each google.rpc.Code, as the vendor's gateway answers it.
HTTP_STATUS: dict[int, int] = {
    code_pb2.CANCELLED: 499,
    code_pb2.UNKNOWN: 500,
    code_pb2.INVALID_ARGUMENT: 400,
    code_pb2.DEADLINE_EXCEEDED: 504,
    code_pb2.NOT_FOUND: 404,
    code_pb2.ALREADY_EXISTS: 409,
    code_pb2.PERMISSION_DENIED: 403,
    code_pb2.RESOURCE_EXHAUSTED: 429,
    code_pb2.FAILED_PRECONDITION: 400,
    code_pb2.ABORTED: 409,
    code_pb2.OUT_OF_RANGE: 400,
    code_pb2.UNIMPLEMENTED: 501,
    code_pb2.INTERNAL: 500,
    code_pb2.UNAVAILABLE: 503,
    code_pb2.DATA_LOSS: 500,
    code_pb2.UNAUTHENTICATED: 401,
}

#: The google.rpc.Code to write where only an HTTP status is known; where several share one, the usual one.
CODE_OF_STATUS: dict[int, int] = {
    **{status: code for code, status in HTTP_STATUS.items()},
    400: code_pb2.INVALID_ARGUMENT,
    409: code_pb2.ABORTED,
    500: code_pb2.INTERNAL,
    502: code_pb2.UNAVAILABLE,
    504: code_pb2.DEADLINE_EXCEEDED,
}


class ConfigError(Exception):
    """A flag, seed, fault or setting that cannot be used; the message says which and what to do."""


class ApiError(Exception):
    """An answer of the API other than success: a google.rpc.Status with its HTTP status."""

    def __init__(self, code: int, message: str, details: Iterable[Any] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = list(details)

    @property
    def http_status(self) -> int:
        """The HTTP status that belongs to the code."""
        return HTTP_STATUS.get(self.code, 500)

    def status(self) -> Any:
        """The google.rpc.Status."""
        status = status_pb2.Status(code=self.code, message=self.message)
        for detail in self.details:
            status.details.add().Pack(detail)
        return status

    def body(self) -> bytes:
        """The google.rpc.Status as JSON."""
        return dumps(MessageToDict(self.status()))


def invalid(field: str, problem: str) -> ApiError:
    """INVALID_ARGUMENT for one request field, with a BadRequest detail as the real API sends it."""
    detail = error_details_pb2.BadRequest()
    detail.field_violations.add(field=field, description=problem)
    return ApiError(code_pb2.INVALID_ARGUMENT, f"Request validation error: {field}: {problem}", [detail])


def not_found(what: str, name: str) -> ApiError:
    """NOT_FOUND for a thing of which the id is known."""
    return ApiError(code_pb2.NOT_FOUND, f"{what} with id '{name}' not found")


def failed_precondition(message: str) -> ApiError:
    """FAILED_PRECONDITION, for a thing that is not in the state that a request needs."""
    return ApiError(code_pb2.FAILED_PRECONDITION, message)


def unauthenticated(message: str) -> ApiError:
    """UNAUTHENTICATED, for a credential that is missing, unknown or expired."""
    return ApiError(code_pb2.UNAUTHENTICATED, message)


def permission_denied(message: str = "Permission denied") -> ApiError:
    """PERMISSION_DENIED, for a known credential that may not do this."""
    return ApiError(code_pb2.PERMISSION_DENIED, message)
