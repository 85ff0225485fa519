# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A success is a JSON object; an error is told in words, by the body's code."""

from __future__ import annotations

import json
import typing as t

import pytest

pytest.importorskip("requests")
from requests.structures import CaseInsensitiveDict

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError, InvalidResponse
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.redaction import Secrets
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.responses import (
    Response,
    api_error,
    decode_object,
    retry_after,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN

DOING = "cluster c9q1: listing its backups"


def answered(body: t.Any = b"", status: int = 200, **headers: str) -> Response:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Response(status, t.cast(t.Mapping[str, str], named), sent)


def error(body: t.Any = b"", status: int = 400, hints: dict[int, str] | None = None, **headers: str) -> ApiError:
    secrets = Secrets()
    secrets.remember("opaque-secret-value")
    return api_error(answered(body, status, **headers), DOING, secrets, hints or {}, cluster_id="c9q1")


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"{}", {}),
        (b' {"a": [1, -0.5e-3, "\xc3\xa9", null, true]} \n', {"a": [1, -0.0005, "é", None, True]}),
        (b'{"a": "\\ud83d\\ude00 \\u0000 \\\\ud800"}', {"a": "😀 \x00 \\ud800"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"n": 123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
    ],
)
def test_a_json_object_is_decoded(body: bytes, content: dict[str, t.Any]) -> None:
    assert decode_object(answered(body), DOING) == content


NOT_JSON = [
    b"", b"not json", b"<html></html>", b"{'a': 1}", b'{"a": 1,}', b'{"a": 1', b'{"a": 1}}', b'{"a": NaN}', b'{"a": Infinity}',
    b'{"a": -Infinity}', b'{"a": 1e999}', b'{"a": -1e999}', b'{"a": "\xff"}', b'{"a": "\\ud800"}', b'{"a": ["\\udc00\\ud800"]}',
    b'{"\\ud800": 1}', b'{"a": "\x00"}', b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16"), b"[" * 200_000, b'{"a":' * 200_000,
    b'{"a": ' + b"1" * 5_000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_JSON)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidResponse) as caught:
        decode_object(answered(body, Content_Type="text/html; charset=utf-8", X_Request_Id="r1"), DOING)
    told = str(caught.value)
    shape = f"{len(body)} bytes of text/html; charset=utf-8" if body else "an empty body"
    assert told.startswith(f"{DOING}: the response is not JSON ({shape}). Check that endpoint names the API")
    assert told.endswith("(x-request-id r1)")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1", b"true", b'[{"backups": []}]'])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(
        InvalidResponse,
        match=r"^cluster c9q1: listing its backups: the response is JSON, but not an object \(\d+ bytes of no stated type\)\.",
    ):
        decode_object(answered(body), DOING)


def test_hostile_headers_are_printable_and_short_in_messages() -> None:
    with pytest.raises(InvalidResponse) as caught:
        decode_object(
            answered(b"x", Content_Type="text/\x1b[31m" + "y" * 500, X_Request_Id="\x1b]0;" + "z" * 500), DOING
        )
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, 3), (401, 16), (403, 7), (404, 5), (409, 10), (429, 8), (499, 1), (500, 13), (501, 12), (502, 14), (503, 14), (504, 4),
        (418, 2), (302, 2),
    ],
)  # fmt: skip
def test_the_http_status_stands_in_for_a_code_that_is_not_there(status: int, code: int) -> None:
    for body in (b"", b"<html>", b"[]", {}, *({"code": value} for value in (0, None, "5", True, 5.0, [5]))):
        assert error(body, status).code == code


@pytest.mark.parametrize(("status", "code"), [(400, 3), (400, 9), (400, 11), (404, 7), (403, 5), (500, 2)])
def test_the_bodys_code_decides(status: int, code: int) -> None:
    made = error({"code": code, "message": "m"}, status)
    assert (made.code, made.http_status) == (code, status)
    assert made.may_be_deleted is (code in (5, 7))


def test_an_error_is_told_with_message_hint_and_ids() -> None:
    body = {"code": 5, "message": "Cluster not found.", "details": []}
    made = error(body, 404, {5: "Look it up."}, X_Request_Id="r1", x_server_trace_id="s1")
    assert str(made) == (
        f"{DOING}: HTTP status 404: Cluster not found. Look it up. (x-request-id r1, x-server-trace-id s1)"
    )
    ids = {"request_id": "r1", "server_trace_id": "s1", "cluster_id": "c9q1"}
    assert made.as_dict() == {"kind": "api", "http_status": 404, "code": 5, "message": "Cluster not found.", **ids}


@pytest.mark.parametrize("code", range(1, 17))
def test_codes_without_a_hint_of_the_caller_have_a_general_one(code: int) -> None:
    start = f"{DOING}: HTTP status 400: m. "
    assert len(str(error({"code": code, "message": "m"})).removeprefix(start)) > 30
    assert str(error({"code": code, "message": "m"}, hints={code: "Mine."})) == f"{start}Mine."


def test_without_the_apis_message_a_proxy_is_suspected_whatever_the_api_would_need() -> None:
    told = str(error(b"<html>", 403, {7: "Grant the role."}, Content_Type="text/html"))
    assert told == (
        f"{DOING}: HTTP status 403 without the API's own message (6 bytes of text/html)."
        " Check that endpoint names the API, and what a proxy in between answers."
    )
    assert "Grant the role." in str(error(b"", 403, {7: "Grant the role."}))


