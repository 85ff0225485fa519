# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the roles: each takes what its documentation says, and fails in Ansible's way."""

from __future__ import annotations

import importlib
import inspect
import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.yacloud.mdb.plugins.module_utils._selection import CRITERIA
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import backups, result

PACKAGE = "ansible_collections.yacloud.mdb.plugins.filter"
FOLDER = Path(__file__).parents[4] / "plugins" / "filter"
NAMES = sorted(path.stem for path in FOLDER.glob("redis_backup_*.py"))
CRITERIA_NAMES = {criterion.option for criterion in CRITERIA}

ORDERS, SESSIONS = "c9qorders", "c9qsessions"


def module_of(name: str) -> t.Any:
    return importlib.import_module(f"{PACKAGE}.{name}")


def apply(name: str, *args: t.Any, **options: t.Any) -> t.Any:
    return module_of(name).FilterModule().filters()[name](*args, **options)


def answer() -> dict[str, t.Any]:
    return result({ORDERS: backups(ORDERS, 30, 54), SESSIONS: []}, {"orders-prod": ORDERS})


def verdict() -> t.Any:
    return apply("redis_backup_freshness", answer(), "26h")


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shown: list[str] = []

    class Display:
        def warning(self, text: str) -> None:
            shown.append(text)

    monkeypatch.setattr(module_of("redis_backup_objections"), "Display", Display)
    return shown


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_names_the_function_s_parameters(name: str) -> None:
    module = module_of(name)
    documented = yaml.safe_load(module.DOCUMENTATION)
    options = set(documented["options"]) - {"_input"}
    if "yacloud.mdb._choosing" in documented.get("extends_documentation_fragment", []):
        options |= CRITERIA_NAMES
    parameters = list(inspect.signature(module.FilterModule().filters()[name]).parameters.values())[1:]
    named = {parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        named |= CRITERIA_NAMES
    assert named == options
    assert documented["name"] == name
    for parameter in parameters:
        if parameter.name in documented["options"]:
            assert bool(documented["options"][parameter.name].get("required")) == (parameter.default is parameter.empty)


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("redis_backup_decision", ([],), {}),
        ("redis_backup_decision", (result({}),), {"types": "MANUAL"}),
        ("redis_backup_objections", ([],), {}),
        ("redis_backup_objections", (result({}),), {"max_age": "soon"}),
        ("redis_backup_objections", (result({}),), {"created": "2026"}),
        ("redis_backup_export", ([], "json"), {}),
        ("redis_backup_export", ({}, "xml"), {}),
        ("redis_backup_freshness", ([], "26h"), {}),
        ("redis_backup_freshness", (result({}), "soon"), {}),
        ("redis_backup_freshness", (result({}), "26h"), {"shard": "shard1"}),
    ],
)
def test_failures_are_those_of_filters_and_name_the_filter(name: str, args: t.Any, options: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^{name}: "):
        apply(name, *args, **options)


def test_the_decision() -> None:
    lines = apply("redis_backup_decision", answer(), type=None)
    assert lines[0].startswith("Chosen for c9qorders (orders-prod): ")
    assert len(lines) == 4


@pytest.mark.parametrize(("on_missing", "errors", "told"), [("error", 1, 0), ("warn", 0, 1), ("skip", 0, 0)])
def test_a_missing_backup(on_missing: str, errors: int, told: int, warnings: list[str]) -> None:
    assert len(apply("redis_backup_objections", answer(), on_missing=on_missing, max_age=None)) == errors
    assert len(warnings) == told


@pytest.mark.parametrize(
    "options", [{"type": ["MANUAL"]}, {"created_before": "2026-11-20T00:00:00Z"}, {"shards": ["s9"]}]
)
def test_criteria_that_only_the_task_was_given_are_told_without_their_values(options: dict[str, t.Any]) -> None:
    """So that C(module_defaults), or a filter used without them, ends in no traceback."""
    (option,) = options
    asked = result({ORDERS: [*backups(ORDERS, 3, type="AUTOMATED", sourceShardNames=["s1"])]}, **options)
    words = f"1 not as {option} wants"
    assert words in "\n".join(apply("redis_backup_decision", asked))
    assert words in "\n".join(apply("redis_backup_objections", asked))
    assert words in apply("redis_backup_freshness", asked, "26h")["clusters"][ORDERS]["reason"]


def test_rows_made_by_hand_need_not_be_whole() -> None:
    row = {"id": "a", "source_cluster_id": ORDERS, "created_at": "2026-11-20T00:00:00Z"}
    assert apply("redis_newest_backup", [row])[ORDERS]["type"] is None
    for options in ({"type": "MANUAL"}, {"shards": ["s1"]}):
        for given in (row, {**row, "source_shard_names": None, "type": None}):
            assert apply("redis_newest_backup", [given], **options) == {}


@pytest.mark.parametrize("entry", [{"path": "x"}, {"format": "json"}, "x"])
def test_an_export_that_is_not_whole_is_named(entry: t.Any) -> None:
    with pytest.raises(
        AnsibleFilterError, match=r"^redis_backup_objections: export holds an entry without path or format"
    ):
        apply("redis_backup_objections", answer(), on_missing="skip", export=[entry])


def test_the_export() -> None:
    text = apply("redis_backup_export", answer(), "dotenv")
    assert text.splitlines()[-1] == "REDIS_BACKUP_C9QORDERS_CLUSTER_ID=c9qorders"


class _OmitType:
    """Stands in for what C(omit) is."""


def test_what_is_omitted_was_not_given() -> None:
    omit = _OmitType()
    assert apply("redis_backup_objections", answer(), on_missing="skip", max_age=omit, type=omit) == []
    assert apply("redis_backup_decision", answer(), shards=omit) == apply("redis_backup_decision", answer())
    assert apply("redis_backup_freshness", answer(), max_age="26h", folder_id=omit) == verdict()
    rows = answer()["backups"]
    assert apply("redis_newest_backup", rows, created_before=omit, max_age=omit) == apply("redis_newest_backup", rows)
