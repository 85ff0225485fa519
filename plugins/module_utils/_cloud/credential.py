# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every kind of credential is made from, and how one is exchanged for an IAM token."""

from __future__ import annotations

import math
import re
import time
import typing as t

from .errors import CredentialError
from .files import absolute_path
from .instants import SECOND, parse_instant
from .responses import api_error, decode_object
from .transport import Request, Transport
from .urls import BaseUrl

CREDENTIAL_HELP = (
    "Give one: a service account's authorized key (service_account_key_file or service_account_key, variable"
    " YC_SERVICE_ACCOUNT_KEY_FILE); an OIDC token of a CI system (workload_identity_token or workload_identity_token_file with"
    " service_account_id, variables YC_WORKLOAD_IDENTITY_TOKEN, YC_WORKLOAD_IDENTITY_TOKEN_FILE, YC_SERVICE_ACCOUNT_ID);"
    " an IAM token (iam_token, variables YC_IAM_TOKEN, YC_TOKEN); or run on a virtual machine with a linked service account"
    " (auth_method=instance_metadata)."
)
NOT_IN_LOOKUPS = "A lookup does not see the variables that 'environment:' of a play or task sets."

ASSUMED_LIFE = 3600.0
"""Seconds that a token lives where the response does not say; the vendor advises hourly renewal."""

_PRINTABLE = re.compile(r"[\x21-\x7e]+").fullmatch
_REFUSALS = (3, 5, 7, 9, 16)  # codes of google.rpc.Status; the others say that the service cannot respond

FindIam = t.Callable[[], BaseUrl]
"""Finds the base URL of the IAM service, if it is needed."""


class Token(t.NamedTuple):
    """An IAM token.

    :ivar life: the seconds that it lives from now; infinite where it cannot be renewed
    """

    value: str
    life: float


class Setting(t.NamedTuple):
    """A credential option as it was set.

    :ivar source: the place in words, such as "the options"
    :ivar options: the options that may complete it
    :ivar variable: the environment variable that it comes from, if it does
    """

    option: str
    value: t.Any
    source: str
    options: t.Mapping[str, t.Any]
    variable: str | None = None

    @property
    def description(self) -> str:
        """The setting in words, never its content."""
        return f"the variable {self.variable}" if self.variable else f"{self.option} of {self.source}"

    @property
    def path(self) -> str:
        """The value as an absolute path."""
        return absolute_path(self.value)


class Credential(t.Protocol):
    """What every kind offers."""

    @property
    def description(self) -> str:
        """The credential in words, such as "iam_token of the options"; never its content."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells this credential from others, so that a process exchanges each only once."""

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        """A token for this credential.

        :raises CredentialError: the credential can no longer be read, or is refused
        :raises CloudError: the service could not be asked, or cannot respond
        """


class ConfiguredCredential(Credential, t.Protocol):
    """A kind that is set by options.

    :ivar METHOD: what auth_method calls it
    :ivar VARIABLES: its options, and the environment variables behind each
    """

    METHOD: str
    VARIABLES: t.ClassVar[t.Mapping[str, tuple[str, ...]]]

    def __init__(self, setting: Setting) -> None: ...


def request_token(
    transport: Transport, request: Request, *, fields: tuple[str, str], refused: str, secrets: t.Sequence[str] = ()
) -> Token:
    """The IAM token that a request is answered with.

    :param fields: the response's fields with the token, and with its end (RFC 3339) or its life (seconds)
    :param refused: what to do where the credential is refused
    :param secrets: what no output may hold of the request and of the credential
    :raises CredentialError: the service refuses, or its response holds no token
    :raises CloudError: the service could not be asked, or cannot respond
    """
    for secret in secrets:
        transport.secrets.remember(secret)
    response = transport.send(request)
    if not response.is_success:
        error = api_error(response, request.doing, transport.secrets, dict.fromkeys(_REFUSALS, refused))
        raise CredentialError(str(error), **error.details) if error.code in _REFUSALS else error
    value, end = map(decode_object(response, request.doing).get, fields)
    if not isinstance(value, str) or not _PRINTABLE(value):
        raise CredentialError(
            f"{request.doing}: the response holds no usable '{fields[0]}'. Check {request.base.option}."
        )
    return Token(value, _life(end))


def _life(end: t.Any) -> float:
    """Seconds from now to a token's end: an RFC 3339 string, or a number of seconds (which JSON may write as a string)."""
    try:
        is_date = isinstance(end, str) and not end.isdecimal()
        life = parse_instant(end) / SECOND - time.time() if is_date else float(end)
    except (ValueError, TypeError, OverflowError):
        return ASSUMED_LIFE
    # An end that has passed already tells of a clock that is off; whether the token serves, the service will say.
    return life if 0 < life < math.inf else ASSUMED_LIFE


def clean_token(value: t.Any, description: str) -> str:
    """A token without the blanks around it.

    :raises CredentialError: it is empty or holds what no token does; the message never quotes it
    """
    token = value.strip() if isinstance(value, str) else ""
    if not token:
        raise CredentialError(f"{description} is empty. {CREDENTIAL_HELP}")
    if not _PRINTABLE(token):
        raise CredentialError(
            f"{description} holds a character that no token has (a space, a line break or another control character)."
            " Look for a broken copy or a second line; the value is not shown here."
        )
    return token
