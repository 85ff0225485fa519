# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential is taken, what is refused before any request, and that no message shows one."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credential import Credential
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import (
    METHODS,
    CredentialSource,
    select_credential,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import (
    JWT,
    TOKEN,
    exchange,
    pick,
    ready_token,
    refused,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import Write


@pytest.mark.parametrize("token", [TOKEN, "opaque-secret-value"])
def test_a_ready_token_is_taken_whatever_its_shape(token: str) -> None:
    assert ready_token(pick(iam_token=token)) == token
    assert ready_token(pick({"YC_IAM_TOKEN": f"\n {token}\t\r\n", "YC_TOKEN": "y0_oauth"})) == token


BROKEN = [
    "secret\nwords", "secret\r\nInjected: words", "secret\x00words", "secret words", "secret\x7fwords", "secret\x1b[31mwords",
    "secret\u00a0words", "secret\u0441words", "secret\ud800words", "\ufeffsecretwords",
]  # fmt: skip


@pytest.mark.parametrize(
    "option", ["iam_token", "workload_identity_token", "workload_identity_token_file", "YC_IAM_TOKEN", "YC_TOKEN"]
)
def test_a_token_with_a_character_that_no_token_has_is_refused_unseen(option: str, tmp_path: t.Any) -> None:
    for value in BROKEN:
        (tmp_path / "token").write_bytes(value.encode("utf-8", "surrogatepass"))
        given = {option: str(tmp_path / "token") if option.endswith("_file") else value}
        told = refused(given) if option.startswith("YC_") else refused(**given)
        assert "secret" not in told
        assert "words" not in told
        assert told.isprintable()


@pytest.mark.parametrize("value", ["", " \n", None, 7, ["x"]])
def test_an_empty_token_is_refused_with_the_ways_in(value: t.Any) -> None:
    assert refused(iam_token=value).startswith("iam_token of the options is empty. Give one: ")


ALTERNATIVES = ["service_account_key_file", "YC_SERVICE_ACCOUNT_KEY_FILE", "workload_identity_token", "YC_IAM_TOKEN"]
OTHER_TOKENS = {
    "y0_AgAAAAAsecretwords-_123": "holds an OAuth token",
    "AQAAAAAAsecretwordssecretwordssecretwords": "holds an OAuth token",
    "AQVNsecretwordssecretwordssecretwords": "holds an API key",
}
NO_IAM_TOKENS = ["t1.secretwords", "t1.a.b.secretwords", "y0_secretwords", "T1.a.secretwords", "xt1.a.secretwords"]


@pytest.mark.parametrize(
    ("variable", "token", "words"),
    [
        *(("YC_IAM_TOKEN", token, words) for token, words in OTHER_TOKENS.items()),
        *(("YC_TOKEN", token, "the variable YC_TOKEN does not hold an IAM token") for token in NO_IAM_TOKENS),
    ],
)
def test_what_is_no_iam_token_is_refused_with_the_alternatives(variable: str, token: str, words: str) -> None:
    for told in (refused({variable: token}), *([refused(iam_token=token)] if variable == "YC_IAM_TOKEN" else [])):
        assert words in told
        assert "secretwords" not in told
        assert [name for name in (*ALTERNATIVES, "instance_metadata") if name not in told] == []


@pytest.mark.parametrize("token", [TOKEN, "t1.a.b", "t1.."])
def test_yc_token_is_taken_if_it_is_an_iam_token(token: str) -> None:
    credential = pick({"YC_TOKEN": token})
    assert ready_token(credential) == token
    assert credential.description == "the variable YC_TOKEN"


# --- instance metadata ---


def test_instance_metadata_is_asked_briefly_directly_and_without_a_secret() -> None:
    request, secrets = exchange(pick(method="instance_metadata"))
    assert request.url == "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token"
    assert (request.method, request.headers, request.direct) == ("GET", {"Metadata-Flavor": "Google"}, True)
    assert (request.timeout or 9) * 2 * ((request.retries or 9) + 1) < 5
    assert secrets == []


def test_the_metadata_address_can_be_set() -> None:
    for address, start in (("127.0.0.1:9", "http://127.0.0.1:9/c"), ("", "http://169.254.169.254/c")):
        assert exchange(pick({"YC_METADATA_ADDR": address}, "instance_metadata"))[0].url.startswith(start)
    with pytest.raises(OptionError, match=r"^the variable YC_METADATA_ADDR "):
        pick({"YC_METADATA_ADDR": "http://x/y"}, "instance_metadata")


# --- the choice among them ---


METHOD_OF = {
    "service_account_key": "service_account_key",
    "service_account_key_file": "service_account_key",
    "workload_identity_token": "workload_identity",
    "workload_identity_token_file": "workload_identity",
    "iam_token": "iam_token",
}


@pytest.fixture
def samples(key: t.Any, write: Write) -> dict[str, t.Any]:
    """A value for each option."""
    return {
        "service_account_key": key.content,
        "service_account_key_file": write("key.json", key.text),
        "workload_identity_token": JWT,
        "workload_identity_token_file": write("token", JWT),
        "iam_token": TOKEN,
    }


def kind(credential: Credential) -> str:
    return credential.identity[0]


@pytest.mark.parametrize("option", METHOD_OF)
def test_each_option_is_taken_by_auto_before_any_variable_and_by_its_own_method(
    option: str, samples: dict[str, t.Any]
) -> None:
    given = {option: samples[option]}
    variables = ("YC_SERVICE_ACCOUNT_KEY_FILE", "YC_IAM_TOKEN", "YC_WORKLOAD_IDENTITY_TOKEN")
    for credential in (pick(dict.fromkeys(variables, "/none"), **given), pick(method=METHOD_OF[option], **given)):
        assert kind(credential) == METHOD_OF[option]
        assert credential.description.startswith(f"{option} of the options")


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(METHOD_OF, 2)))
def test_two_credentials_in_one_source_are_an_error_that_names_both(
    one: str, other: str, samples: dict[str, t.Any]
) -> None:
    both = {name: samples[name] for name in (other, one)}
    assert refused(**both).startswith(f"{' and '.join(sorted((one, other)))} are both set in the options")
    for method in METHODS[:3]:
        wanted = [name for name in both if METHOD_OF[name] == method]
        if len(wanted) == 1:
            assert kind(pick(method=method, **both)) == method
        else:
            assert ("are both set" if wanted else f"auth_method is {method}, but ") in refused(method=method, **both)


