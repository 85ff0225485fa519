# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options become a connection, or an error that names the option."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.connection import (
    Connection,
    check_limits,
    connection_spec,
    from_environment,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import CredentialSource
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError, OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import TransportOptions
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils import things
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import THING, MakeAuthority, Write, options

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

BUNDLES = ["YC_CA_PATH", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]


def validated(**given_options: t.Any) -> dict[str, t.Any]:
    return things.validated(connection_spec(THING), given_options)


def made(**given_options: t.Any) -> Connection:
    return Connection.from_options(options(**{"iam_token": TOKEN} | given_options), THING)


# --- the argument spec ---


@pytest.mark.parametrize(
    ("option", "variable", "text", "value"),
    [
        ("endpoint", "YC_ENDPOINT", "api.yandexcloud.kz:443", "api.yandexcloud.kz:443"),
        ("thing_endpoint", "YC_THING_ENDPOINT", "https://gate.example/thing", "https://gate.example/thing"),
        ("auth_method", "YC_AUTH_METHOD", "iam_token", "iam_token"), ("service_account_id", "YC_SERVICE_ACCOUNT_ID", "aje1", "aje1"),
        ("workload_identity_endpoint", "YC_WORKLOAD_IDENTITY_ENDPOINT", "https://x.example/t", "https://x.example/t"),
        ("api_timeout", "YC_API_TIMEOUT", "1.5", 1.5), ("api_retries", "YC_API_RETRIES", "0", 0),
        ("api_retry_max_delay", "YC_API_RETRY_MAX_DELAY", "7", 7.0), ("api_deadline", "YC_API_DEADLINE", "60", 60.0),
        ("concurrency", "YC_API_CONCURRENCY", "3", 3), ("ca_path", "YC_CA_PATH", "/etc/ca.pem", "/etc/ca.pem"),
    ],
)  # fmt: skip
def test_variables_stand_in_for_options_unless_they_are_empty(
    monkeypatch: pytest.MonkeyPatch, option: str, variable: str, text: str, value: t.Any
) -> None:
    monkeypatch.setenv(variable, "")
    assert validated()[option] == connection_spec(THING)[option].get("default")
    monkeypatch.setenv(variable, text)
    assert validated()[option] == value
    monkeypatch.setenv(variable, "not this" if isinstance(value, str) and option != "auth_method" else "1")
    assert validated(**{option: value})[option] == value


def test_the_first_variable_that_is_set_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    validator = ArgumentSpecValidator({"x": from_environment("YC_A", "YC_B", type="str", default="none")})
    for environ, value in (({}, "none"), ({"YC_B": "b"}, "b"), ({"YC_A": ""}, "b"), ({"YC_A": "a"}, "a")):
        for name, text in environ.items():
            monkeypatch.setenv(name, text)
        assert validator.validate({}).validated_parameters == {"x": value}


def test_no_credential_is_read_from_a_variable_by_the_argument_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("YC_IAM_TOKEN", "YC_TOKEN", "YC_SERVICE_ACCOUNT_KEY_FILE", "YC_WORKLOAD_IDENTITY_TOKEN"):
        monkeypatch.setenv(variable, "secret")
    assert "secret" not in validated().values()


def test_secrets_are_not_logged_and_paths_are() -> None:
    hidden = {name for name, spec in connection_spec(THING).items() if spec.get("no_log")}
    assert hidden == {"iam_token", "service_account_key", "workload_identity_token"}


# --- numbers and addresses ---


@pytest.mark.parametrize(
    ("option", "good", "bad"),
    [
        ("api_timeout", [0.001, 3600], [0, 0.0009, -1, 3600.1, float("nan"), float("inf")]),
        ("api_retries", [0, 100], [-1, 101]),
        ("api_retry_max_delay", [0, 3600], [-0.1, 3601, float("nan")]),
        ("api_deadline", [0.001, 86_400], [0, -1, 86_401, float("inf"), float("-inf")]),
        ("concurrency", [1, 64], [0, 65]),
    ],
)
def test_numbers_have_limits_that_are_told(option: str, good: list[float], bad: list[float]) -> None:
    for value in good:
        assert getattr(made(**{option: value}).transport, option) == value
    for value in bad:
        with pytest.raises(OptionError, match=rf"^{option} must be .+, got {value}\.$") as caught:
            made(**{option: value})
        assert caught.value.details == {"option": option}


def test_limits_may_be_open_and_options_absent() -> None:
    check_limits({"a": 10**400, "b": None}, {"a": (1, None), "b": (1, 2), "c": (1, 2)})
    with pytest.raises(OptionError, match=r"^a must be at least 1, got 0\.$"):
        check_limits({"a": 0}, {"a": (1, None)})
    with pytest.raises(OptionError, match=r"^a must be 1 to 2, got 3\.$"):
        check_limits({"a": 3}, {"a": (1, 2)})


