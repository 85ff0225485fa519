# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lookup's options as Ansible finds them."""

from __future__ import annotations

import datetime
import os
import typing as t

import pytest
from ansible.errors import AnsibleOptionsError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar, trust_as_template

from ansible_collections.yacloud.mdb.plugins.plugin_utils._lookup_options import credential_sources, find_options


@pytest.fixture
def plugin() -> t.Any:
    """The lookup, which has all of these options."""
    loader = DataLoader()
    templar = Templar(loader, variables={"seconds": 2.5})
    return lookup_loader.get("yacloud.mdb.redis_newest_backup", loader=loader, templar=templar)


def test_an_unknown_option_is_refused(plugin: t.Any) -> None:
    with pytest.raises(
        AnsibleOptionsError, match=r"^unknown option bar, foo; the options are: api_deadline, .*api_retries"
    ):
        find_options(plugin, {}, {"foo": 1, "bar": 2})


def test_defaults(plugin: t.Any) -> None:
    found = find_options(plugin, None, {})
    assert found["endpoint"] == "api.cloud.yandex.net"
    assert found["api_timeout"] == 30.0
    assert found["on_missing"] == "error"
    assert found["folder_id"] is None


def test_variables_are_templated_then_cast(plugin: t.Any) -> None:
    variables = {
        "yacloud_mdb_api_timeout": trust_as_template("{{ seconds }}"),
        "yacloud_mdb_concurrency": trust_as_template("{{ '3' }}"),
        "yacloud_mdb_validate_certs": trust_as_template("{{ 'no' }}"),
        "another": trust_as_template("{{ undefined_and_none_of_ours }}"),
    }
    found = find_options(plugin, variables, {})
    assert (found["api_timeout"], found["concurrency"], found["validate_certs"]) == (2.5, 3, False)


@pytest.mark.parametrize(("value", "got"), [("", "''"), ("maybe", "'maybe'"), ([], "a list")])
def test_what_is_no_boolean_does_not_switch_certificates_off(plugin: t.Any, value: t.Any, got: str) -> None:
    for variables, direct in (({}, {"validate_certs": value}), ({"yacloud_mdb_validate_certs": value}, {})):
        with pytest.raises(AnsibleOptionsError, match=f"^validate_certs must be a boolean, got {got}; "):
            find_options(plugin, variables, direct)


def test_the_call_wins(plugin: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_ENDPOINT", "of.the.environment")
    of_variables = {"yacloud_mdb_endpoint": "of.the.variables"}
    assert find_options(plugin, of_variables, {"endpoint": "of.the.call"})["endpoint"] == "of.the.call"
    assert find_options(plugin, of_variables, {})["endpoint"] == "of.the.variables"
    assert find_options(plugin, {}, {})["endpoint"] == "of.the.environment"


def test_a_time_that_yaml_has_read_becomes_a_string(plugin: t.Any) -> None:
    when = datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC)
    assert find_options(plugin, {}, {"created_before": when})["created_before"] == "2026-11-20T10:00:00+00:00"


@pytest.mark.parametrize(
    ("variable", "option", "default"),
    [
        ("YC_AUTH_METHOD", "auth_method", "auto"),
        ("YC_API_TIMEOUT", "api_timeout", 30.0),
        ("YC_API_RETRIES", "api_retries", 5),
        ("YC_ENDPOINT", "endpoint", "api.cloud.yandex.net"),
        ("YC_FOLDER_ID", "folder_id", None),
    ],
)
def test_an_empty_variable_of_the_environment_is_an_unset_one(
    plugin: t.Any, monkeypatch: pytest.MonkeyPatch, variable: str, option: str, default: t.Any
) -> None:
    monkeypatch.setenv(variable, "")
    before = dict(os.environ)
    assert find_options(plugin, {}, {})[option] == default
    of_call: t.Any = "iam_token" if option == "auth_method" else 7 if isinstance(default, (int, float)) else "x"
    assert find_options(plugin, {}, {option: of_call})[option] == of_call
    assert find_options(plugin, {f"yacloud_mdb_{option}": of_call}, {})[option] == of_call
    assert dict(os.environ) == before


def test_an_empty_string_of_the_call_stays_one(plugin: t.Any) -> None:
    found = find_options(plugin, {"yacloud_mdb_endpoint": ""}, {"max_age": "", "created_before": ""})
    assert (found["max_age"], found["created_before"], found["endpoint"]) == ("", "", None)


def test_where_credentials_are_set(plugin: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_SERVICE_ACCOUNT_KEY_FILE", "of-the-environment.json")
    find_options(plugin, {"yacloud_mdb_workload_identity_token": "of.the.variables"}, {"iam_token": "t1.of.call"})
    sources = credential_sources(plugin)
    assert [set(source.values) for source in sources] == [
        {"iam_token"},
        {"workload_identity_token"},
        {"service_account_key_file"},
        set(),
    ]
    assert [source.name for source in sources] == [
        "the call",
        "the variables yacloud_mdb_…",
        "the environment",
        "ansible.cfg",
    ]


@pytest.mark.parametrize("option", ["iam_token", "service_account_key_file", "workload_identity_token"])
@pytest.mark.parametrize("value", [{"key": "THE-SECRET"}, ["THE-SECRET"]])
def test_a_credential_of_a_wrong_type_is_not_shown(plugin: t.Any, option: str, value: t.Any) -> None:
    for of_variables, of_call in (({}, {option: value}), ({f"yacloud_mdb_{option}": value}, {})):
        with pytest.raises(AnsibleOptionsError, match=f"^{option} must be a string, got a ") as caught:
            find_options(plugin, of_variables, of_call)
        assert "THE-SECRET" not in str(caught.value)


def test_an_empty_credential_is_none(plugin: t.Any) -> None:
    find_options(plugin, {"yacloud_mdb_iam_token": ""}, {"service_account_key_file": "", "service_account_key": None})
    assert [source.values for source in credential_sources(plugin)] == [{}, {}, {}, {}]
