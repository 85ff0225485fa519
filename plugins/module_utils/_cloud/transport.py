# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP session for a whole call: pooled connections, retries per request, a deadline, and an end at any moment.

What is retried, how long is waited and what is refused stands in the guide on running it (docs/docsite/rst/running.rst).
"""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
import typing as t
import warnings
from urllib.parse import quote, urlencode

from ansible.module_utils.basic import missing_required_lib

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
except ImportError:
    requests = urllib3 = None  # type: ignore[assignment]
    HTTPAdapter = object  # type: ignore[assignment,misc]

from .errors import ConnectionFailed, CredentialError, DeadlineExceeded, MissingLibrary
from .failures import permanent_hint, proxy_refusal, reason
from .proxies import Proxy, ProxyGuard, find_proxy
from .redaction import Secrets
from .responses import Response, is_quota, retry_after
from .urls import BaseUrl

VERSION = "1.0.0"
"""The collection's version, as in galaxy.yml."""

RETRYABLE_STATUSES = frozenset({429, 500, 502, 503, 504})
"""HTTP statuses of faults that pass."""

FIRST_DELAY = 0.2
"""Seconds before the first further try; doubled for each one after it."""


class Deadline:
    """The time left for everything together. Counted from its making, on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, negative once it has passed."""
        return self._end - time.monotonic()

    def error(self, doing: str, last: str = "") -> DeadlineExceeded:
        """The error to raise when time is up while doing something."""
        because = f" The last try ended so: {last}." if last else ""
        return DeadlineExceeded(
            f"{doing}: not done within api_deadline, {self.seconds:g} s for everything together.{because}"
            " Raise api_deadline, ask for less at a time, or see whether the service responds slowly."
        )


class TransportOptions(t.NamedTuple):
    """How requests are made; times in seconds, each named as the option that sets it.

    :ivar ca_path: an absolute path that was found to hold certificates, or None for the usual authorities
    """

    api_timeout: float = 30.0
    api_retries: int = 5
    api_retry_max_delay: float = 20.0
    api_deadline: float = 300.0
    concurrency: int = 8
    validate_certs: bool = True
    ca_path: str | None = None


