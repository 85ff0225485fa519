# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where requests go: services, and addresses as people write them, which become base URLs. No I/O."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from urllib.parse import urlsplit

from .errors import OptionError
from .text import quoted

DEFAULT_ENDPOINT = "https://api.cloud.yandex.net"
"""The Russian region's discovery host. The services behind it are documented, so they are used without asking."""

DEFAULT_SERVICES = {
    "iam": "https://iam.api.cloud.yandex.net",
    "operation": "https://operation.api.cloud.yandex.net",
}
"""Base URLs of the services that every product needs, by their ids, at the default endpoint."""

_DEFAULT_PORTS = {"https": 443, "http": 80}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9.])?", re.ASCII).fullmatch
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?", re.ASCII).fullmatch


class Service(t.NamedTuple):
    """What has to be known of a service to talk to it. The product fills in the record.

    :ivar id: its id in discovery, such as "compute"
    :ivar default_url: its base URL in the default region
    :ivar endpoint_option: the option that sets its base URL
    :ivar endpoint_variable: the environment variable behind that option
    :ivar viewer_role: the least role that may read, named where permission is denied
    """

    id: str
    default_url: str
    endpoint_option: str
    endpoint_variable: str
    viewer_role: str


class BaseUrl(t.NamedTuple):
    """A checked base URL.

    :ivar netloc: the host, with its port unless it is the scheme's own
    :ivar path: the path in front of the API's own, without a slash at its end
    :ivar explicit_scheme: whether the scheme was written out
    :ivar option: what the address was given as, for messages
    """

    scheme: str
    netloc: str
    path: str = ""
    explicit_scheme: bool = True
    option: str = "endpoint"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"

    @property
    def host(self) -> str:
        """The host name or address alone."""
        return urlsplit(str(self)).hostname or ""

    @property
    def is_private(self) -> bool:
        """Whether a secret may travel there."""
        return self.scheme == "https" or is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its spelling: "localhost", 127.0.0.0/8 or ::1. That a name resolves to it does not count."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_base_url(text: str, option: str, *, scheme: str = "https", path_allowed: bool = False) -> BaseUrl:
    """The base URL of an address written with or without scheme and port.

    :param option: what the address was given as, for messages
    :param scheme: the scheme where the text has none
    :raises OptionError: the text is not such an address, or could be read in two ways
    """
    text = text.strip()
    if not text.isprintable():  # urlsplit would drop tabs and line breaks
        raise _bad(option, text, "holds a control character")
    found = _SCHEME.match(text)
    scheme_given = found.group(1).lower() if found else None
    if scheme_given not in (None, "https", "http"):
        raise _bad(option, text, f"has the scheme {scheme_given}; only https and http can be used")
    scheme = scheme_given or scheme
    try:
        parts = urlsplit(text if found else f"{scheme}://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise _bad(option, text, f"is not an address ({exc})") from None
    in_brackets = "[" in parts.netloc  # which Python 3.9 lets stand around anything
    if "@" in parts.netloc or parts.query or parts.fragment or not _is_host(host) or in_brackets != (":" in host):
        raise _bad(option, text, "is not a host")
    if parts.path not in ("", "/") and not (path_allowed and _PATH(parts.path)):
        raise _bad(option, text, "holds a path that cannot be used here")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    return BaseUrl(scheme, netloc, parts.path.rstrip("/"), explicit_scheme=bool(found), option=option)


def _is_host(host: str) -> bool:
    if ":" not in host:
        return bool(_HOST_NAME(host))
    try:
        return bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False


def _bad(option: str, text: str, problem: str) -> OptionError:
    shown = "(not shown, as it may hold a password)" if "@" in text else quoted(text)
    return OptionError(
        f"{option} {shown} {problem}. Write a host with or without scheme and port, such as api.cloud.yandex.net.",
        option=option,
    )
