# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential is taken, what is refused before any request, and that no message shows one."""

from __future__ import annotations

import base64
import builtins
import json
import time
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._credentials import (
    METHODS,
    OPTIONS,
    AuthorizedKey,
    Credential,
    Exchange,
    IamToken,
    InstanceMetadata,
    Level,
    WorkloadIdentity,
    choose,
    environment_level,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._endpoints import parse_base_url
from ansible_collections.yacloud.mdb.plugins.module_utils._errors import (
    CredentialError,
    MissingLibrary,
    OptionError,
)
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.b2lkYy1zaWduYXR1cmUtb2YtdGhlLWpvYg"
COMPANIONS = {
    "service_account_id": "ajeaccount000000001",
    "workload_identity_endpoint": "https://auth.yandex.cloud/oauth/token",
}
IAM = parse_base_url("https://iam.api.cloud.yandex.net:443", "endpoint")
OPTION = "the options"


def pick(
    environ: dict[str, str] | None = None,
    method: str = "auto",
    companions: dict[str, t.Any] | None = None,
    **options: t.Any,
) -> Credential:
    """What is chosen with these options and variables."""
    levels = [Level(OPTION, options), environment_level(environ or {})]
    return choose(method, levels, COMPANIONS if companions is None else companions, environ or {})


def refused(*args: t.Any, **options: t.Any) -> str:
    """The message with which a choice is refused."""
    with pytest.raises(CredentialError) as caught:
        pick(*args, **options)
    return f"{caught.value} {caught.value.as_dict()}"


def exchange(credential: Credential) -> Exchange:
    made = credential.exchange(lambda: IAM)
    assert isinstance(made, Exchange)
    return made


# --- authorized keys ---


def assert_signs(credential: Credential, key: t.Any) -> None:
    """The key makes a JWT that PyJWT accepts by the public half."""
    jwt = pytest.importorskip("jwt")
    made = exchange(credential)
    assert (made.method, str(made.base), made.path, made.fields) == (
        "POST",
        "https://iam.api.cloud.yandex.net",
        "/iam/v1/tokens",
        ("iamToken", "expiresAt"),
    )
    assert made.content == {"json": {"jwt": made.secrets[0]}}
    (token,) = made.secrets
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
        pick(service_account_key_file=key.text),
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
    [("ec", "is no RSA key"), ("ed25519", "is no RSA key"), ("encrypted", "is no complete private key in PEM form")],
)
def test_a_key_of_a_wrong_kind_is_refused_unseen(key: t.Any, kind: str, words: str) -> None:
    pem = other_pem(kind)
    told = refused(service_account_key={**key.content, "private_key": pem})
    assert told.startswith(f"service_account_key of the options is no authorized key: its private_key {words}")
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
    assert "its private_key is no complete private key in PEM form. Give the whole file that 'yc iam key create" in told
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
    with pytest.raises(CredentialError, match=r"^k is no authorized key: it is no JSON") as caught:
        AuthorizedKey.parse(text, "k")
    assert "secret words" not in str(caught.value)


@pytest.mark.parametrize("content", [None, 7, ["x"], True])
def test_what_is_neither_text_nor_mapping_is_refused(content: t.Any) -> None:
    with pytest.raises(CredentialError, match="it is no JSON object"):
        AuthorizedKey.parse(content, "k")


@pytest.mark.parametrize("path", ["/nonexistent/key.json", "/", "a\x00b", ""])
def test_a_key_file_that_cannot_be_read_is_named(path: str) -> None:
    told = refused(service_account_key_file=path)
    assert "service_account_key_file of the options names the file" in told
    assert "cannot be read: " in told


def test_a_key_file_that_is_no_text_is_refused(tmp_path: t.Any) -> None:
    (tmp_path / "key.json").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read: it is no text file" in refused(service_account_key_file=str(tmp_path / "key.json"))


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
    real = builtins.__import__

    def without(name: str, *args: t.Any, **kwargs: t.Any) -> t.Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingLibrary, match=r"\(cryptography\).+for service account keys"):
        pick(service_account_key=key.content)


# --- workload identity ---


