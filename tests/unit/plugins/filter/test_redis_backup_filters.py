# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters in Ansible's own templates: each takes what its documentation says, and fails in Ansible's way."""

from __future__ import annotations

import importlib
import inspect
import json
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import (
    ORDERS,
    SESSIONS,
    backups,
    folder_result,
    result,
)

PACKAGE = "ansible_collections.yacloud.mdb.plugins.filter"


def module_of(name: str) -> t.Any:
    return importlib.import_module(f"{PACKAGE}.{name}")


def template(expression: str, **variables: t.Any) -> t.Any:
    templar = Templar(loader=DataLoader(), variables=variables)
    return templar.template(trust_as_template("{{ " + expression.replace("| redis", "| yacloud.mdb.redis") + " }}"))


@pytest.mark.parametrize("name", ["redis_backup_export", "redis_backup_freshness"])
def test_the_documentation_names_the_function_s_parameters(name: str) -> None:
    module = module_of(name)
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    parameters = list(inspect.signature(module.FilterModule().filters()[name]).parameters.values())[1:]
    assert [parameter.name for parameter in parameters] == [option for option in documented if option != "_input"]
    for parameter in parameters:
        assert bool(documented[parameter.name].get("required")) == (parameter.default is parameter.empty)


def test_a_verdict_and_its_files() -> None:
    given = folder_result()
    verdict = template("given | redis_backup_freshness('26h', exclude='carts')", given=given)
    assert [cluster["status"] for cluster in verdict["clusters"].values()] == ["stale", "fresh", "skipped", "skipped"]
    assert json.loads(template("verdict | redis_backup_export('json')", verdict=verdict)) == verdict
    page = "given | redis_backup_freshness('26h') | redis_backup_export('html', backups=given.backups)"
    assert template(page, given=given).startswith("<!DOCTYPE html>")
    metrics = template("verdict | redis_backup_export('prometheus', labels={'check': 'x'})", verdict=verdict)
    assert 'yacloud_redis_backup_fresh{cluster_id="c9qorders"' in metrics


def test_the_newest_backup_of_each_cluster() -> None:
    rows = folder_result()["backups"]
    newest = template("rows | redis_newest_backup(type=['MANUAL'], created_before=omit)", rows=rows)
    assert newest == {SESSIONS: next(row for row in rows if row["source_cluster_id"] == SESSIONS)}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("[] | redis_backup_freshness('26h')", "redis_backup_freshness' failed: the input must be a result of"),
        ("given | redis_backup_freshness('26h', type='MANUAL')", "unexpected keyword argument 'type'"),
        (
            "given.backups | redis_newest_backup(create_before='x')",
            "redis_newest_backup' failed: unknown option create_before",
        ),
        ("[] | redis_backup_export('json')", "redis_backup_export' failed: the input must be a result of"),
    ],
)
def test_failures_are_those_of_filters_and_name_the_filter(expression: str, message: str) -> None:
    with pytest.raises(AnsibleError) as caught:
        template(expression, given=folder_result())
    assert message in str(caught.value)


@pytest.mark.parametrize(("count", "warned"), [(29, 0), (60, 1)])
def test_a_dotenv_text_too_long_for_gitlab_is_warned_of(count: int, warned: int, warnings: list[str]) -> None:
    given = result({f"{ORDERS}{number:02}": backups(f"{ORDERS}{number:02}", 3) for number in range(count)})
    text = template("given | redis_backup_export('dotenv')", given=given)
    assert (len(text) > 5_120) is bool(warned)
    assert len(warnings) == warned
    assert all("json" in line and "5120" in line for line in warnings)
    template("given | redis_backup_export('json')", given=given)
    assert len(warnings) == warned
