# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations, as which the cloud does what takes long: one of them parsed, and how often to look at it. No I/O."""

from __future__ import annotations

import typing as t

from .errors import InvalidResponse
from .instants import parse_instant
from .responses import Response
from .text import quoted, type_name

EARLY = 60.0
"""Seconds for which what has just been made may not be found yet, since not every replica of a service has it."""

GOES_ON = "The work goes on in the cloud: run this again to take it up."
"""What to tell whoever stops waiting."""

_UNKNOWN = 2


class Operation(t.NamedTuple):
    """An operation, with its times as the API wrote them.

    :ivar error: "code" (of google.rpc.Status) and "message"; before the end it says that the service is rolling back
    :ivar metadata: what the operation is about, with its type under "@type"
    """

    id: str
    description: str | None
    created_at: str | None
    modified_at: str | None
    done: bool
    error: dict[str, t.Any] | None
    metadata: dict[str, t.Any]

    @property
    def started(self) -> int | None:
        """The instant at which it was created."""
        return None if self.created_at is None else parse_instant(self.created_at)

    @property
    def ended(self) -> int | None:
        """The instant of its last change, which for one that is done is its end."""
        return None if self.modified_at is None else parse_instant(self.modified_at)

    @property
    def metadata_type(self) -> str:
        """The kind of operation by the name of its metadata's message, such as "RestoreClusterMetadata"; empty if unknown."""
        return str(self.metadata.get("@type", "")).rpartition("/")[2].rpartition(".")[2]

    def cleaned(self, clean: t.Callable[[str], str]) -> Operation:
        """The same after a last look for secrets in what it says."""
        error = self.error and {**self.error, "message": clean(self.error["message"])}
        return self._replace(description=self.description and clean(self.description), error=error)

    def facts(self) -> dict[str, t.Any]:
        """What modules return as "operation"."""
        return {name: value for name, value in self._asdict().items() if name != "metadata"}


def parse_operation(content: t.Any, doing: str) -> Operation:
    """The operation that a JSON object describes. What its "response" holds is not read: its type may be any.

    :raises InvalidResponse: the object is not an operation
    :source: https://yandex.cloud/en/docs/api-design-guide/concepts/operation
    """
    fields = content if isinstance(content, dict) else {}
    operation_id, done, metadata = fields.get("id"), fields.get("done"), fields.get("metadata")
    if not isinstance(operation_id, str) or not operation_id:
        raise InvalidResponse(f"{doing}: the response is not an operation, since it has no valid 'id'.")
    if done is not None and not isinstance(done, bool):
        raise InvalidResponse(
            f"{doing}: the field 'done' of operation {operation_id} must be a boolean, got {type_name(done)}."
        )
    return Operation(
        operation_id,
        _string(fields, "description", doing),
        _instant(fields, "createdAt", doing),
        _instant(fields, "modifiedAt", doing),
        bool(done),
        _parse_error(fields.get("error"), doing),
        metadata if isinstance(metadata, dict) else {},
    )


def _parse_error(error: t.Any, doing: str) -> dict[str, t.Any] | None:
    if error is None:
        return None
    if not isinstance(error, dict):
        raise InvalidResponse(f"{doing}: the field 'error' of the operation must be a mapping, got {type_name(error)}.")
    code = error.get("code")
    return {
        "code": code if isinstance(code, int) and not isinstance(code, bool) else _UNKNOWN,
        "message": _string(error, "message", doing) or "",
    }


def _string(fields: dict[str, t.Any], name: str, doing: str) -> str | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidResponse(f"{doing}: the field '{name}' of the operation must be a string, got {type_name(value)}.")
    return value


def _instant(fields: dict[str, t.Any], name: str, doing: str) -> str | None:
    text = _string(fields, name, doing)
    try:
        if text is not None:
            parse_instant(text)
    except ValueError as exc:
        raise InvalidResponse(f"{doing}: the field '{name}' of the operation, {quoted(str(text))}, {exc}.") from None
    return text


def poll_delays() -> t.Iterator[float]:
    """Seconds to wait before each look at something that takes a while: from 1 to 10."""
    delay = 1.0
    while True:
        yield delay
        delay = min(delay * 1.5, 10.0)


def poll_interval(response: Response) -> float | None:
    """Seconds that the service asks to wait before the next look at an operation; None where it asks for nothing."""
    header = response.headers.get("x-operation-poll-interval", "").strip()
    return float(header) if header.isascii() and header.isdecimal() and int(header) else None
