# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter in Ansible's own templates."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.yacloud.mdb.plugins.module_utils._backups import parse_rows
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, NOW, row

ROWS = [
    backup.facts
    for backup in parse_rows(
        [row(1, createdAt="2026-11-19T10:00:00Z", type="MANUAL"), row(2, createdAt="2026-11-20T09:00:00Z")],
        NOW,
        "a test",
    )
]


def template(arguments: str = "", **variables: t.Any) -> t.Any:
    templar = Templar(loader=DataLoader(), variables={"rows": ROWS, **variables})
    return templar.template(trust_as_template("{{ rows | yacloud.mdb.redis_newest_backup(" + arguments + ") }}"))


def test_the_newest_of_each_cluster() -> None:
    assert template() == {CLUSTER: ROWS[1]}
    assert template("type=['MANUAL'], created_before='2026-11-20T00:00:00Z'") == {CLUSTER: ROWS[0]}


def test_an_option_that_is_omitted_is_not_given() -> None:
    assert template("type=kind | default(omit), created_before=omit") == {CLUSTER: ROWS[1]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("create_before='2026-11-20T00:00:00Z'", "redis_newest_backup.*: unknown option create_before"),
        ("shards=''", "redis_newest_backup.*: shards is an empty string"),
        ("max_age='1m', evaluated_at='2026-11-20T10:00:00Z'", "older than max_age 1m allows"),
    ],
)
def test_what_is_refused_is_an_error_of_ansible_s(arguments: str, said: str) -> None:
    with pytest.raises(AnsibleError, match=said):
        template(arguments)
