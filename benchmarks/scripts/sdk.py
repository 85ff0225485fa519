# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The official SDK in a process of its own: the same reading as in the module of library/, without Ansible."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "library"))

from bench_sdk import read  # type: ignore[import-not-found]

if __name__ == "__main__":
    print(json.dumps(read(**json.loads(sys.argv[1]))))
