# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets leave no trace in what is quoted."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import ApiError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.redaction import Secrets
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n"
JWT = "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJhamUifQ.c2lnbmF0dXJl-_c2lnbmF0dXJl"


@pytest.mark.parametrize("secret", ["opaque-secret-value", TOKEN, PEM, JWT, "a+b(c)[d]*.?"])
def test_a_secret_that_is_known_is_taken_out_wherever_it_stands(secret: str) -> None:
    secrets = Secrets()
    assert secrets.remember(secret) == secret
    for text in (secret, f"token '{secret}' refused", f"{secret}{secret}", f"x{secret}y"):
        assert secret not in secrets.cleaned(text)
        assert secret not in secrets.masked(text)
    assert "refused" in secrets.cleaned(f"token {secret} refused") or secret == PEM


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"bad token {TOKEN}!", "bad token ********!"),
        (f"Bearer {TOKEN}", "Bearer ********"),
        (f"jwt={JWT}&x=1", "jwt=********&x=1"),
        (f"key {PEM}", "key ********"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "********"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE", "********"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_though_unknown(text: str, rest: str) -> None:
    assert Secrets().cleaned(text) == rest


def test_a_padded_token_is_taken_out_whole() -> None:
    # https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token: t1.[A-Z0-9a-z_-]+[=]{0,2}.[A-Z0-9a-z_-]{86}[=]{0,2}
    signature = "c2lnbmF0dXJl" * 7 + "AB"
    assert signature not in Secrets().cleaned(f"token t1.9euelZqUx5eXnJ3L==.{signature}== is unknown")


@pytest.mark.parametrize(
    "text", ["the t1 disk of eye.of.storm", "start1.5", "t1.short", "they.are.fine", "-----BEGIN CERTIFICATE-----"]
)
def test_other_words_stay(text: str) -> None:
    assert Secrets().cleaned(text) == text


def test_a_foreign_text_becomes_one_printable_line_of_bounded_length() -> None:
    assert Secrets().cleaned("a\n\tb\x1b[31m\u202e  c\x00") == "a b [31m c"
    assert Secrets().cleaned("x" * 500) == "x" * 500
    assert Secrets().cleaned("x" * 501) == f"{'x' * 500}…"


def test_a_secret_is_taken_out_before_the_text_is_cut_or_its_lines_are_joined() -> None:
    secrets = Secrets()
    secrets.remember("opaque-secret\nvalue")
    assert "opaque" not in secrets.cleaned("x" * 490 + "opaque-secret\nvalue")


def test_the_shortest_are_no_secrets() -> None:
    secrets = Secrets()
    secrets.remember("")
    secrets.remember("a")
    assert secrets.cleaned("banana") == "banana"


def test_secrets_may_be_remembered_while_another_thread_cleans() -> None:
    secrets, failures, done = Secrets(), [], threading.Event()

    def clean() -> None:
        while not done.is_set():
            try:
                secrets.cleaned("some text")
            except RuntimeError as exc:
                failures.append(exc)

    thread = threading.Thread(target=clean)
    thread.start()
    for number in range(5_000):
        secrets.remember(f"secret-number-{number}")
    done.set()
    thread.join()
    assert failures == []


def test_a_masked_error_keeps_everything_but_the_secret_and_what_is_not_there() -> None:
    secrets = Secrets()
    secrets.remember("opaque-secret-value")
    details = {"message": "opaque-secret-value", "request_id": "r1", "option": None}
    masked = ApiError("no opaque-secret-value here.", http_status=401, code=16, **details).masked(secrets.masked)
    more = masked.adding("More.")
    assert (str(masked), str(more)) == ("no ******** here.", "no ******** here. More.")
    known = {"kind": "api", "http_status": 401, "code": 16, "message": "********", "request_id": "r1"}
    assert masked.as_dict() == more.as_dict() == known
    assert "opaque" not in repr(masked)
