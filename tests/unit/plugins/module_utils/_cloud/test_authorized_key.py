# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys are taken, that their JWTs hold by the public half, and that no message shows one."""

from __future__ import annotations

import base64
import json
import sys
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.authorized_key import AuthorizedKey
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credential import Credential
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import MissingLibrary
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import (
    JWT,
    TOKEN,
    exchange,
    pick,
    refused,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import Write

# PyJWT warns of a key that is small so that the tests are quick.
pytestmark = pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")


def assert_signs(credential: Credential, key: t.Any) -> None:
    """The key makes a JWT that PyJWT accepts by the public half."""
    jwt = pytest.importorskip("jwt")
    request, (_pem, token) = exchange(credential)
    assert (request.method, request.url) == ("POST", "https://iam.api.cloud.yandex.net/iam/v1/tokens")
    assert request.json == {"jwt": token}
    assert request.secret
    assert request.repeatable
    claims = jwt.decode(
        token, key.public_pem, algorithms=["PS256"], audience="https://iam.api.cloud.yandex.net/iam/v1/tokens"
    )
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "PS256", "kid": key.content["id"]}
    assert claims["iss"] == key.content["service_account_id"]
    assert claims.keys() == {"iss", "aud", "iat", "exp"}
    assert 0 < claims["exp"] - claims["iat"] <= 3600
    assert abs(claims["iat"] - time.time()) < 5
    assert "=" not in token


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem,
        lambda pem: pem[pem.index("-----") :],
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.rstrip("\n"),
    ],
)
def test_a_key_signs_with_its_preamble_without_it_or_with_other_line_ends(
    key: t.Any, change: t.Callable[[str], str]
) -> None:
    assert key.content["private_key"].startswith("PLEASE DO NOT REMOVE THIS LINE!")
    content = {**key.content, "private_key": change(key.content["private_key"])}
    assert_signs(pick(service_account_key=content), key)


def test_every_way_to_give_a_key_leads_to_the_same(key: t.Any, write: Write) -> None:
    path = write("key.json", key.text)
    chosen = [
        pick(service_account_key=key.content),
        pick(service_account_key=key.text),
        pick(service_account_key=f"\n  {key.text}\n"),
        pick(service_account_key_file=path),
        pick({"YC_SERVICE_ACCOUNT_KEY_FILE": path}),
        pick({"YC_SERVICE_ACCOUNT_KEY_FILE": f" {key.text} "}),
    ]
    for credential in chosen:
        assert_signs(credential, key)
    assert len({credential.identity for credential in chosen}) == 1


def test_a_path_may_begin_with_a_tilde(key: t.Any, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", write("key.json", key.text).removesuffix("/key.json"))
    assert isinstance(pick(service_account_key_file="~/key.json"), AuthorizedKey)


def test_keys_differ_by_what_they_are(key: t.Any) -> None:
    one = pick(service_account_key=key.content)
    assert one.identity != pick(service_account_key={**key.content, "id": "other"}).identity
    assert one.identity != pick(service_account_key={**key.content, "service_account_id": "other"}).identity


def other_pem(kind: str) -> str:
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    locked: t.Any = serialization.BestAvailableEncryption(b"password")
    private: t.Any = rsa.generate_private_key(65537, 2048)
    if kind == "ec":
        locked, private = serialization.NoEncryption(), ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked).decode()


