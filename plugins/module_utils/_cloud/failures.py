# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What kept a request from being answered, in words, and whether another try makes sense. Loaded when a request fails.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import typing as t

try:
    import requests
except ImportError:  # then there is no request either that could fail
    requests = None  # type: ignore[assignment]


def reason(exc: BaseException) -> str:
    """The innermost cause in words, without the URLs that the outer ones print."""
    chain = list(_chain(exc))
    innermost = chain[-1]
    if isinstance(innermost, ValueError) and not isinstance(innermost, OSError):  # as all of requests' own are
        # What cannot be read as an address is quoted by its message, and a proxy's address may hold a password.
        return "an address cannot be read"
    if isinstance(innermost, TimeoutError) or "timed out" in str(innermost):
        return "timed out"
    if isinstance(innermost, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted ({innermost.verify_message})"
    if isinstance(innermost, OSError) and innermost.strerror:
        return innermost.strerror
    if any(isinstance(link, http.client.IncompleteRead) for link in chain):  # urllib3's own is one too
        return "the body broke off"
    return str(innermost) or type(innermost).__name__


def lasting(exc: BaseException) -> str:
    """What to do about a failure that another try would only repeat; empty for one that passes."""
    for link in _chain(exc):
        if isinstance(link, ssl.SSLCertVerificationError):
            return "Set ca_path to the authority that signed it, or check that endpoint names the right host and the clock is right."
        if isinstance(link, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return ""
        if isinstance(link, ssl.SSLError):
            return "No TLS is spoken there, or none that both sides know; check the scheme and port of endpoint and mdb_endpoint."
        if isinstance(link, socket.gaierror) and link.errno == socket.EAI_NONAME:
            return "No such host name; check endpoint and mdb_endpoint."
        if isinstance(link, requests.exceptions.InvalidSchema):
            return "Check HTTPS_PROXY; a SOCKS proxy needs the Python library PySocks."
    if isinstance(exc, (ValueError, TypeError)):
        return "Check endpoint, mdb_endpoint and HTTPS_PROXY."
    if not isinstance(exc, (requests.RequestException, ConnectionError, TimeoutError)):
        return "Check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, or set ca_path."
    return ""


def _chain(exc: BaseException) -> t.Iterator[BaseException]:
    """The exception and what it wraps, outermost first: requests and urllib3 keep causes in several places."""
    seen: list[BaseException | None] = [None]
    current: t.Any = exc
    while isinstance(current, BaseException) and current not in seen:
        seen.append(current)
        yield current
        inner = getattr(current, "reason", None)
        args = [arg for arg in current.args if isinstance(arg, BaseException)]
        context = None if current.__suppress_context__ else current.__context__
        current = inner if isinstance(inner, BaseException) else args[0] if args else current.__cause__ or context