def test_a_connection_is_made_of_what_is_given() -> None:
    given_options = {"thing_endpoint": "http://127.0.0.1:9/thing/", "ca_path": "", "validate_certs": False}
    connection = made(endpoint="api.yandexcloud.kz", **given_options)
    assert str(connection.endpoint) == "https://api.yandexcloud.kz"
    assert str(connection.service_url) == "http://127.0.0.1:9/thing"
    assert connection.transport == TransportOptions(validate_certs=False)
    for nothing in (None, ""):
        connection = made(endpoint=nothing, thing_endpoint=nothing)
        assert (str(connection.endpoint), connection.service_url) == ("https://api.cloud.yandex.net", None)


@pytest.mark.parametrize("option", ["endpoint", "thing_endpoint"])
def test_a_plain_address_beyond_loopback_is_refused_before_any_request(option: str) -> None:
    with pytest.raises(
        OptionError, match=rf"^{option} http://10\.0\.0\.1:8080 is neither HTTPS nor loopback"
    ) as caught:
        made(**{option: "http://10.0.0.1:8080"})
    assert caught.value.details == {"option": option}


@given(
    st.dictionaries(
        st.sampled_from(["endpoint", "thing_endpoint", "iam_token", "ca_path", "service_account_key"]),
        st.text(min_size=1),
    )
)
def test_strings_make_a_connection_or_one_of_our_errors(given_options: dict[str, str]) -> None:
    try:
        connection = made(**given_options)
    except CloudError:
        return
    assert connection.endpoint.is_private


# --- credentials ---


def test_credentials_are_looked_for_among_the_options_and_then_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YC_IAM_TOKEN", TOKEN)
    for token, place in (
        (None, "the variable YC_IAM_TOKEN"),
        ("", "the variable YC_IAM_TOKEN"),
        ("x", "iam_token of the options"),
    ):
        assert made(iam_token=token, workload_identity_token="").credential.description == place


def test_the_service_account_of_the_environment_completes_a_workload_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_SERVICE_ACCOUNT_ID", "ajeaccount")
    connection = Connection.from_options(validated(workload_identity_token="opaque-oidc-token"), THING)
    assert connection.credential.identity[1] == "ajeaccount"


def test_sources_given_are_the_only_places_of_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_IAM_TOKEN", "other")
    sources = [CredentialSource("the call", {}), CredentialSource("vars", {"iam_token": TOKEN})]
    connection = Connection.from_options(options(iam_token="third"), THING, sources)
    assert connection.credential.description == "iam_token of vars"
    assert Connection.from_options(options(), THING, []).credential.identity[0] == "instance_metadata"


# --- authorities ---


@pytest.mark.parametrize("variable", BUNDLES)
def test_a_variable_names_an_authority_and_each_one_before_it_wins(
    make_authority: MakeAuthority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    later, wanted, of_option = (make_authority().path for _number in range(3))
    for name in BUNDLES[BUNDLES.index(variable) + 1 :]:
        monkeypatch.setenv(name, later)
    monkeypatch.setenv(variable, wanted)
    for given_options, path in (({}, wanted), ({"ca_path": of_option}, of_option)):
        environment = validated(iam_token=TOKEN, **given_options)
        assert Connection.from_options(environment, THING).transport.ca_path == path


@pytest.mark.parametrize("variable", BUNDLES)
def test_a_relative_path_of_a_variable_is_shown_as_the_absolute_one(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.chdir("/")
    monkeypatch.setenv(variable, "ca.pem")
    with pytest.raises(
        OptionError, match=rf"^the variable {variable} /ca\.pem: No such file or directory\. Name a file"
    ):
        Connection.from_options(validated(iam_token=TOKEN), THING)


def test_a_relative_ca_path_of_an_option_begins_in_the_current_folder_and_may_have_a_tilde(
    authority: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(authority.path).parent
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    for path in ("ca.pem", "./ca.pem", "~/ca.pem"):
        connection = Connection.from_options(options(iam_token=TOKEN, ca_path=path), THING)
        assert connection.transport.ca_path == authority.path


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_that_cannot_serve_is_named(write: Write, content: str) -> None:
    path = write("ca.pem", content)
    with pytest.raises(
        OptionError, match=rf"^ca_path {path}: holds no certificate in PEM form\. Name a file or folder"
    ):
        made(ca_path=path)


def test_without_validate_certs_no_authority_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    assert made(validate_certs=False, ca_path="/nonexistent").transport.ca_path is None
