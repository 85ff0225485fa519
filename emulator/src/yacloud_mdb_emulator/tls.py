# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority of the emulator's own, made at every start."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import trustme

#: The names that the certificate holds for.
NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificates:
    """The CA, and the server's certificate chain and key as PEM."""

    authority: trustme.CA
    chain: bytes
    key: bytes
    context: ssl.SSLContext


def make_certificates(host: str) -> Certificates:
    """A new CA and a server certificate for loopback, ``host`` included."""
    authority = trustme.CA()
    leaf = authority.issue_cert(*dict.fromkeys((*NAMES, host)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
    return Certificates(authority, chain, leaf.private_key_pem.bytes(), context)
