# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys are taken, that their JWTs hold by the public half, and that no message shows one."""

from __future__ import annotations

import base64
import json
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import authorized_key
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.authorized_key import AuthorizedKey
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credential import Credential
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CredentialError, MissingLibrary
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import (
    JWT,
    TOKEN,
    exchange,
    pick,
    refused,
)


def assert_signs(credential: Credential, key: t.Any) -> None:
    """The key makes a JWT that PyJWT accepts by the public half."""
    jwt = pytest.importorskip("jwt")
    made = exchange(credential)
    assert (made.request.method, made.request.url, made.fields) == (
        "POST",
        "https://iam.api.cloud.yandex.net/iam/v1/tokens",
        ("iamToken", "expiresAt"),
    )
    _pem, token = made.secrets
    assert made.request.json == {"jwt": token}
    assert made.request.secret
    claims = jwt.decode(
        token, key.public_pem, algorithms=["PS256"], audience="https://iam.api.cloud.yandex.net/iam/v1/tokens"
    )
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "PS256", "kid": key.content["id"]}
    assert claims["iss"] == key.content["service_account_id"]
    assert claims.keys() == {"iss", "aud", "iat", "exp"}
    assert 0 < claims["exp"] - claims["iat"] <= 3600
    assert abs(claims["iat"] - time.time()) < 5
    assert "=" not in token


def test_a_key_with_its_preamble_signs(key: t.Any) -> None:
    assert key.content["private_key"].startswith("PLEASE DO NOT REMOVE THIS LINE!")
    assert_signs(AuthorizedKey.parse(key.content, "key"), key)


@pytest.mark.parametrize(
    "change",
    [lambda pem: pem[pem.index("-----") :], lambda pem: pem.replace("\n", "\r\n"), lambda pem: pem.rstrip("\n")],
)
def test_a_key_without_its_preamble_or_with_other_line_ends_signs(key: t.Any, change: t.Callable[[str], str]) -> None:
    assert_signs(AuthorizedKey.parse({**key.content, "private_key": change(key.content["private_key"])}, "key"), key)


def test_every_way_to_give_a_key_leads_to_the_same(key: t.Any, write: t.Callable[[str, str], str]) -> None:
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


def test_a_path_may_begin_with_a_tilde(
    key: t.Any, write: t.Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", write("key.json", key.text).removesuffix("/key.json"))
    assert isinstance(pick(service_account_key_file="~/key.json"), AuthorizedKey)


def test_keys_differ_by_what_they_are(key: t.Any) -> None:
    one = AuthorizedKey.parse(key.content, "key")
    assert one.identity != AuthorizedKey.parse({**key.content, "id": "other"}, "key").identity
    assert one.identity != AuthorizedKey.parse({**key.content, "service_account_id": "other"}, "key").identity


def other_pem(kind: str) -> str:
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    locked: t.Any = (
        serialization.BestAvailableEncryption(b"password") if kind == "encrypted" else serialization.NoEncryption()
    )
    private: t.Any = {
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }.get(kind, lambda: rsa.generate_private_key(65537, 2048))()
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked).decode()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ec", "is not an RSA key"),
        ("ed25519", "is not an RSA key"),
        ("encrypted", "is not a complete private key in PEM form"),
    ],
)
def test_a_key_of_a_wrong_kind_is_refused_unseen(key: t.Any, kind: str, words: str) -> None:
    pem = other_pem(kind)
    told = refused(service_account_key={**key.content, "private_key": pem})
    assert told.startswith(f"service_account_key of the options is not an authorized key: its private_key {words}")
    assert pem.splitlines()[1] not in told


