# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options become a question and a connection, or an error that names the option."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import Level
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError, OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND
from ansible_collections.yacloud.mdb.plugins.module_utils._query import (
    Connection,
    Query,
    TransportOptions,
    argument_spec,
    check_id,
    connection_spec,
    option_level,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._selection import Criteria
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, FOLDER, TOKEN, options, query

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st


def validated(**given_options: t.Any) -> dict[str, t.Any]:
    """The parameters as AnsibleModule makes them, environment included."""
    result = ArgumentSpecValidator(argument_spec()).validate(given_options)
    assert not result.error_messages, result.error_messages
    return result.validated_parameters


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
    assert {name: validated(cluster_ids=[CLUSTER])[name] for name in connection_spec()} == DEFAULTS
    assert TransportOptions() == TransportOptions(30.0, 5, 20.0, 300.0, 8, True, None)
    assert validated(cluster_ids=[])["page_size"] == 1000


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
        ("folder_id", "YC_FOLDER_ID", "b1g", "b1g"),
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
    hidden = {name for name, spec in argument_spec().items() if spec.get("no_log")}
    assert hidden == {"iam_token", "service_account_key", "workload_identity_token"}


# --- the question ---


@pytest.mark.parametrize(
    ("given_options", "words"),
    [
        ({}, "nothing is asked: set cluster_ids, cluster_names with folder_id, or folder_id"),
        ({"folder_id": ""}, "nothing is asked"),
        (
            {"cluster_ids": ["a"], "cluster_names": ["b"], "folder_id": "f"},
            "cluster_ids and cluster_names exclude each other",
        ),
        ({"cluster_names": ["b"]}, "need folder_id (variable YC_FOLDER_ID)"),
        ({"cluster_ids": [""]}, "'' is no cluster id; those have 1 to 50 letters"),
        ({"cluster_ids": ["a" * 51]}, "is no cluster id"),
        ({"cluster_ids": ["a", "b/../c"]}, "'b/../c' is no cluster id"),
        ({"cluster_ids": ["a b"]}, "is no cluster id"),
        ({"cluster_ids": ["a\n"]}, "is no cluster id"),
        ({"cluster_ids": ["a%2f"]}, "is no cluster id"),
        ({"cluster_ids": ["\u0661"]}, "is no cluster id"),
        ({"cluster_ids": ["c9q:b1"]}, "is no cluster id"),
        ({"cluster_ids": [7]}, "of type int is no cluster id"),
        ({"cluster_ids": [None]}, "of type NoneType is no cluster id"),
        ({"folder_id": "a/b"}, "'a/b' is no folder id"),
        ({"cluster_names": [""], "folder_id": "f"}, "'' is no cluster name"),
        ({"cluster_names": ["a" * 64], "folder_id": "f"}, "is no cluster name; those have 1 to 63 characters"),
        ({"cluster_ids": ["a"], "page_size": 0}, "page_size is 0; it can be 1 to 1000"),
        ({"cluster_ids": ["a"], "page_size": 1001}, "page_size is 1001"),
        ({"cluster_ids": ["a"], "limit": 0}, "limit is 0; it can be at least 1"),
        ({"cluster_ids": ["a"], "limit": -1}, "limit is -1"),
        ({"cluster_ids": ["a"], "page_size": 10**400}, "page_size is 1000"),
        ({"cluster_ids": ["a"], "max_age": "soon"}, "max_age 'soon' is no duration"),
        ({"cluster_ids": ["a"], "created_after": "x"}, "created_after 'x' is no RFC 3339 time"),
        ({"cluster_ids": [], "created_after": "x"}, "created_after 'x' is no RFC 3339 time"),
        ({"cluster_ids": ["a"], "type": ["x"]}, "type holds 'x'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(given_options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        query(**given_options)
    assert words in str(caught.value)


def test_a_question_about_clusters() -> None:
    asked = query(
        cluster_ids=["b", "a", "b", "A-_9" * 12], folder_id=FOLDER, max_age="26h", limit=3, page_size=7, type=["MANUAL"]
    )
    assert asked == Query(
        cluster_ids=("b", "a", "A-_9" * 12),
        cluster_names=None,
        folder_id=FOLDER,
        criteria=Criteria.from_options({"type": ["MANUAL"]}),
        max_age=26 * 3600 * SECOND,
        limit=3,
        page_size=7,
    )
    assert not asked.asks_nothing


def test_names_may_hold_what_ids_may_not() -> None:
    asked = query(cluster_names=["Orders_PROD", "заказы", "a b", "Orders_PROD", "x" * 63], folder_id=FOLDER)
    assert asked.cluster_names == ("Orders_PROD", "заказы", "a b", "x" * 63)


@pytest.mark.parametrize("nothing", [{"cluster_ids": []}, {"cluster_names": []}])
@pytest.mark.parametrize("folder", [None, FOLDER])
def test_an_empty_list_asks_nothing_and_never_widens_to_a_folder(nothing: dict[str, t.Any], folder: str | None) -> None:
    assert query(folder_id=folder, **nothing).asks_nothing


def test_a_folder_alone_is_read_whole() -> None:
    asked = query(folder_id=FOLDER)
    assert (asked.cluster_ids, asked.cluster_names, asked.asks_nothing) == (None, None, False)


@given(st.one_of(st.text(), st.from_regex(r"\A[A-Za-z0-9_-]{0,52}\Z")))
def test_ids_are_checked_by_character_and_length(value: str) -> None:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
    if 1 <= len(value) <= 50 and set(value) <= allowed:
        assert check_id("cluster_ids", value) == value
    else:
        with pytest.raises(OptionError) as caught:
            check_id("cluster_ids", value)
        assert str(caught.value).isprintable()


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
        assert getattr(Connection.from_options(options(iam_token=TOKEN, **{option: value})).transport, option) == value
    for value in bad:
        with pytest.raises(OptionError, match=rf"^{option} is {value}; it can be ") as caught:
            Connection.from_options(options(iam_token=TOKEN, **{option: value}))
        assert caught.value.details == {"option": option}


def test_a_connection_is_made_of_what_is_given() -> None:
    made = Connection.from_options(
        options(
            endpoint="api.yandexcloud.kz",
            mdb_endpoint="http://127.0.0.1:9/mdb/",
            iam_token=TOKEN,
            ca_path="",
            validate_certs=False,
        )
    )
    assert (str(made.endpoint), str(made.mdb_endpoint)) == ("https://api.yandexcloud.kz", "http://127.0.0.1:9/mdb")
    assert made.transport == TransportOptions(validate_certs=False)
    assert made.credential.description == "iam_token of the options"


@pytest.mark.parametrize("endpoint", [None, ""])
def test_no_endpoint_is_the_default_one(endpoint: str | None) -> None:
    made = Connection.from_options(options(endpoint=endpoint, mdb_endpoint=endpoint, iam_token=TOKEN))
    assert (str(made.endpoint), made.mdb_endpoint) == ("https://api.cloud.yandex.net", None)


@pytest.mark.parametrize("option", ["endpoint", "mdb_endpoint"])
@pytest.mark.parametrize("url", ["http://api.example", "http://10.0.0.1:8080", "http://localhost.example"])
def test_a_plain_address_beyond_loopback_is_refused_before_any_request(option: str, url: str) -> None:
    with pytest.raises(OptionError, match=rf"^{option} {url} is neither HTTPS nor loopback") as caught:
        Connection.from_options(options(iam_token=TOKEN, **{option: url}))
    assert caught.value.details == {"option": option}


def test_credentials_are_looked_for_among_the_options_and_then_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YC_IAM_TOKEN", TOKEN)
    assert Connection.from_options(options()).credential.description == "the variable YC_IAM_TOKEN"
    assert Connection.from_options(options(iam_token="other")).credential.description == "iam_token of the options"
    assert Connection.from_options(options(iam_token="")).credential.description == "the variable YC_IAM_TOKEN"


def test_only_credentials_that_are_set_make_a_level() -> None:
    level = option_level("x", options(iam_token=TOKEN, service_account_key={}, workload_identity_token=""))
    assert (level.name, level.values) == ("x", {"iam_token": TOKEN, "service_account_key": {}})


def test_the_service_account_of_the_environment_completes_a_workload_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_SERVICE_ACCOUNT_ID", "ajeaccount")
    made = Connection.from_options(validated(workload_identity_token="opaque-oidc-token"))
    assert made.credential.identity[1] == "ajeaccount"


@given(
    st.dictionaries(
        st.sampled_from(["endpoint", "mdb_endpoint", "iam_token", "ca_path", "service_account_key"]),
        st.text(min_size=1),
    )
)
def test_texts_make_a_connection_or_one_of_our_errors(given_options: dict[str, str]) -> None:
    try:
        made = Connection.from_options(options(**{"iam_token": TOKEN} | given_options))
    except CloudError:
        return
    assert made.endpoint.is_private


def test_levels_given_are_the_only_places_of_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_IAM_TOKEN", "other")
    levels = [Level("the call", {}), Level("vars", {"iam_token": TOKEN})]
    assert Connection.from_options(options(iam_token="third"), levels).credential.description == "iam_token of vars"
    assert Connection.from_options(options(), []).credential.identity[0] == "instance_metadata"
