# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which proxy a request goes through, and what follows when one refuses."""

from __future__ import annotations

import contextlib
import threading
import typing as t

try:
    from requests.utils import get_environ_proxies, select_proxy
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url
except ImportError:
    pass

from .errors import ConnectionFailed
from .urls import BaseUrl, is_loopback

_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


class Proxy(t.NamedTuple):
    """A proxy.

    :ivar url: as it is set; may hold a password
    :ivar shown: scheme, host and port for messages
    """

    url: str
    shown: str


def find_proxy(base: BaseUrl, doing: str) -> Proxy | None:
    """The proxy that the environment sets for a host; loopback has none.

    :raises ConnectionFailed: what is set cannot be used
    """
    if is_loopback(base.host):
        return None
    url = select_proxy(str(base), get_environ_proxies(str(base)))
    if not url:
        return None
    try:
        parsed = parse_url(url if "://" in url else f"http://{url}")
    except LocationParseError:
        parsed = None
    if not parsed or not parsed.host or parsed.scheme not in _SCHEMES:
        raise ConnectionFailed(
            f"{doing}: the address of the proxy cannot be read. Check HTTPS_PROXY (or NO_PROXY, if {base.host} needs no proxy);"
            " special characters in a password have to be percent-encoded."
        )
    return Proxy(url, f"{parsed.scheme}://{parsed.host}{f':{parsed.port}' if parsed.port else ''}")


class ProxyGuard:
    """Sends one request ahead through a proxy, and no other once it was refused: repeated wrong passwords lock accounts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed: set[Proxy] = set()
        self._refusals: dict[Proxy, str] = {}

    @contextlib.contextmanager
    def turn(self, proxy: Proxy | None, doing: str) -> t.Iterator[None]:
        """Waits until a request may go through a proxy: one alone until the proxy is known to let it pass.

        :raises ConnectionFailed: the proxy refused an earlier one
        """
        if proxy is None or (proxy in self._passed and proxy not in self._refusals):
            yield
            return
        with self._lock:
            if proxy in self._refusals:
                raise ConnectionFailed(f"{doing}: {self._refusals[proxy]}")
            yield

    def passed(self, proxy: Proxy | None) -> None:
        """Notes that a request came through."""
        if proxy:
            self._passed.add(proxy)

    def refused(self, proxy: Proxy, base: BaseUrl, status: int, doing: str) -> ConnectionFailed:
        """The error for a proxy's refusal, which holds for every later request; called within the turn."""
        check = (
            "Check the user and the password in HTTPS_PROXY; nothing was tried again, since repeated wrong passwords lock an account."
            if status == 407
            else f"Ask for {base.host} to be allowed there, or name it in NO_PROXY if it can be reached without a proxy."
        )
        self._refusals[proxy] = (
            f"the proxy {proxy.shown} refused to connect to {base.host} (HTTP status {status}). {check}"
        )
        return ConnectionFailed(f"{doing}: {self._refusals[proxy]}")
