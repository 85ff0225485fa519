# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The core that module and lookup run on, in this process, against the real emulator; and the figures of the matrix."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yacloud_mdb_emulator.testing import Emulator

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
MATRICES = {"cell": "fault matrix", "write_cell": "fault matrix for writing"}
"""The property by which a test says what its cell is to come to, and the matrix that it belongs to."""


def pytest_configure(config: pytest.Config) -> None:
    """Let Ansible's plugin loader find the collection where Python finds it."""
    from ansible.plugins.loader import init_plugin_loader

    roots = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(Path(__file__).parents[3] / "build/collections"))
    sys.path[:0] = [root for root in roots.split(":") if root not in sys.path]
    init_plugin_loader(roots.split(":"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings reaches a test."""
    for name in list(os.environ):
        if name.startswith("YC_") or name.lower().endswith("_proxy") or name in BUNDLES:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """The process."""
    testing = pytest.importorskip("yacloud_mdb_emulator.testing")
    with testing.Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """The emulator as it was at the start."""
    running.reset()
    return running


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many cells each matrix had, and what became of them."""
    for matrix, name in MATRICES.items():
        outcomes: Counter[str] = Counter()
        for kind in ("passed", "failed"):
            for report in terminalreporter.stats.get(kind, []):
                intended = dict(report.user_properties).get(matrix)
                if intended:
                    outcomes[intended if kind == "passed" else "not as intended"] += 1
        if outcomes:
            parts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
            terminalreporter.write_line(f"{name}: {sum(outcomes.values())} cells: {parts}")
