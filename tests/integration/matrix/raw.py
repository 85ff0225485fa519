# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw requests, the same to the real gateway and to the emulator's REST."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from yacloud_mdb_emulator.testing import Emulator

API = "/managed-redis/v1"
CLUSTER, STOPPED, BACKUP = "c9qgateway", "c9qstopped", "c9qgateway:1"
ORDERS = f"{API}/clusters/{CLUSTER}"
SEED = {
    "clusters": [
        {
            "id": CLUSTER,
            "name": "orders",
            "description": '<a> & b \u2028\u00ad\x7f "\\/ ё🔑',
            "backups": [
                {"id": f"{CLUSTER}:{number}", "created_at": f"2026-11-{number + 10}T22:00:00Z"}
                for number in range(1, 9)
            ],
        },
        {"id": STOPPED, "status": "STOPPED", "labels": {"a": "b"}, "deletion_protection": True},
    ],
    "settings": {
        "poll_interval": 3,
        **dict.fromkeys(("backup_duration", "restore_duration", "update_duration", "delete_duration"), 3600.0),
    },
}
"""Two clusters; what is asked for goes on until a test lets time pass."""

_COMPARED = ("content-type", "grpc-status", "grpc-message", "x-operation-poll-interval")


class Response(NamedTuple):
    """What came; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body's JSON."""
        return json.loads(self.body)

    @property
    def compared(self) -> tuple[int, dict[str, str], bytes]:
        """What has to be the same."""
        kept = {name: self.headers[name].partition(";")[0] for name in _COMPARED if name in self.headers}
        return self.status, kept, self.body


def send(emulator: Emulator, url: str, method: str, path: str, body: Any = None, **headers: str) -> Response:
    """The response to one request; a body that is not a string goes as JSON."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        sent = {"Authorization": f"Bearer {emulator.iam_token}", **headers}
        connection.request(method, path, body if isinstance(body, str | None) else json.dumps(body), sent)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status, found, response.read())
    finally:
        connection.close()


def send_both(
    emulator: Emulator, gateways: dict[str, str], method: str, path: str, body: Any = None, **headers: str
) -> Response:
    """The response to a request, which both give alike."""
    through = send(emulator, gateways["strict"], method, path, body, **headers)
    assert send(emulator, emulator.url, method, path, body, **headers).compared == through.compared
    return through
