# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command line fixes for as long as the process lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .records import option
from .tls import Certificates
from .tokens import AuthorizedKey


@dataclass(frozen=True)
class Launch:
    """The flags beside those of generated data and knobs."""

    host: str = option("127.0.0.1", "loopback address to listen on", metavar="ADDRESS")
    port: int = option(0, "TCP port; 0 is a free one", least=0, most=65535, metavar="N")
    tls: bool = option(False, "serve HTTPS, with a CA made at start")
    ca_file: str | None = option(None, "write the CA's certificate there (with --tls or --data-plane)", metavar="PATH")
    grpc: bool = option(False, "serve the same over gRPC on a port of its own")
    grpc_port: int = option(0, "gRPC's port; 0 is a free one", least=0, most=65535, metavar="N")
    ready_file: str | None = option(None, "write addresses and tokens there as JSON once ready", metavar="PATH")
    quiet: bool = option(False, "no hints on stderr")
    iam_token: str = option("t1.emulator.local", "an IAM token that is always accepted", metavar="TOKEN")
    oidc_token: str = option("emulator-oidc-token", "an OIDC token that is exchanged for an IAM token", metavar="TOKEN")
    key_file: str | None = option(
        None, "make an authorized key, write it there and accept JWTs signed with it", metavar="PATH"
    )
    folder: str = option("b1gemulatorfolder000", "folder of clusters that name none", metavar="ID")
    seed: str | None = option(None, "YAML or JSON file with clusters, faults, tokens, settings", metavar="FILE")
    data_plane: bool = option(
        False, "start a Redis for each cluster, restored ones too (needs redis-server or valkey-server)"
    )
    #: What the other flags say, and what the files that these name hold.
    settings: Mapping[str, Any] = field(default_factory=dict)
    amount: Mapping[str, int] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    certificates: Certificates | None = None
    key: AuthorizedKey | None = None

    @property
    def server_certificates(self) -> Certificates | None:
        """What HTTPS and gRPC are served with; None without TLS."""
        return self.certificates if self.tls else None

    def authority(self, port: int) -> str:
        """host:port of one of the ports, as it stands in a URL."""
        return f"[{self.host}]:{port}" if ":" in self.host else f"{self.host}:{port}"
