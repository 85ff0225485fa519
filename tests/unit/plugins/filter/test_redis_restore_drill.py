# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter in Ansible's own templates, and its verdict in files."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleError

from ansible_collections.yacloud.mdb.plugins.filter.redis_restore_drill import DOCUMENTATION, RETURN
from ansible_collections.yacloud.mdb.plugins.plugin_utils._drill_steps import KEYS
from ansible_collections.yacloud.mdb.tests.unit.plugins.filter.test_redis_backup_filters import template
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.drills import drill, failed, steps


def test_the_documentation_names_the_keys_of_the_input_and_of_the_verdict() -> None:
    documented = yaml.safe_load(DOCUMENTATION)["options"]["_input"]["suboptions"]
    assert sorted(documented) == sorted(KEYS)
    assert sorted(yaml.safe_load(RETURN)["_value"]["contains"]) == sorted(drill())


def test_a_verdict_and_its_files() -> None:
    verdict = template("given | redis_restore_drill", given=steps())
    assert verdict == drill()
    assert json.loads(template("verdict | redis_backup_export('json')", verdict=verdict)) == verdict
    assert yaml.safe_load(template("verdict | redis_backup_export('yaml')", verdict=verdict)) == verdict
    assert template("verdict | redis_backup_export('html')", verdict=verdict).startswith("<!DOCTYPE html>")


def test_the_last_success_is_handed_from_file_to_file() -> None:
    before = template("given | redis_restore_drill | redis_backup_export('prometheus')", given=steps())
    expression = "given | redis_restore_drill | redis_backup_export('prometheus', previous=before)"
    after = template(expression, given=steps(checked=failed()), before=before)
    (line,) = [line for line in before.splitlines() if line.startswith("yacloud_redis_restore_drill_last_success_")]
    assert line in after.splitlines()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("[] | redis_restore_drill", "redis_restore_drill' failed: the input must be a mapping of a drill's steps"),
        ("{'chosen': 1} | redis_restore_drill", "redis_restore_drill' failed: unknown option chosen"),
        (
            "given | redis_restore_drill | redis_backup_export('html', previous='')",
            "format html takes no option previous",
        ),
    ],
)
def test_failures_are_those_of_filters_and_name_the_filter(expression: str, message: str) -> None:
    given: dict[str, t.Any] = steps()
    with pytest.raises(AnsibleError) as caught:
        template(expression, given=given)
    assert message in str(caught.value)
