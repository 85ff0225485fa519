# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a Redis host is reached: its address, TLS, user and password, and clients of redis-py that fail in our words."""

from __future__ import annotations

import ipaddress
import re
import ssl
import typing as t
from contextlib import contextmanager
from dataclasses import dataclass, field

from ansible.module_utils.basic import missing_required_lib

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError:
    redis = None  # type: ignore[assignment]

from ._cloud.errors import MissingLibrary, OptionError
from ._cloud.text import quoted
from ._cloud.urls import is_loopback
from ._redis_failures import failure_of

TIMEOUT = 10.0
"""Seconds to connect, and to wait for each part of a response."""

_ADDRESS = re.compile(
    r"""\[(?P<bracketed>[^\]]*:[^\]]*)\](?::(?P<bracketed_port>\d{1,6}))?
    | (?P<bare>[^\[\]:]*:[^\[\]:]*:[^\[\]]*)
    | (?P<name>[^\[\]:]+)(?::(?P<port>\d{1,6}))?""",
    re.ASCII | re.VERBOSE,
).fullmatch
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,253}").fullmatch


class Address(t.NamedTuple):
    """Host name or IP address, and port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str, default_port: int) -> Address:
    """The address written as a name, C(name:port), an IPv6 address, or C([IPv6 address]:port).

    :raises OptionError: it is written in another way
    """
    found = _ADDRESS(text.strip())
    if found is None or not _is_host(found):
        raise OptionError(
            f"hosts: {quoted(text)} is not a host. Write a name or an IP address, with or without a port, such as "
            "rc1a-abc.mdb.yandexcloud.net:6380 or [2001:db8::1]:6380.",
            option="hosts",
        )
    port = int(found["bracketed_port"] or found["port"] or default_port)
    if not 1 <= port <= 65_535:
        raise OptionError(f"hosts: {quoted(text)} has the port {port}; ports are 1 to 65535.", option="hosts")
    return Address(found["bracketed"] or found["bare"] or found["name"], port)


def _is_host(found: re.Match[str]) -> bool:
    try:
        if found["name"] is None:
            return bool(ipaddress.IPv6Address(found["bracketed"] or found["bare"]))
        found["name"].encode("idna")  # the look-up of the name does so too, and would raise no OSError
    except ValueError:
        return False
    return bool(_NAME(found["name"]))


@dataclass(frozen=True)
class Access:
    """What every host of a Redis is reached with.

    :ivar ca_path: file with the certificates of trusted authorities; None for those of the system
    """

    tls: bool = True
    ca_path: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def check(self) -> None:
        """Looks for everything that can be wrong before a host is asked.

        :raises OptionError: an option has a value that is invalid
        :raises MissingLibrary: redis-py cannot be imported
        """
        if self.password == "":
            raise OptionError("password is empty. Set it, or leave it out where Redis needs none.", option="password")
        if self.username == "":
            raise OptionError("username is empty. Leave it out for the user default.", option="username")
        if self.username and self.password is None:
            raise OptionError("username is given without password.", option="username")
        if self.ca_path is not None:
            _check_ca_file(self.ca_path)
        if redis is None:
            library = missing_required_lib("redis >= 4.3", reason="on the host where this task runs")
            raise MissingLibrary(
                f"{library}. Debian and Ubuntu have it as python3-redis; pip install redis puts it into a virtual environment."
            )

    @contextmanager
    def database(self, address: Address, number: int = 0) -> t.Iterator[t.Any]:
        """A client of redis-py for one database of one host; what fails in its block is raised as an CloudError.

        :raises OptionError: the password would travel in plain text
        """
        if self.password and not self.tls and not is_loopback(address.host):
            raise OptionError(
                f"The password is not sent to Redis at {address}: with tls: false anyone on the way could read it, so "
                "that is done on loopback only. Use TLS (port 6380 of a managed cluster).",
                option="tls",
            )
        client = self._client(address, number)
        try:
            yield client
        except redis.RedisError as exc:
            where = f"{address}, database {number}" if number else str(address)
            user = (self.username or "default") if self.password else None
            raise failure_of(exc, where, tls=self.tls, user=user) from None
        finally:
            client.connection_pool.disconnect()

    def info(self, address: Address) -> dict[str, t.Any]:
        """What INFO of this host answers, as redis-py parses it."""
        with self.database(address) as client:
            return dict(client.info())

    def _client(self, address: Address, number: int) -> t.Any:
        return redis.Redis(
            host=address.host,
            port=address.port,
            db=number,
            username=self.username,
            password=self.password,
            socket_connect_timeout=TIMEOUT,
            socket_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),  # the default tries a wrong password eleven times
            ssl=self.tls,
            ssl_cert_reqs="required",
            ssl_check_hostname=True,  # not the default before redis-py 6
            ssl_ca_certs=self.ca_path,
        )


def _check_ca_file(path: str) -> None:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise OptionError(f"ca_path {path} holds no certificate in PEM format.", option="ca_path") from None
    except OSError as exc:
        raise OptionError(f"ca_path {path} cannot be read: {exc.strerror}.", option="ca_path") from None
