# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which input has which formats, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError, SelectionError
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

ODD = "c9q-sessions_2"


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
        (folder_result(), "html", "json, yaml, dotenv, tfvars_json for a choice of backups, got 'html'."),
        (folder(), "dotenv", "json, yaml, prometheus, html for a verdict on freshness, got 'dotenv'."),
        (drill(), ["json"], "json, yaml, prometheus, html for a verdict on a restore drill, got a list."),
    ],
)
def test_each_input_has_its_formats(value: t.Any, format_name: t.Any, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        export_text(value, format_name, {})
    assert str(caught.value) == f"format must be one of {message}"


def test_an_option_of_another_format_is_refused() -> None:
    with pytest.raises(OptionError, match=r"^format html takes no option labels"):
        export_text(folder(), "html", {"labels": {}})


# --- a choice for programs ---


def choice(*clusters: str, **fields: t.Any) -> dict[str, dict[str, t.Any]]:
    return {cluster: backups(cluster, 3, **fields)[0] for cluster in clusters}


def as_dotenv(value: t.Any) -> str:
    return export_text(value, "dotenv", {})


def lines(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_tfvars_have_one_shape_for_all_clusters() -> None:
    chosen = choice(ORDERS, size_bytes="1024") | choice(ODD, type=None, started_at=None)
    variables = json.loads(export_text(chosen, "tfvars_json", {}))
    assert list(variables) == ["redis_restore_backups"]
    first, second = variables["redis_restore_backups"].values()
    assert set(first) == set(second) == set(chosen[ODD]) - {"age_seconds"}


def test_one_cluster_has_the_short_names_too() -> None:
    newest = choice(ORDERS)
    backup = newest[ORDERS]
    assert lines(as_dotenv(newest)) == {
        "REDIS_BACKUP_C9QORDERS_ID": backup["id"],
        "REDIS_BACKUP_C9QORDERS_CREATED_AT": backup["created_at"],
        "REDIS_BACKUP_C9QORDERS_CLUSTER_ID": ORDERS,
        "REDIS_BACKUP_ID": backup["id"],
        "REDIS_BACKUP_CREATED_AT": backup["created_at"],
        "REDIS_BACKUP_CLUSTER_ID": ORDERS,
    }


def test_one_left_of_two_has_no_short_names() -> None:
    text = as_dotenv(result({ORDERS: backups(ORDERS, 3), ODD: []}))
    assert set(lines(text)) == {f"REDIS_BACKUP_C9QORDERS_{name}" for name in ("ID", "CREATED_AT", "CLUSTER_ID")}


def test_it_is_what_gitlab_and_a_shell_read_alike() -> None:
    text = as_dotenv(choice(ORDERS, ODD))
    assert re.fullmatch(r"(?:[A-Z_][A-Z0-9_]*=[^\s'\"#$`\\~]+\n)+", text)
    shell = shutil.which("sh")
    assert shell
    read = subprocess.run([shell, "-c", f"set -eu\n{text}set"], capture_output=True, text=True, check=True).stdout
    for name, value in lines(text).items():
        assert re.search(rf"^{name}='?{re.escape(value)}'?$", read, re.MULTILINE)


@pytest.mark.parametrize(
    "value",
    ["a b", "a\nb", "", "a'b", 'a"b', "$(id)", "`id`", "a#b", "a\\b", "~root", "a:~", "ä", "a;b", "a&b", "*", None],
)
def test_what_would_need_quotes_is_refused(value: t.Any) -> None:
    with pytest.raises(
        SelectionError, match=r"^cluster c9qorders: id is .* cannot stand in a dotenv file without quotes"
    ):
        as_dotenv(choice(ORDERS, id=value))


@pytest.mark.parametrize(
    ("clusters", "name", "whom"),
    [
        (["c9q-a", "c9q_a"], "REDIS_BACKUP_C9Q_A_ID", "clusters c9q-a and c9q_a"),
        (["c9qa", "C9QA"], "REDIS_BACKUP_C9QA_ID", "clusters C9QA and c9qa"),
        (["a", "a_cluster"], "REDIS_BACKUP_A_CLUSTER_ID", "clusters a and a_cluster"),
        (["cluster"], "REDIS_BACKUP_CLUSTER_ID", "two values of cluster cluster"),
    ],
)
def test_one_name_for_two_values_is_refused(clusters: list[str], name: str, whom: str) -> None:
    with pytest.raises(SelectionError, match=f"the dotenv variable {name} would stand for {whom}"):
        as_dotenv(choice(*clusters))
