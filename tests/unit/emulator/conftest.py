# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One real emulator for all tests of this folder; each test finds it as it was at the start."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

import pytest

CLUSTER = "c9qorders00000000001"
DELETED = "c9qdeleted0000000001"


def _backups(cluster, count):
    return [
        {
            "id": f"{cluster}:b{number:04d}",
            "created_at": f"2026-11-{number % 28 + 1:02d}T22:{number // 28:02d}:00Z",
            "started_at": f"2026-11-{number % 28 + 1:02d}T21:50:00Z",
            "type": "AUTOMATED",
            "source_shard_names": ["shard1"],
        }
        for number in range(count)
    ]


SEED = {
    "clusters": [
        {"id": CLUSTER, "name": "orders-prod", "backups": _backups(CLUSTER, 25)},
        {"id": "c9qsessions000000001", "name": "sessions_PROD"},
        {"id": DELETED, "name": "old", "deleted": True, "backups": _backups(DELETED, 3)},
    ],
    "tokens": {"forbidden": ["t1.no.rights"]},
}


#: A restore that names no more than it has to.
RESTORE = {
    "backupId": f"{CLUSTER}:b0003",
    "name": "orders-drill",
    "environment": "PRODUCTION",
    "configSpec": {"redis": {"password": "Drill-Passw0rd"}},
}


class Client:
    """A client that knows nothing but HTTP."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.address = urlsplit(emulator.url).netloc

    def request(self, path, query=None, token="", method="GET", body=None, headers=None, timeout=10):
        """(status, headers, body) of one request; ``token=None`` sends no Authorization."""
        connection = http.client.HTTPConnection(self.address, timeout=timeout)
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.emulator.iam_token}"
        try:
            connection.request(method, path + ("?" + urlencode(query, quote_via=quote) if query else ""), body, sent)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def get(self, path, query=None, **more):
        """(status, JSON) of one request."""
        status, _headers, body = self.request(path, query, **more)
        return status, json.loads(body)

    def backups(self, query=None, cluster=CLUSTER, **more):
        """(status, JSON) of a page of a cluster's backups."""
        return self.get(f"/managed-redis/v1/clusters/{cluster}/backups", query, **more)

    def write(self, method, path, body=None, key=None):
        """(status, JSON) of a writing request."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.get(path, method=method, body=None if body is None else json.dumps(body), headers=headers)

    def backup(self, cluster=CLUSTER, key=None):
        """(status, JSON) of asking for a backup."""
        return self.write("POST", f"/managed-redis/v1/clusters/{cluster}:backup", key=key)

    def restore(self, key=None, **body):
        """(status, JSON) of asking for a restore; what is not given comes from RESTORE."""
        return self.write("POST", "/managed-redis/v1/clusters:restore", {**RESTORE, **body}, key)

    def operation(self, operation_id):
        """The operation as it is now."""
        status, operation = self.get(f"/operations/{operation_id}")
        assert status == 200, operation
        return operation

    def cluster(self, cluster_id):
        """The cluster as it is now."""
        return self.get(f"/managed-redis/v1/clusters/{cluster_id}")[1]

    def walk(self, path=f"/managed-redis/v1/clusters/{CLUSTER}/backups", limit=200, **query):
        """The pages of a listing to its end."""
        pages = []
        while len(pages) < limit:
            status, page = self.get(path, query)
            assert status == 200, page
            pages.append(page)
            if "nextPageToken" not in page:
                return pages
            query["pageToken"] = page["nextPageToken"]
        raise AssertionError(f"no end after {limit} pages")


@pytest.fixture(scope="session")
def running():
    """The process."""
    testing = pytest.importorskip("yacloud_mdb_emulator.testing")
    with testing.Emulator.start(seed=SEED) as emulator:
        yield emulator


@pytest.fixture
def emulator(running):
    """The emulator as it was at the start."""
    running.reset()
    return running


@pytest.fixture(scope="session")
def running_secure():
    """A process that serves HTTPS, and gRPC with TLS."""
    testing = pytest.importorskip("yacloud_mdb_emulator.testing")
    with testing.Emulator.start(["--tls", "--grpc"], seed=SEED) as emulator:
        yield emulator


@pytest.fixture
def secure(running_secure):
    """That process as it was at the start."""
    running_secure.reset()
    return running_secure


class Time:
    """The emulator's time, which a test turns on."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.start = datetime(2026, 11, 25, 10, tzinfo=UTC)
        durations = ("backup_duration", "restore_duration", "update_duration", "delete_duration")
        emulator.settings(now=self.at(0), **dict.fromkeys(durations, 600.0))

    def at(self, seconds):
        """RFC 3339 text of so many seconds after the start."""
        return (self.start + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def pass_to(self, seconds):
        """Let it be so many seconds after the start."""
        self.emulator.settings(now=self.at(seconds))


@pytest.fixture
def clock(emulator):
    """Operations take 600 s of a time that the test turns on."""
    return Time(emulator)


@pytest.fixture
def client(emulator):
    """A client of the emulator."""
    return Client(emulator)
