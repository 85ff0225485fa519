# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one emulator listens, as its command line says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .tls import Certificates


@dataclass(frozen=True)
class Plan:
    """Where to listen and what to write down about it."""

    host: str
    port: int
    certificates: Certificates | None = None
    grpc: bool = False
    grpc_port: int = 0
    ready_file: str | None = None
    quiet: bool = False
    #: Environment variables of clients beside those of every start, for the hints.
    exports: Mapping[str, str] = field(default_factory=dict)
