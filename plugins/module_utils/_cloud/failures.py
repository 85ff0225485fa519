# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kept a request from being answered, in words, and whether another try makes sense."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import typing as t

try:
    import requests
    import urllib3
except ImportError:  # then there is no request either that could fail
    requests = urllib3 = None  # type: ignore[assignment]


def reason(exc: BaseException) -> str:
    """The innermost cause in words, without the URLs that the outer ones print."""
    chain = list(_chain(exc))
    innermost = chain[-1]
    if any(isinstance(link, http.client.IncompleteRead) for link in chain):  # urllib3's own is one too
        return "the body broke off"
    if _is_about_certificate(innermost):
        return f"the certificate was not accepted ({getattr(innermost, 'verify_message', innermost)})"
    if isinstance(innermost, ValueError) and not isinstance(innermost, OSError):  # as all of requests' own are
        # What cannot be read as an address is quoted by its message, and a proxy's address may hold a password.
        return "an address cannot be read"
    if isinstance(innermost, TimeoutError) or "timed out" in str(innermost):
        return "timed out"
    if isinstance(innermost, OSError) and innermost.strerror:
        return innermost.strerror
    return str(innermost) or type(innermost).__name__


def permanent_hint(exc: BaseException, where: str) -> str:
    """What to do about a failure that another try would only repeat; empty for one that passes.

    :param where: the options and variables that say where the request goes
    """
    for link in _chain(exc):
        if _is_about_certificate(link):
            return f"Set ca_path to the authority that signed it, or check that {where} names the right host and the clock is right."
        if isinstance(link, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return ""
        # A file that is read here is at fault, not what the other side sent.
        if isinstance(link, ssl.SSLError) and link.library == "X509":
            return _AUTHORITIES
        if isinstance(link, ssl.SSLError):
            return f"No TLS is spoken there, or none that both sides know; check the scheme and port of {where}."
        if isinstance(link, socket.gaierror) and link.errno == socket.EAI_NONAME:
            return f"No such host name; check {where}."
        if isinstance(link, requests.exceptions.InvalidSchema):
            return "Check HTTPS_PROXY; a SOCKS proxy needs the Python library PySocks."
        if isinstance(link, (requests.exceptions.InvalidURL, urllib3.exceptions.LocationParseError)):
            return f"Check {where}."
    if not isinstance(exc, (requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError)):
        return _AUTHORITIES
    return ""


_AUTHORITIES = "Check ca_path, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE."


def _is_about_certificate(exc: BaseException) -> bool:
    # urllib3 1.26 compares the host's name itself, and has a class of its own for it.
    return isinstance(exc, ssl.SSLCertVerificationError) or type(exc).__name__ == "CertificateError"


def proxy_refusal(exc: BaseException) -> int | None:
    """The HTTP status with which a proxy refused to connect (4xx to CONNECT), None where it did not."""
    # There is nothing but its text: http.client raises a plain OSError.
    found = (_REFUSED(str(link)) for link in _chain(exc) if isinstance(link, OSError))
    return next((int(match.group(1)) for match in found if match), None)


_REFUSED = re.compile(r"Tunnel connection failed: (4[0-9][0-9])\b").match


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
