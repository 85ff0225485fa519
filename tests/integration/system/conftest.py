# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ansible-playbook: what shows only from outside, as output, signals and processes."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import SEED, TOKENS, Ansible


@pytest.fixture
def ansible() -> Iterator[Ansible]:
    """A way to run playbooks, in a home with a short path: ansible-core 2.22 puts a Unix socket there, whose path is limited."""
    with tempfile.TemporaryDirectory(prefix="mdb-", ignore_cleanup_errors=True) as home:
        runs = Ansible(Path(home).resolve())
        yield runs
        for number in runs.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


@pytest.fixture(scope="session")
def plain_process() -> Iterator[Emulator]:
    """An emulator over plain HTTP."""
    with Emulator.start(TOKENS, seed=SEED) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def tls_process() -> Iterator[Emulator]:
    """An emulator over TLS."""
    with Emulator.start([*TOKENS, "--tls"], seed=SEED) as emulator:
        yield emulator


@pytest.fixture
def plain(plain_process: Emulator) -> Emulator:
    """The same, as it was at the start."""
    plain_process.reset()
    return plain_process


@pytest.fixture
def tls(tls_process: Emulator) -> Emulator:
    """The same, as it was at the start."""
    tls_process.reset()
    return tls_process
