# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in the guides, READMEs and plugins is tried, in order, against an emulator that holds the cloud they speak of."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytest.importorskip("yacloud_mdb_emulator")

from doc_examples import GUIDES, MARKDOWN, PLUGINS, ROOT, Example, check_form, examples_of
from yacloud_mdb_emulator.testing import Emulator
from yacloud_mdb_emulator.tokens import KEY_ID, AuthorizedKey, make_key

ACCOUNT = "ajeabcdefghij0klmnop"
LIMIT = 120
"""Seconds for one run."""

STUBS = {
    "ansible-galaxy": "",
    "git": "",
    "make": "",
    "pip": "",
    "yc": 'case "$*" in *create-token) echo t1.docs.token ;; esac',
}
"""Commands that need the network or an account: each is replaced by one that notes how it was called, and what that prints."""

DATA_PLANE = shutil.which("redis-server") is not None or shutil.which("valkey-server") is not None
"""Whether the emulated clusters can hold data."""

PASSWORD = "Restored-passw0rd"

SECRETS = (PASSWORD, "docs-oidc-token", "t1.docs.token", "PRIVATE KEY")


@pytest.fixture(scope="module")
def key() -> AuthorizedKey:
    """The key of the examples' service account."""
    return make_key()


@pytest.fixture(scope="module")
def started(key: AuthorizedKey) -> Iterator[Emulator]:
    """The cloud of examples/emulator_seed.yml, and the account and tokens of the examples."""
    seed = yaml.safe_load((ROOT / "examples/emulator_seed.yml").read_text(encoding="utf-8"))
    seed["service_accounts"] = [{"id": ACCOUNT, "keys": [{"id": KEY_ID, "public_key": key.public}]}]
    seed["tokens"] = {"accepted": ["t1.docs.token"], "oidc": ["docs-oidc-token"]}
    with Emulator.start(["--data-plane"] if DATA_PLANE else [], seed=seed) as emulator:
        yield emulator


@pytest.fixture
def emulator(started: Emulator) -> Emulator:
    """That cloud as at the start, and the two clusters in use were backed up an hour ago."""
    started.reset()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    for cluster, shards in (("c9qe1abcd2fghij3klmn", ["shard1", "shard2"]), ("c9qf2bcde3ghijk4lmno", ["shard1"])):
        started.add_backup(
            cluster, id=f"{cluster}:fresh", created_at=created, source_shard_names=shards, type="AUTOMATED"
        )
    return started


# The former needs hosts of its own, the latter what a drill's tasks returned; their own tests try them.
UNTRIED = ("modules/redis_data_check.py", "filter/redis_restore_drill.py")
READS_DATA = ("restoring.rst", "README.md")


