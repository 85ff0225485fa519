# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key of a service account, and the signed JWT that is exchanged for an IAM token.

Source: https://yandex.cloud/en/docs/iam/operations/iam-token/create-for-sa
"""

from __future__ import annotations

import base64
import json
import os
import time
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .credential import FindIam, Setting, Token, request_token
from .errors import CredentialError, MissingLibrary
from .files import VAULTED, absolute_path, is_vaulted, looks_like_path, read_secret
from .transport import Request, Transport

_REFUSED = "The key was not accepted: check that it still exists, that its service account does, and that this machine's clock is right."


class AuthorizedKey:
    """A service account's key, which signs a request for a token.

    :raises CredentialError: there is no usable key; the message never quotes it
    :raises MissingLibrary: there is no cryptography
    """

    METHOD = "service_account_key"
    VARIABLES: t.ClassVar[t.Mapping[str, tuple[str, ...]]] = {
        "service_account_key": (),
        "service_account_key_file": ("YC_SERVICE_ACCOUNT_KEY_FILE",),
    }

    def __init__(self, setting: Setting) -> None:
        content, self.description = _content(setting)
        fields = _decoded(content, self.description) if isinstance(content, str) else content
        if not isinstance(fields, dict):
            raise _bad(self.description, "it is not a JSON object")
        for name in ("id", "service_account_id", "private_key"):
            if not isinstance(fields.get(name), str) or not fields[name]:
                raise _bad(self.description, f"the field '{name}' is missing")
        self._key_id, self._account, pem = fields["id"], fields["service_account_id"], fields["private_key"]
        self._pem = pem[max(pem.find("-----BEGIN"), 0) :]  # the service writes a line of warning above the PEM header
        self._sign = _load_signer(self._pem, self.description)

    @property
    def identity(self) -> tuple[str, ...]:
        return (self.METHOD, self._key_id, self._account, self._pem)

    def obtain_token(self, transport: Transport, find_iam: FindIam) -> Token:
        iam = find_iam()
        jwt = self._jwt(f"{iam}/iam/v1/tokens")  # its audience is the very URL that it is sent to
        request = Request(
            "POST",
            iam,
            "/iam/v1/tokens",
            doing=f"exchanging {self.description} for an IAM token",
            json={"jwt": jwt},
            secret=True,
            repeatable=True,
        )
        return request_token(
            transport, request, fields=("iamToken", "expiresAt"), refused=_REFUSED, secrets=[self._pem, jwt]
        )

    def _jwt(self, audience: str) -> str:
        """A signed JWT (RFC 7519) by PS256, whose salt is as long as its hash (RFC 7518 section 3.5)."""
        now = int(time.time())
        claims = {"iss": self._account, "aud": audience, "iat": now, "exp": now + 3600}
        parts = ({"typ": "JWT", "alg": "PS256", "kid": self._key_id}, claims)
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_base64url(self._sign(signed.encode()))}"


def _content(setting: Setting) -> tuple[t.Any, str]:
    """The key's JSON or mapping, and what it is called in messages."""
    if setting.option == "service_account_key":
        return setting.value, setting.description
    if not setting.value.lstrip().startswith(("{", '"')):
        return read_secret(setting.path, setting.description), f"{setting.description} ({setting.path})"
    if not setting.variable:
        raise CredentialError(
            f"{setting.description} must be the path of a key file, got the key itself (not shown)."
            " Give it as service_account_key; only a variable may hold it in place of a path."
        )
    return setting.value, setting.description


def _decoded(text: str, description: str) -> t.Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if is_vaulted(text):
        raise CredentialError(f"{description} {VAULTED}")
    if _is_path(text.strip()):
        raise _bad(description, "it is a path, not the key's content; give it as service_account_key_file")
    raise _bad(description, "it is not JSON")


def _is_path(text: str) -> bool:
    return looks_like_path(text) and (
        text.startswith(("/", "./", "../", "~")) or text.endswith(".json") or os.path.isfile(absolute_path(text))
    )


def _bad(description: str, problem: str) -> CredentialError:
    return CredentialError(
        f"{description} is not an authorized key: {problem}."
        " Give the whole file that 'yc iam key create --output key.json' wrote."
    )


def _load_signer(pem: str, description: str) -> t.Callable[[bytes], bytes]:
    # Not at the top: it takes a tenth of what a module's process takes, and most credentials are no keys.
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError:
        library = missing_required_lib("cryptography", reason="for service account keys")
        raise MissingLibrary(
            f"{library}. Debian and Ubuntu have it as python3-cryptography; pip install cryptography puts it into a virtual environment."
        ) from None
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except Exception:  # noqa: BLE001 - cryptography documents several, without a common base
        raise _bad(description, "its private_key is not a complete private key in PEM form") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _bad(description, "its private_key is not an RSA key")
    salted = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    return lambda data: key.sign(data, salted, hashes.SHA256())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
