# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a token: exchanged once for all threads, renewed in time, and at most once after a refusal."""

from __future__ import annotations

import base64
import json
import threading
import time
import typing as t
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import tokens as _tokens
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.client import Client
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.concurrency import Call
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import (
    ApiError,
    CloudError,
    CredentialError,
    InvalidResponse,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND, format_instant
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import JWT
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import (
    THING,
    Write,
    connection,
    serve_region,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Handler,
    Reply,
    Server,
    after,
    answer,
    failure,
    html,
    reset,
    stalled,
)

IAM = "/iam/v1/tokens"
OIDC = "/oauth/token"
METADATA = "/computeMetadata/v1/instance/service-accounts/default/token"
NONE = answer({})
REFUSED = failure(401, 16, "The token is invalid")
MANY = [f"c9q{number:02d}" for number in range(20)]


def path(thing: str = "c9q1") -> str:
    return f"/things/v1/{thing}"


def ask(client: Client, *things: str) -> list[dict[str, t.Any]]:
    """Reads things at the same time."""

    def call(thing: str) -> Call[dict[str, t.Any]]:
        doing = f"thing {thing}: reading it"
        return Call(doing, lambda: client.get(path(thing), doing=doing, thing_id=thing))

    return client.run_all([call(thing) for thing in things or ("c9q1",)])


def ask_once(url: str, *things: str, **options: t.Any) -> None:
    with Client.open(connection(url, **options), THING) as client:
        ask(client, *things)


def issued(token: str, life: float = 43_200) -> Reply:
    """An IAM token as the exchange of a key answers it."""
    return answer({"iamToken": token, "expiresAt": format_instant(time.time_ns() + int(life * SECOND))})


@pytest.fixture
def region(server: Server) -> Server:
    """The server is a whole region, discovery included."""
    serve_region(server)
    return server


Read = t.Callable[..., None]


@pytest.fixture
def read(region: Server, key: t.Any) -> Read:
    """Reads things with the authorized key, as one call of a module does."""

    def read_things(*things: str, **options: t.Any) -> None:
        given = {"iam_token": None, "thing_endpoint": None, "service_account_key": key.content, "concurrency": 20}
        ask_once(region.url, *things, **given | options)

    return read_things


def bearer(server: Server, path: str) -> list[str]:
    return [request.headers["Authorization"].removeprefix("Bearer ") for request in server.calls(path)]


def test_a_key_is_exchanged_without_authorization_whatever_netrc_holds(
    region: Server, read: Read, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    monkeypatch.setenv("NETRC", write("netrc", "default login mallory password s3cret\n"))
    region.on(IAM, issued("t1.first.token"))
    region.on(path(), NONE)
    read()
    (call,) = region.calls(IAM)
    assert call.headers["Content-Type"] == "application/json"
    (jwt,) = json.loads(call.body).values()
    claims = jwt.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(f"{claims}==="))["aud"] == f"{region.url}{IAM}"
    assert not any("Authorization" in request.headers for request in [call, *region.calls("/endpoints")])
    assert bearer(region, path()) == ["t1.first.token"]


def test_twenty_threads_and_later_calls_of_the_process_share_one_exchange(region: Server, read: Read) -> None:
    region.on(IAM, issued("t1.first.token"))
    for thing in MANY:
        region.on(path(thing), NONE, NONE)
    read(*MANY)
    read(*MANY)
    assert {token for thing in MANY for token in bearer(region, path(thing))} == {"t1.first.token"}
    assert len(region.calls("/endpoints")) == 2  # discovery belongs to a call


def test_another_credential_or_region_has_its_own_token(
    region: Server, read: Read, key: t.Any, second_server: Server
) -> None:
    region.on(IAM, issued("t1.first.token"), issued("t1.second.token"))
    region.on(path(), NONE, NONE)
    read()
    read(service_account_key={**key.content, "id": "ajeother"})
    assert bearer(region, path()) == ["t1.first.token", "t1.second.token"]
    serve_region(second_server)
    second_server.on(IAM, issued("t1.third.token"))
    second_server.on(path(), NONE)
    read(endpoint=second_server.url)
    assert bearer(second_server, path()) == ["t1.third.token"]


def test_a_token_of_an_earlier_call_is_masked_too(region: Server, read: Read) -> None:
    region.on(IAM, issued("opaque-secret-value"))
    region.on(path(), NONE, failure(404, 5, "opaque-secret-value"))
    read()
    with pytest.raises(ApiError, match=r"HTTP status 404: \*{8}\."):
        read()


# --- renewal ---


class Clock:
    """Shifts the clock of the tokens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shift = 0.0
        monkeypatch.setattr(_tokens, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + self.shift))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


SAYS_NOTHING = [
    "", "soon", [], {}, -5, 0, "0", "1e999", "2020-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9" * 400, 10**400,
]  # fmt: skip
AN_HOUR = (3290, 3310)


@pytest.mark.parametrize(
    ("reply", "kept", "renewed"),
    [
        (lambda: issued("t1.first.token", 3600), *AN_HOUR),
        (lambda: issued("t1.first.token", 100), 85, 95),
        (lambda: issued("t1.first.token", 43_200), 42_890, 42_910),
        (lambda: answer({"iamToken": "t1.first.token"}), *AN_HOUR),
        *((lambda end=end: answer({"iamToken": "t1.first.token", "expiresAt": end}), *AN_HOUR) for end in SAYS_NOTHING),
    ],
)
def test_a_token_is_renewed_before_its_end_by_a_skew_or_after_an_hour(
    region: Server, read: Read, clock: Clock, reply: t.Callable[[], Reply], kept: float, renewed: float
) -> None:
    region.on(IAM, reply(), issued("t1.second.token"))
    region.on(path(), NONE, NONE, NONE)
    for shift in (0.0, kept, renewed):
        clock.shift = shift
        read()
    assert bearer(region, path()) == ["t1.first.token", "t1.first.token", "t1.second.token"]


@pytest.mark.parametrize("life", [100, "100", 100.0])
def test_a_life_in_seconds_counts_from_now(region: Server, clock: Clock, life: t.Any) -> None:
    first, second = ({"access_token": f"t1.{name}.token", "expires_in": life} for name in ("first", "second"))
    region.on(OIDC, answer(first), answer(second))
    region.on(path(), NONE, NONE)
    given = {"workload_identity_token": JWT, "workload_identity_endpoint": region.url + OIDC}
    for shift in (0.0, 95.0):
        clock.shift = shift
        ask_once(region.url, iam_token=None, service_account_id="ajeaccount", **given)
    assert bearer(region, path()) == ["t1.first.token", "t1.second.token"]
    call = region.calls(OIDC)[0]
    assert "Authorization" not in call.headers
    assert parse_qs(call.body.decode(), strict_parsing=True)["subject_token"] == [JWT]


# --- refusal ---


def test_a_401_in_the_middle_is_survived_and_the_pages_read_are_kept(region: Server, key: t.Any) -> None:
    region.on(IAM, *[issued(f"t1.number{number}.token") for number in range(3)])
    pages = [{"things": [1], "nextPageToken": "p2"}, {"things": [2], "nextPageToken": "p3"}, {"things": [3]}]
    first, second, third = map(answer, pages)
    region.on(path(), first, REFUSED, second, REFUSED, third)
    given = {"iam_token": None, "thing_endpoint": None, "service_account_key": key.content}
    with Client.open(connection(region.url, **given), THING) as client:
        assert list(client.pages(path(), doing="listing", page_size=9)) == pages
    assert [call.query.get("pageToken") for call in region.calls(path())] == [None, "p2", "p2", "p3", "p3"]
    assert [token[len("t1.number")] for token in bearer(region, path())] == ["0", "0", "1", "1", "2"]


@pytest.mark.parametrize("things", [MANY[:1], MANY], ids=["one thread", "twenty threads"])
def test_a_lasting_401_costs_two_exchanges_at_most(region: Server, read: Read, things: list[str]) -> None:
    numbers = iter(range(100))

    def issue(handler: Handler) -> None:
        issued(f"t1.number{next(numbers)}.token")(handler)

    region.always(IAM, issue)
    for thing in things:
        region.always(path(thing), REFUSED)
    with pytest.raises(ApiError) as caught:
        read(*things)
    assert len(region.calls(IAM)) == 2
    told = str(caught.value)
    assert told.startswith(
        f"thing {caught.value.details['thing_id']}: reading it: HTTP status 401: The token is invalid."
    )
    assert "The credential was refused: service_account_key of the options." in told


def test_a_late_refusal_of_an_old_token_does_not_cost_the_new_one(region: Server, read: Read) -> None:
    """Two threads are refused the same token; the slower one hears of it when the faster one has got the next."""
    region.on(IAM, issued("t1.first.token"), issued("t1.second.token"))
    asked, renewed = threading.Event(), threading.Event()

    def ok(handler: Handler) -> None:
        NONE(handler)
        renewed.set()

    def late(handler: Handler) -> None:
        asked.set()
        after(renewed, REFUSED)(handler)

    region.on(path("c9q00"), after(asked, REFUSED), ok)
    region.on(path("c9q01"), late, NONE)
    read("c9q00", "c9q01")
    assert bearer(region, path("c9q01")) == ["t1.first.token", "t1.second.token"]


# --- exchanges that fail ---


FAILING: dict[str, tuple[Reply, type[CloudError], str]] = {
    "401": (failure(401, 16, "JWT signature is wrong"), CredentialError, "HTTP status 401: JWT signature is wrong."),
    "404": (failure(404, 5, "key not found"), CredentialError, "HTTP status 404: key not found."),
    "oauth": (answer({"error": "no"}, 400), CredentialError, "HTTP status 400 without the API's own message"),
    "redirect": (answer({}, 302, Location="http://127.0.0.1:1/"), ApiError, "HTTP status 302, a redirect"),
    "not implemented": (failure(501, 12, "no such service"), ApiError, "HTTP status 501: no such service."),
    "html": (html(), InvalidResponse, "the response is not JSON"),
    **{
        f"token {token!r}": (answer({"iamToken": token}), CredentialError, "the response holds no usable 'iamToken'")
        for token in (None, "", "a\r\nInjected: 1", {"a": 1}, "t1.я.ж")
    },
}


@pytest.mark.parametrize(("reply", "kind", "words"), FAILING.values(), ids=FAILING)
def test_an_exchange_that_fails_is_asked_once_for_twenty_threads(
    region: Server, read: Read, reply: Reply, kind: type[CloudError], words: str
) -> None:
    region.on(IAM, reply)
    with pytest.raises(kind) as caught:
        read(*MANY)
    told = str(caught.value)
    assert told.startswith("exchanging service_account_key of the options for an IAM token: ")
    assert words in told
    assert not any(request.path.startswith("/things") for request in region.requests)


# --- instance metadata ---


def metadata(server: Server, monkeypatch: pytest.MonkeyPatch, **given: t.Any) -> None:
    monkeypatch.setenv("YC_METADATA_ADDR", server.url.removeprefix("http://"))
    ask_once(server.url, iam_token=None, **given)


def test_the_metadata_service_gives_a_token(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.on(METADATA, answer({"access_token": "t1.first.token", "expires_in": 43_200, "token_type": "Bearer"}))
    server.on(path(), NONE)
    metadata(server, monkeypatch)
    assert server.calls(METADATA)[0].headers["Metadata-Flavor"] == "Google"
    assert bearer(server, path()) == ["t1.first.token"]


HELP = [
    "No credential is set", "service_account_key_file", "YC_SERVICE_ACCOUNT_KEY_FILE", "YC_WORKLOAD_IDENTITY_TOKEN", "YC_IAM_TOKEN",
    "YC_TOKEN", "instance_metadata", "A lookup does not see",
]  # fmt: skip
SILENT: dict[str, list[Reply]] = {
    "down": [reset] * 2,
    "no account": [failure(404, 5, "no account")],
    "forbidden": [answer(body=b"gone", status=403, Content_Type="text/plain")],
    "silent": [stalled()] * 2,
    # 2 s here, so that the test is short; any longer wait breaks the promise of 5 s.
    "later": [failure(503, 14, "later", Retry_After="2")],
}


@pytest.mark.parametrize("replies", SILENT.values(), ids=SILENT)
def test_without_any_credential_the_ways_in_are_told_within_five_seconds(
    server: Server, monkeypatch: pytest.MonkeyPatch, replies: list[Reply]
) -> None:
    server.on(METADATA, *replies)
    started = time.monotonic()
    with pytest.raises(CredentialError) as caught:
        metadata(server, monkeypatch)
    assert time.monotonic() - started < (5 if len(replies) == 2 else 1.5)
    assert [word for word in HELP if word not in str(caught.value)] == []


NOT_LINKED = {
    "json": (failure(404, 5, "no account"), "404: no account."),
    "text": (answer(body=b"nothing here", status=403, Content_Type="text/plain"), "403 without the API's own message"),
    "html": (html(404), "404 without the API's own message"),
}


@pytest.mark.parametrize(("reply", "words"), NOT_LINKED.values(), ids=NOT_LINKED)
def test_a_machine_without_a_service_account_is_told_so(
    server: Server, monkeypatch: pytest.MonkeyPatch, reply: Reply, words: str
) -> None:
    server.on(METADATA, reply)
    with pytest.raises(CredentialError) as caught:
        metadata(server, monkeypatch, auth_method="instance_metadata")
    told = str(caught.value)
    assert told.startswith(f"asking the instance metadata service for an IAM token: HTTP status {words}")
    assert "No service account is linked to this virtual machine" in told
    assert "gateway" not in told


# --- waits that last longer than one deadline ---


@pytest.fixture
def patient(region: Server, key: t.Any) -> t.Iterator[Client]:
    given = {"iam_token": None, "thing_endpoint": None, "service_account_key": key.content, "api_retries": 0}
    with Client.open(connection(region.url, **given), THING) as client:
        yield client


def get(client: Client) -> dict[str, t.Any]:
    return client.get(path(), doing="thing c9q1: reading it")


def test_a_failure_holds_under_its_deadline_and_not_beyond(region: Server, patient: Client) -> None:
    region.on(IAM, failure(503, 14, "down"), issued("t1.first.token"))
    region.on(path(), NONE)
    for _number in range(2):
        with pytest.raises(ApiError, match="down"):
            get(patient)
    assert len(region.calls(IAM)) == 1
    patient.renew_deadline()
    get(patient)


def test_a_lasting_refusal_holds_under_its_deadline_and_not_beyond(region: Server, patient: Client) -> None:
    region.on(IAM, *[issued(f"t1.number{number}.token") for number in range(3)])
    region.on(path(), REFUSED, REFUSED, REFUSED, NONE)
    for _number in range(2):
        with pytest.raises(ApiError, match="The token is invalid"):
            get(patient)
    assert len(region.calls(IAM)) == 2
    patient.renew_deadline()
    get(patient)
    assert bearer(region, path())[-1] == "t1.number2.token"


def test_a_token_that_runs_out_during_a_wait_is_renewed_though_an_earlier_renewal_failed(
    region: Server, patient: Client, clock: Clock
) -> None:
    region.on(IAM, issued("t1.first.token", 3600), failure(503, 14, "down"), issued("t1.second.token", 3600))
    region.on(path(), NONE, NONE)
    get(patient)
    clock.shift = 3_590.0
    patient.renew_deadline()
    with pytest.raises(ApiError):
        get(patient)
    patient.renew_deadline()
    get(patient)
    assert bearer(region, path()) == ["t1.first.token", "t1.second.token"]
