# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data made up, and seed documents that are refused."""

from __future__ import annotations

import re

import pytest

cli = pytest.importorskip("yacloud_mdb_emulator.cli")

NOW = "2026-11-24T12:00:00Z"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"clusters: [{name: x}]", "'id' is missing"),
        (b"clusters: [{id: a, nmae: x}]", "nmae"),
        (b"clusters: [{id: a}, {id: a}]", "stands above"),
        (b"clusters: [{id: a, deleted: 1}]", "'deleted' must be true or false"),
        (b"clusters: [{id: a, backups: [{created_at: soon}]}]", r"clusters\[0\].backups\[0\]"),
        (b"clusters: {}", "must be a list"),
        (b"clusters: [{id: a, data: [key]}]", r"clusters\[0\]: data: must be a mapping"),
        (b"clusters: [{id: a, backups: [{data: key}]}]", r"backups\[0\]: data: must be a mapping"),
        (b"clusters: [{id: a, hosts: [{shard_name: x}, {shard_name: y}]}]", "shards x, y; that needs 'sharded: true'"),
        (b"cluster: []", "unknown section 'cluster'"),
        (b"settings: [orders]", "settings: must be a mapping"),
        (b"generate: {cluster: 1}", "generate: unknown key 'cluster'; known are clusters, backups_per_cluster"),
        (b"generate: {clusters: -1}", "generate: clusters is -1; choose 0 or more"),
        (b"tokens: {acepted: []}", "acepted"),
        (b"service_accounts: [{keys: []}]", "service_accounts.0.: 'id' is missing"),
        (b"service_accounts: [{id: a, keys: [{id: b}]}]", "keys.0.: needs 'id' and 'public_key'"),
        (b"service_accounts: [{id: a, keys: [{id: b, public_key: c}]}]", "is not a public key in PEM"),
        (b"faults: [{route: ListBackups}]", r"faults\[0\]: 'kind' is missing"),
        (b"[", "YAML"),
        (b"clusters: [\xff]", "is not UTF-8"),
    ],
)
def test_bad_seed_is_explained(capsys, tmp_path, text, named):
    seed = tmp_path / "seed.yaml"
    seed.write_bytes(text)
    assert cli.main(["--seed", str(seed)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(named, said.err)


def generated(emulator, amount, **settings):
    """The clusters that are made up."""
    emulator.seed({"generate": amount, "settings": {"now": NOW, **settings}})
    return emulator.state()["clusters"]


def test_generated_data(emulator):
    amount = {"clusters": 2, "backups_per_cluster": 5, "large_cluster": 2345}
    first, second = generated(emulator, amount)
    assert (len(first["backups"]), len(second["backups"])) == (2345, 5)
    assert re.fullmatch(r"c9q[0-9a-v]{17}", first["id"])
    assert re.fullmatch(rf"{first['id']}:[0-9a-v]{{20}}", first["backups"][0]["id"])
    assert max(row["createdAt"] for row in first["backups"]) < NOW
    assert {row["type"] for row in first["backups"]} == {"AUTOMATED", "MANUAL"}
    digits = {len(row["createdAt"].rstrip("Z").partition(".")[2]) for row in first["backups"]}
    assert digits == {0, 3, 6, 9}
    evenings = [row["createdAt"][11:16] for row in first["backups"] if row["type"] == "AUTOMATED"]
    assert all("21:30" <= evening <= "22:30" for evening in evenings)


def test_generating_is_repeatable(emulator):
    amount = {"clusters": 2}
    first = generated(emulator, amount, random_seed=7)
    assert generated(emulator, amount, random_seed=7) == first
    assert generated(emulator, amount, random_seed=8) != first


@pytest.mark.parametrize(("unfinished", "created_at"), [("absent", None), ("zero", "0001-01-01T00:00:00Z")])
def test_generation_knobs(emulator, unfinished, created_at):
    amount = {"clusters": 1, "backups_per_cluster": 3, "shards": 2}
    knobs = {"rows": "per-shard", "types": "absent", "fraction_digits": 9, "unfinished": unfinished}
    rows = generated(emulator, amount, **knobs)[0]["backups"]
    assert [row["sourceShardNames"] for row in rows] == [["shard1"], ["shard2"]] * 3
    assert not any("type" in row for row in rows)
    assert [row.get("createdAt") for row in rows[:2]] == [created_at] * 2
    assert all(len(row["createdAt"]) == len("2026-11-24T12:00:00.123456789Z") for row in rows[2:])


def test_seed_may_hold_any_character(client, emulator):
    emulator.seed({"clusters": [{"id": "c9qone", "description": "😀<"}]})
    assert emulator.state()["clusters"][0]["description"] == "😀<"
    body = client.request("/managed-redis/v1/clusters/c9qone")[2]
    assert '"description":"😀\\u003c"'.encode() in body
