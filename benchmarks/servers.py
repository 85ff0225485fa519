# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers in a measurement: the emulator, or a server that repeats what the emulator answered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import certifi
from yacloud_mdb_emulator.testing import Emulator

from benchmarks.recording import Recording, record

EMULATOR, EMULATOR_TLS, REPLAY = "emulator", "emulator over HTTPS", "replay"


@dataclass(frozen=True)
class Server:
    """A running server.

    :ivar kind: what it is, for the table
    :ivar file: the recording, as :mod:`replay_server` reads it
    """

    kind: str
    url: str
    grpc_address: str
    token: str
    recording: Recording
    ca_file: str | None = None
    file: Path | None = None


@dataclass(frozen=True)
class World:
    """What a case's server holds.

    :ivar latency: seconds before each answer
    """

    clusters: int
    backups_per_cluster: int
    whole_folder: bool = False
    latency: float = 0.0

    def seed(self) -> dict[str, dict[str, int]]:
        """The emulator's seed document."""
        return {"generate": {"clusters": self.clusters, "backups_per_cluster": self.backups_per_cluster}}


@contextmanager
def serving(kind: str, world: World, folder: Path) -> Iterator[Server]:
    """A server of a kind.

    :param folder: where it can keep files
    """
    with _replay(world, folder) if kind == REPLAY else _emulator(kind, world, folder) as server:
        yield server


@contextmanager
def _emulator(kind: str, world: World, folder: Path) -> Iterator[Server]:
    """The emulator itself. Everything was read once, so that it renders no row while time is taken."""
    arguments = ["--tls"] if kind == EMULATOR_TLS else ["--grpc"]
    with Emulator.start([*arguments, "--latency", str(world.latency)], seed=world.seed()) as emulator:
        recording = record(emulator, whole_folder=world.whole_folder)
        address, bundle = emulator.grpc_address or "", None
        if emulator.ca_file:
            # As many authorities as a real client trusts: to read them is most of what HTTPS costs.
            bundle = str(folder / "bundle.pem")
            texts = [Path(path).read_text(encoding="utf-8") for path in (certifi.where(), emulator.ca_file)]
            Path(bundle).write_text("\n".join(texts), encoding="utf-8")
        yield Server(kind, emulator.url, address, emulator.iam_token, recording, bundle)


@contextmanager
def _replay(world: World, folder: Path) -> Iterator[Server]:
    """A server with the emulator's answers made ready."""
    with Emulator.start(["--grpc"], seed=world.seed()) as emulator:
        recording, token = record(emulator, whole_folder=world.whole_folder), emulator.iam_token
    path = folder / "recording.json"
    path.write_text(recording.as_json(), encoding="utf-8")
    command = [sys.executable, str(Path(__file__).with_name("replay_server.py")), str(path), str(world.latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            addresses = json.loads(process.stdout.readline())
            yield Server(REPLAY, token=token, recording=recording, file=path, **addresses)
        finally:
            process.terminate()