def test_in_the_environment_the_order_decides(samples: dict[str, t.Any]) -> None:
    environ = {
        "YC_SERVICE_ACCOUNT_KEY_FILE": samples["service_account_key_file"],
        "YC_WORKLOAD_IDENTITY_TOKEN": JWT,
        "YC_WORKLOAD_IDENTITY_TOKEN_FILE": samples["workload_identity_token_file"],
        "YC_IAM_TOKEN": TOKEN,
        "YC_TOKEN": TOKEN,
    }
    for name in list(environ):
        assert pick(environ).description.startswith(f"the variable {name}")
        environ[name] = " \n"
    assert kind(pick(environ)) == "instance_metadata"


def test_an_explicit_method_looks_for_its_own_kind_through_all_sources(key: t.Any) -> None:
    environ = {"YC_IAM_TOKEN": TOKEN, "YC_WORKLOAD_IDENTITY_TOKEN": JWT}
    for method, variable in (("iam_token", "YC_IAM_TOKEN"), ("workload_identity", "YC_WORKLOAD_IDENTITY_TOKEN")):
        assert pick(environ, method, service_account_key=key.content).description == f"the variable {variable}"
    assert kind(pick(environ, "instance_metadata", service_account_key=key.content)) == "instance_metadata"
    values = {"a": {}, "b": {"iam_token": TOKEN}, "c": {"service_account_key": key.content}}
    sources = [CredentialSource(name, given) for name, given in values.items()]
    assert select_credential("auto", sources, {}, {}).description == "iam_token of b"
    assert select_credential("service_account_key", sources, {}, {}).description == "service_account_key of c"


@pytest.mark.parametrize("method", METHODS[:3])
def test_an_explicit_method_without_its_credential_says_what_is_missing(method: str) -> None:
    options = " or ".join(option for option, of in METHOD_OF.items() if of == method)
    told = refused(method=method)
    start = f"auth_method is {method}, but {options} is not set, neither as an option nor as a variable. Give one: "
    assert told.startswith(start)
    assert "A lookup does not see the variables that 'environment:' of a play or task sets." in told


def test_an_unknown_method_is_refused_with_the_choices() -> None:
    choices = "auto, service_account_key, workload_identity, iam_token, instance_metadata"
    with pytest.raises(OptionError, match=rf"^auth_method 'magic' is unknown; it must be one of {choices}\.$"):
        pick(method="magic")


def test_a_secret_is_in_no_representation(key: t.Any) -> None:
    for credential in (pick(service_account_key=key.content), pick(workload_identity_token=JWT), pick(iam_token=TOKEN)):
        shown = f"{credential!r} {credential} {credential.description}"
        for secret in (JWT, TOKEN, key.content["private_key"].splitlines()[3]):
            assert secret not in shown
