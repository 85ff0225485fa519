# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests: the real emulator as a subprocess, steered over its admin routes.

Only the standard library is imported, so that a test suite pays nothing for it::

    with Emulator.start(args=["--clusters", "3"]) as emulator:
        run_my_program(endpoint=emulator.url, token=emulator.iam_token)
        assert len(emulator.requests()) == 1
"""

from __future__ import annotations

import json
import os
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

#: Seconds that starting and stopping may take before a test fails.
START_LIMIT = 30.0
STOP_LIMIT = 5.0


class EmulatorError(Exception):
    """The emulator did not start, refused an admin request or did not stop cleanly."""


def _opener(ca_file: str | None = None) -> urllib.request.OpenerDirector:
    """For loopback: without what http_proxy says, and trusting the emulator's own CA."""
    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)]
    return urllib.request.build_opener(*handlers)


class Emulator:
    """A running emulator. Made by :meth:`start`; a context manager that stops it."""

    def __init__(self, process: subprocess.Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
        self._process = process
        self._folder = folder
        self._root = Path(folder.name)
        #: The base URL, without a slash at its end.
        self.url = ""
        #: An authorized key that the emulator accepts.
        self.key_file = str(self._root / "key.json")
        #: The CA's certificate with ``--tls`` or ``--data-plane``, else None.
        self.ca_file: str | None = None
        self._info: dict[str, Any] = {}
        self._opener = _opener()

    @classmethod
    def start(cls, args: Sequence[str] = (), seed: dict[str, Any] | None = None) -> Emulator:
        """Run the command with these flags and this seed document; returns once it accepts connections.

        Raises EmulatorError with what it wrote to stderr when it does not start.
        """
        folder = tempfile.TemporaryDirectory(prefix="yacloud-mdb-emulator-")
        root = Path(folder.name)
        command = [sys.executable, "-m", "yacloud_mdb_emulator", "--key-file", str(root / "key.json"), *args]
        if seed is not None:
            (root / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
            command += ["--seed", str(root / "seed.json")]
        with_ca = "--tls" in args or "--data-plane" in args
        if with_ca:
            command += ["--ca-file", str(root / "ca.pem")]
        # A file, not a pipe: nobody reads stderr, and a full pipe would stop the emulator.
        with open(root / "stderr", "w", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        emulator = cls(process, folder)
        try:
            emulator._wait(with_ca=with_ca)
        except BaseException:
            process.kill()
            process.wait()
            folder.cleanup()
            raise
        return emulator

    def _wait(self, *, with_ca: bool) -> None:
        self.url = self._first_line()
        if not self.url:
            code = self._process.wait(START_LIMIT)
            raise EmulatorError(f"the emulator ended with code {code}: {self.log()}")
        if with_ca:
            self.ca_file = str(self._root / "ca.pem")
            self._opener = _opener(self.ca_file)
        self._info = self.admin("GET", "")

    def _first_line(self) -> str:
        """The first line on stdout; empty if the process ends without one."""
        assert self._process.stdout is not None
        pipe, printed = self._process.stdout.fileno(), b""
        end = time.monotonic() + START_LIMIT
        while not printed.endswith(b"\n"):
            if not select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
                said = printed.decode(errors="replace") + self.log()
                raise EmulatorError(
                    f"the emulator was not ready within {START_LIMIT} s; it printed: {said or 'nothing'}"
                )
            part = os.read(pipe, 4096)
            if not part:
                return ""
            printed += part
        return printed.decode().strip()

    @property
    def grpc_address(self) -> str | None:
        """host:port of gRPC with ``--grpc``, else None."""
        return self._info["grpc_address"]  # type: ignore[no-any-return]

    @property
    def iam_token(self) -> str:
        """A token that is always accepted."""
        return str(self._info["iam_token"])

    @property
    def oidc_token(self) -> str:
        """An OIDC token that can be exchanged."""
        return str(self._info["oidc_token"])

    @property
    def folder_id(self) -> str:
        """The folder of clusters that name none."""
        return str(self._info["folder_id"])

    @property
    def service_account_id(self) -> str:
        """The service account of the key file, and the audience of a workload identity exchange."""
        return str(self._info["service_account_id"])

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Any request below ``/emulator``; returns its JSON, raises EmulatorError with what was refused."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/emulator{path}", data, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=START_LIMIT) as response:
                return json.load(response)
        except HTTPError as error:
            raise EmulatorError(f"{method} /emulator{path}: {error.code}: {error.read().decode()}") from error

    def requests(self, route: str | None = None) -> list[dict[str, Any]]:
        """The log of requests, oldest first; those of one route if it is named."""
        found: list[dict[str, Any]] = self.admin("GET", "/requests")["requests"]
        return [entry for entry in found if route in (None, entry["route"])]

    def clear_requests(self) -> None:
        """Empty the log and set the counts to 0."""
        self.admin("DELETE", "/requests")

    def reset(self) -> None:
        """Everything as it was at the start: data, settings, faults, tokens; the log empty."""
        self.admin("POST", "/reset")

    def seed(self, document: dict[str, Any]) -> None:
        """Replace all data by a seed document's."""
        self.admin("POST", "/seed", document)

    def add_fault(self, **fault: Any) -> None:
        """Script a fault, behind those already there."""
        self.admin("POST", "/faults", fault)

    def clear_faults(self) -> None:
        """Drop all faults."""
        self.admin("DELETE", "/faults")

    def settings(self, **knobs: Any) -> dict[str, Any]:
        """Change knobs; returns all of them."""
        return self.admin("PUT", "/settings", knobs)  # type: ignore[no-any-return]

    def add_backup(self, cluster_id: str, **backup: Any) -> dict[str, Any]:
        """Add a backup to a cluster, completed now unless ``created_at`` is given; returns its row."""
        return self._on_cluster("POST", cluster_id, "/backups", backup)

    def change_cluster(self, cluster_id: str, **fields: Any) -> dict[str, Any]:
        """Give fields of a cluster other values, such as ``status="STOPPED"``; returns its row."""
        return self._on_cluster("PATCH", cluster_id, "", fields)

    def write_data(self, cluster_id: str, data: dict[str, Any]) -> None:
        """Let a cluster hold these keys and no others; needs ``--data-plane``. Values are as in a seed's ``data``."""
        self._on_cluster("PUT", cluster_id, "/data", data)

    def start_operation(self, cluster_id: str, kind: str = "BackupCluster", **more: Any) -> dict[str, Any]:
        """Let another person start an operation on a cluster; returns it. ``type``: of the backup it takes."""
        return self._on_cluster("POST", cluster_id, "/operations", {"kind": kind, **more})

    def _on_cluster(self, method: str, cluster_id: str, path: str, body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.admin(method, f"/clusters/{quote(cluster_id, safe='')}{path}", body)
        return answer

    def damage_backup(self, backup_id: str, how: str | None = None, *, cluster_id: str | None = None) -> None:
        """Spoil a backup's data: ``truncate`` or ``empty`` it, or give it what a cluster holds; needs ``--data-plane``."""
        body = {"how": how} if cluster_id is None else {"cluster_id": cluster_id}
        self.admin("POST", f"/backups/{quote(backup_id, safe='')}/damage", body)

    def operations(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Every operation, oldest first, or those of one kind, such as ``BackupCluster``."""
        found: list[dict[str, Any]] = self.admin("GET", "/operations")["operations"]
        return [operation for operation in found if kind in (None, operation["kind"])]

    def started(self, kind: str) -> int:
        """How many operations of a kind requests have started; those of others do not count."""
        return int(self.admin("GET", "/operations")["started"].get(kind, 0))

    def revoke_tokens(self) -> None:
        """Make every token handed out so far invalid."""
        self.admin("POST", "/tokens/revoke")

    def state(self) -> dict[str, Any]:
        """All data, settings, faults and counts."""
        return self.admin("GET", "/state")  # type: ignore[no-any-return]

    def log(self) -> str:
        """What the emulator wrote to stderr."""
        return (self._root / "stderr").read_text(encoding="utf-8")

    def stop(self) -> None:
        """Stop it by SIGTERM; raises EmulatorError unless it ends with exit code 0 in time."""
        if self._folder.name and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            code = -signal.SIGKILL
        log = self.log() if self._root.exists() else ""
        if self._process.stdout:
            self._process.stdout.close()
        self._folder.cleanup()
        if code != 0:
            raise EmulatorError(f"the emulator ended with code {code}: {log}")

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
