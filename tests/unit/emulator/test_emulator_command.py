# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: starting, stopping, refusing, TLS, generated data."""

from __future__ import annotations

import http.client
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


def test_ready_file_that_cannot_be_written_is_named(capsys, tmp_path):
    path = tmp_path / "missing" / "ready.json"
    assert f"--ready-file {path}: cannot be written" in refusal(capsys, "--ready-file", str(path))


@pytest.mark.parametrize("flags", [["--port"], ["--grpc", "--grpc-port"]])
def test_taken_port_is_named(capsys, flags):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(capsys, *flags, str(port))
    assert str(port) in said
    assert f"choose another {flags[-1]}" in said


def test_start_that_is_refused_says_why():
    with pytest.raises(testing.EmulatorError, match=r"ended with code 2: (?s:.*)invalid choice: 'random'"):
        testing.Emulator.start(["--order", "random"])


def test_start_has_a_limit(monkeypatch):
    monkeypatch.setattr(testing, "START_LIMIT", 0.01)
    with pytest.raises(testing.EmulatorError, match=r"not ready within 0.01 s; it printed: nothing"):
        testing.Emulator.start()


def test_seed_file_flags_and_ready_file(tmp_path):
    seed, ready = tmp_path / "seed.yaml", tmp_path / "ready.json"
    backups = "[{created_at: 2026-11-20T22:00:00.123456789Z}]"
    seed.write_text(
        f"clusters: [{{id: c9qone, backups: {backups}}}]\n"
        "settings: {order: newest, repeat_rows: true}\n"
        "generate: {clusters: 1, backups_per_cluster: 9}\n"
    )
    flags = ["--seed", seed, "--order", "oldest", "--clusters", "2", "--shards", "2", "--rows", "per-shard"]
    flags += ["--ready-file", ready]
    with testing.Emulator.start(args=list(map(str, flags))) as emulator:
        state = emulator.state()
        assert f'"url": "{emulator.url}"' in ready.read_text()
    assert (state["settings"]["order"], state["settings"]["repeat_rows"]) == ("oldest", True)
    *generated, seeded = state["clusters"]
    assert [len(cluster["backups"]) for cluster in generated] == [18, 18]
    assert [row["createdAt"] for row in seeded["backups"]] == ["2026-11-20T22:00:00.123456789Z"]


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
    with testing.Emulator.start(args=["--host", "::1", "--grpc"]) as emulator:
        assert emulator.url.startswith("http://[::1]:")
        assert emulator.grpc_address.startswith("[::1]:")


def test_tls_is_trusted_by_its_own_ca_only(secure):
    assert secure.state()["clusters"][0]["id"] == CLUSTER
    address = urlsplit(secure.url)
    with socket.create_connection((address.hostname, address.port)) as raw, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(raw, server_hostname=address.hostname)


@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_tls_faults(secure, kind):
    secure.add_fault(route="Discovery", kind=kind)
    with pytest.raises((OSError, http.client.IncompleteRead)) as caught:
        secure._opener.open(f"{secure.url}/endpoints", timeout=5).read()
    assert not isinstance(caught.value, TimeoutError)
    assert secure._opener.open(f"{secure.url}/endpoints", timeout=5).status == 200
