# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport against real faults: what is tried again, what ends at once, and where a credential goes."""

from __future__ import annotations

import datetime
import email.utils
import importlib.util
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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import transport as _transport
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
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import MakeAuthority, Write
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
def make(make_transport: t.Callable[..., Transport], monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes transports that do not really wait between tries, on a clock that shows just those waits; or ``real`` ones."""

    def make_one(real: bool = False, **options: t.Any) -> Made:
        waits = Waits()
        if not real:
            monkeypatch.setattr(_transport, "time", SimpleNamespace(monotonic=lambda: waits.now))
        made = make_transport(**{"api_retries": 3, "api_timeout": 5.0} | options)
        if not real:
            monkeypatch.setattr(made, "_stopped", waits)
        return Made(made, waits)

    return make_one


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets api.example, which is not loopback by its spelling, lead here; no other name is looked up at all."""
    lookup = socket.getaddrinfo

    def local(host: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        if host not in (NAME, "localhost", "127.0.0.1"):
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
def test_a_fault_that_passes_is_survived_and_one_that_stays_costs_all_tries_and_no_more(
    server: Server, make: Make, fault: Reply
) -> None:
    server.on("/x", fault, fault, OK, *[fault] * 4)
    made = make()
    assert made.get(server.url).body == b'{"fine": true}'
    assert len(made.waits.asked) == 2
    try:
        got = made.get(server.url)
    except ConnectionFailed as exc:
        told = str(exc)
        assert told.startswith(f"{DOING}: 127.0.0.1 gave no usable response in 4 tries; the last one: ")
        assert "api_retries and api_timeout" in told
        assert server.url not in told
    else:
        assert got.status in _transport.RETRYABLE_STATUSES
    assert len(made.waits.asked) == 2 + 3
    server.on("/x", failure(503, 14, "down"))
    assert make(api_retries=0).get(server.url).status == 503


@pytest.mark.parametrize("fault", [stalled(), stalled(200)], ids=["silent", "silent after the head"])
@pytest.mark.parametrize(("option", "of_request"), [(0.1, None), (30.0, 0.1)])
def test_a_stall_is_ended_by_api_timeout_or_the_requests_own(
    server: Server, make: Make, fault: Reply, option: float, of_request: float | None
) -> None:
    server.on("/x", fault, OK, fault)
    made = make(api_timeout=option)
    started = time.monotonic()
    assert made.get(server.url, timeout=of_request).status == 200
    with pytest.raises(ConnectionFailed, match=r"in 1 tries; the last one: timed out\."):
        made.get(server.url, retries=0, timeout=of_request)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("status", [200, 204, 304, 400, 401, 404, 409, 499, 501, 505])
def test_any_other_status_is_an_answer_at_the_first_try(server: Server, make: Make, status: int) -> None:
    reply = answer({"code": 1}, status) if status not in (204, 304) else (lambda handler: handler.head(status, {}))
    server.on("/x", reply)
    made = make()
    assert made.get(server.url).status == status
    assert made.waits.asked == []


def test_waits_double_with_jitter_up_to_the_longest(server: Server, make: Make) -> None:
    server.on("/x", *[reset] * 9)
    made = make(api_retries=8, api_retry_max_delay=2.0)
    with pytest.raises(ConnectionFailed):
        made.get(server.url)
    for number, waited in enumerate(made.waits.asked):
        full = min(FIRST_DELAY * 2**number, 2.0)
        assert full / 2 <= waited <= full
    assert len({waited / min(FIRST_DELAY * 2**number, 2.0) for number, waited in enumerate(made.waits.asked)}) > 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_exactly_and_may_exceed_the_longest_wait(server: Server, make: Make, status: int) -> None:
    then = time.time() + 100
    dates = [email.utils.formatdate(when, usegmt=True) for when in (then, then - 86_400)]
    server.on("/x", *[failure(status, 8, "slower", Retry_After=value) for value in ("7", "0", *dates)], OK)
    made = make(api_retries=4, api_retry_max_delay=1.0)
    made.get(server.url)
    assert made.waits.asked[:2] == [7.0, 0.0]
    assert 90 <= made.waits.asked[2] <= 100
    assert made.waits.asked[3] == 0


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


def test_a_wait_that_the_deadline_cuts_is_not_begun_and_nothing_is_sent_after_it(server: Server, make: Make) -> None:
    server.on("/x", *[reset] * 2)
    made = make(api_deadline=1.0, api_retries=100)
    made.waits.now += 0.75
    with pytest.raises(DeadlineExceeded, match="The last try ended so: Connection reset by peer"):
        made.get(server.url)
    assert len(made.waits.asked) == 1
    made.waits.now += 1.0
    with pytest.raises(DeadlineExceeded, match=DOING):
        made.get(server.url)
    assert server.connections == 2


def test_a_try_is_not_given_more_time_than_is_left(server: Server, make: Make) -> None:
    server.on("/x", stalled())
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"not done within api_deadline, 0\.2 s"):
        make(real=True, api_deadline=0.2, api_timeout=30.0).get(server.url)
    assert time.monotonic() - started < 2


def test_connections_are_kept_alive_and_name_the_collection(server: Server, make: Make) -> None:
    server.on("/x", OK, failure(503, 14, "passing"), OK, failure(404, 5, "none"), OK)
    made = make()
    for _number in range(4):
        made.get(server.url)
    assert server.connections == 1
    agent = server.requests[0].headers["User-Agent"]
    assert re.fullmatch(r"yacloud\.mdb/[0-9.]+ \(Ansible collection\) (python-)?requests/.*", agent)


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


def test_a_token_goes_into_its_header_and_nowhere_else_and_netrc_adds_none(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch, write: Write
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
    assert TOKEN not in server.requests[0].target


def test_a_redirect_is_not_followed(server: Server, second_server: Server, make: Make) -> None:
    server.on("/x", answer({}, 307, Location=f"{second_server.url}/stolen"))
    assert make().get(server.url, token=TOKEN).status == 307
    assert second_server.connections == 0


@pytest.mark.parametrize("secret", [{"token": TOKEN}, {"secret": True, "json": {"jwt": TOKEN}}], ids=["token", "body"])
def test_no_secret_goes_over_plain_http_beyond_loopback(make: Make, names: None, secret: dict[str, t.Any]) -> None:
    with pytest.raises(CredentialError) as caught:
        make().get(f"http://{NAME}:1", **secret)
    told = f"{DOING}: http://{NAME}:1 is neither HTTPS nor loopback, so no credential is sent there."
    assert str(caught.value) == f"{told} Use https:// in endpoint."


# --- proxies ---


PROXIED = {
    "set": ({"http_proxy": "P"}, {}, True),
    "set for all": ({"all_proxy": "P"}, {}, True),
    "loopback": ({"http_proxy": "P", "ALL_PROXY": "P"}, {"host": "127.0.0.1"}, False),
    "localhost": ({"HTTP_PROXY": "P", "all_proxy": "P"}, {"host": "localhost"}, False),
    "no proxy by name": ({"http_proxy": "P", "no_proxy": f"other,{NAME}"}, {}, False),
    "no proxy by domain": ({"http_proxy": "P", "no_proxy": ".example"}, {}, False),
    "no proxy at all": ({"http_proxy": "P", "NO_PROXY": "*"}, {}, False),
    "direct": ({"http_proxy": "P"}, {"direct": True}, False),
}


@pytest.mark.parametrize(("variables", "more", "proxied"), PROXIED.values(), ids=PROXIED)
def test_a_proxy_is_used_where_it_is_set_and_never_for_loopback(
    server: Server,
    second_server: Server,
    make: Make,
    names: None,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    more: dict[str, t.Any],
    proxied: bool,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("P", second_server.url))
    (second_server if proxied else server).on("/x", OK)
    host, token = more.get("host", NAME), TOKEN if "host" in more else None
    make().get(f"http://{host}:{server.port}", token=token, direct=more.get("direct", False))
    assert [request.target for request in second_server.requests] == [f"http://{NAME}:{server.port}/x"] * proxied


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
    server: Server, make: Make, names: None, monkeypatch: pytest.MonkeyPatch, make_authority: MakeAuthority
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
    "proxy",
    [
        "http://", "foo://proxy.example", "http://user:s3cret@proxy.example:port", "http://user:s3cret@",
        "http://user:s3cret@proxy.example", "http://user:s3cret#@127.0.0.1:9", "http://user:s3cret?@127.0.0.1:9",
        "http://user:s3cret/@127.0.0.1:9", "socks5h://127.0.0.1:1",
    ],
)  # fmt: skip
def test_a_proxy_that_cannot_be_used_fails_in_words_without_its_password(
    make: Make, names: None, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    if proxy.startswith("socks") and importlib.util.find_spec("socks"):
        pytest.skip("PySocks is installed")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    made = make()
    with pytest.raises(ConnectionFailed, match=rf"^{DOING}: .+HTTPS_PROXY") as caught:
        made.get(f"https://{NAME}", token=TOKEN)
    assert made.waits.asked == []
    assert "s3cret" not in str(caught.value)
    assert ".." not in str(caught.value)


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
    made = make()

    def ask(_number: int) -> str:
        with pytest.raises(ConnectionFailed) as failed:
            made.get(f"https://{NAME}", token=TOKEN)
        return str(failed.value)

    with ThreadPoolExecutor(20) as pool:
        caught = list(pool.map(ask, range(20)))
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


def test_ca_path_is_a_file_or_a_folder(tls_server: Server, make: Make, authority: t.Any, tmp_path: Path) -> None:
    tls_server.on("/x", OK)
    assert make(ca_path=authority.path).get(tls_server.url).status == 200
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to name the file by its hash")
    ask = [openssl, "x509", "-hash", "-noout", "-in", authority.path]
    name = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    shutil.copy(authority.path, tmp_path / f"{name.strip()}.0")
    tls_server.on("/x", OK)
    assert make(ca_path=str(tmp_path)).get(tls_server.url).status == 200


def refuses(server: Server, made: Made) -> str:
    with pytest.raises(ConnectionFailed) as caught:
        made.get(server.url, token=TOKEN)
    assert made.waits.asked == []
    assert server.requests == []
    return str(caught.value)


def test_an_unknown_authority_is_refused_at_the_first_try(
    tls_server: Server, make: Make, make_authority: MakeAuthority, tmp_path: Path
) -> None:
    told = refuses(tls_server, make())
    assert told.startswith(f"{DOING}: 127.0.0.1: the certificate was not accepted (")
    assert "Set ca_path" in told
    for path in (make_authority().path, str(tmp_path)):
        assert "the certificate was not accepted" in refuses(tls_server, make(ca_path=path))


def test_a_broken_certificate_behind_a_good_one_is_laid_to_the_file(
    tls_server: Server, make: Make, authority: t.Any, write: Write
) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    path = write("ca.pem", Path(authority.path).read_text(encoding="utf-8") + broken)
    assert "Check ca_path, REQUESTS_CA_BUNDLE" in refuses(tls_server, make(ca_path=path))


@pytest.mark.parametrize(
    ("hosts", "days", "words"),
    [(["other.example"], 1, "names the right host"), ([], -1, r"expired.+ the clock is right")],
)
def test_a_certificate_for_another_name_or_time_is_refused(
    make: Make, make_authority: MakeAuthority, hosts: list[str], days: int, words: str
) -> None:
    end = datetime.datetime.now().astimezone() + datetime.timedelta(days=days)
    authority = make_authority(*hosts, not_after=end)
    with Server(authority.server) as server:
        assert re.search(rf"the certificate was not accepted.+{words}", refuses(server, make(ca_path=authority.path)))


def test_validate_certs_can_be_off_whatever_the_environment_says(
    tls_server: Server,
    make: Make,
    make_authority: MakeAuthority,
    monkeypatch: pytest.MonkeyPatch,
    recwarn: pytest.WarningsRecorder,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", make_authority().path)
    tls_server.on("/x", OK)
    assert make(validate_certs=False).get(tls_server.url).status == 200
    assert [str(warning.message) for warning in recwarn] == []


def test_faults_pass_over_tls_too(tls_server: Server, make: Make, authority: t.Any) -> None:
    tls_server.on("/x", reset, truncated({"a": 1}), truncated_chunks({}), hang_up, OK)
    assert make(api_retries=4, ca_path=authority.path).get(tls_server.url).status == 200


def test_a_body_that_breaks_off_is_told_in_words(server: Server, make: Make) -> None:
    for fault in (truncated({"a": 1}), truncated_chunks({"a": 1})):
        server.on("/x", fault)
        with pytest.raises(ConnectionFailed, match=r": (the body broke off|Response ended prematurely).*\. See "):
            make(api_retries=0).get(server.url)


def test_a_handshake_that_is_cut_off_is_tried_again(make: Make) -> None:
    def cut_off(*args: t.Any, **kwargs: t.Any) -> t.NoReturn:
        raise OSError

    with Server(t.cast(ssl.SSLContext, SimpleNamespace(wrap_socket=cut_off))) as server:
        with pytest.raises(ConnectionFailed, match="in 4 tries"):
            make().get(server.url)
        assert server.connections == 4


# --- names and addresses ---


def test_what_would_only_fail_again_is_not_tried_again(server: Server, make: Make, names: None) -> None:
    made = make()
    for url, words in (
        ("https://no-such.example", r": no-such\.example: .+ No such host name; check endpoint\."),
        (f"https://{'a' * 64}.example", r": an address cannot be read\. Check endpoint\.$"),
        (f"https://127.0.0.1:{server.port}", "No TLS is spoken there"),
    ):
        with pytest.raises(ConnectionFailed, match=words):
            made.get(url)
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


@pytest.mark.parametrize("way", ["waiting", "under way"])
def test_stop_ends_a_wait_and_nothing_is_sent_afterwards(server: Server, make: Make, way: str) -> None:
    go_on, made = threading.Event(), make(real=True)
    server.on("/x", after(go_on, reset) if way == "under way" else failure(503, 14, "later", Retry_After="60"))

    def send() -> None:
        with pytest.raises(DeadlineExceeded):
            made.get(server.url)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    assert until(lambda: server.requests)
    made.transport.stop()
    go_on.set()
    thread.join(3)
    assert not thread.is_alive()
    send()
    assert len(server.requests) == 1


def test_no_socket_is_left_after_close(server: Server, make: Make) -> None:
    server.on("/x", OK, reset, OK, truncated({"a": 1}), OK, failure(404, 5, "none"), answer({}, Connection="close"), OK)
    made = make()
    for _number in range(6):
        made.get(server.url)
    made.transport.close()
    assert until(lambda: not server.open_connections)
