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

# Before anything of the collection is imported: Ansible loads the plugins only of collections that came through its loader.
ROOTS = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(Path(__file__).parents[3] / "build/collections")).split(":")
sys.path[:0] = [root for root in ROOTS if root not in sys.path]
init_plugin_loader(ROOTS)

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import tokens  # noqa: E402
from ansible_collections.yacloud.mdb.tests.integration.matrix import envoy_gateway  # noqa: E402

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
MATRICES = {"cell": "fault matrix", "write_cell": "fault matrix for writing"}
"""The property by which a test says what its cell is to come to, and the matrix that it belongs to."""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings reaches a test, and no token that an earlier test obtained."""
    for name in list(os.environ):
        if name.startswith("YC_") or name.lower().endswith("_proxy") or name in BUNDLES:
            monkeypatch.delenv(name)
    monkeypatch.setattr(tokens, "_SOURCES", {})


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


@pytest.fixture(scope="session")
def running_with_grpc() -> Iterator[Emulator]:
    """A process that serves gRPC too."""
    with Emulator.start(["--grpc"]) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def gateways(running_with_grpc: Emulator) -> Iterator[dict[str, str]]:
    """The base URL of each variant of the real gateway in front of it."""
    with envoy_gateway.running(str(running_with_grpc.grpc_address)) as urls:
        yield urls


@pytest.fixture
def behind(running_with_grpc: Emulator) -> Emulator:
    """The emulator behind the gateway, as it was at the start."""
    running_with_grpc.reset()
    return running_with_grpc


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
