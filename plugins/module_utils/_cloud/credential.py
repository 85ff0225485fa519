# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The exchange of a credential for an IAM token: what each kind offers for it, what is sent, and what comes of the answer.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import math
import time
import typing as t

from .credentials import WAYS
from .errors import ConnectionFailed, CredentialError
from .instants import SECOND, parse_instant
from .responses import api_error, decode_object, is_success
from .transport import Transport
from .urls import BaseUrl

ASSUMED_LIFE = 3600.0
"""Seconds that a token lives where the answer does not say; the vendor advises hourly renewal."""


class Exchange(t.NamedTuple):
    """A request that answers with an IAM token.

    :ivar method: the HTTP method
    :ivar base: the host
    :ivar path: the path there
    :ivar content: the rest of the request, as the transport takes it
    :ivar secrets: what the request carries and no output may hold
    :ivar fields: the answer's fields with the token, and with its end (RFC 3339) or its life (seconds)
    """

    method: str
    base: BaseUrl
    path: str
    content: dict[str, t.Any]
    secrets: tuple[str, ...]
    fields: tuple[str, str]


class Credential(t.Protocol):
    """What every kind offers."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells this credential from others, so that a process exchanges each only once."""

    @property
    def description(self) -> str:
        """The credential in words, such as "iam_token of the environment"; never its content."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the credential is made of that no output may hold."""

    @property
    def last_resort(self) -> bool:
        """Whether it is tried only because nothing is configured."""

    def exchange(self, iam: t.Callable[[], BaseUrl]) -> Exchange | str:
        """The request for an IAM token, or the token itself.

        :param iam: finds the IAM service, if it is needed
        :raises CredentialError: the credential can no longer be read
        """


def perform(exchange: Exchange, credential: Credential, transport: Transport) -> tuple[str, float]:
    """An IAM token, and the seconds that it lives.

    :raises CredentialError: the service refuses, or its answer holds no token
    :raises MdbError: the service could not be asked, or cannot answer
    """
    doing = f"exchanging {credential.description} for an IAM token"
    try:
        answer = transport.send(
            exchange.method,
            exchange.base,
            exchange.path,
            doing=doing,
            secret=bool(exchange.secrets),
            **exchange.content,
        )
    except ConnectionFailed as exc:
        raise _nothing_configured(credential, str(exc)) or exc from None
    if not is_success(answer):
        error = api_error(answer, doing, transport.secrets, dict.fromkeys(_REFUSALS, _REFUSED))
        refused = CredentialError(str(error), **error.details) if error.code in _REFUSALS else error
        raise _nothing_configured(credential, str(error)) or refused
    fields = decode_object(answer, doing)
    value, end = (fields.get(name) for name in exchange.fields)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise CredentialError(f"{doing}: the answer holds no usable '{exchange.fields[0]}'. Check the endpoint.")
    return value, _life(end)


_REFUSALS = (3, 5, 7, 9, 16)
"""The codes of C(google.rpc.Status) that say no to a credential; the others say that the service cannot answer."""

_REFUSED = (
    "The credential was not accepted: check that the key or the federation still exists, that its service account does, and that this"
    " machine's clock is right."
)


def _nothing_configured(credential: Credential, detail: str) -> CredentialError | None:
    if credential.last_resort:
        return CredentialError(
            f"No credential is set, and this machine's metadata service gives none. {WAYS} ({detail})"
        )
    return None


def _life(end: t.Any) -> float:
    """Seconds from now to a token's end: RFC 3339 text, or a number of seconds (which JSON may write as text)."""
    try:
        is_date = isinstance(end, str) and not end.isdecimal()
        life = parse_instant(end) / SECOND - time.time() if is_date else float(end)
    except (ValueError, TypeError, OverflowError):
        return ASSUMED_LIFE
    # An end that has passed already tells of a clock that is off; whether the token serves, the service will say.
    return life if 0 < life < math.inf else ASSUMED_LIFE