def test_workload_identity_is_exchanged_as_rfc_8693_says() -> None:
    made = exchange(pick(workload_identity_token=f" {JWT}\n"))
    assert (made.method, f"{made.base}{made.path}", made.fields) == (
        "POST",
        "https://auth.yandex.cloud/oauth/token",
        ("access_token", "expires_in"),
    )
    assert made.secrets == (JWT,)
    assert made.content == {
        "data": {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": "ajeaccount000000001",
            "subject_token": JWT,
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        }
    }


def test_a_token_file_is_read_again_for_each_exchange(write: t.Callable[[str, str], str]) -> None:
    path = write("token", f"{JWT}\n")
    credential = pick({"YC_WORKLOAD_IDENTITY_TOKEN_FILE": path})
    before = credential.identity
    write("token", f"{JWT}x\n")
    assert exchange(credential).secrets == (f"{JWT}x",)
    assert credential.identity != before


@pytest.mark.parametrize("companions", [{}, {"service_account_id": None}, {"service_account_id": ""}])
def test_workload_identity_needs_its_service_account(companions: dict[str, t.Any]) -> None:
    told = refused(companions={**COMPANIONS, "service_account_id": None} | companions, workload_identity_token=JWT)
    assert "workload_identity_token of the options needs the service account that it stands for" in told
    assert "YC_SERVICE_ACCOUNT_ID" in told


@pytest.mark.parametrize("endpoint", ["http://auth.example/oauth/token", "http://10.0.0.1/token"])
def test_a_workload_token_is_for_https_only(endpoint: str) -> None:
    with pytest.raises(OptionError, match="is neither HTTPS nor loopback"):
        pick(companions={**COMPANIONS, "workload_identity_endpoint": endpoint}, workload_identity_token=JWT)


def test_a_workload_endpoint_keeps_its_path() -> None:
    credential = pick(
        companions={**COMPANIONS, "workload_identity_endpoint": "http://127.0.0.1:9/a/b"}, workload_identity_token=JWT
    )
    made = exchange(credential)
    assert (str(made.base), made.path) == ("http://127.0.0.1:9", "/a/b")


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_token_file_without_a_token_is_refused_at_once(
    content: str | None, write: t.Callable[[str, str], str]
) -> None:
    path = "/nonexistent/token" if content is None else write("token", content)
    assert "workload_identity_token_file of the options" in refused(workload_identity_token_file=path)


# --- tokens ---


def test_a_ready_token_is_the_token() -> None:
    assert pick(iam_token=TOKEN).exchange(lambda: IAM) == TOKEN
    assert pick({"YC_IAM_TOKEN": f"\n {TOKEN}\t\r\n"}).exchange(lambda: IAM) == TOKEN


def test_a_ready_token_of_another_shape_is_taken_too() -> None:
    assert pick(iam_token="opaque-secret-value").exchange(lambda: IAM) == "opaque-secret-value"
    assert pick({"YC_IAM_TOKEN": "opaque-secret-value"}).exchange(lambda: IAM) == "opaque-secret-value"


BROKEN = [
    "secret\nwords",
    "secret\r\nInjected: words",
    "secret\x00words",
    "secret words",
    "secret\twords",
    "secret\x7fwords",
    "secret\x1b[31mwords",
    "secret\u00a0words",
    "secret\u0441words",
    "secret\ud800words",
    "\ufeffsecretwords",
]


@pytest.mark.parametrize("value", BROKEN)
@pytest.mark.parametrize(
    "option", ["iam_token", "workload_identity_token", "workload_identity_token_file", "YC_IAM_TOKEN", "YC_TOKEN"]
)
def test_a_token_with_a_character_that_no_token_has_is_refused_unseen(option: str, value: str, tmp_path: t.Any) -> None:
    if option.endswith("_file"):
        (tmp_path / "token").write_bytes(value.encode("utf-8", "surrogatepass"))
        given: dict[str, t.Any] = {option: str(tmp_path / "token")}
    else:
        given = {option: value}
    told = refused(given) if option.startswith("YC_") else refused(**given)
    assert "secret" not in told
    assert "words" not in told
    assert told.isprintable()


@pytest.mark.parametrize("value", ["", " \n", None, 7, ["x"], {"a": 1}])
def test_an_empty_token_is_refused_with_the_ways_in(value: t.Any) -> None:
    told = refused(iam_token=value)
    assert told.startswith("iam_token of the options is empty. Give one: ")


