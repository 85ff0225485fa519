# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The core that module and lookup run on, in this process, against the real emulator; and the figures of the matrix."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import init_plugin_loader
from yacloud_mdb_emulator.testing import Emulator


def pytest_configure(config: pytest.Config) -> None:
    """Let Ansible's plugin loader find the collection where Python finds it."""
    roots = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(Path(__file__).parents[3] / "build/collections"))
    sys.path[:0] = [root for root in roots.split(":") if root not in sys.path]
    init_plugin_loader(roots.split(":"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings reaches a test."""
    for name in list(os.environ):
        if name.startswith("YC_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """The process."""
    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """The emulator as it was at the start."""
    running.reset()
    return running


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many cells there were, and what became of them."""
    outcomes: Counter[str] = Counter()
    for kind in ("passed", "failed"):
        for report in terminalreporter.stats.get(kind, []):
            intended = dict(report.user_properties).get("cell")
            if intended:
                outcomes[intended if kind == "passed" else "not as intended"] += 1
    if outcomes:
        parts = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
        terminalreporter.write_line(f"fault matrix: {sum(outcomes.values())} cells: {parts}")
