# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options become a connection, or an error that names the option."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.connection import (
    Connection,
    connection_spec,
    option_source,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import CredentialSource
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError, OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import TransportOptions
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS
from ansible_collections.yacloud.mdb.tests.unit.samples import TOKEN, options

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st


def validated(**given_options: t.Any) -> dict[str, t.Any]:
    """The parameters as AnsibleModule makes them, environment included."""
    result = ArgumentSpecValidator(connection_spec(REDIS.service)).validate(given_options)
    assert not result.error_messages, result.error_messages
    return t.cast("dict[str, t.Any]", result.validated_parameters)


def connect(**given_options: t.Any) -> Connection:
    """The connection of these options, the others at their defaults."""
    return Connection.from_options(options(**given_options), REDIS.service)


# --- the argument spec ---


DEFAULTS = {
    "endpoint": "api.cloud.yandex.net",
    "mdb_endpoint": None,
    "auth_method": "auto",
    "iam_token": None,
    "service_account_key_file": None,
    "service_account_key": None,
    "workload_identity_token": None,
    "workload_identity_token_file": None,
    "workload_identity_endpoint": "https://auth.yandex.cloud/oauth/token",
    "service_account_id": None,
    "api_timeout": 30.0,
    "api_retries": 5,
    "api_retry_max_delay": 20.0,
    "api_deadline": 300.0,
    "concurrency": 8,
    "validate_certs": True,
    "ca_path": None,
}


def test_the_defaults_are_the_documented_ones() -> None:
    assert validated() == DEFAULTS
    assert TransportOptions() == TransportOptions(30.0, 5, 20.0, 300.0, 8, True, None)


@pytest.mark.parametrize(
    ("option", "variable", "text", "value"),
    [
        ("endpoint", "YC_ENDPOINT", "api.yandexcloud.kz:443", "api.yandexcloud.kz:443"),
        ("mdb_endpoint", "YC_MDB_ENDPOINT", "https://gate.example/mdb", "https://gate.example/mdb"),
        ("auth_method", "YC_AUTH_METHOD", "iam_token", "iam_token"),
        ("service_account_id", "YC_SERVICE_ACCOUNT_ID", "aje1", "aje1"),
        ("workload_identity_endpoint", "YC_WORKLOAD_IDENTITY_ENDPOINT", "https://x.example/t", "https://x.example/t"),
        ("api_timeout", "YC_API_TIMEOUT", "1.5", 1.5),
        ("api_retries", "YC_API_RETRIES", "0", 0),
        ("api_retry_max_delay", "YC_API_RETRY_MAX_DELAY", "7", 7.0),
        ("api_deadline", "YC_API_DEADLINE", "60", 60.0),
        ("concurrency", "YC_API_CONCURRENCY", "3", 3),
        ("ca_path", "YC_CA_PATH", "/etc/ca.pem", "/etc/ca.pem"),
    ],
)
def test_variables_stand_in_for_options_unless_they_are_empty(
    monkeypatch: pytest.MonkeyPatch, option: str, variable: str, text: str, value: t.Any
) -> None:
    monkeypatch.setenv(variable, "")
    assert validated()[option] == DEFAULTS.get(option)
    monkeypatch.setenv(variable, text)
    assert validated()[option] == value
    monkeypatch.setenv(variable, "not this" if isinstance(value, str) and option != "auth_method" else "1")
    assert validated(**{option: value})[option] == value


def test_no_credential_is_read_from_a_variable_by_the_argument_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("YC_IAM_TOKEN", "YC_TOKEN", "YC_SERVICE_ACCOUNT_KEY_FILE", "YC_WORKLOAD_IDENTITY_TOKEN"):
        monkeypatch.setenv(variable, "secret")
    assert "secret" not in validated().values()


def test_secrets_are_not_logged_and_paths_are() -> None:
    hidden = {name for name, spec in connection_spec(REDIS.service).items() if spec.get("no_log")}
    assert hidden == {"iam_token", "service_account_key", "workload_identity_token"}


# --- the connection ---


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
        assert getattr(connect(iam_token=TOKEN, **{option: value}).transport, option) == value
    for value in bad:
        with pytest.raises(OptionError, match=rf"^{option} must be .+, got {value}\.$") as caught:
            connect(iam_token=TOKEN, **{option: value})
        assert caught.value.details == {"option": option}


def test_a_connection_is_made_of_what_is_given() -> None:
    made = connect(
        endpoint="api.yandexcloud.kz",
        mdb_endpoint="http://127.0.0.1:9/mdb/",
        iam_token=TOKEN,
        ca_path="",
        validate_certs=False,
    )
    assert (str(made.endpoint), str(made.service_url)) == ("https://api.yandexcloud.kz", "http://127.0.0.1:9/mdb")
    assert made.transport == TransportOptions(validate_certs=False)
    assert made.credential.description == "iam_token of the options"


@pytest.mark.parametrize("endpoint", [None, ""])
def test_no_endpoint_is_the_default_one(endpoint: str | None) -> None:
    made = connect(endpoint=endpoint, mdb_endpoint=endpoint, iam_token=TOKEN)
    assert (str(made.endpoint), made.service_url) == ("https://api.cloud.yandex.net", None)


@pytest.mark.parametrize("option", ["endpoint", "mdb_endpoint"])
@pytest.mark.parametrize("url", ["http://api.example", "http://10.0.0.1:8080", "http://localhost.example"])
def test_a_plain_address_beyond_loopback_is_refused_before_any_request(option: str, url: str) -> None:
    with pytest.raises(OptionError, match=rf"^{option} {url} is neither HTTPS nor loopback") as caught:
        connect(iam_token=TOKEN, **{option: url})
    assert caught.value.details == {"option": option}


def test_credentials_are_looked_for_among_the_options_and_then_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YC_IAM_TOKEN", TOKEN)
    assert connect().credential.description == "the variable YC_IAM_TOKEN"
    assert connect(iam_token="other").credential.description == "iam_token of the options"
    assert connect(iam_token="").credential.description == "the variable YC_IAM_TOKEN"


def test_only_credentials_that_are_set_make_a_source() -> None:
    source = option_source("x", options(iam_token=TOKEN, service_account_key={}, workload_identity_token=""))
    assert (source.name, source.values) == ("x", {"iam_token": TOKEN, "service_account_key": {}})


def test_the_service_account_of_the_environment_completes_a_workload_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_SERVICE_ACCOUNT_ID", "ajeaccount")
    made = Connection.from_options(validated(workload_identity_token="opaque-oidc-token"), REDIS.service)
    assert made.credential.identity[1] == "ajeaccount"


@given(
    st.dictionaries(
        st.sampled_from(["endpoint", "mdb_endpoint", "iam_token", "ca_path", "service_account_key"]),
        st.text(min_size=1),
    )
)
def test_strings_make_a_connection_or_one_of_our_errors(given_options: dict[str, str]) -> None:
    try:
        made = connect(**{"iam_token": TOKEN} | given_options)
    except CloudError:
        return
    assert made.endpoint.is_private


def test_sources_given_are_the_only_places_of_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_IAM_TOKEN", "other")
    sources = [CredentialSource("the call", {}), CredentialSource("vars", {"iam_token": TOKEN})]
    assert (
        Connection.from_options(options(iam_token="third"), REDIS.service, sources).credential.description
        == "iam_token of vars"
    )
    assert Connection.from_options(options(), REDIS.service, []).credential.identity[0] == "instance_metadata"
