# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: starting, stopping, refusing, TLS, generated data."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

import pytest

from .conftest import CLUSTER, SEED, Client

cli = pytest.importorskip("yacloud_mdb_emulator.cli")
testing = pytest.importorskip("yacloud_mdb_emulator.testing")


def refusal(capsys, *flags):
    """What the command says when it refuses to start."""
    try:
        code = cli.main(flags)
    except SystemExit as error:
        code = error.code
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    return said.err


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--host", "0.0.0.0"], "loopback"),
        (["--host", "example.com"], "loopback"),
        (["--ca-file", "x"], "--tls"),
        (["--seed", "/nonexistent/seed.yaml"], "/nonexistent/seed.yaml"),
        (["--default-page-size", "0"], "default_page_size"),
        (["--now", "yesterday"], "now"),
        (["--order", "random"], "--order"),
        (["--port", "70000"], "port is 70000; choose 0 to 65535"),
    ],
)
def test_refusal_says_why(capsys, flags, named):
    assert named in refusal(capsys, *flags)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("clusters: [{name: x}]", "'id' is missing"),
        ("clusters: [{id: a, nmae: x}]", "nmae"),
        ("clusters: [{id: a}, {id: a}]", "stands above"),
        ("clusters: [{id: a, backups: [{created_at: soon}]}]", r"clusters\[0\].backups\[0\]"),
        ("clusters: {}", "must be a list"),
        ("clusters: [{id: a, data: [key]}]", r"clusters\[0\]: data: must be a mapping"),
        ("clusters: [{id: a, backups: [{data: key}]}]", r"backups\[0\]: data: must be a mapping"),
        ("clusters: [{id: a, hosts: [{shard_name: x}, {shard_name: y}]}]", "shards x, y; that needs 'sharded: true'"),
        ("cluster: []", "unknown section 'cluster'"),
        ("settings: {orders: newest}", "orders"),
        ("settings: [orders]", "settings: must be a mapping"),
        ("tokens: {acepted: []}", "acepted"),
        ("faults: [{route: ListBackups}]", "kind"),
        ("[", "YAML"),
    ],
)
def test_bad_seed_is_explained(capsys, tmp_path, text, named):
    seed = tmp_path / "seed.yaml"
    seed.write_text(text)
    assert re.search(named, refusal(capsys, "--seed", str(seed)))


