# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The key of a service account, and the signed JWT that is exchanged for an IAM token.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import base64
import json
import time
import typing as t

from .credential import Exchange
from .errors import CredentialError, MissingLibrary
from .urls import BaseUrl


class AuthorizedKey:
    """A service account's key. Source: https://yandex.cloud/en/docs/iam/operations/iam-token/create-for-sa"""

    last_resort = False

    def __init__(self, key_id: str, service_account_id: str, pem: str, description: str) -> None:
        self.key_id = key_id
        self.service_account_id = service_account_id
        self.pem = pem
        self.description = description
        self._sign = _load_signer(pem, description)

    @classmethod
    def parse(cls, content: t.Any, description: str) -> AuthorizedKey:
        """The key of a key file's JSON, or of the mapping that it stands for.

        :raises CredentialError: it is no such key; the message never quotes it
        :raises MissingLibrary: there is no C(cryptography)
        """
        fields = _json_object(content, description) if isinstance(content, (str, bytes)) else content
        if not isinstance(fields, dict):
            raise CredentialError(f"{description} is no authorized key: it is no JSON object. {_NEW_KEY}")
        for name in ("id", "service_account_id", "private_key"):
            if not isinstance(fields.get(name), str) or not fields[name]:
                raise CredentialError(f"{description} is no authorized key: the field '{name}' is missing. {_NEW_KEY}")
        # The service writes a line of warning above the PEM header.
        pem = fields["private_key"][max(fields["private_key"].find("-----BEGIN"), 0) :]
        return cls(fields["id"], fields["service_account_id"], pem, description)

    @property
    def identity(self) -> tuple[str, ...]:
        return ("service_account_key", self.key_id, self.service_account_id, self.pem)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.pem,)

    def exchange(self, iam: t.Callable[[], BaseUrl]) -> Exchange | str:
        base = iam()
        token = self._jwt(f"{base}/iam/v1/tokens", int(time.time()))
        return Exchange("POST", base, "/iam/v1/tokens", {"json": {"jwt": token}}, (token,), ("iamToken", "expiresAt"))

    def _jwt(self, audience: str, now: int) -> str:
        """A signed JWT (RFC 7519) by PS256, whose salt is as long as its hash (RFC 7518 section 3.5)."""
        claims = {"iss": self.service_account_id, "aud": audience, "iat": now, "exp": now + 3600}
        parts = ({"typ": "JWT", "alg": "PS256", "kid": self.key_id}, claims)
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_base64url(self._sign(signed.encode()))}"


def _json_object(text: str | bytes, description: str) -> t.Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CredentialError(f"{description} is no authorized key: it is no JSON. {_NEW_KEY}") from None


_NEW_KEY = "Give the whole file that 'yc iam key create --output key.json' wrote."


def _load_signer(pem: str, description: str) -> t.Callable[[bytes], bytes]:
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError:
        from ansible.module_utils.basic import missing_required_lib

        raise MissingLibrary(missing_required_lib("cryptography", reason="for service account keys")) from None
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except Exception:  # noqa: BLE001 - cryptography documents several, without a common base
        raise CredentialError(
            f"{description} is no authorized key: its private_key is no complete private key in PEM form. {_NEW_KEY}"
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CredentialError(f"{description} is no authorized key: its private_key is no RSA key. {_NEW_KEY}")
    salted = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    return lambda data: key.sign(data, salted, hashes.SHA256())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
