# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of ``yacloud-mdb-emulator``."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from . import __version__
from .data_plane import DataPlane
from .errors import ConfigError
from .generate import Amount
from .launch import Launch
from .records import add_flags, flags_given
from .seed import read_file
from .server import serve
from .settings import Settings
from .state import State
from .tls import make_certificates
from .tokens import make_key

_DESCRIPTION = """\
A local server that speaks the Managed Redis REST API of Yandex Cloud, with the IAM exchange, discovery and
instance metadata beside it. The first line on stdout is its base URL, printed once it accepts connections;
everything else goes to stderr. It listens on loopback only and holds all data in memory."""

_EPILOG = """\
examples:
  yacloud-mdb-emulator --clusters 3 --backups-per-cluster 14
  yacloud-mdb-emulator --seed clusters.yaml --order stored --port 8080
  yacloud-mdb-emulator --large-cluster 2345 --tls --ca-file ca.pem --key-file key.json --grpc
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 after a signal, 2 for what cannot be used."""
    options = parser().parse_args(argv)
    try:
        state = prepare(options)
        with closing(state.plane):
            asyncio.run(serve(state))
    except ConfigError as error:
        print(f"yacloud-mdb-emulator: {error}", file=sys.stderr)
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The parser of all flags."""
    made = argparse.ArgumentParser(
        prog="yacloud-mdb-emulator",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=__version__)
    add_flags(made.add_argument_group("start"), Launch)
    add_flags(made.add_argument_group("generated data"), Amount)
    knobs = made.add_argument_group("knobs", "What nobody documents. A flag wins over the seed file's 'settings'.")
    add_flags(knobs, Settings)
    return made


def prepare(options: argparse.Namespace) -> State:
    """The state that flags ask for, files read and written; raises ConfigError."""
    launch = Launch(**flags_given(options, Launch))
    needs_ca = launch.tls or launch.data_plane
    if launch.ca_file and not needs_ca:
        raise ConfigError("--ca-file needs --tls or --data-plane: without them there is no certificate")
    host = check_host(launch.host)
    launch = replace(
        launch,
        host=host,
        settings=flags_given(options, Settings),
        amount=flags_given(options, Amount),
        document=read_file(launch.seed) if launch.seed else {},
        certificates=make_certificates(host) if needs_ca else None,
        key=make_key() if launch.key_file else None,
    )
    if launch.key_file and launch.key:
        _write(launch.key_file, json.dumps(launch.key.document(), indent=2) + "\n", secret=True)
    if launch.ca_file and launch.certificates:
        _write(launch.ca_file, launch.certificates.authority.cert_pem.bytes().decode())
    data_plane = DataPlane(launch.certificates.authority) if launch.data_plane and launch.certificates else None
    return State(launch, data_plane)


def check_host(text: str) -> str:
    """The loopback address meant by ``text``; raises ConfigError for any other."""
    if text == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(text).is_loopback:
            return text
    except ValueError:
        pass
    raise ConfigError(
        f"--host {text}: the emulator listens on loopback only, for its admin routes ask no credentials; "
        "use 127.0.0.1 or ::1"
    )


def _write(path: str, text: str, *, secret: bool = False) -> None:
    try:
        if secret:
            Path(path).unlink(missing_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
        else:
            Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