ALTERNATIVES = [
    "service_account_key_file",
    "YC_SERVICE_ACCOUNT_KEY_FILE",
    "workload_identity_token",
    "YC_IAM_TOKEN",
    "instance_metadata",
]


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("y0_AgAAAAAsecretwords-_123", "holds an OAuth token"),
        ("y3_secretwords", "holds an OAuth token"),
        ("AQAAAAAAsecretwordssecretwordssecretwords", "holds an OAuth token"),
        ("AQVNsecretwordssecretwordssecretwords", "holds an API key"),
    ],
)
def test_oauth_tokens_and_api_keys_are_refused_with_the_alternatives(token: str, words: str) -> None:
    for told in (refused(iam_token=token), refused({"YC_IAM_TOKEN": token})):
        assert words in told
        assert "secretwords" not in told
        for alternative in ALTERNATIVES:
            assert alternative in told


@pytest.mark.parametrize("token", [TOKEN, "t1.a.b", "t1.."])
def test_yc_token_is_taken_if_it_is_an_iam_token(token: str) -> None:
    credential = pick({"YC_TOKEN": token})
    assert credential.exchange(lambda: IAM) == token
    assert credential.description == "the variable YC_TOKEN"


@pytest.mark.parametrize(
    "token",
    [
        "t1.secretwords",
        "t1.a.b.secretwords",
        "y0_secretwords",
        "secretwords",
        "T1.a.secretwords",
        "xt1.a.secretwords",
        "t2.a.secretwords",
    ],
)
def test_yc_token_that_is_no_iam_token_is_refused_with_the_alternatives(token: str) -> None:
    told = refused({"YC_TOKEN": token})
    assert "the variable YC_TOKEN holds no IAM token" in told
    assert "secretwords" not in told
    for alternative in ALTERNATIVES:
        assert alternative in told


def test_yc_iam_token_comes_before_yc_token() -> None:
    assert pick({"YC_TOKEN": "y0_oauth", "YC_IAM_TOKEN": TOKEN}).exchange(lambda: IAM) == TOKEN


# --- instance metadata ---


def test_instance_metadata_is_asked_briefly_directly_and_without_a_secret() -> None:
    made = exchange(pick(method="instance_metadata"))
    assert (made.method, f"{made.base}{made.path}") == (
        "GET",
        "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token",
    )
    assert made.content["headers"] == {"Metadata-Flavor": "Google"}
    assert made.content["direct"] is True
    assert made.content["timeout"] * 2 * (made.content["retries"] + 1) < 5
    assert made.secrets == ()
    assert made.fields == ("access_token", "expires_in")


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("127.0.0.1:9", "http://127.0.0.1:9"),
        ("http://meta.example", "http://meta.example"),
        ("", "http://169.254.169.254"),
    ],
)
def test_the_metadata_address_can_be_set(address: str, base: str) -> None:
    assert str(exchange(pick({"YC_METADATA_ADDR": address}, "instance_metadata")).base) == base


def test_a_metadata_address_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(OptionError, match=r"^the variable YC_METADATA_ADDR "):
        pick({"YC_METADATA_ADDR": "http://x/y"}, "instance_metadata")


# --- the choice among them ---


def sample(option: str, key: t.Any, write: t.Callable[[str, str], str]) -> t.Any:
    return {
        "service_account_key": lambda: key.content,
        "service_account_key_file": lambda: write("key.json", key.text),
        "workload_identity_token": lambda: JWT,
        "workload_identity_token_file": lambda: write("token", JWT),
        "iam_token": lambda: TOKEN,
    }[option]()


KINDS = {
    AuthorizedKey: "service_account_key",
    WorkloadIdentity: "workload_identity",
    IamToken: "iam_token",
    InstanceMetadata: "instance_metadata",
}


def kind(credential: Credential) -> str:
    return KINDS[type(credential)]


def test_the_order_is_the_documented_one() -> None:
    assert METHODS == ("service_account_key", "workload_identity", "iam_token", "instance_metadata")


@pytest.mark.parametrize("option", OPTIONS)
def test_each_option_alone_is_taken_by_auto_and_by_its_own_method(
    option: str, key: t.Any, write: t.Callable[[str, str], str]
) -> None:
    value = sample(option, key, write)
    assert kind(pick(**{option: value})) == OPTIONS[option]
    assert kind(pick(method=OPTIONS[option], **{option: value})) == OPTIONS[option]
    assert pick(**{option: value}).description.startswith(f"{option} of the options")


