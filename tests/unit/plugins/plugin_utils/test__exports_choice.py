# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell, GitLab and Terraform read of a choice."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import SelectionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._exports_choice import dotenv, read_choice, tfvars_json
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import ORDERS, backups, result

SESSIONS = "c9q-sessions_2"


def choice(*clusters: str, **fields: t.Any) -> dict[str, dict[str, t.Any]]:
    return {cluster: backups(cluster, 3, **fields)[0] for cluster in clusters}


def as_dotenv(value: t.Any) -> str:
    read = read_choice(value)
    assert read
    return dotenv(read)


def lines(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_tfvars_have_one_shape_for_all_clusters() -> None:
    read = read_choice(choice(ORDERS, size_bytes="1024") | choice(SESSIONS, type=None, started_at=None))
    assert read
    variables = json.loads(tfvars_json(read))
    assert list(variables) == ["redis_restore_backups"]
    first, second = variables["redis_restore_backups"].values()
    assert sorted(first) == sorted(second)
    assert {"id", "created_at", "source_cluster_id", "source_cluster_name"} <= set(first)
    assert "size_bytes" not in first


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
    text = as_dotenv(result({ORDERS: backups(ORDERS, 3), SESSIONS: []}))
    assert set(lines(text)) == {f"REDIS_BACKUP_C9QORDERS_{name}" for name in ("ID", "CREATED_AT", "CLUSTER_ID")}


def test_who_asked_by_name_reads_names() -> None:
    given = result({ORDERS: backups(ORDERS, 3)}, {"orders-prod": ORDERS}, cluster_names=["orders-prod"])
    assert lines(as_dotenv(given))["REDIS_BACKUP_ORDERS_PROD_CLUSTER_ID"] == ORDERS


def test_it_is_what_gitlab_and_a_shell_read_alike() -> None:
    text = as_dotenv(choice(ORDERS, SESSIONS))
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