DAMAGE: dict[str, t.Callable[[str], str]] = {
    "ec": lambda pem: other_pem("ec"),
    "encrypted": lambda pem: other_pem("encrypted"),
    "cut in half": lambda pem: pem[: len(pem) // 2],
    "without its end": lambda pem: pem[: pem.index("-----END")],
    "header only": lambda pem: pem[: pem.index("-----BEGIN") + 27],
    "public key": lambda pem: pem.replace("PRIVATE", "PUBLIC"),
    "one line": lambda pem: pem.replace("\n", "\\n"),
    "garbled": lambda pem: pem[:-300] + "AAAA" + pem[-296:],
    "half a surrogate": lambda pem: pem + "\ud800",
    "empty lines": lambda pem: "\n\n",
    "no PEM": lambda pem: "secret words",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_key_of_another_kind_or_a_damaged_one_is_refused_unseen(key: t.Any, kind: str) -> None:
    pem = DAMAGE[kind](key.content["private_key"])
    told = refused(service_account_key={**key.content, "private_key": pem})
    words = "is not an RSA key" if kind == "ec" else "is not a complete private key in PEM form"
    assert told.startswith(
        f"service_account_key of the options is not an authorized key: its private_key {words}."
        " Give the whole file that 'yc iam key create"
    )
    hidden = {*key.content["private_key"].split("\n")[2:-2], *pem.split("\n")[1:2], "secret words"} - {""}
    assert not any(line in told for line in hidden)


@pytest.mark.parametrize("field", ["id", "service_account_id", "private_key"])
def test_a_field_that_is_missing_is_named(key: t.Any, field: str) -> None:
    content = {name: given for name, given in key.content.items() if name != field}
    for more in ({}, {field: None}, {field: ""}, {field: 7}, {field: ["x"]}):
        assert f"the field '{field}' is missing" in refused(service_account_key={**content, **more})


NO_KEYS = [
    "",
    "{",
    '{"id": "secret words',
    "[]",
    '"secret words"',
    "null",
    "7",
    "{" * 100_000,
    "secret words",
    None,
    7,
    ["x"],
]


@pytest.mark.parametrize("content", NO_KEYS)
def test_what_is_no_key_is_refused_unseen(content: t.Any) -> None:
    told = refused(service_account_key=content)
    assert told.startswith("service_account_key of the options is not an authorized key: it is not ")
    assert "secret words" not in told


@pytest.mark.parametrize("path", ["/nonexistent/key.json", "/", "a\x00b", "", f"/nonexistent/{'folder/' * 20}key.json"])
def test_a_key_file_that_cannot_be_read_is_named(path: str) -> None:
    told = refused(service_account_key_file=path)
    shown = f"'{path}'" if path.isprintable() and path else ""
    assert f"service_account_key_file of the options names the file {shown}" in told
    assert "cannot be read: " in told


@pytest.mark.parametrize("option", ["service_account_key_file", "workload_identity_token_file"])
def test_a_secret_in_the_place_of_a_path_is_not_echoed(key: t.Any, option: str) -> None:
    pem = key.content["private_key"].partition("\n")[2]
    encoded = base64.b64encode(key.text.encode()).decode()
    quoted = json.dumps(key.text)
    for value, part in (
        (pem, pem[30:60]),
        (encoded, encoded[:30]),
        (TOKEN, TOKEN[:30]),
        (JWT, JWT[:30]),
        (quoted, "ajekey"),
    ):
        assert part not in refused(**{option: value})
        assert part not in refused({f"YC_{option.upper()}": value})


def test_without_cryptography_the_message_says_how_to_get_it(key: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    with pytest.raises(MissingLibrary, match=r"\(cryptography\).+for service account keys.+pip install cryptography"):
        pick(service_account_key=key.content)


def test_json_in_the_option_of_a_path_is_refused_unseen_and_taken_in_the_variable(key: t.Any) -> None:
    told = refused(service_account_key_file=f"  {key.text}")
    assert told.startswith(
        "service_account_key_file of the options must be the path of a key file, got the key itself (not shown)."
        " Give it as service_account_key;"
    )
    assert "ajekey" not in told
    assert isinstance(pick({"YC_SERVICE_ACCOUNT_KEY_FILE": key.text}), AuthorizedKey)


@pytest.mark.parametrize("option", ["service_account_key_file", "service_account_key", "workload_identity_token_file"])
def test_a_vaulted_secret_is_named_as_one_with_what_to_do(write: Write, option: str) -> None:
    vaulted = "$ANSIBLE_VAULT;1.1;AES256\n616263\n"
    told = refused(**{option: write("vaulted", vaulted) if option.endswith("file") else vaulted})
    assert "is encrypted by ansible-vault and is not decrypted here" in told
    assert "lookup('ansible.builtin.file', 'key.json')" in told.replace("\\", "")
    assert "616263" not in told


@pytest.mark.parametrize("path", ["/etc/key.json", "~/key", "./key", "../key", "key.json"])
def test_a_path_in_service_account_key_is_named_as_one(path: str) -> None:
    assert refused(service_account_key=path).startswith(
        "service_account_key of the options is not an authorized key: it is a path, not the key's content;"
        " give it as service_account_key_file."
    )


def test_a_relative_path_begins_in_the_current_folder_and_the_absolute_one_is_shown(
    key: t.Any, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("key.json", key.text)
    environ = {"YC_SERVICE_ACCOUNT_KEY_FILE": "key.json"}
    monkeypatch.chdir(tmp_path)
    assert pick(environ).description == f"the variable YC_SERVICE_ACCOUNT_KEY_FILE ({path})"
    monkeypatch.chdir("/")
    assert "names the file '/key.json', which cannot be read: No such file" in refused(environ)
