# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A success is a JSON object; an error is told in words, by the body's code."""

from __future__ import annotations

import json
import typing as t

import pytest

pytest.importorskip("requests")
from requests.structures import CaseInsensitiveDict

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError, MalformedAnswer
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.redaction import Secrets
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.responses import api_error, decode_object, is_success
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import Answer
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN

DOING = "cluster c9q1: listing its backups"
JSON = "application/json"


def answered(body: t.Any = b"", status: int = 200, **headers: str) -> Answer:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(status, t.cast(t.Mapping[str, str], named), sent)


def error(body: t.Any = b"", status: int = 400, hints: dict[int, str] | None = None, **headers: str) -> ApiError:
    secrets = Secrets()
    secrets.remember("opaque-secret-value")
    return api_error(answered(body, status, **headers), DOING, secrets, hints or {}, cluster_id="c9q1")


@pytest.mark.parametrize(
    ("status", "success"), [(199, False), (200, True), (204, True), (299, True), (300, False), (404, False)]
)
def test_success_is_2xx(status: int, success: bool) -> None:
    assert is_success(answered(status=status)) is success


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


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"<html></html>",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1',
        b'{"a": 1}}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": -1e999}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"a": ["\\udc00\\ud800"]}',
        b'{"\\ud800": 1}',
        b'{"a": "\x00"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a": ' + b"1" * 5_000 + b"}",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedAnswer) as caught:
        decode_object(
            answered(body, Content_Type="text/html; charset=utf-8", X_Request_Id="r1", X_Server_Trace_Id="s1"), DOING
        )
    told = str(caught.value)
    shape = f"{len(body)} bytes of text/html; charset=utf-8" if body else "an empty body"
    assert told.startswith(
        f"{DOING}: the answer is no JSON ({shape}). Check that endpoint and mdb_endpoint name the API"
    )
    assert told.endswith("(x-request-id r1, x-server-trace-id s1)")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1", b"true", b'[{"backups": []}]'])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(
        MalformedAnswer,
        match=r"^cluster c9q1: listing its backups: the answer is JSON, but no object \(\d+ bytes of no stated type\)\.",
    ):
        decode_object(answered(body), DOING)


def test_hostile_headers_are_printable_and_short_in_messages() -> None:
    with pytest.raises(MalformedAnswer) as caught:
        decode_object(
            answered(b"x", Content_Type="text/\x1b[31m" + "y" * 500, X_Request_Id="\x1b]0;" + "z" * 500), DOING
        )
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, 3),
        (401, 16),
        (403, 7),
        (404, 5),
        (409, 10),
        (429, 8),
        (499, 1),
        (500, 13),
        (501, 12),
        (502, 14),
        (503, 14),
        (504, 4),
        (418, 2),
        (302, 2),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        {},
        {"code": 0},
        {"code": None},
        {"code": "5"},
        {"code": True},
        {"code": 5.0},
        {"code": [5]},
    ],
)
def test_the_http_status_stands_in_for_a_code_that_is_not_there(status: int, code: int, body: t.Any) -> None:
    assert error(body, status).code == code


@pytest.mark.parametrize(("status", "code"), [(400, 3), (400, 9), (400, 11), (404, 7), (403, 5), (500, 2)])
def test_the_bodys_code_decides(status: int, code: int) -> None:
    made = error({"code": code, "message": "m"}, status)
    assert (made.code, made.http_status) == (code, status)
    assert made.hides_cluster is (code in (5, 7))


def test_an_error_is_told_with_message_hint_and_ids() -> None:
    made = error(
        {"code": 5, "message": "Cluster not found.", "details": []},
        404,
        {5: "Look it up."},
        X_Request_Id="r1",
        x_server_trace_id="s1",
    )
    assert str(made) == (
        f"{DOING}: HTTP status 404: Cluster not found. Look it up. (x-request-id r1, x-server-trace-id s1)"
    )
    assert made.as_dict() == {
        "kind": "api",
        "http_status": 404,
        "code": 5,
        "message": "Cluster not found.",
        "request_id": "r1",
        "server_trace_id": "s1",
        "cluster_id": "c9q1",
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [(3, "compare the options"), (8, "lower concurrency"), (13, "internal fault"), (14, "status page")],
)
def test_codes_without_a_hint_of_the_caller_have_a_general_one(code: int, words: str) -> None:
    assert words in str(error({"code": code, "message": "m"}))
    assert "mine" in str(error({"code": code, "message": "m"}, hints={code: "mine"}))


def test_without_the_apis_message_a_proxy_is_suspected() -> None:
    told = str(error(b"<html>", 403, Content_Type="text/html"))
    assert told == (
        f"{DOING}: HTTP status 403 without the API's own message (6 bytes of text/html)."
        " Check that endpoint and mdb_endpoint name the API, and what a proxy in between answers."
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_as_one(status: int) -> None:
    assert f"HTTP status {status}, a redirect, which is not followed" in str(
        error(b"", status, Location="https://evil.example/")
    )
    assert "evil" not in str(error(b"", status, Location="https://evil.example/"))


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
