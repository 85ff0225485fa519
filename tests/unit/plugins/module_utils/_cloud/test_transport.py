# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport against real faults: what is tried again, what ends at once, and where a credential goes."""

from __future__ import annotations

import datetime
import email.utils
import io
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import transport as _transport
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.deadline import Deadline
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ConnectionFailed,
    CredentialError,
    DeadlineExceeded,
    MissingLibrary,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.redaction import Secrets
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.responses import Response
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import (
    FIRST_DELAY,
    Request,
    Transport,
    TransportOptions,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import parse_base_url
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Handler,
    Reply,
    Server,
    after,
    answer,
    failure,
    hang_up,
    html,
    reset,
    stalled,
    truncated,
    truncated_chunks,
    until,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Request as Received

DOING = "thing c9q1: listing its parts"
OK = answer({"fine": True})
NAME = "api.example"


class Waits(threading.Event):
    """The event on which the transport waits between tries: notes the waits and lets a clock pass instead."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []
        self.now = 1_000.0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.asked.append(timeout)
        self.now += timeout
        return self.is_set()


class Made(t.NamedTuple):
    transport: Transport
    waits: Waits

    def get(self, url: str, method: str = "GET", **more: t.Any) -> Response:
        return self.transport.send(Request(method, parse_base_url(url, "endpoint"), "/x", DOING, **more))


Make = t.Callable[..., Made]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Make]:
    """Makes transports that do not really wait between tries, on a clock that shows just those waits."""
    made: list[Transport] = []

    def make_one(**options: t.Any) -> Made:
        waits = Waits()
        given = TransportOptions(**{"api_retries": 3, "api_timeout": 5.0} | options)
        transport = Transport(given, Secrets(), Deadline(given.api_deadline, lambda: waits.now))
        monkeypatch.setattr(transport, "_stopped", waits)
        made.append(transport)
        return Made(transport, waits)

    yield make_one
    for transport in made:
        transport.close()


@pytest.fixture
def real() -> t.Iterator[t.Callable[..., Transport]]:
    """Makes transports that wait as they would."""
    made: list[Transport] = []

    def make_one(**options: t.Any) -> Transport:
        made.append(Transport(TransportOptions(**options), Secrets()))
        return made[-1]

    yield make_one
    for transport in made:
        transport.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets api.example, which is not loopback by its spelling, lead here; no other name is looked up at all."""
    lookup = socket.getaddrinfo

    def local(host: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        if host not in (NAME, "127.0.0.1"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return lookup("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", local)


PASSING: dict[str, Reply] = {
    "reset": reset,
    "hung up": hang_up,
    "truncated": truncated({"a": "b"}),
    "truncated to nothing": truncated({}, missing=2),
    "truncated chunks": truncated_chunks({"a": "b"}),
    "no HTTP": lambda handler: (handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), handler.hang_up())[1],
    **{str(status): failure(status, 14, "passing") for status in (429, 500, 502, 503, 504)},
    "503 in HTML": html(503),
    "503 truncated": lambda handler: (handler.head(503, {"Content-Length": "10"}), handler.hang_up())[1],
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_is_survived(server: Server, make: Make, fault: Reply) -> None:
    server.on("/x", fault, fault, OK)
    made = make()
    assert made.get(server.url).body == b'{"fine": true}'
    assert len(made.waits.asked) == 2


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_stays_costs_all_tries_and_no_more(server: Server, make: Make, fault: Reply) -> None:
    server.on("/x", *[fault] * 4)
    made = make()
    try:
        got = made.get(server.url)
    except ConnectionFailed as exc:
        told = str(exc)
        assert told.startswith(f"{DOING}: 127.0.0.1 gave no usable response in 4 tries; the last one: ")
        assert "api_retries and api_timeout" in told
        assert server.url not in told
    else:
        assert got.status in _transport.RETRYABLE_STATUSES
    assert len(server.requests) == 4
    assert len(made.waits.asked) == 3


@pytest.mark.parametrize("fault", [stalled(), stalled(200)], ids=["silent", "silent after the head"])
def test_a_stall_is_ended_by_api_timeout(server: Server, make: Make, fault: Reply) -> None:
    server.on("/x", fault, OK)
    made = make(api_timeout=0.1)
    started = time.monotonic()
    assert made.get(server.url).status == 200
    assert time.monotonic() - started < 2
    server.on("/x", fault)
    with pytest.raises(ConnectionFailed, match=r"in 1 tries; the last one: timed out\."):
        made.get(server.url, retries=0)


def test_the_timeout_of_a_request_overrides_the_option(server: Server, make: Make) -> None:
    server.on("/x", stalled())
    started = time.monotonic()
    with pytest.raises(ConnectionFailed, match="timed out"):
        make(api_timeout=30.0).get(server.url, retries=0, timeout=0.1)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("status", [200, 201, 204, 301, 304, 400, 401, 403, 404, 409, 499, 501, 505])
def test_any_other_status_is_an_answer_at_the_first_try(server: Server, make: Make, status: int) -> None:
    reply = answer({"code": 1}, status) if status not in (204, 304) else (lambda handler: handler.head(status, {}))
    server.on("/x", reply)
    made = make()
    assert made.get(server.url).status == status
    assert made.waits.asked == []


def test_api_retries_may_be_none(server: Server, make: Make) -> None:
    server.on("/x", failure(503, 14, "down"))
    assert make(api_retries=0).get(server.url).status == 503


def test_waits_double_with_jitter_up_to_the_longest(server: Server, make: Make) -> None:
    server.on("/x", *[reset] * 9)
    made = make(api_retries=8, api_retry_max_delay=2.0)
    with pytest.raises(ConnectionFailed):
        made.get(server.url)
    for number, waited in enumerate(made.waits.asked):
        full = min(FIRST_DELAY * 2**number, 2.0)
        assert full / 2 <= waited <= full
    assert len({waited / min(FIRST_DELAY * 2**number, 2.0) for number, waited in enumerate(made.waits.asked)}) > 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_retry_after_in_seconds_is_waited_exactly_and_may_exceed_the_longest_wait(
    server: Server, make: Make, status: int
) -> None:
    server.on("/x", failure(status, 8, "slower", Retry_After="7"), failure(status, 8, "slower", Retry_After="0"), OK)
    made = make(api_retry_max_delay=1.0)
    made.get(server.url)
    assert made.waits.asked == [7.0, 0.0]


def test_retry_after_as_a_date_is_waited_for(server: Server, make: Make) -> None:
    then = time.time() + 100
    past = then - 86_400
    server.on(
        "/x",
        *[failure(503, 14, "later", Retry_After=email.utils.formatdate(when, usegmt=True)) for when in (then, past)],
        OK,
    )
    made = make(api_retry_max_delay=1.0)
    made.get(server.url)
    assert 90 <= made.waits.asked[0] <= 100
    assert made.waits.asked[1] == 0


@pytest.mark.parametrize("value", ["soon", "-1", "1.5", "", "Fri, 31 Dec 999999 23:59:59 GMT", "1 2"])
def test_a_retry_after_that_says_nothing_is_as_none(server: Server, make: Make, value: str) -> None:
    server.on("/x", failure(503, 14, "later", Retry_After=value), OK)
    made = make()
    made.get(server.url)
    assert FIRST_DELAY / 2 <= made.waits.asked[0] <= FIRST_DELAY


@pytest.mark.parametrize("value", ["300", "301", "9" * 18, "9" * 400])
def test_a_retry_after_beyond_the_deadline_fails_at_once(server: Server, make: Make, value: str) -> None:
    server.on("/x", failure(429, 8, "slower", Retry_After=value))
    made = make(api_deadline=300.0)
    with pytest.raises(DeadlineExceeded) as caught:
        made.get(server.url)
    assert made.waits.asked == []
    assert str(caught.value).startswith(f"{DOING}: not done within api_deadline, 300 s for everything together.")
    assert f"HTTP status 429 with Retry-After {float(value):g} s" in str(caught.value)


def test_a_wait_that_the_deadline_cuts_is_not_begun(server: Server, make: Make) -> None:
    server.on("/x", *[reset] * 2)
    made = make(api_deadline=1.0, api_retries=100)
    made.waits.now += 0.75
    with pytest.raises(DeadlineExceeded, match="The last try ended so: Connection reset by peer"):
        made.get(server.url)
    assert len(made.waits.asked) == 1


def test_nothing_is_sent_after_the_deadline(server: Server, make: Make) -> None:
    made = make(api_deadline=1.0)
    made.waits.now += 1.0
    with pytest.raises(DeadlineExceeded, match=DOING):
        made.get(server.url)
    assert server.connections == 0


def test_a_try_is_not_given_more_time_than_is_left(server: Server, real: t.Callable[..., Transport]) -> None:
    server.on("/x", stalled())
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"not done within api_deadline, 0\.2 s"):
        real(api_deadline=0.2, api_timeout=30.0).send(
            Request("GET", parse_base_url(server.url, "endpoint"), "/x", DOING)
        )
    assert time.monotonic() - started < 2


def test_connections_are_kept_alive(server: Server, make: Make) -> None:
    server.on("/x", OK, failure(503, 14, "passing"), OK, failure(404, 5, "none"), OK)
    made = make()
    for _number in range(4):
        made.get(server.url)
    assert server.connections == 1


def test_every_request_names_the_collection_and_its_version(server: Server, make: Make) -> None:
    server.on("/x", OK)
    make().get(server.url)
    assert re.fullmatch(
        r"yacloud\.mdb/[0-9.]+ \(Ansible collection\) (python-)?requests/.*", server.requests[0].headers["User-Agent"]
    )


def test_the_version_is_that_of_galaxy_yml() -> None:
    galaxy = Path(__file__).parents[5] / "galaxy.yml"
    assert f"\nversion: {_transport.VERSION}\n" in galaxy.read_text(encoding="utf-8")


def test_without_requests_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transport, "requests", None)
    with pytest.raises(
        MissingLibrary, match=r"Python library \(requests\).+pip install requests .+'delegate_to: localhost'"
    ):
        Transport(TransportOptions(), Secrets())


# --- what is sent ---


def test_a_blank_in_a_query_is_never_a_plus(server: Server, make: Make) -> None:
    server.on("/x", OK)
    make().get(server.url, params={"page token": "a b+c", "filter": 'name="x"', "e": "%2F ~é"})
    assert server.requests[0].target == "/x?page%20token=a%20b%2Bc&filter=name%3D%22x%22&e=%252F%20~%C3%A9"


@pytest.mark.parametrize(
    ("method", "more", "tries"),
    [
        ("GET", {}, 3),
        ("POST", {}, 1),
        ("PATCH", {"json": {"a": 1}}, 1),
        ("DELETE", {}, 1),
        ("POST", {"repeatable": True}, 3),
        ("POST", {"idempotency_key": "0c7b9a52-58a8-4a3b-8f3f-7d2c1de9b7c1"}, 3),
        ("DELETE", {"idempotency_key": "0c7b9a52-58a8-4a3b-8f3f-7d2c1de9b7c1"}, 3),
    ],
)
def test_a_write_is_tried_again_only_where_the_service_can_tell(
    server: Server, make: Make, method: str, more: dict[str, t.Any], tries: int
) -> None:
    server.on("/x", *[failure(503, 14, "down")] * tries)
    assert make(api_retries=2).get(server.url, method, **more).status == 503
    keys = {request.headers.get("Idempotency-Key") for request in server.requests}
    assert keys == {more.get("idempotency_key")}
    assert {request.method for request in server.requests} == {method}


def test_a_write_whose_response_is_lost_is_not_sent_again(server: Server, make: Make) -> None:
    server.on("/x", reset)
    with pytest.raises(ConnectionFailed, match="in 1 tries"):
        make().get(server.url, "POST")


def test_bodies_are_json_or_forms(server: Server, make: Make) -> None:
    server.on("/x", OK, OK, OK)
    made = make()
    made.get(server.url, "POST", json={"name": "é b"})
    made.get(server.url, "POST", form={"a": "b c+d"})
    made.get(server.url, "POST")
    assert [(request.headers.get("Content-Type"), request.body) for request in server.requests] == [
        ("application/json", b'{"name": "\\u00e9 b"}'),
        ("application/x-www-form-urlencoded", b"a=b+c%2Bd"),
        (None, b""),
    ]


def test_a_mistake_in_our_own_code_is_no_advice_on_networks(server: Server, make: Make) -> None:
    made = make()
    with pytest.raises(TypeError):
        made.get(server.url, json={"a": object()})
    with pytest.raises(TypeError):
        made.get(server.url, params={"a": 7})
    assert server.connections == 0


# --- credentials ---


def test_a_token_goes_into_its_header_and_nowhere_else(server: Server, make: Make) -> None:
    server.on("/x", OK)
    make().get(server.url, token=TOKEN, params={"a": "ü /?&=#%", "b": ""})
    (request,) = server.requests
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.target
    assert request.query == {"a": "ü /?&=#%", "b": ""}


def test_netrc_neither_replaces_a_credential_nor_adds_one(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch, write: t.Callable[[str, str], str]
) -> None:
    path = write(".netrc", "machine 127.0.0.1 login mallory password s3cret\ndefault login mallory password s3cret\n")
    os.chmod(path, 0o600)
    monkeypatch.setenv("NETRC", path)
    monkeypatch.setenv("HOME", str(Path(path).parent))
    server.on("/x", OK, OK)
    made = make()
    made.get(server.url, token=TOKEN)
    made.get(server.url)
    assert [request.headers.get("Authorization") for request in server.requests] == [f"Bearer {TOKEN}", None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: Server, second_server: Server, make: Make, status: int) -> None:
    server.on("/x", answer({}, status, Location=f"{second_server.url}/stolen"))
    assert make().get(server.url, token=TOKEN).status == status
    assert second_server.connections == 0


@pytest.mark.parametrize("secret", [{"token": TOKEN}, {"secret": True, "json": {"jwt": TOKEN}}], ids=["token", "body"])
@pytest.mark.parametrize(
    "host", [NAME, "localhost.example", "127.0.0.1.example", "10.0.0.1", "0.0.0.0", "[::ffff:10.0.0.1]"]
)
def test_no_secret_goes_over_plain_http_beyond_loopback(
    make: Make, names: None, host: str, secret: dict[str, t.Any]
) -> None:
    with pytest.raises(CredentialError) as caught:
        make().get(f"http://{host}:1", **secret)
    assert str(caught.value).startswith(f"{DOING}: http://{host}:1 is neither HTTPS nor loopback")
    assert TOKEN not in str(caught.value)


def test_plain_http_carries_a_token_to_loopback(server: Server, make: Make) -> None:
    server.on("/x", OK, OK)
    made = make()
    made.get(server.url, token=TOKEN)
    made.get(f"http://localhost:{server.port}", token=TOKEN, secret=True)
    assert len(server.requests) == 2


# --- proxies ---


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_loopback_never_goes_through_a_proxy(
    server: Server, second_server: Server, make: Make, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, second_server.url)
    server.on("/x", OK, OK)
    made = make()
    made.get(server.url, token=TOKEN)
    made.get(f"http://localhost:{server.port}", token=TOKEN)
    assert second_server.connections == 0


def test_a_proxy_is_used_for_other_hosts(
    server: Server, make: Make, names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.on("/x", OK)
    make().get(f"http://{NAME}")
    assert server.requests[0].target == f"http://{NAME}/x"


@pytest.mark.parametrize("excepted", [NAME, ".example", "*", f"other,{NAME}"])
def test_no_proxy_is_honoured(
    server: Server, second_server: Server, make: Make, names: None, monkeypatch: pytest.MonkeyPatch, excepted: str
) -> None:
    monkeypatch.setenv("http_proxy", second_server.url)
    monkeypatch.setenv("no_proxy", excepted)
    server.on("/x", OK)
    make().get(f"http://{NAME}:{server.port}")
    assert second_server.connections == 0


def test_a_request_can_refuse_every_proxy(
    server: Server, second_server: Server, make: Make, names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", second_server.url)
    server.on("/x", OK)
    make().get(f"http://{NAME}:{server.port}", direct=True)
    assert second_server.connections == 0


def tunnelled(tls: ssl.SSLContext, reply: Reply) -> Reply:
    """A proxy's tunnel, with the HTTPS server at its end in the same place."""

    def connect(handler: Handler) -> None:
        handler.head(200, {})
        with tls.wrap_socket(handler.connection, server_side=True) as inner:
            lines = []
            with inner.makefile("rb") as file:
                while line := file.readline().strip():
                    lines.append(line.decode())
            headers = dict(line.split(": ", 1) for line in lines[1:])
            handler.owner.requests.append(Received("GET", lines[0].split()[1], headers, b"", handler.number))
            with inner.makefile("wb") as handler.wfile:
                reply(handler)
        handler.wfile = io.BytesIO()
        handler.close_connection = True

    return connect


def test_https_through_a_proxy_shows_the_token_to_the_api_only(
    server: Server, make: Make, names: None, monkeypatch: pytest.MonkeyPatch, make_authority: t.Callable[..., t.Any]
) -> None:
    authority = make_authority(NAME)
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    server.on("443", tunnelled(authority.server, OK))
    made = make(ca_path=authority.path)
    assert made.get(f"https://{NAME}", token=TOKEN).status == 200
    connect, inner = server.requests
    assert (connect.method, connect.target) == ("CONNECT", f"{NAME}:443")
    assert "Authorization" not in connect.headers
    assert TOKEN not in str(connect)
    assert (inner.target, inner.headers["Authorization"]) == ("/x", f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    "proxy", ["http://", "foo://proxy.example", "http://proxy.example:port", "socks5h://127.0.0.1:1"]
)
def test_a_proxy_that_cannot_be_used_fails_in_words(
    make: Make, names: None, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    pytest.importorskip("requests")
    if proxy.startswith("socks") and _has_socks():
        pytest.skip("PySocks is installed")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    made = make()
    with pytest.raises(ConnectionFailed, match="HTTPS_PROXY") as caught:
        made.get(f"https://{NAME}", token=TOKEN)
    assert made.waits.asked == []
    assert str(caught.value).startswith(f"{DOING}: ")


def _has_socks() -> bool:
    import importlib.util

    return importlib.util.find_spec("socks") is not None


def test_a_proxys_password_is_not_shown(make: Make, names: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for proxy in (
        "http://user:s3cret@proxy.example:port",
        "http://user:s3cret@proxy.example",
        "http://user:s3cret#@127.0.0.1:9",
        "http://user:s3cret?@127.0.0.1:9",
        "http://user:s3cret/@127.0.0.1:9",
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(ConnectionFailed) as caught:
            make(api_retries=0).get(f"https://{NAME}")
        assert "s3cret" not in str(caught.value)


def test_a_proxy_without_a_host_fails_in_words(make: Make, names: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:s3cret@")
    with pytest.raises(ConnectionFailed, match="HTTPS_PROXY") as caught:
        make().get(f"https://{NAME}")
    assert "s3cret" not in str(caught.value)


def refused_by_proxy(made: Made, caught: list[str]) -> None:
    with pytest.raises(ConnectionFailed) as failed:
        made.get(f"https://{NAME}", token=TOKEN)
    caught.append(str(failed.value))


@pytest.mark.parametrize(
    ("status", "check"),
    [
        (407, "Check the user and the password in HTTPS_PROXY"),
        (403, f"Ask for {NAME} to be allowed there"),
        (400, "Ask"),
    ],
)
def test_a_proxy_that_refuses_is_asked_once_by_all_threads_and_named(
    server: Server, make: Make, names: None, monkeypatch: pytest.MonkeyPatch, status: int, check: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:s3cret@127.0.0.1:{server.port}")
    server.on("443", answer({}, status))
    made, caught = make(), list[str]()
    threads = [threading.Thread(target=refused_by_proxy, args=(made, caught)) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    told = f"{DOING}: the proxy http://127.0.0.1:{server.port} refused to connect to {NAME} (HTTP status {status}). {check}"
    assert [text.startswith(told) for text in caught] == [True] * 20
    assert "s3cret" not in "".join(caught)
    assert [request.method for request in server.requests] == ["CONNECT"]
    assert TOKEN not in str(server.requests)


def test_a_proxy_that_is_down_for_now_is_tried_again_and_named(
    server: Server, make: Make, names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    server.on("443", answer({}, 503), reset, *[answer({}, 502)] * 2)
    made = make()
    with pytest.raises(ConnectionFailed, match="in 4 tries; the last one: Tunnel connection failed: 502") as caught:
        made.get(f"https://{NAME}")
    assert f", through the proxy {server.url}. " in str(caught.value)
    assert len(made.waits.asked) == 3


# --- TLS ---


def test_a_servers_certificate_is_verified_by_ca_path(tls_server: Server, make: Make, authority: t.Any) -> None:
    tls_server.on("/x", OK)
    assert make(ca_path=authority.path).get(tls_server.url).status == 200


def test_ca_path_may_be_a_folder(tls_server: Server, make: Make, authority: t.Any, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to name the file by its hash")
    name = subprocess.run(
        [openssl, "x509", "-hash", "-noout", "-in", authority.path], capture_output=True, text=True, check=True
    ).stdout
    shutil.copy(authority.path, tmp_path / f"{name.strip()}.0")
    tls_server.on("/x", OK)
    assert make(ca_path=str(tmp_path)).get(tls_server.url).status == 200


def refuses(server: Server, made: Made) -> str:
    with pytest.raises(ConnectionFailed) as caught:
        made.get(server.url, token=TOKEN)
    assert made.waits.asked == []
    assert server.connections == 1
    assert server.requests == []
    return str(caught.value)


def test_an_unknown_authority_is_refused_at_the_first_try(tls_server: Server, make: Make) -> None:
    told = refuses(tls_server, make())
    assert told.startswith(f"{DOING}: 127.0.0.1: the certificate was not accepted (")
    assert "Set ca_path" in told


def test_a_wrong_authority_is_refused(tls_server: Server, make: Make, make_authority: t.Callable[..., t.Any]) -> None:
    assert "the certificate was not accepted" in refuses(tls_server, make(ca_path=make_authority().path))


def test_a_certificate_for_another_name_is_refused(make: Make, make_authority: t.Callable[..., t.Any]) -> None:
    authority = make_authority("other.example")
    with Server(authority.server) as server:
        assert "the certificate was not accepted" in refuses(server, make(ca_path=authority.path))


def test_an_expired_certificate_is_refused(make: Make, tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme")
    ca, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    yesterday = datetime.datetime.now().astimezone() - datetime.timedelta(days=1)
    ca.issue_cert("127.0.0.1", not_after=yesterday).configure_cert(context)
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with Server(context) as server:
        told = refuses(server, make(ca_path=str(tmp_path / "ca.pem")))
    assert "expired" in told
    assert "the clock is right" in told


def test_a_folder_without_the_authority_is_refused(tls_server: Server, make: Make, tmp_path: Path) -> None:
    assert "the certificate was not accepted" in refuses(tls_server, make(ca_path=str(tmp_path)))


def test_validate_certs_can_be_off_whatever_the_environment_says(
    tls_server: Server,
    make: Make,
    make_authority: t.Callable[..., t.Any],
    monkeypatch: pytest.MonkeyPatch,
    recwarn: pytest.WarningsRecorder,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", make_authority().path)
    tls_server.on("/x", OK)
    assert make(validate_certs=False).get(tls_server.url).status == 200
    assert [str(warning.message) for warning in recwarn] == []


def test_https_to_a_port_that_speaks_plain_http_is_told_so(server: Server, make: Make) -> None:
    made = make()
    with pytest.raises(ConnectionFailed, match="No TLS is spoken there"):
        made.get(f"https://127.0.0.1:{server.port}")
    assert made.waits.asked == []


@pytest.mark.parametrize(
    "fault",
    [reset, truncated({"a": 1}), truncated_chunks({}), hang_up],
    ids=["reset", "truncated", "chunks", "hung up"],
)
def test_faults_pass_over_tls_too(tls_server: Server, make: Make, authority: t.Any, fault: Reply) -> None:
    tls_server.on("/x", fault, OK)
    assert make(ca_path=authority.path).get(tls_server.url).status == 200


@pytest.mark.parametrize("fault", [truncated({"a": 1}), truncated_chunks({"a": 1})], ids=["length", "chunks"])
def test_a_body_that_always_breaks_off_is_told_in_words(server: Server, make: Make, fault: Reply) -> None:
    server.always("/x", fault)
    with pytest.raises(
        ConnectionFailed,
        match=r"the last one: (the body broke off( after \d+ of \d+ bytes)?|Response ended prematurely)\. ",
    ):
        make(api_retries=1).get(server.url)


def test_a_handshake_that_is_reset_is_tried_again(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted = []

        def reset_all() -> None:
            while True:
                try:
                    accepted.append(listener.accept()[0].close())
                except OSError:
                    return

        thread = threading.Thread(target=reset_all, daemon=True)
        thread.start()
        with pytest.raises(ConnectionFailed, match="in 4 tries"):
            make().get(f"https://127.0.0.1:{listener.getsockname()[1]}")
        assert len(accepted) == 4
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


# --- names and addresses ---


def test_a_name_that_does_not_exist_is_not_asked_for_again(make: Make, names: None) -> None:
    made = make()
    with pytest.raises(ConnectionFailed, match=r": no-such\.example: .+ No such host name; check endpoint\."):
        made.get("https://no-such.example")
    assert made.waits.asked == []


def test_a_name_server_that_fails_for_now_is_tried_again(
    make: Make, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo
    answers = [socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")] * 2

    def flaky(*args: t.Any, **kwargs: t.Any) -> t.Any:
        if answers:
            raise answers.pop()
        return lookup("127.0.0.1", *args[1:], **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", flaky)
    server.on("/x", OK)
    made = make()
    assert made.get(f"http://{NAME}:{server.port}").status == 200
    assert len(made.waits.asked) == 2


def test_a_port_where_nobody_listens_is_tried_again_and_told(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(
        ConnectionFailed, match=r"127\.0\.0\.1 gave no usable response in 4 tries; the last one: Connection refused\."
    ):
        make().get(f"http://127.0.0.1:{port}")


# --- an end at any moment ---


@pytest.fixture
def sending(server: Server, real: t.Callable[..., Transport]) -> t.Callable[[], tuple[Transport, threading.Thread]]:
    """Sends in a thread of its own, which has to end with DeadlineExceeded."""

    def start() -> tuple[Transport, threading.Thread]:
        transport = real()
        request = Request("GET", parse_base_url(server.url, "endpoint"), "/x", DOING)

        def send() -> None:
            with pytest.raises(DeadlineExceeded):
                transport.send(request)

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        assert until(lambda: server.requests)
        return transport, thread

    return start


Sending = t.Callable[[], tuple[Transport, threading.Thread]]


def test_stop_ends_a_wait_and_nothing_is_sent_afterwards(server: Server, sending: Sending) -> None:
    server.on("/x", failure(503, 14, "later", Retry_After="60"))
    transport, thread = sending()
    started = time.monotonic()
    transport.stop()
    thread.join(5)
    assert time.monotonic() - started < 3
    with pytest.raises(DeadlineExceeded):
        transport.send(Request("GET", parse_base_url(server.url, "endpoint"), "/x", DOING))
    assert len(server.requests) == 1


def test_what_was_under_way_is_not_tried_again_after_stop(server: Server, sending: Sending) -> None:
    go_on = threading.Event()
    server.on("/x", after(go_on, reset))
    transport, thread = sending()
    transport.stop()
    go_on.set()
    thread.join(5)
    assert not thread.is_alive()
    assert len(server.requests) == 1


def test_no_socket_is_left_after_close(server: Server, make: Make) -> None:
    server.on("/x", OK, reset, OK, truncated({"a": 1}), OK, failure(404, 5, "none"), answer({}, Connection="close"), OK)
    made = make()
    for _number in range(6):
        made.get(server.url)
    made.transport.close()
    assert until(lambda: not server.open_connections)
