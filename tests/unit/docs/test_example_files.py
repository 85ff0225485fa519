# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays, schedules, CI definitions and alert rules in examples/ do what they say, against the emulator."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

pytest.importorskip("yacloud_mdb_emulator")

from doc_examples import ROOT, Example
from test_examples import ACCOUNT, PASSWORD, Reader, emulator, key, started
from yacloud_mdb_emulator.testing import Emulator
from yacloud_mdb_emulator.tokens import AuthorizedKey

__all__ = ["emulator", "key", "started"]

ORDERS, SESSIONS, CARTS = "c9qe1abcd2fghij3klmn", "c9qf2bcde3ghijk4lmno", "c9qg3cdef4hijkl5mnop"
EXAMPLES = ROOT / "examples"


class Examples:
    """Somebody who copies the files of examples/ into a folder of their own.

    :param folder: holds what the reader needs beside that folder
    """

    def __init__(self, reader: Reader, emulator: Emulator, folder: Path) -> None:
        self._reader, self.emulator = reader, emulator
        self.work, self.output, self._home = folder / "work", folder / "www", folder / "home"
        self._places = {
            "/var/lib/prometheus/node-exporter": str(self.output),
            "/srv/www/redis-backups": str(self.output),
            "/opt/ansible/bin": os.path.dirname(sys.executable),
            "/etc/redis-backups": str(self.work),
        }
        for path in EXAMPLES.iterdir():
            text = path.read_text(encoding="utf-8")
            for place, here in self._places.items():
                text = text.replace(place, here)
            (self.work / path.name).write_text(text, encoding="utf-8")

    def run(self, how: str, text: str, argument: str = "", *, fails: bool = False) -> None:
        self._reader.follow(Example("examples", "yaml", text, how, argument, fails))

    def definition(self, name: str) -> str:
        return (self.work / name).read_text(encoding="utf-8")

    def restored(self) -> dict[str, str]:
        """The backup that each restored cluster came from, by the cluster's name."""
        clusters = {cluster["id"]: cluster["name"] for cluster in self.emulator.state()["clusters"]}
        begun = [each["operation"]["metadata"] for each in self.emulator.operations("RestoreCluster")]
        return {clusters[found["clusterId"]]: found["backupId"] for found in begun if found["clusterId"] in clusters}

    def schedule(self, scheduled: Callable[[str], tuple[dict[str, str], str]], name: str) -> tuple[int, str]:
        """The exit code and the standard error of what cron or systemd runs, with no more variables than they give."""
        environment, command = scheduled(self.definition(name))
        environment |= {"HOME": str(self._home), "YC_ENDPOINT": self.emulator.url}
        environment["ANSIBLE_COLLECTIONS_PATH"] = os.environ.get(
            "ANSIBLE_COLLECTIONS_PATH", str(ROOT / "build/collections")
        )
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, cwd="/", check=False
        )
        return done.returncode, done.stderr


