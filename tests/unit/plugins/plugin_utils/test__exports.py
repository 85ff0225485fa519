# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each format, read back by what reads it; and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError, SelectionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._exports import FORMATS, export_text, read_choice
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import backups, result

ORDERS, SESSIONS = "c9qorders", "c9q-sessions_2"


def choice(*clusters: str, **fields: t.Any) -> dict[str, dict[str, t.Any]]:
    newest: dict[str, dict[str, t.Any]] = result({cluster: backups(cluster, 3, 5, **fields) for cluster in clusters})[
        "newest"
    ]
    return newest


def export(newest: dict[str, dict[str, t.Any]], format_name: str) -> str:
    return export_text(newest, newest, format_name)


def lines(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_choice_gives_the_same_text_at_any_age_and_in_any_order(format_name: str) -> None:
    newest = choice(ORDERS, SESSIONS)
    later = {cluster: {**newest[cluster], "age_seconds": 99} for cluster in reversed(newest)}
    assert export(newest, format_name) == export(later, format_name)


def test_json_and_yaml_hold_all_but_the_age() -> None:
    newest = choice(ORDERS, SESSIONS, sizeBytes="1024", name="Übung")
    expected = {
        cluster: {key: value for key, value in backup.items() if key != "age_seconds"}
        for cluster, backup in newest.items()
    }
    assert json.loads(export(newest, "json")) == expected
    assert yaml.safe_load(export(newest, "yaml")) == expected
    assert expected[ORDERS]["size_bytes"] == "1024"


def test_tfvars_have_one_shape_for_all_clusters() -> None:
    newest = choice(ORDERS, sizeBytes="1024") | choice(SESSIONS, type=None, startedAt=None)
    variables = json.loads(export(newest, "tfvars_json"))
    assert list(variables) == ["redis_restore_backups"]
    shapes = [sorted(backup) for backup in variables["redis_restore_backups"].values()]
    fields = ["created_at", "folder_id", "id", "source_cluster_id", "source_shard_names", "started_at", "type"]
    assert shapes == [fields, fields]


def test_dotenv_of_one_cluster_has_the_short_names_too() -> None:
    newest = choice(ORDERS)
    backup = newest[ORDERS]
    assert lines(export(newest, "dotenv")) == {
        "REDIS_BACKUP_C9QORDERS_ID": backup["id"],
        "REDIS_BACKUP_C9QORDERS_CREATED_AT": backup["created_at"],
        "REDIS_BACKUP_C9QORDERS_CLUSTER_ID": ORDERS,
        "REDIS_BACKUP_ID": backup["id"],
        "REDIS_BACKUP_CREATED_AT": backup["created_at"],
        "REDIS_BACKUP_CLUSTER_ID": ORDERS,
    }


def test_dotenv_of_one_left_of_two_has_no_short_names() -> None:
    text = export_text(choice(ORDERS), [ORDERS, SESSIONS], "dotenv")
    assert set(lines(text)) == {f"REDIS_BACKUP_C9QORDERS_{name}" for name in ("ID", "CREATED_AT", "CLUSTER_ID")}


def test_dotenv_is_what_gitlab_and_a_shell_read_alike() -> None:
    text = export(choice(ORDERS, SESSIONS), "dotenv")
    assert re.fullmatch(r"(?:[A-Z_][A-Z0-9_]*=[^\s'\"#$`\\~]+\n)+", text)
    assert "REDIS_BACKUP_C9Q_SESSIONS_2_ID=" in text
    shell = shutil.which("sh")
    assert shell
    read = subprocess.run([shell, "-c", f"set -eu\n{text}set"], capture_output=True, text=True, check=True).stdout
    for name, value in lines(text).items():
        assert re.search(rf"^{name}='?{re.escape(value)}'?$", read, re.MULTILINE)


@pytest.mark.parametrize(
    "value", ["a b", "a\nb", "", "a'b", 'a"b', "$(id)", "`id`", "a#b", "a\\b", "~root", "a:~", "ä", "a;b", "a&b", "*"]
)
def test_dotenv_refuses_what_would_need_quotes(value: str) -> None:
    newest = choice(ORDERS)
    newest[ORDERS]["id"] = value
    with pytest.raises(SelectionError, match=r"cluster c9qorders: id .*cannot stand in a dotenv file without quotes"):
        export(newest, "dotenv")


@pytest.mark.parametrize(
    ("clusters", "name", "whom"),
    [
        (["c9q-a", "c9q_a"], "REDIS_BACKUP_C9Q_A_ID", "clusters c9q-a and c9q_a"),
        (["c9qa", "C9QA"], "REDIS_BACKUP_C9QA_ID", "clusters C9QA and c9qa"),
        (["a", "a_cluster"], "REDIS_BACKUP_A_CLUSTER_ID", "clusters a and a_cluster"),
        (["cluster"], "REDIS_BACKUP_CLUSTER_ID", "two values of cluster cluster"),
    ],
)
def test_dotenv_refuses_one_name_for_two_values(clusters: list[str], name: str, whom: str) -> None:
    with pytest.raises(SelectionError, match=f"the dotenv variable {name} would stand for {whom}"):
        export(choice(*clusters), "dotenv")


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_choice(format_name: str) -> None:
    assert export({}, format_name) in ("{}\n", "--- {}\n", "", '{\n  "redis_restore_backups": {}\n}\n')


@pytest.mark.parametrize("format_name", ["xml", None, ["json"]])
def test_an_unknown_format(format_name: t.Any) -> None:
    with pytest.raises(OptionError):
        export(choice(ORDERS), format_name)


def test_a_choice_is_read_of_a_result_or_of_a_mapping() -> None:
    answer = result({ORDERS: backups(ORDERS, 3), SESSIONS: []})
    newest, asked = read_choice(answer)
    assert list(newest) == [ORDERS]
    assert list(asked) == [ORDERS, SESSIONS]
    assert read_choice(answer["newest"]) == (newest, newest)
    for other in ([], "x", {"a": 1}, {"a": {}}):
        with pytest.raises(OptionError):
            read_choice(other)
