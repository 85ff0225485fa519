# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A token of another system that the cloud trusts, exchanged for an IAM token.

Source: https://yandex.cloud/en/docs/iam/concepts/workload-identity, RFC 8693

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

from .credential import FindIam, Setting, Token, TokenRequest, clean_token, request_token
from .errors import CredentialError, OptionError
from .files import read_secret
from .transport import Request, Transport
from .urls import BaseUrl, parse_base_url

METHOD = "workload_identity"
VARIABLES = {
    "workload_identity_token": ("YC_WORKLOAD_IDENTITY_TOKEN",),
    "workload_identity_token_file": ("YC_WORKLOAD_IDENTITY_TOKEN_FILE",),
}
DEFAULT_URL = "https://auth.yandex.cloud/oauth/token"


class WorkloadIdentity:
    """An OIDC token of another system.

    :param setting: the token, or the file that it is read from anew for each exchange
    :param service_account_id: the service account that the token stands for
    :param url: where it is exchanged
    :raises CredentialError: there is no usable token
    """

    def __init__(self, setting: Setting, service_account_id: str, url: BaseUrl) -> None:
        self.description = setting.description
        self.service_account_id = service_account_id
        self.url = url
        self._setting = setting
        self._read_token()

    @classmethod
    def from_setting(cls, setting: Setting) -> WorkloadIdentity:
        """The token of an option or a variable, completed by service_account_id and workload_identity_endpoint.

        :raises CredentialError: there is no usable token, or no service account
        :raises OptionError: workload_identity_endpoint cannot be used
        """
        account = setting.options.get("service_account_id")
        if not account:
            raise CredentialError(
                f"{setting.description} needs the service account that it stands for: set service_account_id or YC_SERVICE_ACCOUNT_ID as well."
            )
        option = "workload_identity_endpoint"
        url = parse_base_url(setting.options.get(option) or DEFAULT_URL, option, path_allowed=True)
        if not url.is_private:
            raise OptionError(
                f"{option} {url} is neither HTTPS nor loopback; no token is sent there. Use https://.", option=option
            )
        return cls(setting, account, url)

    @property
    def identity(self) -> tuple[str, ...]:
        # A new token in the same file stands for the same account.
        source = self._setting.path if self._is_file else self._setting.value
        return (METHOD, self.service_account_id, str(self.url), source)

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        return request_token(self.token_request(), transport)

    def token_request(self) -> TokenRequest:
        """The exchange of the OIDC token.

        :raises CredentialError: its file can no longer be read
        """
        token = self._read_token()
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": self.service_account_id,
            "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        }
        request = Request(
            "POST",
            self.url,
            "",
            doing=f"exchanging {self.description} for an IAM token",
            form=form,
            secret=True,
            repeatable=True,
        )
        return TokenRequest(request, (token,), ("access_token", "expires_in"), _REFUSED)

    @property
    def _is_file(self) -> bool:
        return self._setting.option == "workload_identity_token_file"

    def _read_token(self) -> str:
        setting = self._setting
        text = read_secret(setting.path, setting.description) if self._is_file else setting.value
        return clean_token(text, setting.description)


_REFUSED = (
    "The token was not accepted: check that the workload identity federation trusts its issuer, subject and audience, that the service"
    " account exists, and that the token has not expired."
)
