# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clean environment for each test, and a server that follows a script."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import tokens as _tokens
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings reaches a test, and no token that an earlier test obtained."""
    for name in list(os.environ):
        if (
            name.startswith("YC_")
            or name.lower().endswith("_proxy")
            or name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NETRC")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setattr(_tokens, "_SOURCES", {})


@pytest.fixture
def server() -> t.Iterator[Server]:
    """A server over plain HTTP."""
    with Server() as running:
        yield running
