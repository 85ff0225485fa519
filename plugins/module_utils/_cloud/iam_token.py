# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ready IAM token. Source: https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token"""

from __future__ import annotations

import math
import re
import typing as t

from .credential import CREDENTIAL_HELP, FindIam, Setting, Token, clean_token
from .errors import CredentialError
from .transport import Transport

_OAUTH = re.compile(r"y[0-9]_[\w-]+|AQA[\w-]{30,}").fullmatch
_API_KEY = re.compile(r"AQVN[\w-]+").fullmatch


class IamToken:
    """A token that is used as it is, and cannot be renewed.

    :raises CredentialError: it is not an IAM token; the message never quotes it
    """

    METHOD = "iam_token"
    VARIABLES: t.ClassVar[t.Mapping[str, tuple[str, ...]]] = {"iam_token": ("YC_IAM_TOKEN", "YC_TOKEN")}

    def __init__(self, setting: Setting) -> None:
        self.description = setting.description
        self._token = clean_token(setting.value, setting.description)
        problem = ""
        # Older tools keep an OAuth token in this variable.
        if setting.variable == "YC_TOKEN" and not (self._token.startswith("t1.") and self._token.count(".") == 2):
            problem = "does not hold an IAM token (t1.….…); OAuth tokens are no longer taken."
        elif _OAUTH(self._token):
            problem = "holds an OAuth token; the service no longer takes those."
        elif _API_KEY(self._token):
            problem = "holds an API key; the service does not take those."
        if problem:
            raise CredentialError(f"{self.description} {problem} {CREDENTIAL_HELP}")

    @property
    def identity(self) -> tuple[str, ...]:
        return (self.METHOD, self._token)

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        return Token(self._token, math.inf)
