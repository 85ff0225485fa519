# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One HTTP session for a whole call: pooled connections, retries per request, a deadline, and an end at any moment.

What is retried, how long is waited and what is refused stands in the guide "Reliability" (docs/docsite/rst).

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import ssl
import threading
import time
import typing as t

try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.auth import AuthBase
    from requests.utils import get_environ_proxies
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.util.retry import Retry
except ImportError:
    requests = None  # type: ignore[assignment]
    HTTPAdapter = AuthBase = HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment,misc]

from .errors import (
    ConnectionFailed,
    CredentialError,
    DeadlineExceeded,
    MissingLibrary,
    OptionError,
)
from .redaction import Secrets
from .urls import BaseUrl

if t.TYPE_CHECKING:
    from .._query import TransportOptions

VERSION = "1.0.0"
"""The collection's version, as in galaxy.yml."""

PASSING = frozenset({429, 500, 502, 503, 504})
"""HTTP statuses of faults that pass."""

FIRST_DELAY = 0.2
"""Seconds before the first further try; doubled for each one after it."""


class Answer(t.NamedTuple):
    """What a service answered: status, headers (any case), and the whole body."""

    status: int
    headers: t.Mapping[str, str]
    body: bytes


class Anonymous(AuthBase):
    """Sends a request without a credential: set explicitly, or requests would take one from C(.netrc)."""

    def __call__(self, request: t.Any) -> t.Any:
        return request


class Bearer(AuthBase):
    """Sends a request with an IAM token, which neither C(.netrc) nor a proxy setting can replace."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: t.Any) -> t.Any:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Deadline:
    """The time left for everything together. Counted from its making, on the monotonic clock."""

    def __init__(self, seconds: float, clock: t.Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left, negative once it has passed."""
        return self._end - self._clock()

    def error(self, doing: str, reason: str = "") -> DeadlineExceeded:
        """The error to raise when time is up while doing something."""
        because = f" The last try ended so: {reason}." if reason else ""
        return DeadlineExceeded(
            f"{doing}: not done within api_deadline, {self.seconds:g} s for everything together.{because}"
            " Raise api_deadline, ask for fewer clusters at a time, or see whether the service answers slowly."
        )