@pytest.mark.parametrize("path", [*GUIDES, *MARKDOWN], ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.timeout(600)
def test_examples_do_what_they_say(path: Path, emulator: Emulator, key: AuthorizedKey, tmp_path: Path) -> None:
    if path.name in READS_DATA and not DATA_PLANE:
        pytest.skip("what was restored is looked at; on Debian install redis-server")
    _follow(examples_of(path), emulator, key, tmp_path, signs_in=path.stem != "authentication")


def test_examples_of_plugins_do_what_they_say(emulator: Emulator, key: AuthorizedKey, tmp_path: Path) -> None:
    examples = [example for path in PLUGINS if not str(path).endswith(UNTRIED) for example in examples_of(path)]
    _follow(examples, emulator, key, tmp_path, signs_in=True)


def _follow(examples: list[Example], emulator: Emulator, key: AuthorizedKey, folder: Path, *, signs_in: bool) -> None:
    for example in examples:
        check_form(example)
    with Reader(emulator, {**key.document(), "service_account_id": ACCOUNT}, folder, signs_in=signs_in) as reader:
        for example in examples:
            reader.follow(example)
        reader.catch_up()


class Reader:
    """Somebody who copies one example after the other into a terminal and into files.

    :param signs_in: whether a credential is in the environment from the start
    """

    def __init__(self, emulator: Emulator, key: dict[str, str], folder: Path, *, signs_in: bool) -> None:
        self._emulator = emulator
        self._home, self._folder, self._stubs = (folder / name for name in ("home", "work", "stubs"))
        for created in (self._home, self._folder, self._stubs, folder / "node_exporter", folder / "www"):
            created.mkdir()
        keys = self._home / ".config/yandex-cloud"
        keys.mkdir(parents=True)
        for name in ("restore-key.json", "backup-key.json", "key.json"):
            (keys / name).write_text(json.dumps(key), encoding="utf-8")
            (self._folder / name).write_text(json.dumps(key), encoding="utf-8")
        commands = STUBS if shutil.which("promtool") else STUBS | {"promtool": ""}
        for name, prints in commands.items():
            script = f'#!/bin/sh\necho "{name} $*" >> "{self._stubs}/calls"\n{prints}\n'
            (self._stubs / name).write_text(script, encoding="utf-8")
            (self._stubs / name).chmod(0o755)
        if emulator.ca_file:
            (self._home / ".redis").mkdir()
            shutil.copy(emulator.ca_file, self._home / ".redis/YandexInternalRootCA.crt")
        (self._home / ".vault-password").write_text("a password of the tests\n", encoding="utf-8")
        (self._folder / "yacloud.mdb").symlink_to(ROOT)
        self._places = {
            "/var/lib/node_exporter/textfile": str(folder / "node_exporter"),
            "/var/lib/prometheus/node-exporter": str(folder / "node_exporter"),
            "/srv/www": str(folder / "www"),
        }
        self._take_ports()
        self._environment = self._start_environment(signs_in)
        self._groups: list[int] = []
        self._printed = ""
        self._put_off: list[Example] = []
        self._count = 0

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *exc: object) -> None:
        for group in self._groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def follow(self, example: Example) -> None:
        """Do what the example says, later on if it can share a run of Ansible with those after it."""
        if example.how == "task" and not example.fails:
            # What a play registers for its hosts shall be of no use to the next one.
            if _is_play(example) and any(map(_is_play, self._put_off)):
                self.catch_up()
            self._put_off.append(example)
        elif example.how == "output" and self._put_off:
            self._put_off.append(example)
        else:
            self.catch_up()
            getattr(self, f"_try_{example.how}")(example)
            self._keep_secrets(example)

    def catch_up(self) -> None:
        """Do what was put off, in one run of Ansible: behind a play for each place, which does nothing but name it."""
        examples, self._put_off = self._put_off, []
        plays = {example.place: self._play(example) for example in examples if example.how == "task"}
        if not plays:
            return
        text = "".join(f"- name: {place}\n  hosts: all\n  gather_facts: false\n{play}" for place, play in plays.items())
        code = self._run_playbook(text)
        places = "|".join(map(re.escape, plays))
        _before, *parts = re.split(rf"^PLAY \[({places})\].*$", self._printed, flags=re.MULTILINE)
        if not parts:
            self._stumble(examples[0], "Ansible cannot read this example, or one of those after it")
        printed = dict(zip(parts[::2], parts[1::2], strict=True))
        for example in examples:
            if example.how == "output":
                self._try_output(example)
                continue
            self._printed = printed[example.place]
            self._keep_secrets(example)
            if code and example.place == parts[-2]:
                self._stumble(example, f"exit code {code}")

    def _keep_secrets(self, example: Example) -> None:
        for secret in SECRETS:
            if secret in self._printed:
                self._stumble(example, "the output holds a secret")

    def _stumble(self, example: Example, problem: str) -> t.NoReturn:
        pytest.fail(f"{example.place}: {problem}\n{example.text}\n--- printed:\n{self._printed}", pytrace=False)

    def _take_ports(self) -> None:
        for port in (8080, 8081, 8443):
            free = _free_port()
            self._places |= {f"127.0.0.1:{port}": f"127.0.0.1:{free}", f"--port {port}": f"--port {free}"}

    def _start_environment(self, signs_in: bool) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        environment = {
            **kept,
            "HOME": str(self._home),
            "PATH": os.pathsep.join([str(self._stubs), os.path.dirname(sys.executable), os.environ["PATH"]]),
            "ANSIBLE_COLLECTIONS_PATH": os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(ROOT / "build/collections")),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "YC_ENDPOINT": self._emulator.url,
            "YC_WORKLOAD_IDENTITY_ENDPOINT": f"{self._emulator.url}/oauth/token",
            "YC_METADATA_ADDR": self._emulator.url.removeprefix("http://"),
        }
        return environment | ({"YC_IAM_TOKEN": "t1.docs.token"} if signs_in else {})

    def _run(self, command: list[str], example: Example, environment: dict[str, str] | None = None) -> None:
        code = self._execute(command, environment or self._environment)
        if bool(code) != example.fails:
            self._stumble(example, f"exit code {code}")

    def _execute(self, command: list[str], environment: dict[str, str]) -> int:
        """The exit code of a command; what it printed is kept."""
        # A file, since a server that an example leaves running would keep a pipe open.
        log = self._stubs.parent / "output"
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._groups.append(process.pid)
            code = process.wait(LIMIT)
        self._printed = log.read_text(encoding="utf-8")
        return code

    def _placed(self, text: str) -> str:
        for place, here in self._places.items():
            text = text.replace(place, here)
        return text

    def _try_task(self, example: Example) -> None:
        code = self._run_playbook(self._play(example))
        if bool(code) != example.fails:
            self._stumble(example, f"exit code {code}")

    def _play(self, example: Example) -> str:
        """The example itself, or a play of its tasks on a host of its own."""
        text = self._placed(example.text)
        if _is_play(example):
            return text
        self._count += 1
        tasks = textwrap.indent(text, "    ")
        return f"- hosts: reader{self._count}\n  gather_facts: false\n  tasks:\n{tasks}"

    def _run_playbook(self, text: str) -> int:
        playbook = self._folder / "example.yml"
        playbook.write_text(text, encoding="utf-8")
        hosts = [f"reader{number}" for number in range(self._count + 1)]
        local = (
            " ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'"
            f" restored_password={PASSWORD} vault_redis_password={PASSWORD}\n"
        )
        inventory = self._stubs.parent / "inventory"
        inventory.write_text("".join(f"{host}{local}" for host in ["localhost", *hosts]), encoding="utf-8")
        return self._execute(["ansible-playbook", "-i", str(inventory), str(playbook)], self._environment)

    def _try_file(self, example: Example) -> None:
        path = self._folder / example.argument
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._placed(example.text), encoding="utf-8")

    def _try_shell(self, example: Example) -> None:
        state = self._stubs.parent / "environment"
        script = f"set -eo pipefail\n{self._placed(example.text)}\nenv -0 > {state}\n"
        self._run(["bash", "-c", script], example)
        if state.exists():
            pairs = state.read_bytes().decode().split("\0")
            self._environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            # The emulator stands in for the real cloud too.
            self._environment.setdefault("YC_ENDPOINT", self._emulator.url)
            state.unlink()
        if example.text.rstrip().endswith("&") and (port := re.search(r"--port (\d+)", self._placed(example.text))):
            self._await_server(example, int(port[1]))

    def _await_server(self, example: Example, port: int) -> None:
        for _attempt in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        self._stumble(example, "the emulator does not listen")

    def _try_output(self, example: Example) -> None:
        printed = " ".join(self._printed.replace("\\n", " ").split())
        for line in example.text.splitlines():
            pieces = [re.escape(" ".join(piece.split())) for piece in self._placed(line).split("…")]
            if not re.search(".*".join(pieces), printed):
                self._stumble(example, f"this was not printed: {line.strip()}")

    def _try_none(self, example: Example) -> None:
        if example.language in ("bash", "console", "shell"):
            subprocess.run(["bash", "-n"], input=example.text, check=True, text=True)

    def _try_gitlab(self, example: Example) -> None:
        self._take_ports()  # a job runs on a machine of its own
        self._try_file(example)
        definition = yaml.safe_load(example.text)
        jobs = {name: job for name, job in definition.items() if isinstance(job, dict) and "script" in job}
        handed_on: dict[str, str] = {}
        for job in jobs.values():
            variables = {**definition.get("variables", {}), **job.get("variables", {})}
            tokens = dict.fromkeys(job.get("id_tokens", {}), "docs-oidc-token")
            lines = [*job.get("before_script", definition.get("default", {}).get("before_script", [])), *job["script"]]
            self._run_job("\n".join(lines), example, {**handed_on, **variables, **tokens})
            reports = job.get("artifacts", {}).get("reports", {})
            if "dotenv" in reports:
                handed_on |= _pairs(self._folder / reports["dotenv"])

    def _try_github(self, example: Example) -> None:
        self._try_file(example)
        definition = yaml.safe_load(example.text)
        known: dict[str, str] = {}
        with _IdTokens() as id_tokens:
            for name, job in definition["jobs"].items():
                may_have_tokens = "write" in (job.get("permissions") or definition.get("permissions") or {}).values()
                self._run_github_job(job, example, known, id_tokens.variables if may_have_tokens else {})
                known |= {
                    f"needs.{name}.outputs.{output}": _filled(value, known)
                    for output, value in job.get("outputs", {}).items()
                }

    def _run_github_job(
        self, job: dict[str, t.Any], example: Example, known: dict[str, str], given: dict[str, str]
    ) -> None:
        files = {name: self._stubs.parent / name for name in ("GITHUB_ENV", "GITHUB_OUTPUT")}
        variables = {**{name: _filled(value, known) for name, value in job.get("env", {}).items()}, **given}
        for step in job["steps"]:
            for path in files.values():
                path.write_text("", encoding="utf-8")
            if "run" in step:
                places = {name: str(path) for name, path in files.items()} | {"RUNNER_TEMP": str(self._folder)}
                places |= {name: _filled(value, known) for name, value in step.get("env", {}).items()}
                self._run_job(_filled(step["run"], known), example, {**variables, **places})
            variables |= _pairs(files["GITHUB_ENV"])
            known |= {
                f"steps.{step.get('id')}.outputs.{name}": value
                for name, value in _pairs(files["GITHUB_OUTPUT"]).items()
            }

    def _run_job(self, script: str, example: Example, variables: dict[str, str]) -> None:
        # What a CI system gives is all that a job has, but for where the emulator is.
        environment = {name: value for name, value in self._environment.items() if name != "YC_IAM_TOKEN"}
        given = {name: self._placed(str(value)) for name, value in variables.items()}
        for _round in range(2):
            given = {
                name: re.sub(r"\$\{?(\w+)\}?", lambda m, known=given: known.get(m[1], m[0]), value)
                for name, value in given.items()
            }
        self._run(["bash", "-e", "-o", "pipefail", "-c", self._placed(script)], example, environment | given)

    def _try_awx(self, example: Example) -> None:
        """AWX fills a credential type's injectors with what its fields hold."""
        injectors = yaml.safe_load(example.text)["injectors"]
        held, filled = self._folder / "key.json", self._stubs.parent / "injected"
        filled.write_text(
            injectors["file"]["template"].replace("{{ key }}", held.read_text(encoding="utf-8")), encoding="utf-8"
        )
        for name, value in injectors["env"].items():
            self._environment[name] = value.replace("{{ tower.filename }}", str(filled))


def _is_play(example: Example) -> bool:
    return all("hosts" in item or "ansible.builtin.import_playbook" in item for item in yaml.safe_load(example.text))


class _IdTokens:
    """What GitHub gives a job that may have an OIDC token: an address that answers with one."""

    def __enter__(self) -> _IdTokens:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                good = self.headers["Authorization"].lower() == "bearer docs-request-token" and "audience=" in self.path
                self.send_response(200 if good else 403)
                self.end_headers()
                self.wfile.write(json.dumps({"value": "docs-oidc-token"}).encode())

            def log_message(self, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.variables = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{self._server.server_port}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "docs-request-token",
        }
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _pairs(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines())


def _filled(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: known[found[1]], text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
