# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook against the emulator, and what most of them need.

ANSIBLE_PLAYBOOK names the command to run; without it, the one beside this Python is.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.unit.scripted_server import until

HERE = Path(__file__).parent
COLLECTIONS = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(HERE.parents[2] / "build/collections"))
PLAYBOOK = os.environ.get("ANSIBLE_PLAYBOOK", str(Path(sys.executable).with_name("ansible-playbook")))

IAM_TOKEN = "t1.c2VjcmV0LWlhbS10b2tlbg.bm9ib2R5LW1heS1zZWUtdGhpcw"
OIDC_TOKEN = "eyJhbGciOiJub25lIn0.c2VjcmV0LW9pZGMtdG9rZW4.bm9ib2R5LW1heS1zZWU"
FOLDER = "b1gsystem"
CLUSTERS = [f"c9qsystem{number}" for number in range(3)]
SEED: dict[str, Any] = {
    "clusters": [
        {
            "id": cluster,
            "name": f"name-{cluster}",
            "folder_id": FOLDER,
            "backups": [
                {
                    "id": f"{cluster}:{day}",
                    "created_at": f"2024-11-{day}T22:00:00Z",
                    "started_at": f"2024-11-{day}T21:50:00Z",
                }
                for day in range(10, 20)
            ],
        }
        for cluster in CLUSTERS
    ]
}
NEWEST = f"{CLUSTERS[0]}:19"
TOKENS = ["--iam-token", IAM_TOKEN, "--oidc-token", OIDC_TOKEN]


@dataclass
class Run:
    """A run of ansible-playbook that has ended."""

    code: int
    output: str
    seconds: float
    results: list[dict[str, Any]] = field(default_factory=list)

    def result(self, name: str) -> dict[str, Any]:
        """The result of the task of this name."""
        found = [line["result"] for line in self.results if line["name"] == name]
        assert len(found) == 1, f"{len(found)} results of {name!r}\n{self.output}"
        return found[0]


class Ansible:
    """Runs playbooks in a home of their own, with nothing of this machine's settings."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.record = home / "record"
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "TZ")}
        self.environ = kept | {
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "RECORD_FILE": str(self.record),
            "ANSIBLE_HOME": str(home / "ansible"),
            "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
        }
        (home / "tmp").mkdir()
        (home / "ansible.cfg").touch()

    def command(
        self,
        tasks: list[dict[str, Any]],
        *arguments: str,
        variables: dict[str, Any] | None = None,
        keywords: dict[str, Any] | None = None,
    ) -> list[str]:
        """The command for a play of these tasks on localhost; variables stand in a file of their own.

        :param keywords: further ones of the play
        """
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks, **(keywords or {})}
        (self.home / "play.yml").write_text(json.dumps([play], indent=1), encoding="utf-8")
        (self.home / "variables.json").write_text(json.dumps(variables or {}), encoding="utf-8")
        return [PLAYBOOK, str(self.home / "play.yml"), "-e", f"@{self.home / 'variables.json'}", *arguments]

    def play(
        self,
        tasks: list[dict[str, Any]],
        *arguments: str,
        variables: dict[str, Any] | None = None,
        environ: dict[str, str] | None = None,
        keywords: dict[str, Any] | None = None,
    ) -> Run:
        """Runs a play to its end."""
        return self.run(self.command(tasks, *arguments, variables=variables, keywords=keywords), environ)

    def run_file(self, path: str, variables: dict[str, Any]) -> Run:
        """Runs a playbook that lies in the home already."""
        (self.home / "variables.json").write_text(json.dumps(variables), encoding="utf-8")
        return self.run([PLAYBOOK, path, "-e", f"@{self.home / 'variables.json'}"])

    def start(self, command: list[str], environ: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts a command in a session of its own, with a pipe for all that it prints."""
        self.record.unlink(missing_ok=True)
        return subprocess.Popen(
            command,
            env=self.environ | (environ or {}),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command: list[str], environ: dict[str, str] | None = None) -> Run:
        """Runs a command to its end."""
        begun = time.monotonic()
        with self.start(command, environ) as process:
            try:
                output = process.communicate(timeout=100)[0]
            finally:
                process.kill()  # nothing, where it has ended
        return Run(process.returncode, output, time.monotonic() - begun, self.results())

    def end(self, process: subprocess.Popen[str], seconds: float = 60, later: float = 30) -> str:
        """What a run that ends now printed, with no secret in it; none of its processes is left a little later."""
        output = process.communicate(timeout=seconds)[0]
        assert until(lambda: not self.processes(), later)
        assert_silent(output)
        return output

    def processes(self) -> list[int]:
        """The processes of runs, by the home that they all have; Ansible's workers have sessions of their own."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"HOME={self.home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
        return found

    def results(self) -> list[dict[str, Any]]:
        """The results of the tasks of the last run."""
        if not self.record.exists():
            return []
        return [json.loads(line) for line in self.record.read_text(encoding="utf-8").splitlines()]


def reach(emulator: Emulator) -> dict[str, str]:
    """The environment of runs that ask this emulator."""
    return {"YC_ENDPOINT": emulator.url, "YC_IAM_TOKEN": IAM_TOKEN}


def ask(name: str = "ask", path: str = "in_process", **options: Any) -> dict[str, Any]:
    """A task that asks the module; a task with an environment is none for Ansible's own process."""
    environment = {"environment": {"PATH_TAKEN": "module"}} if path == "module" else {}
    return {"name": name, "yacloud.mdb.redis_backup_info": options, "register": "answer", **environment}


def look_up(name: str = "look up", terms: str = "clusters", **options: Any) -> dict[str, Any]:
    """A task that uses the lookup with options of its own, whose result is the ids."""
    said = ", ".join(
        [
            "'yacloud.mdb.redis_newest_backup'",
            terms,
            "return_format='id'",
            *(f"{key}={value}" for key, value in options.items()),
        ]
    )
    return {"name": name, "ansible.builtin.debug": {"msg": "{{ query(" + said + ") }}"}}


def assert_silent(output: str, *secrets: str) -> None:
    """No secret stands anywhere in the output: none of these, no token that was handed out, no JWT, no line of a key."""
    for secret in (IAM_TOKEN, OIDC_TOKEN, *secrets):
        for part in [secret, *(piece for piece in re.split(r"[.\s]|\\n", secret) if len(piece) > 20)]:
            assert part not in output, f"{part[:6]}… stands in the output"
    for pattern in (r"\bt1\.[\w-]{20,}", r"\beyJ[\w-]{10,}", r"BEGIN [A-Z ]*PRIVATE KEY"):
        assert not re.search(pattern, output), f"{pattern} stands in the output"
