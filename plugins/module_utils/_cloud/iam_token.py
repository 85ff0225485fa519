# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A ready IAM token. Source: https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import math
import re

from .credential import CREDENTIAL_HELP, FindIam, Setting, Token, clean_token
from .errors import CredentialError
from .transport import Transport

METHOD = "iam_token"
VARIABLES = {"iam_token": ("YC_IAM_TOKEN", "YC_TOKEN")}

_OAUTH = re.compile(r"y[0-9]_[\w-]+|AQA[\w-]{30,}").fullmatch
_API_KEY = re.compile(r"AQVN[\w-]+").fullmatch


class IamToken:
    """A token that is used as it is, and cannot be renewed."""

    def __init__(self, token: str, description: str) -> None:
        if _OAUTH(token):
            raise CredentialError(
                f"{description} holds an OAuth token; the service no longer takes those. {CREDENTIAL_HELP}"
            )
        if _API_KEY(token):
            raise CredentialError(f"{description} holds an API key; the service does not take those. {CREDENTIAL_HELP}")
        self._token = token
        self.description = description

    @classmethod
    def from_setting(cls, setting: Setting) -> IamToken:
        """The token of an option or a variable.

        :raises CredentialError: it is not an IAM token; the message never quotes it
        """
        token = clean_token(setting.value, setting.description)
        # Older tools keep an OAuth token in this variable.
        if setting.variable == "YC_TOKEN" and not (token.startswith("t1.") and token.count(".") == 2):
            raise CredentialError(
                f"{setting.description} does not hold an IAM token (t1.….…); OAuth tokens are no longer taken."
                f" {CREDENTIAL_HELP}"
            )
        return cls(token, setting.description)

    @property
    def identity(self) -> tuple[str, ...]:
        return (METHOD, self._token)

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        return Token(transport.secrets.remember(self._token), math.inf)
