# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which input has which formats, and what is refused."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._exports import KINDS, export_text
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.drills import drill
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import (
    NAMES,
    ORDERS,
    SESSIONS,
    backups,
    folder,
    folder_result,
    result,
)

FORMATS = [(kind.name, format_name) for kind in KINDS for format_name in kind.formats]
INPUTS: dict[str, t.Callable[[], dict[str, t.Any]]] = {
    "a choice of backups": folder_result,
    "a verdict on freshness": folder,
    "a verdict on a restore drill": drill,
}


def without_age(backup: dict[str, t.Any]) -> dict[str, t.Any]:
    return {name: value for name, value in backup.items() if name != "age_seconds"}


@pytest.mark.parametrize(("kind", "format_name"), FORMATS)
def test_the_same_input_gives_the_same_text(kind: str, format_name: str) -> None:
    text = export_text(INPUTS[kind](), format_name, {})
    assert text == export_text(INPUTS[kind](), format_name, {})
    assert text.endswith("\n")


@pytest.mark.parametrize(("read", "format_name"), [(json.loads, "json"), (yaml.safe_load, "yaml")])
def test_a_choice_and_a_verdict_are_read_back(read: t.Callable[[str], t.Any], format_name: str) -> None:
    choice = {"Übung": backups(ORDERS, 3, size_bytes="1024")[0], "7": backups(SESSIONS, 5)[0]}
    assert read(export_text(choice, format_name, {})) == {key: without_age(row) for key, row in choice.items()}
    verdict = folder()
    again = read(export_text(verdict, format_name, {}))
    assert again == verdict
    assert list(again["clusters"]) == list(verdict["clusters"])


@pytest.mark.parametrize("format_name", list(KINDS[0].formats))
def test_a_choice_is_the_same_at_any_age_and_in_any_order(format_name: str) -> None:
    newest = folder_result()["newest"]
    later = {cluster: {**newest[cluster], "age_seconds": 99} for cluster in reversed(newest)}
    assert export_text(newest, format_name, {}) == export_text(later, format_name, {})


def test_a_choice_is_keyed_by_what_was_asked() -> None:
    by_name = json.loads(export_text(folder_result(cluster_names=list(NAMES)), "json", {}))
    assert {key: row["source_cluster_id"] for key, row in by_name.items() if key in NAMES} == {
        "orders-prod": ORDERS,
        "sessions-prod": SESSIONS,
    }
    by_id = json.loads(export_text(folder_result(), "json", {}))
    assert list(by_id) == sorted(folder_result()["newest"])


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("json", "{}\n"),
        ("yaml", "--- {}\n"),
        ("dotenv", ""),
        ("tfvars_json", '{\n  "redis_restore_backups": {}\n}\n'),
    ],
)
def test_nothing_was_chosen(format_name: str, text: str) -> None:
    assert export_text({}, format_name, {}) == export_text(result({}), format_name, {}) == text


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (None, "null"),
        ([], "a list"),
        ("{}", "a string"),
        ({"a": 1}, "a mapping with the keys a"),
        ({"a": {}}, "a mapping with the keys a"),
        ({"a": None}, "a mapping with the keys a"),
        ({**folder_result(), "failed": True}, "the result of a task that failed"),
        ({"failed": True, "msg": "secret"}, "the result of a task that failed"),
    ],
)
def test_a_wrong_input_is_named(value: t.Any, got: str) -> None:
    with pytest.raises(OptionError, match=rf"^the input must be a result of .* got {got}\.$"):
        export_text(value, "json", {})


@pytest.mark.parametrize(
    ("value", "format_name", "message"),
    [
        (
            folder_result(),
            "xml",
            "format must be one of json, yaml, dotenv, tfvars_json for a choice of backups, got 'xml'.",
        ),
        (
            folder_result(),
            "html",
            "format must be one of json, yaml, dotenv, tfvars_json for a choice of backups, got 'html'.",
        ),
        (
            folder(),
            "dotenv",
            "format must be one of json, yaml, prometheus, html for a verdict on freshness, got 'dotenv'.",
        ),
        (folder(), None, "format must be one of json, yaml, prometheus, html for a verdict on freshness, got null."),
        (
            folder(),
            ["json"],
            "format must be one of json, yaml, prometheus, html for a verdict on freshness, got a list.",
        ),
    ],
)
def test_each_input_has_its_formats(value: t.Any, format_name: t.Any, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        export_text(value, format_name, {})
    assert str(caught.value) == message


def test_an_option_of_another_format_is_refused() -> None:
    with pytest.raises(OptionError, match=r"^format html takes no option labels"):
        export_text(folder(), "html", {"labels": {}})
