# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service account that is linked to this virtual machine.

Source: https://yandex.cloud/en/docs/compute/operations/vm-connect/auth-inside-vm
"""

from __future__ import annotations

import typing as t

from .credential import CREDENTIAL_HELP, NOT_IN_LOOKUPS, FindIam, Token, request_token
from .errors import ApiError, ConnectionFailed, CredentialError
from .transport import Request, Transport
from .urls import parse_base_url

_ADDRESS_VARIABLE = "YC_METADATA_ADDR"
_NOT_LINKED = (
    "No service account is linked to this virtual machine, or its metadata service is switched off: link one to the virtual machine,"
    " or set another credential."
)


class InstanceMetadata:
    """What the metadata service of a virtual machine gives to whoever asks on it, at its usual address or where YC_METADATA_ADDR says.

    :param is_fallback: it is tried only because nothing is configured
    :raises OptionError: the variable does not hold an address
    """

    METHOD = "instance_metadata"
    description = "the instance metadata service"

    def __init__(self, environ: t.Mapping[str, str], is_fallback: bool = False) -> None:
        address = environ.get(_ADDRESS_VARIABLE) or "169.254.169.254"
        self.base = parse_base_url(address, f"the variable {_ADDRESS_VARIABLE}", scheme="http")
        self.is_fallback = is_fallback

    @property
    def identity(self) -> tuple[str, ...]:
        return (self.METHOD, str(self.base))

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        # Off the cloud nobody responds: no proxy, little patience, one more try.
        request = Request(
            "GET",
            self.base,
            "/computeMetadata/v1/instance/service-accounts/default/token",
            doing=f"asking {self.description} for an IAM token",
            headers={"Metadata-Flavor": "Google"},
            direct=True,
            timeout=1.0,
            retries=1,
        )
        try:
            return request_token(transport, request, fields=("access_token", "expires_in"), refused=_NOT_LINKED)
        except (ApiError, ConnectionFailed, CredentialError) as exc:
            if not self.is_fallback:
                raise
            raise CredentialError(
                f"No credential is set, and this machine's metadata service gives none. {CREDENTIAL_HELP}"
                f" {NOT_IN_LOOKUPS} ({exc})"
            ) from None
