# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lookup's options as Ansible finds them."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible.errors import AnsibleOptionsError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar, trust_as_template

from ansible_collections.yacloud.mdb.plugins.plugin_utils._plugin_options import credential_levels, set_options


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings reaches a test."""
    import os

    for name in [name for name in os.environ if name.startswith("YC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def plugin() -> t.Any:
    """The lookup, which has all of these options."""
    loader = DataLoader()
    templar = Templar(loader, variables={"seconds": 2.5})
    return lookup_loader.get("yacloud.mdb.redis_newest_backup", loader=loader, templar=templar)


def test_an_unknown_option_is_refused(plugin: t.Any) -> None:
    with pytest.raises(AnsibleOptionsError, match=r"unknown option foo; the options are: .*api_deadline"):
        set_options(plugin, {}, {"foo": 1})


def test_defaults(plugin: t.Any) -> None:
    set_options(plugin, None, {})
    found = plugin.get_options()
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
    set_options(plugin, variables, {})
    found = plugin.get_options()
    assert (found["api_timeout"], found["concurrency"], found["validate_certs"]) == (2.5, 3, False)


def test_the_call_wins(plugin: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_ENDPOINT", "of.the.environment")
    set_options(plugin, {"yacloud_mdb_endpoint": "of.the.variables"}, {"endpoint": "of.the.call"})
    assert plugin.get_option("endpoint") == "of.the.call"
    set_options(plugin, {"yacloud_mdb_endpoint": "of.the.variables"}, {})
    assert plugin.get_option("endpoint") == "of.the.variables"
    set_options(plugin, {}, {})
    assert plugin.get_option("endpoint") == "of.the.environment"


def test_a_time_that_yaml_has_read_becomes_text(plugin: t.Any) -> None:
    when = datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC)
    set_options(plugin, {}, {"created_before": when})
    assert plugin.get_option("created_before") == "2026-11-20 10:00:00+00:00"


def test_levels_of_credentials(plugin: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_SERVICE_ACCOUNT_KEY_FILE", "of-the-environment.json")
    set_options(plugin, {"yacloud_mdb_workload_identity_token": "of.the.variables"}, {"iam_token": "t1.of.call"})
    levels = credential_levels(plugin)
    assert [set(level.values) for level in levels] == [
        {"iam_token"},
        {"workload_identity_token"},
        {"service_account_key_file"},
        set(),
    ]
    assert [level.name for level in levels][0::3] == ["the call", "ansible.cfg"]


def test_an_empty_credential_is_none(plugin: t.Any) -> None:
    set_options(plugin, {"yacloud_mdb_iam_token": ""}, {"service_account_key_file": "", "service_account_key": None})
    assert [level.values for level in credential_levels(plugin)] == [{}, {}, {}, {}]
