# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token of another system that the cloud trusts, exchanged for an IAM token.

Source: https://yandex.cloud/en/docs/iam/concepts/workload-identity, RFC 8693
"""

from __future__ import annotations

import typing as t

from .credential import FindIam, Setting, Token, clean_token, request_token
from .errors import CredentialError, OptionError
from .files import read_secret
from .transport import Request, Transport
from .urls import parse_base_url

DEFAULT_URL = "https://auth.yandex.cloud/oauth/token"
_REFUSED = (
    "The token was not accepted: check that the workload identity federation trusts its issuer, subject and audience, that the service"
    " account exists, and that the token has not expired."
)


class WorkloadIdentity:
    """An OIDC token of another system, completed by service_account_id and workload_identity_endpoint.

    :raises CredentialError: there is no usable token, or no service account
    :raises OptionError: workload_identity_endpoint cannot be used
    """

    METHOD = "workload_identity"
    VARIABLES: t.ClassVar[t.Mapping[str, tuple[str, ...]]] = {
        "workload_identity_token": ("YC_WORKLOAD_IDENTITY_TOKEN",),
        "workload_identity_token_file": ("YC_WORKLOAD_IDENTITY_TOKEN_FILE",),
    }

    def __init__(self, setting: Setting) -> None:
        self.description = setting.description
        self._setting = setting
        self._is_file = setting.option == "workload_identity_token_file"
        self._account: str = setting.options.get("service_account_id") or ""
        if not self._account:
            raise CredentialError(
                f"{self.description} needs the service account that it stands for: set service_account_id or YC_SERVICE_ACCOUNT_ID as well."
            )
        option = "workload_identity_endpoint"
        self._url = parse_base_url(setting.options.get(option) or DEFAULT_URL, option, path_allowed=True)
        if not self._url.is_private:
            raise OptionError(
                f"{option} {self._url} is neither HTTPS nor loopback; no token is sent there. Use https://.",
                option=option,
            )
        self._read_token()

    @property
    def identity(self) -> tuple[str, ...]:
        # A new token in the same file stands for the same account.
        source = self._setting.path if self._is_file else self._setting.value
        return (self.METHOD, self._account, str(self._url), source)

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        token = self._read_token()
        request = Request(
            "POST",
            self._url,
            "",
            doing=f"exchanging {self.description} for an IAM token",
            form={
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "audience": self._account,
                "subject_token": token,
                "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            },
            secret=True,
            repeatable=True,
        )
        return request_token(
            transport, request, fields=("access_token", "expires_in"), refused=_REFUSED, secrets=[token]
        )

    def _read_token(self) -> str:
        """The token; a file is read anew for each exchange."""
        setting = self._setting
        text = read_secret(setting.path, setting.description) if self._is_file else setting.value
        return clean_token(text, setting.description)
