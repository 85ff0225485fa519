# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays and CI definitions in examples/ do what they say, against the emulator."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("yacloud_mdb_emulator")

from doc_examples import ROOT, Example
from test_examples import ACCOUNT, Reader, emulator, key, started
from yacloud_mdb_emulator.testing import Emulator
from yacloud_mdb_emulator.tokens import AuthorizedKey

__all__ = ["emulator", "key", "started"]

ORDERS, SESSIONS = "c9qe1abcd2fghij3klmn", "c9qf2bcde3ghijk4lmno"


class Examples:
    """Somebody who copies the files of examples/ into a folder of their own.

    :param folder: holds what the reader needs beside that folder
    """

    def __init__(self, reader: Reader, folder: Path) -> None:
        self._reader = reader
        self.work, self._calls = folder / "work", folder / "stubs" / "calls"
        self.output = folder / "www"
        for path in (ROOT / "examples").glob("*.yml"):
            text = path.read_text(encoding="utf-8")
            for place in ("/var/lib/prometheus/node-exporter", "/srv/www/redis-backups"):
                text = text.replace(place, str(self.output))
            (self.work / path.name).write_text(text, encoding="utf-8")

    def run(self, how: str, text: str, argument: str = "", *, fails: bool = False) -> None:
        self._reader.follow(Example("examples", "yaml", text, how, argument, fails))

    def definition(self, name: str) -> str:
        return (self.work / name).read_text(encoding="utf-8")

    @property
    def restores(self) -> list[str]:
        """The backups that the cloud's own tool was told to restore."""
        return re.findall(
            r"^yc managed-redis cluster restore --backup-id (\S+) ", self._calls.read_text(), re.MULTILINE
        )


@pytest.fixture
def examples(emulator: Emulator, key: AuthorizedKey, tmp_path: Path) -> Iterator[Examples]:
    with Reader(emulator, {**key.document(), "service_account_id": ACCOUNT}, tmp_path, signs_in=True) as reader:
        yield Examples(reader, tmp_path)


@pytest.mark.parametrize(
    ("how", "name"), [("gitlab", "seed_staging.gitlab-ci.yml"), ("github", "seed_staging.github.yml")]
)
def test_a_job_seeds_staging_from_what_another_chose(examples: Examples, how: str, name: str) -> None:
    examples.run(how, examples.definition(name), argument="pipeline.yml")
    assert examples.restores == [f"{ORDERS}:fresh"]


def test_terraform_gets_the_backups_from_before_the_incident(examples: Examples) -> None:
    # The emulated backups are older than a week by now.
    examples.run("shell", "ansible-playbook restore_before_incident.yml -e restore_max_age=36500d")
    variables = json.loads((examples.work / "restore.auto.tfvars.json").read_text())
    chosen = {cluster: backup["id"] for cluster, backup in variables["redis_restore_backups"].items()}
    assert chosen == {ORDERS: f"{ORDERS}:mdb-backup-3", SESSIONS: f"{SESSIONS}:mdb-backup-1"}
    # The types that Terraform is told are the fields that it gets.
    declared = (ROOT / "examples/restore_before_incident.tf").read_text(encoding="utf-8")
    fields = re.findall(r"^    (\w+) += (?:string|list\(string\))$", declared, re.MULTILINE)
    assert [sorted(backup) for backup in variables["redis_restore_backups"].values()] == [sorted(fields)] * 2


def test_terraform_gets_nothing_from_before_the_first_backup(examples: Examples) -> None:
    examples.run("shell", "ansible-playbook restore_before_incident.yml -e incident=2020-01-01T00:00:00Z", fails=True)
    assert not (examples.work / "restore.auto.tfvars.json").exists()


def test_the_nightly_check_fails_for_what_is_missing_once_all_is_written(examples: Examples) -> None:
    examples.run("shell", "ansible-playbook nightly_freshness.yml", fails=True)
    verdict = json.loads((examples.output / "verdict.json").read_text())
    assert verdict["counts"] == {"never": 1, "stale": 0, "fresh": 2, "deleted": 1}
    assert (examples.output / "index.html").read_text().startswith("<!DOCTYPE html>")
    assert "yacloud_redis_backup_up{" in (examples.output / "redis_backup.prom").read_text()


def test_a_change_has_a_backup_to_go_back_to(examples: Examples, emulator: Emulator) -> None:
    for _number in range(2):
        examples.run("shell", "ansible-playbook backup_before_change.yml")
    assert emulator.started("BackupCluster") == 1


def test_backups_that_are_missing_are_taken(examples: Examples, emulator: Emulator) -> None:
    # The emulated backups are older than a day by now, and every cluster is running.
    examples.run("shell", "ansible-playbook freshness_acts.yml")
    live = [cluster for cluster in emulator.state()["clusters"] if not cluster["deleted"]]
    assert emulator.started("BackupCluster") == len(live)