def cron(text: str) -> tuple[dict[str, str], str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    environment = dict(re.findall(r"^(\w+)=(.*)$", "\n".join(lines), re.MULTILINE))
    (job,) = (line for line in lines if "=" not in line.split()[0])
    return environment, job.split(maxsplit=6)[6]


def systemd(text: str) -> tuple[dict[str, str], str]:
    environment = dict(pair.split("=", 1) for pair in re.findall(r"^Environment=(.*)$", text, re.MULTILINE))
    (command,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    return environment, shlex.join(shlex.split(command))


CRON = (cron, "nightly_freshness.cron")


@pytest.fixture
def examples(emulator: Emulator, key: AuthorizedKey, tmp_path: Path) -> Iterator[Examples]:
    with Reader(emulator, {**key.document(), "service_account_id": ACCOUNT}, tmp_path, signs_in=True) as reader:
        yield Examples(reader, emulator, tmp_path)


def test_a_scheduled_check_says_on_standard_error_which_cluster_misses(examples: Examples) -> None:
    code, stderr = examples.schedule(systemd, "nightly_freshness.service")
    assert code != 0
    assert "1 of 3 clusters misses the objective of 26h" in stderr
    assert CARTS in stderr
    verdict = json.loads((examples.output / "verdict.json").read_text())
    assert verdict["counts"] == {"never": 1, "stale": 0, "fresh": 2, "skipped": 1}
    assert (examples.output / "index.html").read_text().startswith("<!DOCTYPE html>")
    written = set(re.findall(r"^\w+", (examples.output / "redis_backup.prom").read_text(), re.MULTILINE))
    alerted = set(re.findall(r"\byacloud_\w+", (EXAMPLES / "alerts.yml").read_text(encoding="utf-8")))
    assert alerted
    assert alerted <= written


def test_a_scheduled_check_says_on_standard_error_that_it_could_not_ask(examples: Examples) -> None:
    (examples.work / "key.json").unlink()
    code, stderr = examples.schedule(*CRON)
    assert code != 0
    assert f"{examples.work}/key.json" in stderr
    assert list(examples.output.iterdir()) == []


def test_a_scheduled_check_is_silent_where_all_is_well(examples: Examples) -> None:
    examples.emulator.add_backup(CARTS, type="AUTOMATED")
    assert examples.schedule(*CRON) == (0, "")


def test_a_scheduled_pipeline_fails_and_keeps_the_page(examples: Examples) -> None:
    text = examples.definition("nightly_freshness.gitlab-ci.yml")
    examples.run("gitlab", text, argument="pipeline.yml", fails=True)
    (kept,) = yaml.safe_load(text)["check-backups"]["artifacts"]["paths"]
    assert CARTS in (examples.work / kept).read_text()


def test_systemd_takes_the_units(examples: Examples) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze")
    units = [str(examples.work / f"nightly_freshness.{kind}") for kind in ("service", "timer")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "nightly_freshness" in line]
    assert complaints == []


def test_alerts_fire_when_they_should_and_only_then() -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("there is no promtool; on Debian it is in the package prometheus")
    done = subprocess.run(
        [promtool, "test", "rules", str(EXAMPLES / "alerts.test.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_backups_from_before_the_incident_are_restored_beside_the_sources(examples: Examples) -> None:
    command = f"ansible-playbook restore_before_incident.yml -e restore_max_age=26h -e restored_password={PASSWORD}"
    examples.run("shell", command)
    chosen = {"orders-cache-prod": f"{ORDERS}:mdb-backup-3", "sessions-cache-prod": f"{SESSIONS}:mdb-backup-1"}
    assert examples.restored() == {f"{name}-restored": backup for name, backup in chosen.items()}
    variables = json.loads((examples.work / "restore.auto.tfvars.json").read_text())["redis_restore_backups"]
    assert {name: backup["id"] for name, backup in variables.items()} == chosen
    # The types that Terraform is told are the fields that it gets.
    declared = (EXAMPLES / "terraform.tf").read_text(encoding="utf-8")
    fields = re.findall(r"^    (\w+) += (?:string|list\(string\))$", declared, re.MULTILINE)
    assert [sorted(backup) for backup in variables.values()] == [sorted(fields)] * 2


def test_nothing_is_restored_from_before_the_first_backup(examples: Examples) -> None:
    examples.run("shell", "ansible-playbook restore_before_incident.yml -e incident=2020-01-01T00:00:00Z", fails=True)
    assert not (examples.work / "restore.auto.tfvars.json").exists()
    assert examples.restored() == {}


def test_staging_is_seeded_anew_each_time(examples: Examples) -> None:
    for how, name in (("gitlab", "seed_staging.gitlab-ci.yml"), ("github", "seed_staging.github.yml")):
        definition = re.sub(r"\$\{\{ secrets\.\w+ \}\}", PASSWORD, examples.definition(name))
        if how == "gitlab":
            definition = definition.replace("variables:\n", f"variables:\n    STAGING_PASSWORD: {PASSWORD}\n")
        examples.run(how, definition, argument="pipeline.yml")
    assert examples.restored() == {"orders-staging": f"{ORDERS}:fresh"}
    assert examples.emulator.started("DeleteCluster") == 1


def test_a_change_has_a_backup_to_go_back_to(examples: Examples) -> None:
    for _number in range(2):
        examples.run("shell", "ansible-playbook backup_before_change.yml")
    assert examples.emulator.started("BackupCluster") == 1


def test_backups_that_are_missing_are_taken(examples: Examples) -> None:
    examples.run("shell", "ansible-playbook freshness_acts.yml")
    taken = [operation["cluster_id"] for operation in examples.emulator.operations("BackupCluster")]
    assert taken == [CARTS]