def test_seed_that_is_no_text_is_explained(capsys, tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_bytes(b"clusters: [\xff]")
    assert "is not UTF-8" in refusal(capsys, "--seed", str(seed))


def test_ready_file_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "missing" / "ready.json"
    with pytest.raises(testing.EmulatorError, match=r"code 2: .*--ready-file .*missing/ready.json: cannot be written"):
        testing.Emulator.start(args=["--ready-file", str(path)])


def test_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(testing.EmulatorError, match=f"port {port}"):
            testing.Emulator.start(args=["--port", str(port)])


def test_start_has_a_limit(monkeypatch):
    monkeypatch.setattr(testing, "START_LIMIT", 0.01)
    with pytest.raises(testing.EmulatorError, match=r"not ready within 0.01 s; it printed: nothing"):
        testing.Emulator.start()


def test_yaml_times_keep_their_digits(tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text("clusters: [{id: a, backups: [{created_at: 2026-11-20T22:00:00.123456789Z}]}]\n")
    with testing.Emulator.start(args=["--seed", str(seed)]) as emulator:
        (row,) = emulator.state()["clusters"][0]["backups"]
    assert row["createdAt"] == "2026-11-20T22:00:00.123456789Z"


def test_seed_may_hold_any_character():
    with testing.Emulator.start(seed={"clusters": [{"id": "c9qone", "description": "😀<"}]}) as emulator:
        assert emulator.state()["clusters"][0]["description"] == "😀<"
        body = Client(emulator).request("/managed-redis/v1/clusters/c9qone")[2]
    assert '"description":"😀\\u003c"'.encode() in body


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_in_time_with_requests_open(number):
    stalled = [{"route": "ListClusterBackups", "kind": "stall", "times": -1}]
    with testing.Emulator.start(seed={**SEED, "faults": stalled}) as emulator:
        client = Client(emulator)
        caught = []

        def ask():
            try:
                client.backups()
            except OSError as error:
                caught.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        while not emulator.requests("ListClusterBackups"):
            time.sleep(0.01)
        started = time.monotonic()
        emulator._process.send_signal(number)
        assert emulator._process.wait(5) == 0
        assert time.monotonic() - started < 2
        asking.join()
        assert len(caught) == 1


def test_ipv6_loopback():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with testing.Emulator.start(args=["--host", "::1"]) as emulator:
        assert emulator.url.startswith("http://[::1]:")


def test_tls_is_trusted_by_its_own_ca_only():
    with testing.Emulator.start(args=["--tls"], seed=SEED) as emulator:
        assert emulator.state()["clusters"][0]["id"] == CLUSTER
        address = urlsplit(emulator.url)
        with socket.create_connection((address.hostname, address.port)) as raw, pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(raw, server_hostname=address.hostname)


def test_tls_faults():
    faults = [{"route": "Discovery", "kind": kind} for kind in ("reset", "truncated")]
    with testing.Emulator.start(args=["--tls"], seed={"faults": faults}) as emulator:
        for _turn in faults:
            with pytest.raises((OSError, http.client.IncompleteRead)) as caught:
                emulator._opener.open(f"{emulator.url}/endpoints", timeout=5).read()
            assert not isinstance(caught.value, TimeoutError)
        assert emulator._opener.open(f"{emulator.url}/endpoints", timeout=5).status == 200


def test_generated_data():
    now = "2026-11-24T12:00:00Z"
    flags = ["--clusters", "2", "--backups-per-cluster", "5", "--large-cluster", "2345", "--now", now]
    with testing.Emulator.start(args=flags) as emulator:
        first, second = emulator.state()["clusters"]
    assert (len(first["backups"]), len(second["backups"])) == (2345, 5)
    assert re.fullmatch(r"c9q[0-9a-v]{17}", first["id"])
    assert re.fullmatch(rf"{first['id']}:[0-9a-v]{{20}}", first["backups"][0]["id"])
    assert max(row["createdAt"] for row in first["backups"]) < now
    assert {row["type"] for row in first["backups"]} == {"AUTOMATED", "MANUAL"}
    digits = {len(row["createdAt"].rstrip("Z").partition(".")[2]) for row in first["backups"]}
    assert digits == {0, 3, 6, 9}
    evenings = [row["createdAt"][11:16] for row in first["backups"] if row["type"] == "AUTOMATED"]
    assert all("21:30" <= evening <= "22:30" for evening in evenings)


def test_generating_is_repeatable():
    flags = ["--clusters", "2", "--now", "2026-11-24T12:00:00Z", "--random-seed", "7"]
    states = []
    for _turn in range(2):
        with testing.Emulator.start(args=flags) as emulator:
            states.append(emulator.state()["clusters"])
    assert states[0] == states[1]


def test_generation_knobs():
    flags = ["--clusters", "1", "--backups-per-cluster", "3", "--shards", "2", "--rows", "per-shard"]
    flags += ["--types", "absent", "--fraction-digits", "9", "--unfinished", "zero"]
    with testing.Emulator.start(args=flags) as emulator:
        (cluster,) = emulator.state()["clusters"]
    rows = cluster["backups"]
    assert [row["sourceShardNames"] for row in rows] == [["shard1"], ["shard2"]] * 3
    assert not any("type" in row for row in rows)
    assert [row["createdAt"] for row in rows[:2]] == ["0001-01-01T00:00:00Z"] * 2
    assert all(len(row["createdAt"]) == len("2026-11-24T12:00:00.123456789Z") for row in rows[2:])


def test_flag_wins_over_seed():
    with testing.Emulator.start(
        args=["--order", "oldest"], seed={"settings": {"order": "newest", "latency": 0}}
    ) as emulator:
        assert emulator.state()["settings"]["order"] == "oldest"


def test_ready_file(tmp_path):
    path = tmp_path / "ready.json"
    with testing.Emulator.start(args=["--ready-file", str(path)]) as emulator:
        assert f'"url": "{emulator.url}"' in path.read_text()


def test_seed_and_reset(emulator):
    before = emulator.state()["clusters"]
    emulator.settings(order="newest")
    emulator.seed({"generate": {"clusters": 2}})
    assert len(emulator.state()["clusters"]) == 2
    with pytest.raises(testing.EmulatorError, match="'id' is missing"):
        emulator.seed({"clusters": [{}]})
    assert len(emulator.state()["clusters"]) == 2
    emulator.reset()
    assert emulator.state()["clusters"] == before
    assert emulator.state()["settings"]["order"] == "shuffled"


def test_added_backup_is_listed(client, emulator):
    row = emulator.add_backup(CLUSTER, id=f"{CLUSTER}:new", type="MANUAL")
    assert row in client.backups()[1]["backups"]