DAMAGE: dict[str, t.Callable[[str], str]] = {
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


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_key_is_refused_unseen(key: t.Any, damage: t.Callable[[str], str]) -> None:
    pem = damage(key.content["private_key"])
    told = refused(service_account_key={**key.content, "private_key": pem})
    assert (
        "its private_key is not a complete private key in PEM form. Give the whole file that 'yc iam key create" in told
    )
    assert not any(line in told for line in key.content["private_key"].split("\n")[2:-2])
    assert "secret words" not in told


@pytest.mark.parametrize("field", ["id", "service_account_id", "private_key"])
@pytest.mark.parametrize("value", [None, "", 7, ["x"]])
def test_a_field_that_is_missing_is_named(key: t.Any, field: str, value: t.Any) -> None:
    content = {name: given for name, given in key.content.items() if name != field}
    told = refused(service_account_key={**content, field: value} if value is not None else content)
    assert f"the field '{field}' is missing" in told


@pytest.mark.parametrize(
    "text", ["", "{", '{"id": "secret words', "[]", '"secret words"', "null", "7", "{" * 100_000, "secret words"]
)
def test_text_that_is_no_key_is_refused_unseen(text: str) -> None:
    with pytest.raises(CredentialError, match=r"^k is not an authorized key: it is not (a JSON object|JSON)") as caught:
        AuthorizedKey.parse(text, "k")
    assert "secret words" not in str(caught.value)


@pytest.mark.parametrize("content", [None, 7, ["x"], True])
def test_what_is_neither_text_nor_mapping_is_refused(content: t.Any) -> None:
    with pytest.raises(CredentialError, match="it is not a JSON object"):
        AuthorizedKey.parse(content, "k")


@pytest.mark.parametrize("path", ["/nonexistent/key.json", "/", "a\x00b", ""])
def test_a_key_file_that_cannot_be_read_is_named(path: str) -> None:
    told = refused(service_account_key_file=path)
    assert "service_account_key_file of the options names the file" in told
    assert "cannot be read: " in told


def test_a_key_file_that_is_no_text_is_refused(tmp_path: t.Any) -> None:
    (tmp_path / "key.json").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read: it is not a text file" in refused(service_account_key_file=str(tmp_path / "key.json"))


def misplaced(key: t.Any) -> dict[str, tuple[str, str]]:
    """Secrets in the place of a path, each with a part of it that may not be seen."""
    pem = key.content["private_key"]
    pem = pem[pem.index("-----BEGIN") :]
    return {
        "a PEM": (pem, pem.splitlines()[1][:20]),
        "base64 of the file": (
            base64.b64encode(key.text.encode()).decode(),
            base64.b64encode(key.text.encode()).decode()[:30],
        ),
        "an IAM token": (TOKEN, TOKEN[:30]),
        "an OIDC token": (JWT, JWT[:30]),
        "a quoted JSON": (json.dumps(key.text), "ajekey"),
    }


@pytest.mark.parametrize("kind", ["a PEM", "base64 of the file", "an IAM token", "an OIDC token", "a quoted JSON"])
@pytest.mark.parametrize("option", ["service_account_key_file", "workload_identity_token_file"])
def test_a_secret_in_the_place_of_a_path_is_not_echoed(key: t.Any, option: str, kind: str) -> None:
    value, part = misplaced(key)[kind]
    assert part not in refused(**{option: value})
    assert part not in refused({f"YC_{option.upper()}": value})


def test_without_cryptography_the_message_says_how_to_get_it(key: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorized_key, "rsa", None)
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


@pytest.mark.parametrize("option", ["service_account_key_file", "service_account_key"])
def test_a_vaulted_key_is_named_as_one_with_what_to_do(write: t.Callable[[str, str], str], option: str) -> None:
    vaulted = "$ANSIBLE_VAULT;1.1;AES256\n616263\n"
    told = refused(**{option: write("key.json", vaulted) if option.endswith("file") else vaulted})
    assert "is encrypted by ansible-vault and is not decrypted here" in told
    assert "lookup('ansible.builtin.file', 'key.json')" in told.replace("\\", "")
    assert "616263" not in told


@pytest.mark.parametrize("path", ["/etc/key.json", "~/key", "./key", "../key", "key.json", "keys/sa.json"])
def test_a_path_in_service_account_key_is_named_as_one(path: str) -> None:
    told = refused(service_account_key=path)
    assert told.startswith(
        "service_account_key of the options is not an authorized key: it is a path, not the key's content;"
        " give it as service_account_key_file."
    )


def test_a_relative_path_begins_in_the_current_folder_and_the_absolute_one_is_shown(
    key: t.Any, tmp_path: Path, write: t.Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("key.json", key.text)
    environ = {"YC_SERVICE_ACCOUNT_KEY_FILE": "key.json"}
    monkeypatch.chdir(tmp_path)
    assert pick(environ).description == f"the variable YC_SERVICE_ACCOUNT_KEY_FILE ({path})"
    monkeypatch.chdir("/")
    assert "names the file '/key.json', which cannot be read: No such file" in refused(environ)


def test_a_long_path_that_was_tried_is_shown_whole(tmp_path: Path) -> None:
    path = f"{tmp_path}/{'folder/' * 20}key.json"
    assert f"names the file '{path}', which cannot be read" in refused(service_account_key_file=path)