@pytest.mark.parametrize("one", OPTIONS)
@pytest.mark.parametrize("other", OPTIONS)
def test_two_credentials_on_one_level_are_an_error_that_names_both(
    one: str, other: str, key: t.Any, write: t.Callable[[str, str], str]
) -> None:
    if one == other:
        return
    both = {one: sample(one, key, write), other: sample(other, key, write)}
    told = refused(**both)
    assert told.startswith(f"{' and '.join(sorted((one, other)))} are both set in the options")
    for method in METHODS[:3]:
        wanted = [name for name in both if OPTIONS[name] == method]
        if len(wanted) == 1:
            assert kind(pick(method=method, **both)) == method
        else:
            assert ("are both set" if wanted else f"auth_method is {method}, but ") in refused(method=method, **both)


def test_in_the_environment_the_order_decides(key: t.Any, write: t.Callable[[str, str], str]) -> None:
    environ = {
        "YC_SERVICE_ACCOUNT_KEY_FILE": write("key.json", key.text),
        "YC_WORKLOAD_IDENTITY_TOKEN": JWT,
        "YC_WORKLOAD_IDENTITY_TOKEN_FILE": write("token", JWT),
        "YC_IAM_TOKEN": TOKEN,
        "YC_TOKEN": TOKEN,
    }
    for expected in (
        "service_account_key",
        "workload_identity",
        "workload_identity",
        "iam_token",
        "iam_token",
        "instance_metadata",
    ):
        assert kind(pick(environ)) == expected
        if environ:
            del environ[next(iter(environ))]


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_comes_before_any_variable(option: str, key: t.Any, write: t.Callable[[str, str], str]) -> None:
    environ = {
        "YC_SERVICE_ACCOUNT_KEY_FILE": "/nonexistent",
        "YC_IAM_TOKEN": "other",
        "YC_WORKLOAD_IDENTITY_TOKEN": "other",
    }
    assert pick(environ, **{option: sample(option, key, write)}).description.startswith(f"{option} of the options")


def test_an_explicit_method_looks_for_its_own_kind_through_all_levels(key: t.Any) -> None:
    environ = {"YC_IAM_TOKEN": TOKEN, "YC_WORKLOAD_IDENTITY_TOKEN": JWT}
    assert pick(environ, "iam_token", service_account_key=key.content).description == "the variable YC_IAM_TOKEN"
    assert (
        pick(environ, "workload_identity", service_account_key=key.content).description
        == "the variable YC_WORKLOAD_IDENTITY_TOKEN"
    )
    assert kind(pick(environ, "instance_metadata", service_account_key=key.content)) == "instance_metadata"
    levels = [Level("a", {}), Level("b", {"iam_token": TOKEN}), Level("c", {"service_account_key": key.content})]
    assert choose("auto", levels, {}, {}).description == "iam_token of b"
    assert choose("service_account_key", levels, {}, {}).description == "service_account_key of c"


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("service_account_key", "service_account_key or service_account_key_file is not set"),
        ("workload_identity", "workload_identity_token or workload_identity_token_file is not set"),
        ("iam_token", "iam_token is not set"),
    ],
)
def test_an_explicit_method_without_its_credential_says_what_is_missing(method: str, words: str) -> None:
    told = refused(method=method)
    assert told.startswith(f"auth_method is {method}, but {words}, neither as an option nor as a variable.")


def test_with_nothing_set_the_metadata_service_is_the_last_resort() -> None:
    credential = pick({"YC_IAM_TOKEN": "  ", "YC_TOKEN": "", "YC_SERVICE_ACCOUNT_KEY_FILE": "\n"})
    assert isinstance(credential, InstanceMetadata)
    assert credential.last_resort
    assert not t.cast(InstanceMetadata, pick(method="instance_metadata")).last_resort


def test_a_secret_is_in_no_representation(key: t.Any) -> None:
    for credential in (pick(service_account_key=key.content), pick(workload_identity_token=JWT), pick(iam_token=TOKEN)):
        shown = f"{credential!r} {credential} {credential.description}"
        for secret in (*credential.secrets, key.content["private_key"].splitlines()[3]):
            assert secret not in shown
        assert credential.secrets
