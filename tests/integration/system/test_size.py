# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory a long listing takes in the module's own process."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import COLLECTIONS, PLAYBOOK

ROWS = 50_000
MEMORY = 300 * 1024

MODULE = """
import json, resource, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.yacloud.mdb.plugins.modules.redis_backup_info import main
try:
    with patch_module_args(json.loads(sys.argv[1])):
        main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def test_a_long_listing(plain: Emulator) -> None:
    """All rows, returned to Ansible, in less than 300 MB."""
    plain.seed({"generate": {"clusters": 1, "backups_per_cluster": ROWS}})
    options = {"folder_id": plain.folder_id, "endpoint": plain.url, "iam_token": plain.iam_token}
    done = subprocess.run(
        [str(Path(PLAYBOOK).with_name("python")), "-c", MODULE, json.dumps(options)],
        env=os.environ | {"PYTHONPATH": str(Path(COLLECTIONS).resolve())},
        capture_output=True,
        timeout=100,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert len({row["id"] for row in answer["backups"]}) == ROWS
    assert answer["pages"] == ROWS // 1000 + 1
    assert int(done.stderr.split()[-1]) < MEMORY