class Transport:
    """Sends requests until they are answered, refused, or out of time. Safe to use from several threads.

    :param options: how requests are made
    :param secrets: takes secrets out of what other machines say
    :param deadline: the end of everything, where it runs already
    :raises MissingLibrary: there is no C(requests)
    :raises OptionError: O(ca_path) cannot be used
    """

    def __init__(self, options: TransportOptions, secrets: Secrets, deadline: Deadline | None = None) -> None:
        if requests is None:
            from ansible.module_utils.basic import missing_required_lib

            raise MissingLibrary(missing_required_lib("requests"))
        self.options = options
        self.secrets = secrets
        self.deadline = deadline or Deadline(options.api_deadline)
        self._stopped = threading.Event()
        self._connections = _Connections()
        self._verify = _verification(options)
        self._session = requests.Session()
        # The environment is read here and nowhere else: requests would add .netrc, and a CA bundle over validate_certs.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = (
            f"yacloud.mdb/{VERSION} (Ansible collection) requests/{requests.__version__}"
        )
        adapter = _Adapter(options.concurrency, self._connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(
        self,
        method: str,
        base: BaseUrl,
        path: str,
        *,
        doing: str,
        auth: t.Any = None,
        secret: bool = False,
        timeout: float | None = None,
        direct: bool = False,
        retries: int | None = None,
        **content: t.Any,
    ) -> Answer:
        """The service's answer, whatever its status; tried again while it is one that passes.

        :param method: of HTTP
        :param path: below the base, beginning with a slash
        :param auth: puts the credential on the request; none without it
        :param retries: further tries, O(api_retries) without it
        :param doing: what the request is for, such as "listing the backups of cluster c9q1"; opens each message
        :param secret: the request carries one in its body, so that it may go over HTTPS or to loopback only
        :param timeout: seconds to connect, for each read, and for a wait, where O(api_timeout) would be too long
        :param direct: never through a proxy
        :param content: C(params), C(json), C(data), C(headers) as for C(requests.Session.request)
        :raises CredentialError: a credential would travel in the open
        :raises ConnectionFailed: no answer, and none to expect from further tries
        :raises DeadlineExceeded: the time for everything ran out, or a wait would outlast it
        """
        if (secret or isinstance(auth, Bearer)) and not base.is_private:
            raise CredentialError(
                f"{doing}: {base} is neither HTTPS nor loopback, so no credential is sent there. Use https:// in endpoint or mdb_endpoint."
            )
        content["auth"] = auth or Anonymous()
        proxies = {} if direct or base.is_loopback else get_environ_proxies(str(base))
        attempts = 1 + (self.options.api_retries if retries is None else retries)
        for attempt in range(attempts):
            answer, reason = self._try(method, f"{base}{path}", timeout, proxies, doing, content)
            if answer and answer.status not in PASSING:
                return answer
            if answer and timeout and (_retry_after(answer) or 0.0) > timeout:
                return answer
            if attempt + 1 < attempts:
                self._wait(attempt, answer, doing, reason)
        if answer:
            return answer
        raise ConnectionFailed(
            f"{doing}: {base.host} gave no usable answer in {attempts} tries; the last one: {reason}. {_ADVICE}"
        )

    def stop(self) -> None:
        """Ends every request under way and every wait, at once, from any thread; nothing can be sent afterwards."""
        self._stopped.set()
        self._connections.end()

    def close(self) -> None:
        """Gives all connections back to the system."""
        self._session.close()
        self._connections.close()

    def _try(
        self, method: str, url: str, timeout: float | None, proxies: t.Any, doing: str, content: dict[str, t.Any]
    ) -> tuple[Answer | None, str]:
        """One try: an answer, or the reason why there is none and another try makes sense."""
        left = self.deadline.remaining()
        if self._stopped.is_set() or left <= 0:
            raise self.deadline.error(doing)
        try:
            with self._session.request(
                method,
                url,
                timeout=min(timeout or self.options.api_timeout, left),
                proxies=proxies,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
                **content,
            ) as response:
                return _read(response)
        # A TypeError is what requests makes of a proxy's address without a host.
        except (requests.RequestException, OSError, ValueError, TypeError) as exc:
            if self.deadline.remaining() <= 0:
                raise self.deadline.error(doing) from None
            from .failures import lasting, reason

            why = self.secrets.cleaned(reason(exc))
            if advice := lasting(exc):
                raise ConnectionFailed(f"{doing}: {why}. {advice}") from None
            return None, why
        finally:
            self._connections.sweep()

    def _wait(self, attempt: int, answer: Answer | None, doing: str, reason: str) -> None:
        delay = min(FIRST_DELAY * 2**attempt, self.options.api_retry_max_delay) * random.uniform(0.5, 1.0)
        if answer:
            reason = f"HTTP status {answer.status}"
            asked = _retry_after(answer)
            if asked is not None:
                delay, reason = asked, f"{reason} with Retry-After {asked:g} s"
        if delay >= self.deadline.remaining():
            raise self.deadline.error(doing, reason)
        if self._stopped.wait(delay):
            raise self.deadline.error(doing, reason)


_ADVICE = (
    "See whether the service and the network between are up; api_retries and api_timeout set how long it is tried."
)


def _verification(options: TransportOptions) -> bool | str:
    """What requests takes as C(verify): options first, then the variables that requests users know."""
    if not options.validate_certs:
        import urllib3

        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return False
    if options.ca_path is None:
        return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    path = os.path.expanduser(options.ca_path)
    try:
        if not os.path.isdir(path):
            ssl.create_default_context(cafile=path)
    except OSError as exc:  # ssl.SSLError is one
        problem = (
            exc.strerror
            if isinstance(exc, (FileNotFoundError, PermissionError))
            else "holds no certificate in PEM form"
        )
        raise OptionError(
            f"ca_path {path}: {problem}. Name a file or folder with the certificates of trusted authorities."
        ) from None
    return path


def _read(response: t.Any) -> tuple[Answer | None, str]:
    body = response.content
    announced = response.headers.get("Content-Length", "")
    arrived = response.raw.tell()
    if announced.isdecimal() and arrived < int(announced):
        return None, f"the body broke off after {arrived} of {announced} bytes"
    return Answer(response.status_code, response.headers, body), ""


def _retry_after(answer: Answer) -> float | None:
    """Seconds asked for by Retry-After (a number or an HTTP date, RFC 9110 section 10.2.3); None where it is absent or no such thing."""
    value = answer.headers.get("Retry-After")
    try:
        return float(Retry().parse_retry_after(value)) if value else None
    except Exception:  # noqa: BLE001 - urllib3's own and, for dates out of range, the standard library's
        return None


class _Connections:
    """The connections of a transport, so that another thread can end what is under way on them.

    Of each socket a duplicate is kept: it stays valid for shutdown() whatever wraps the original, as TLS does, and while http.client
    reads the body of an answer after which the connection will close, and has let go of it already.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[t.Any, tuple[socket.socket, int]] = {}
        self._ended = False

    def add(self, connection: t.Any, sock: socket.socket) -> None:
        """Notes a connection just made; it is ended at once if all others have been."""
        duplicate = sock.dup()
        with self._lock:
            former = self._open.pop(connection, None)
            self._open[connection] = duplicate, threading.get_ident()
            if former:
                former[0].close()
            if self._ended:
                _shut_down(duplicate)

    def use(self, connection: t.Any) -> None:
        """Notes which thread uses a connection."""
        with self._lock:
            if connection in self._open:
                self._open[connection] = self._open[connection][0], threading.get_ident()

    def sweep(self) -> None:
        """Lets go of the connections of this thread that have been closed."""
        with self._lock:
            mine = [connection for connection, (_dup, user) in self._open.items() if user == threading.get_ident()]
            for connection in mine:
                if connection.sock is None:
                    self._open.pop(connection)[0].close()

    def end(self) -> None:
        """Ends everything under way on them."""
        with self._lock:
            self._ended = True
            for duplicate, _user in self._open.values():
                _shut_down(duplicate)

    def close(self) -> None:
        """Closes them all, those included that a failed try still holds."""
        with self._lock:
            everything, self._open = self._open, {}
        for connection, (duplicate, _user) in everything.items():
            connection.close()
            duplicate.close()


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """A pool of connections that are noted."""

    def __init__(self, size: int, connections: _Connections) -> None:
        self._pools = {
            "http": _pool_of(HTTPConnectionPool, HTTPConnection, connections),
            "https": _pool_of(HTTPSConnectionPool, HTTPSConnection, connections),
        }
        super().__init__(pool_connections=8, pool_maxsize=size, max_retries=0)

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pool_of(pool: t.Any, connection: t.Any, connections: _Connections) -> t.Any:
    class Noted(connection):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            fresh: socket.socket = super()._new_conn()
            connections.add(self, fresh)
            return fresh

        def putrequest(self, *args: t.Any, **kwargs: t.Any) -> None:
            connections.use(self)
            super().putrequest(*args, **kwargs)

    return type("NotedPool", (pool,), {"ConnectionCls": Noted})
