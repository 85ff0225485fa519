# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials: which tokens are good, and what one is handed out for."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import rsa

from .errors import ConfigError, invalid, permission_denied, unauthenticated

#: The service account that always exists, and its key's id.
SERVICE_ACCOUNT_ID = "ajeemulatoraccount00"
KEY_ID = "ajkemulatorkey000000"
#: How far in the future a JWT's iat may be, in seconds: clocks differ.
CLOCK_LEEWAY = 30
#: The longest life of a JWT, in seconds, by the vendor's docs.
JWT_LIFETIME = 3600
_PREAMBLE = "PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <{key}>\n"


@dataclass
class Credentials:
    """The tokens and keys in force. Issued tokens expire; those given by flag or seed never do."""

    accepted: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    oidc_tokens: set[str] = field(default_factory=set)
    #: Service account id → key id → public key (PEM).
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Issued token → when it expires, in seconds since 1970.
    issued: dict[str, float] = field(default_factory=dict)
    exchanges: int = 0

    def check(self, authorization: str | None) -> None:
        """Let a request with this Authorization header pass, or raise ApiError (401 or 403)."""
        if not authorization:
            raise unauthenticated("Authentication credentials were not provided")
        scheme, token = authorization.partition(" ")[::2]
        if scheme.lower() != "bearer" or not token.strip():
            raise unauthenticated("The Authorization header must be 'Bearer <IAM token>'")
        token = token.strip()
        if token in self.forbidden:
            raise permission_denied()
        if token in self.accepted:
            return
        if token not in self.issued:
            raise unauthenticated("The token is invalid")
        if self.issued[token] <= time.time():
            raise unauthenticated("The token has expired")

    def issue(self, lifetime: float) -> tuple[str, float]:
        """A new IAM token and when it expires, in seconds since 1970."""
        token = f"t1.{secrets.token_urlsafe(24)}.{secrets.token_urlsafe(48)}"
        expires = time.time() + lifetime
        self.issued[token] = expires
        self.exchanges += 1
        return token, expires

    def revoke(self) -> int:
        """Make every issued token invalid; returns how many there were."""
        count = len(self.issued)
        self.issued.clear()
        return count

    def check_jwt(self, token: str, audiences: Iterable[str]) -> None:
        """Check a service account's JWT for the IAM exchange; raises ApiError saying what is wrong."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            claimed = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise invalid("jwt", f"not a JWT: {error}") from error
        key = self.accounts.get(str(claimed.get("iss")), {}).get(str(kid))
        if key is None:
            raise unauthenticated(f"No service account '{claimed.get('iss')}' with an authorized key '{kid}'")
        try:
            options: Any = {"verify_exp": False, "verify_iat": False, "require": ["aud", "exp", "iat", "iss"]}
            claims = jwt.decode(token, key, ["PS256"], options, audience=list(audiences))
        except jwt.PyJWTError as error:
            raise unauthenticated(f"The JWT was refused: {error}") from error
        _check_times(claims)

    def check_workload(self, form: Mapping[str, str]) -> None:
        """Check the form of a workload identity exchange; raises OAuthError."""
        for name, expected in WORKLOAD_FIELDS.items():
            if form.get(name) != expected:
                code = "unsupported_grant_type" if name == "grant_type" else "invalid_request"
                raise OAuthError(code, f"{name} must be {expected}")
        if form.get("audience") not in self.accounts:
            raise OAuthError("invalid_target", "audience is not the id of a known service account")
        if form.get("subject_token") not in self.oidc_tokens:
            raise OAuthError("invalid_grant", "subject_token is not a token of a known OIDC issuer")


#: The fields of the exchange that have one value only.
WORKLOAD_FIELDS = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
}


class OAuthError(Exception):
    """An error as OAuth 2.0 (RFC 6749, 5.2) writes it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error

    def body(self) -> bytes:
        """The JSON body; its status is 400."""
        return json.dumps({"error": self.error, "error_description": str(self)}).encode()


def _check_times(claims: Mapping[str, Any]) -> None:
    now, issued, expires = time.time(), claims["iat"], claims["exp"]
    if not all(isinstance(value, int | float) for value in (issued, expires)):
        raise unauthenticated("The JWT was refused: iat and exp must be numbers")
    if issued > now + CLOCK_LEEWAY:
        raise unauthenticated("The JWT was refused: iat is in the future")
    if expires <= now:
        raise unauthenticated("The JWT was refused: it has expired")
    if expires - issued > JWT_LIFETIME:
        raise unauthenticated(f"The JWT was refused: exp is more than {JWT_LIFETIME} s after iat")


@dataclass(frozen=True)
class AuthorizedKey:
    """A service account's key pair, as PEM."""

    private: str
    public: str
    created_at: str

    def document(self) -> dict[str, str]:
        """The JSON that the vendor's console and CLI save, the preamble line included."""
        return {
            "id": KEY_ID,
            "service_account_id": SERVICE_ACCOUNT_ID,
            "created_at": self.created_at,
            "key_algorithm": "RSA_2048",
            "public_key": self.public,
            "private_key": _PREAMBLE.format(key=KEY_ID) + self.private,
        }


def make_key() -> AuthorizedKey:
    """A new 2048-bit RSA key for the emulator's own service account."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    public = key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return AuthorizedKey(private.decode(), public.decode(), created)


def check_public_key(text: str, origin: str) -> str:
    """The PEM text of a public key, if it is one; raises ConfigError."""
    try:
        pem.load_pem_public_key(text.encode())
    except ValueError as error:
        raise ConfigError(f"{origin}: public_key is not a public key in PEM: {error}") from error
    return text
