# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The service account that is linked to this virtual machine.

Source: https://yandex.cloud/en/docs/compute/operations/vm-connect/auth-inside-vm

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from .credential import CREDENTIAL_HELP, NOT_IN_LOOKUPS, FindIam, Token, TokenRequest, request_token
from .errors import ApiError, ConnectionFailed, CredentialError
from .transport import Request, Transport
from .urls import BaseUrl, parse_base_url

METHOD = "instance_metadata"
ADDRESS_VARIABLE = "YC_METADATA_ADDR"
_ADDRESS = "169.254.169.254"
_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"


class InstanceMetadata:
    """What the metadata service of a virtual machine gives to whoever asks on it.

    :param is_fallback: it is tried only because nothing is configured
    """

    description = "the instance metadata service"

    def __init__(self, base: BaseUrl, is_fallback: bool = False) -> None:
        self.base = base
        self.is_fallback = is_fallback

    @classmethod
    def from_environment(cls, environ: t.Mapping[str, str], is_fallback: bool = False) -> InstanceMetadata:
        """The service at its usual address, or where YC_METADATA_ADDR says.

        :raises OptionError: the variable does not hold an address
        """
        address = environ.get(ADDRESS_VARIABLE) or _ADDRESS
        return cls(parse_base_url(address, f"the variable {ADDRESS_VARIABLE}", scheme="http"), is_fallback)

    @property
    def identity(self) -> tuple[str, ...]:
        return (METHOD, str(self.base))

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        try:
            return request_token(self.token_request(), transport)
        except (ApiError, ConnectionFailed, CredentialError) as exc:
            if not self.is_fallback:
                raise
            raise CredentialError(
                f"No credential is set, and this machine's metadata service gives none. {CREDENTIAL_HELP}"
                f" {NOT_IN_LOOKUPS} ({exc})"
            ) from None

    def token_request(self) -> TokenRequest:
        """The request for a token. Off the cloud nobody responds: no proxy, little patience, one more try."""
        request = Request(
            "GET",
            self.base,
            _PATH,
            doing=f"asking {self.description} for an IAM token",
            headers={"Metadata-Flavor": "Google"},
            direct=True,
            timeout=1.0,
            retries=1,
        )
        return TokenRequest(request, (), ("access_token", "expires_in"), _NOT_LINKED)


_NOT_LINKED = (
    "No service account is linked to this virtual machine, or its metadata service is switched off: link one to the virtual machine,"
    " or set another credential."
)