class Request(t.NamedTuple):
    """A request.

    :ivar path: below the base, beginning with a slash or empty
    :ivar doing: what it is for, such as "disk d1: listing its snapshots"; opens each message
    :ivar token: the IAM token that it carries
    :ivar json: the body as JSON
    :ivar form: the body as a form
    :ivar secret: the body holds a secret, so that it may go over HTTPS or to loopback only
    :ivar idempotency_key: a UUID that lets a service recognise a write that it has had already
    :ivar repeatable: a POST that may be repeated without that, since it changes nothing
    :ivar direct: never through a proxy
    :ivar timeout: seconds to connect, for each read, and for a wait, where api_timeout would be too long
    :ivar retries: further tries, where api_retries would be too many
    """

    method: str
    base: BaseUrl
    path: str
    doing: str
    params: t.Mapping[str, str] = {}
    headers: t.Mapping[str, str] = {}
    token: str | None = None
    json: t.Any = None
    form: t.Mapping[str, str] | None = None
    secret: bool = False
    idempotency_key: str | None = None
    repeatable: bool = False
    direct: bool = False
    timeout: float | None = None
    retries: int | None = None

    @property
    def url(self) -> str:
        """The whole URL. A blank in the query is %20, since gateways take a plus for a plus."""
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.params.items())
        return f"{self.base}{self.path}{'?' if query else ''}{query}"

    @property
    def changes(self) -> bool:
        """Whether it is to change something."""
        return self.method != "GET" and not self.repeatable

    def content(self) -> tuple[bytes | None, dict[str, str]]:
        """The body and the headers."""
        headers = dict(self.headers)
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.idempotency_key is not None:
            headers["Idempotency-Key"] = self.idempotency_key
        if self.form is not None:
            return urlencode(self.form).encode(), {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        if self.json is not None:
            return json.dumps(self.json).encode(), {**headers, "Content-Type": "application/json"}
        return None, headers


class Transport:
    """Sends requests until they are answered, refused, or out of time. Safe to use from several threads.

    :param options: how requests are made
    :param secrets: takes secrets out of what other machines say
    :ivar deadline: the end of everything, which runs from now
    :ivar check: called before each request and each wait; raises where nobody wants the result any more
    :raises MissingLibrary: there is no requests
    """

    def __init__(self, options: TransportOptions, secrets: Secrets) -> None:
        if requests is None:
            raise MissingLibrary(f"{missing_required_lib('requests')}. {_INSTALL}")
        self.options = options
        self.secrets = secrets
        self.deadline = Deadline(options.api_deadline)
        self.check: t.Callable[[], object] = lambda: None
        self._stopped = threading.Event()
        self._guard = ProxyGuard()
        self._closing = contextlib.ExitStack()
        self._session = self._closing.enter_context(requests.Session())
        # Proxies are looked up for each request; requests would add .netrc, and a CA bundle over validate_certs.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = (
            f"yacloud.mdb/{VERSION} (Ansible collection) requests/{requests.__version__}"
        )
        adapter = HTTPAdapter(pool_connections=8, pool_maxsize=options.concurrency, max_retries=0)
        self._closing.callback(_close_idle, adapter)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        if not options.validate_certs:
            self._closing.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def send(self, request: Request) -> Response:
        """The service's response, whatever its status; tried again while it is one that passes.

        :raises CredentialError: a credential would travel in the open
        :raises ConnectionFailed: no response, and none to expect from further tries
        :raises DeadlineExceeded: the time for everything ran out, or a wait would outlast it
        """
        base, doing = request.base, request.doing
        if (request.secret or request.token is not None) and not base.is_private:
            raise CredentialError(
                f"{doing}: {base} is neither HTTPS nor loopback, so no credential is sent there. Use https:// in {base.option}."
            )
        proxy = None if request.direct else find_proxy(base, doing)
        attempts = 1 + (self.options.api_retries if request.retries is None else request.retries)
        if request.changes and request.idempotency_key is None:  # sending it twice may do more than sending it once
            attempts = 1
        for attempt in range(attempts):
            response, problem = self._try(request, proxy)
            if response and (response.status not in RETRYABLE_STATUSES or (request.changes and is_quota(response))):
                return response
            if response and request.timeout and (retry_after(response) or 0.0) > request.timeout:
                return response
            if attempt + 1 < attempts:
                self._wait(attempt, response, doing, problem)
        if response:
            return response
        raise ConnectionFailed(
            f"{doing}: {base.host} gave no usable response in {attempts} tries; the last one: {problem}. {_ADVICE}"
        )

    def stop(self) -> None:
        """Ends every wait, from any thread; nothing can be sent afterwards. What was sent may still be read, by whoever sent it."""
        self._stopped.set()

    def close(self) -> None:
        """Gives all connections back to the system."""
        self._closing.close()

    def _try(self, request: Request, proxy: Proxy | None) -> tuple[Response | None, str]:
        """One try: a response, or the reason why there is none and another try makes sense."""
        body, headers = request.content()
        with self._guard.turn(proxy, request.doing):
            left = self.deadline.remaining()
            if self._stopped.is_set() or left <= 0:
                raise self.deadline.error(request.doing)
            self.check()
            try:
                with self._session.request(
                    request.method,
                    request.url,
                    data=body,
                    headers=headers,
                    auth=lambda prepared: prepared,  # without one requests would take a password from .netrc
                    timeout=min(request.timeout or self.options.api_timeout, left),
                    proxies={"all": proxy.url} if proxy else {},
                    verify=(self.options.ca_path or True) if self.options.validate_certs else False,
                    allow_redirects=False,
                    stream=True,
                ) as received:
                    self._guard.passed(proxy)
                    return _read(received, request)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exc:
                return None, self._judged(exc, request, proxy)

    def _judged(self, exc: Exception, request: Request, proxy: Proxy | None) -> str:
        """Why a try failed, if another one makes sense.

        :raises CloudError: none does
        """
        if self.deadline.remaining() <= 0:
            raise self.deadline.error(request.doing) from None
        status = proxy_refusal(exc)
        if proxy and status:
            raise self._guard.refused(proxy, request.base, status, request.doing) from None
        why = self.secrets.cleaned(reason(exc)).rstrip(".")
        hint = permanent_hint(exc, f"HTTPS_PROXY and {request.base.option}" if proxy else request.base.option)
        if hint:
            host = "" if proxy or request.base.host in request.doing else f"{request.base.host}: "
            raise ConnectionFailed(f"{request.doing}: {host}{why}. {hint}") from None
        return f"{why}, through the proxy {proxy.shown}" if proxy else why

    def _wait(self, attempt: int, response: Response | None, doing: str, problem: str) -> None:
        delay = min(FIRST_DELAY * 2**attempt, self.options.api_retry_max_delay) * random.uniform(0.5, 1.0)
        if response:
            problem = f"HTTP status {response.status}"
            asked = retry_after(response)
            if asked is not None:
                delay, problem = asked, f"{problem} with Retry-After {asked:g} s"
        if delay >= self.deadline.remaining():
            raise self.deadline.error(doing, problem)
        self.check()
        if self._stopped.wait(delay):
            raise self.deadline.error(doing, problem)


_INSTALL = (
    "Debian and Ubuntu have it as python3-requests; pip install requests puts it into a virtual environment."
    " A task on another host than the controller needs it there, unless it has 'delegate_to: localhost'."
)
_ADVICE = (
    "See whether the service and the network between are up; api_retries and api_timeout set how long it is tried."
)


def _close_idle(adapter: HTTPAdapter) -> None:
    """Closes the connections that nobody uses; requests leaves that to the garbage collector."""
    for manager in (adapter.poolmanager, *adapter.proxy_manager.values()):
        for key in manager.pools.keys():  # noqa: SIM118 - it refuses to be iterated
            manager.pools[key].close()


def _read(received: t.Any, request: Request) -> tuple[Response | None, str]:
    body = received.content
    announced = received.headers.get("Content-Length", "")
    arrived = received.raw.tell()
    if announced.isdecimal() and arrived < int(announced):
        return None, f"the body broke off after {arrived} of {announced} bytes"
    return Response(received.status_code, received.headers, body, request.base.option, request.direct), ""
