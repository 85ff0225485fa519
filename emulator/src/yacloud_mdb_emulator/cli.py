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
from pathlib import Path

from . import __version__
from .data_plane import DataPlane
from .errors import ConfigError
from .generate import Amount
from .plan import Plan
from .records import add_flags, flags_given
from .seed import read_file
from .server import serve
from .settings import Settings
from .state import Launch, State
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
        state, plan = prepare(options)
        with closing(state.plane):
            asyncio.run(serve(state, plan))
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
    _add_listening(made.add_argument_group("listening"))
    _add_credentials(made.add_argument_group("credentials"))
    _add_data(made.add_argument_group("data"))
    add_flags(made.add_argument_group("generated data"), Amount)
    knobs = made.add_argument_group("knobs", "What nobody documents. A flag wins over the seed file's 'settings'.")
    add_flags(knobs, Settings)
    return made


def _add_listening(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--host", default="127.0.0.1", help="loopback address to listen on (default: 127.0.0.1)")
    group.add_argument("--port", type=_port, default=0, metavar="N", help="TCP port (default: a free one)")
    group.add_argument("--tls", action="store_true", help="serve HTTPS, with a CA made at start")
    group.add_argument(
        "--ca-file", metavar="PATH", help="write the CA's certificate there (with --tls or --data-plane)"
    )
    group.add_argument("--grpc", action="store_true", help="serve the same over gRPC on a port of its own")
    group.add_argument("--grpc-port", type=_port, default=0, metavar="N", help="gRPC's port (default: a free one)")
    group.add_argument("--ready-file", metavar="PATH", help="write addresses and tokens there as JSON once ready")
    group.add_argument("--quiet", action="store_true", help="no hints on stderr")


def _add_credentials(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--iam-token",
        default="t1.emulator.local",
        metavar="TOKEN",
        help="an IAM token that is always accepted (default: %(default)s)",
    )
    group.add_argument(
        "--oidc-token",
        default="emulator-oidc-token",
        metavar="TOKEN",
        help="an OIDC token that is exchanged for an IAM token (default: %(default)s)",
    )
    group.add_argument(
        "--key-file",
        metavar="PATH",
        help="make an authorized key, write it there and accept JWTs signed with it",
    )


def _add_data(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--folder",
        default="b1gemulatorfolder000",
        metavar="ID",
        help="folder of clusters that name none (default: %(default)s)",
    )
    group.add_argument("--seed", metavar="FILE", help="YAML or JSON file with clusters, faults, tokens, settings")
    group.add_argument(
        "--data-plane",
        action="store_true",
        help="start a Redis for each cluster, restored ones too (needs redis-server or valkey-server)",
    )


def prepare(options: argparse.Namespace) -> tuple[State, Plan]:
    """The data and the plan that flags ask for, files read and written; raises ConfigError."""
    host = check_host(options.host)
    if options.ca_file and not (options.tls or options.data_plane):
        raise ConfigError("--ca-file needs --tls or --data-plane: without them there is no certificate")
    certificates = make_certificates(host) if options.tls or options.data_plane else None
    data_plane = DataPlane(certificates.authority) if certificates and options.data_plane else None
    launch = Launch(
        folder_id=options.folder,
        iam_token=options.iam_token,
        oidc_token=options.oidc_token,
        flags=flags_given(options, Settings),
        amount=flags_given(options, Amount),
        document=read_file(options.seed) if options.seed else {},
        key=make_key() if options.key_file else None,
    )
    exports = {}
    if launch.key:
        _write(options.key_file, json.dumps(launch.key.document(), indent=2) + "\n", secret=True)
        exports["YC_SERVICE_ACCOUNT_KEY_FILE"] = os.path.abspath(options.key_file)
    if options.ca_file and certificates:
        _write(options.ca_file, certificates.authority.cert_pem.bytes().decode())
    if options.ca_file and options.tls:
        exports["YC_CA_PATH"] = os.path.abspath(options.ca_file)
    plan = Plan(
        host=host,
        port=options.port,
        certificates=certificates if options.tls else None,
        grpc=options.grpc,
        grpc_port=options.grpc_port,
        ready_file=options.ready_file,
        quiet=options.quiet,
        exports=exports,
    )
    return State(launch, data_plane), plan


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


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is not a TCP port; choose 0 to 65535")
    return number
