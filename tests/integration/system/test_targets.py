# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules under the oldest Python that managed hosts may have and that this machine has."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    FOLDER,
    IAM_TOKEN,
    NEWEST,
    Ansible,
)

OLDEST = next(filter(None, (shutil.which(f"python3.{minor}") for minor in range(9, 13))), None)


@pytest.fixture(scope="session")
def make_python(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes environments of the oldest Python, with packages in them."""
    if OLDEST is None or not shutil.which("uv"):
        pytest.skip("needs uv and one of Python 3.9 to 3.12")

    def make(*packages: str) -> str:
        place = tmp_path_factory.mktemp("target")
        subprocess.run(["uv", "venv", "--quiet", "--python", OLDEST, place / "env"], check=True)
        python = place / "env/bin/python"
        if packages:
            subprocess.run(["uv", "pip", "install", "--quiet", "--python", python, *packages], check=True)
        return str(python)

    return make


def test_every_module_runs_on_it(ansible: Ansible, plain: Emulator, make_python: Any) -> None:
    connection = {"endpoint": plain.url, "iam_token": IAM_TOKEN}
    tasks = [
        {"name": "read", "yacloud.mdb.redis_backup_info": {"cluster_ids": CLUSTERS, **connection}},
        {"name": "take", "yacloud.mdb.redis_backup": {"cluster_id": CLUSTERS[0], **connection}},
        {
            "name": "restore",
            "yacloud.mdb.redis_restored_cluster": {
                "backup_id": NEWEST,
                "name": "restored",
                "folder_id": FOLDER,
                "password": "Secret-of-a-test-1",
                **connection,
            },
        },
        {
            "name": "check",
            "yacloud.mdb.redis_data_check": {"hosts": ["127.0.0.1:1"], "tls": False, "wait_timeout": 0},
            "ignore_errors": True,
        },
    ]
    plain.settings(backup_duration=0, restore_duration=0)
    python = make_python("requests>=2.31,<3", "redis>=4.3,<8")
    run = ansible.play(tasks, variables={"ansible_python_interpreter": python})
    assert run.code == 0, run.output
    assert run.result("read")["newest"][CLUSTERS[0]]["id"] == NEWEST
    assert run.result("take")["backup"]["type"] == "MANUAL"
    assert run.result("restore")["cluster"]["status"] == "RUNNING"
    assert "127.0.0.1:1" in run.result("check")["msg"]


def test_a_missing_library_is_told_with_where_else_the_task_can_run(
    ansible: Ansible, plain: Emulator, make_python: Any
) -> None:
    tasks = [
        {
            "name": "read",
            "yacloud.mdb.redis_backup_info": {"cluster_ids": CLUSTERS, "endpoint": plain.url, "iam_token": IAM_TOKEN},
            "ignore_errors": True,
        },
        {
            "name": "check",
            "yacloud.mdb.redis_data_check": {"hosts": ["127.0.0.1"], "tls": False},
            "ignore_errors": True,
        },
    ]
    run = ansible.play(tasks, variables={"ansible_python_interpreter": make_python()})
    assert run.result("read")["error"]["kind"] == "missing_library"
    assert "delegate" in run.result("read")["msg"]
    assert "redis" in run.result("check")["msg"]