def test_a_redirect_is_told_as_one() -> None:
    told = str(error(b"", 302, Location="https://evil.example/"))
    assert f"{DOING}: HTTP status 302, a redirect, which is not followed" in told
    assert "evil" not in told


@pytest.mark.parametrize("message", [None, "", 7, ["x"], {"x": 1}])
def test_a_message_that_is_none_is_left_out(message: t.Any) -> None:
    made = error({"code": 3, "message": message})
    assert "message" not in made.as_dict()
    assert "without the API's own message" in str(made)


@pytest.mark.parametrize("secret", ["opaque-secret-value", TOKEN])
def test_what_a_service_says_is_cleaned_everywhere(secret: str) -> None:
    made = error(
        {"code": 16, "message": f"token {secret}\x1b[31m\nis bad"},
        401,
        X_Request_Id=f"a {secret}\x07",
        X_Server_Trace_Id=secret,
    )
    told = f"{made} {made.as_dict()} {made!r}"
    assert secret not in told
    assert str(made).isprintable()
    assert "token ******** [31m is bad" in str(made)


def test_a_long_message_is_cut() -> None:
    assert len(str(error({"code": 3, "message": "x" * 10_000}))) < 800
    assert len(str(error({"code": 3, "message": "m"}, X_Request_Id="x" * 10_000))) < 1_000


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b"\xff\xfe", b'{"code": 5, "message": "\\ud800"}', b'{"code": 1' + b"0" * 5_000 + b"}"]
)
def test_a_hostile_error_body_is_survived(body: bytes) -> None:
    str(error(body, 404)).encode("utf-8")
    json.dumps(error(body, 404).as_dict(), ensure_ascii=False).encode("utf-8")


# --- what the gateway says where the body says nothing ---


@pytest.mark.parametrize(("status", "code"), [(400, 9), (400, 11), (409, 6), (500, 2), (500, 15), (404, 5)])
def test_code_and_message_are_read_from_the_headers_where_the_body_is_empty(status: int, code: int) -> None:
    made = error(b"", status, {code: "Do this."}, grpc_status=str(code), grpc_message="no%20%D0%BA%0A%1B[31m%25.")
    assert (made.code, made.details["message"]) == (code, "no к [31m%.")
    assert str(made) == f"{DOING}: HTTP status {status}: no к [31m%. Do this."


def test_the_body_outranks_the_headers() -> None:
    made = error({"code": 9, "message": "said"}, 400, grpc_status="3", grpc_message="header")
    assert (made.code, made.details["message"]) == (9, "said")


@pytest.mark.parametrize("value", ["", "0", "-5", "x", "5.0", "\u0665", "99999999"])
def test_a_header_that_is_not_a_code_is_passed_over(value: str) -> None:
    assert error(b"", 404, grpc_status=value).code == 5


def test_a_secret_in_a_header_is_masked_after_decoding() -> None:
    told = str(error(b"", 401, grpc_status="16", grpc_message="opaque%2Dsecret%2Dvalue"))
    assert "opaque" not in told


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (503, 14, "The service behind it cannot be reached"),
        (504, 4, "The service behind it did not respond in time"),
        (400, 3, "The request was not understood"),
        (429, 8, "Too many requests"),
    ],
)
def test_a_plain_text_is_told_as_the_gateways(status: int, code: int, hint: str) -> None:
    made = error(b"upstream request\ttimeout.\n", status, Content_Type="text/plain; charset=utf-8")
    start = f"{DOING}: the gateway in front of the API answered HTTP status {status}: upstream request timeout. {hint}"
    assert str(made).startswith(start)
    assert (made.code, made.details["message"]) == (code, "upstream request timeout.")
    assert "mine" in str(error(b"x", status, {code: "mine"}, Content_Type="text/plain"))


def test_a_plain_text_with_the_apis_own_headers_is_the_apis() -> None:
    told = str(error(b"x", 400, Content_Type="text/plain", grpc_status="9", grpc_message="not now"))
    assert told.startswith(f"{DOING}: HTTP status 400: not now. The resource is not in a state")


def waits(details: t.Any) -> float | None:
    return retry_after(answered({"code": 8, "message": "m", "details": details}, 429))


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo"}


def test_retry_info_among_the_details_is_a_retry_after() -> None:
    assert waits([{"@type": "x"}, None, {**RETRY, "retryDelay": "7s"}]) == 7.0
    assert waits([{**RETRY, "retryDelay": "0.250s"}]) == 0.25
    both = answered({"details": [{**RETRY, "retryDelay": "7s"}]}, 503, Retry_After="3")
    assert retry_after(both) == 3.0


NO_WAIT = [
    None,
    {},
    "x",
    [],
    [7],
    [RETRY],
    *([{**RETRY, "retryDelay": d}] for d in (7, "7", "-1s", "1e3s", "s", "", None)),
]


@pytest.mark.parametrize("details", NO_WAIT)
def test_details_that_ask_for_no_wait_are_passed_over(details: t.Any) -> None:
    assert waits(details) is None
