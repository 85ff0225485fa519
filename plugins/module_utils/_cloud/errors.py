# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own exceptions: whatever goes wrong below a plugin reaches it as one of these."""

from __future__ import annotations

import typing as t

NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
FAILED_PRECONDITION = 9
ABORTED = 10
UNAUTHENTICATED = 16
"""Codes of google.rpc.Status. Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto"""


class CloudError(Exception):
    """What was asked for could not be had or done. The text names the thing, what went wrong and what to do next.

    :ivar kind: the sort of failure in one word, for machines
    :ivar details: further facts that plugins return beside the text; never a secret
    """

    kind: t.ClassVar[str] = "internal"

    def __init__(self, text: str, /, **details: t.Any) -> None:
        super().__init__(text)
        self.details: dict[str, t.Any] = {name: value for name, value in details.items() if value is not None}

    def masked(self, mask: t.Callable[[str], str]) -> t.Self:
        """The same error after a last look for secrets, which a service may have put into anything that it sent."""
        self.args = (mask(str(self)),)
        self.details = {name: mask(value) if isinstance(value, str) else value for name, value in self.details.items()}
        return self

    def adding(self, sentence: str) -> t.Self:
        """The same error with a sentence more."""
        return type(self)(f"{self} {sentence}", **self.details)

    def as_dict(self) -> dict[str, t.Any]:
        """The failure as data, as modules return it in "error"."""
        return {"kind": self.kind, **self.details}


class OptionError(CloudError):
    """An option has a value that is invalid; nothing was sent."""

    kind = "option"


class CredentialError(CloudError):
    """No credential, an unusable one, or one that the service refused to exchange."""

    kind = "credential"


class ConnectionFailed(CloudError):
    """No usable response came back: name resolution, TCP, TLS, a proxy or a body that broke off."""

    kind = "connection"


class DeadlineExceeded(CloudError):
    """The time set by api_deadline ran out."""

    kind = "deadline"


class InvalidResponse(CloudError):
    """The service reported success, but the content contradicts the API."""

    kind = "malformed_answer"


class SelectionError(CloudError):
    """Everything was read; what was read does not fit what was asked, such as an unknown or ambiguous name."""

    kind = "selection"


class MissingLibrary(CloudError):
    """A Python library that this call needs cannot be imported."""

    kind = "missing_library"


class OperationError(CloudError):
    """An operation of the cloud has ended with an error."""

    kind = "operation"


class WaitError(CloudError):
    """An operation did not end within the time that was to be waited for it; it goes on in the cloud."""

    kind = "wait"


class StateError(CloudError):
    """A resource is in a state in which what was asked for cannot or must not be done."""

    kind = "state"


class ApiError(CloudError):
    """The service responded with an error.

    :ivar http_status: the HTTP status
    :ivar code: the code of google.rpc.Status, which decides; derived from the HTTP status where the response has none
    """

    kind = "api"

    def __init__(self, text: str, /, *, http_status: int, code: int, **details: t.Any) -> None:
        super().__init__(text, http_status=http_status, code=code, **details)
        self.http_status = http_status
        self.code = code

    @property
    def may_be_deleted(self) -> bool:
        """Whether a resource that was deleted may be the reason: not found, or permission denied."""
        return self.code in (NOT_FOUND, PERMISSION_DENIED)
