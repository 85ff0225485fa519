# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""IAM tokens: obtained once, shared by all threads, renewed before they run out and once after a refusal.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import threading
import time
import typing as t

from .discovery import Services
from .errors import MdbError
from .transport import Transport

if t.TYPE_CHECKING:
    from .credential import Credential

SKEW = 300.0
"""Seconds before its end at which a token is renewed; a tenth of its life where that is less."""


class _Token(t.NamedTuple):
    value: str
    renew_at: float
    after_refusal: bool
    accepted: bool = False


class TokenSource:
    """The tokens of one credential, for all threads of a process."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._failure: MdbError | None = None
        self._after_refusal = False
        self._spent = False

    @property
    def description(self) -> str:
        """The credential in words."""
        return self._credential.description

    @property
    def failed(self) -> bool:
        """Whether a later call had better start anew."""
        return self._failure is not None or self._spent

    def get(self, transport: Transport, services: Services) -> str:
        """A token that should be accepted.

        :raises MdbError: the credential is not exchanged for one; said again to every thread that asks
        """
        with self._lock:
            if self._failure:
                raise self._failure
            if self._token is None or time.monotonic() >= self._token.renew_at:
                try:
                    self._token = self._obtain(transport, services)
                except MdbError as exc:
                    self._failure = exc
                    raise
            return transport.secrets.remember(self._token.value)

    def accepted(self, value: str) -> None:
        """Notes that the service took a token: should it refuse it later, another one is worth a try."""
        with self._lock:
            if self._token and self._token.value == value:
                self._token = self._token._replace(accepted=True)

    def refused(self, value: str) -> bool:
        """Notes that the service refused a token; whether to try again with the next.

        One that was itself obtained after a refusal, and never accepted, is not replaced: the credential is at fault.
        """
        with self._lock:
            token = self._token
            if token is None or token.value != value:
                return True
            if (token.after_refusal and not token.accepted) or token.renew_at == _NEVER:
                self._spent = True
                return False
            self._token = None
            self._after_refusal = True
            return True

    def _obtain(self, transport: Transport, services: Services) -> _Token:
        exchange = self._credential.exchange(lambda: services.find("iam", transport))
        for secret in self._credential.secrets:
            transport.secrets.remember(secret)
        if isinstance(exchange, str):
            return _Token(exchange, _NEVER, after_refusal=False)
        for secret in exchange.secrets:
            transport.secrets.remember(secret)
        from .credential import perform

        value, life = perform(exchange, self._credential, transport)
        renew_at = time.monotonic() + life - min(SKEW, life / 10)
        return _Token(value, renew_at, self._after_refusal)


_NEVER = float("inf")
_SOURCES: dict[tuple[str, ...], TokenSource] = {}


def token_source(credential: Credential, endpoint: str) -> TokenSource:
    """This process's source for a credential: an exchange serves every later call, until it fails.

    :param endpoint: the region's discovery host; tokens of one region are not sent to another
    """
    key = (endpoint, *credential.identity)
    source = _SOURCES.get(key)
    if source is None or source.failed:
        source = _SOURCES[key] = TokenSource(credential)
    return source
