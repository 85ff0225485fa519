# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM tokens: obtained once, shared by all threads, renewed before they run out and once after a refusal."""

from __future__ import annotations

import hashlib
import math
import threading
import time
import typing as t

from .credential import Credential
from .discovery import Services
from .errors import CloudError
from .sharing import once
from .transport import Deadline, Transport

SKEW = 300.0
"""Seconds before its end at which a token is renewed; a tenth of its life where that is less."""


class _Current(t.NamedTuple):
    value: str
    renew_at: float
    after_refusal: bool
    accepted: bool = False


class TokenSource:
    """The tokens of one credential, for all threads of a process.

    A failure holds for as long as the deadline under which it came: whoever waits longer than that, and so renews the deadline, tries
    again.
    """

    def __init__(self, credential: Credential, key: tuple[str, ...]) -> None:
        self.description = credential.description
        self._credential = credential
        self._key = f"token {hashlib.sha256(repr(key).encode()).hexdigest()}"
        self._refused = ""
        self._lock = threading.Lock()
        self._token: _Current | None = None
        self._after_refusal = False
        self._failure: CloudError | None = None
        self._failed_under: Deadline | None = None

    def get(self, transport: Transport, services: Services) -> str:
        """A token that should be accepted.

        :raises CloudError: the credential is not exchanged for one; said again to every thread that asks
        """
        with self._lock:
            if self._failed_under is not None and self._failed_under is not transport.deadline:
                self._token = self._failure = self._failed_under = None
                self._after_refusal = False
            if self._failure:
                raise self._failure
            if self._token is None or time.monotonic() >= self._token.renew_at:
                try:
                    self._token = self._obtain(transport, services)
                except CloudError as exc:
                    self._failure, self._failed_under = exc, transport.deadline
                    raise
            return transport.secrets.remember(self._token.value)

    def accepted(self, value: str) -> None:
        """Notes that the service took a token: should it refuse it later, another one is worth a try."""
        with self._lock:
            if self._token and self._token.value == value:
                self._token = self._token._replace(accepted=True)

    def refused(self, value: str, deadline: Deadline) -> bool:
        """Notes that the service refused a token; whether to try again with the next.

        One that was itself obtained after a refusal, and never accepted, is not replaced: the credential is at fault.
        """
        with self._lock:
            token = self._token
            if token is None or token.value != value:
                return True
            if (token.after_refusal and not token.accepted) or token.renew_at == math.inf:
                self._failed_under = deadline
                return False
            self._token = None
            self._after_refusal = True
            self._refused = value
            return True

    def _obtain(self, transport: Transport, services: Services) -> _Current:
        """A token of another process of this run, or a new one."""

        def make() -> list[t.Any]:
            token = self._credential.obtain_token(transport, lambda: services.find("iam", transport))
            return [token.value, time.monotonic() + token.life - min(SKEW, token.life / 10)]

        value, renew_at = once(self._key, lambda made: made[0] != self._refused and time.monotonic() < made[1], make)
        return _Current(value, renew_at, self._after_refusal)


_SOURCES: dict[tuple[str, ...], TokenSource] = {}


def token_source(credential: Credential, endpoint: str) -> TokenSource:
    """This process's source for a credential: an exchange serves every later call.

    :param endpoint: the region's discovery host; tokens of one region are not sent to another
    """
    key = (endpoint, *credential.identity)
    return _SOURCES.setdefault(key, TokenSource(credential, key))
