# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator answers to a listing, page by page: to know the right answer, and for a faster server to repeat it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import grpc
import requests
from google.protobuf.message import Message
from yacloud_mdb_emulator.testing import Emulator
from yandex.cloud.mdb.redis.v1.backup_service_pb2 import ListBackupsRequest, ListBackupsResponse
from yandex.cloud.mdb.redis.v1.cluster_service_pb2 import ListClusterBackupsRequest, ListClusterBackupsResponse

PAGE_SIZE = 1000
_LIST = "/yandex.cloud.mdb.redis.v1.BackupService/List"
_LIST_OF_CLUSTER = "/yandex.cloud.mdb.redis.v1.ClusterService/ListBackups"


def rest_key(path: str, query: dict[str, str]) -> str:
    """What tells one page from all others, however a client orders its parameters."""
    return f"{path} {query.get('folderId', '')} {query.get('pageToken', '')}"


def grpc_key(method: str, request: bytes) -> str:
    """The same for gRPC."""
    return f"{method} {base64.b64encode(request).decode()}"


@dataclass
class Recording:
    """All pages of some listings.

    :ivar folder_id: the folder that was read; empty where only clusters were
    :ivar clusters: the clusters, in the order of their listing
    :ivar rest: bodies by :func:`rest_key`
    :ivar grpc: messages in base64 by :func:`grpc_key`
    :ivar paths: path and query of each page of backups, for clients that do not follow tokens themselves
    """

    folder_id: str = ""
    clusters: list[str] = field(default_factory=list)
    rest: dict[str, str] = field(default_factory=dict)
    grpc: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)

    @property
    def bodies(self) -> list[bytes]:
        """The pages of backups."""
        return [text.encode() for key, text in self.rest.items() if not key.startswith("/managed-redis/v1/clusters ")]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All backups."""
        return [row for body in self.bodies for row in json.loads(body).get("backups", [])]

    def as_json(self) -> str:
        """For :mod:`replay_server`."""
        return json.dumps({"rest": self.rest, "grpc": self.grpc})


def record(emulator: Emulator, *, whole_folder: bool) -> Recording:
    """Reads all that the emulator holds, over REST and gRPC: cluster by cluster, or as a folder."""
    folder = emulator.folder_id
    recording = Recording(folder if whole_folder else "")
    with requests.Session() as session:
        session.trust_env = False
        session.verify = emulator.ca_file or True
        session.headers["Authorization"] = f"Bearer {emulator.iam_token}"
        path = "/managed-redis/v1/clusters"
        for page, _path in _rest_pages(session, emulator.url, path, {"folderId": folder}, recording):
            recording.clusters += [row["id"] for row in page["clusters"]]
        listings = [("/managed-redis/v1/backups", {"folderId": folder})]
        if not whole_folder:
            listings = [(f"{path}/{cluster}/backups", {}) for cluster in recording.clusters]
        for listing, query in listings:
            recording.paths += [at for _page, at in _rest_pages(session, emulator.url, listing, query, recording)]
    if emulator.grpc_address:
        _record_grpc(emulator, recording)
    return recording


def _rest_pages(
    session: requests.Session, url: str, path: str, query: dict[str, str], recording: Recording
) -> Iterator[tuple[dict[str, Any], str]]:
    token = ""
    while True:
        sent = {**query, "pageSize": str(PAGE_SIZE), **({"pageToken": token} if token else {})}
        response = session.get(url + path, params=sent, timeout=60)
        response.raise_for_status()
        recording.rest[rest_key(path, sent)] = response.text
        page: dict[str, Any] = response.json()
        yield page, f"{path}?{urlencode(sent)}"
        token = page.get("nextPageToken", "")
        if not token:
            return


def _record_grpc(emulator: Emulator, recording: Recording) -> None:
    metadata = [("authorization", f"Bearer {emulator.iam_token}")]
    listings: list[tuple[str, Any, Any, dict[str, str]]] = [
        (_LIST_OF_CLUSTER, ListClusterBackupsRequest, ListClusterBackupsResponse, {"cluster_id": cluster})
        for cluster in recording.clusters
    ]
    if recording.folder_id:
        listings = [(_LIST, ListBackupsRequest, ListBackupsResponse, {"folder_id": recording.folder_id})]
    with grpc.insecure_channel(emulator.grpc_address) as channel:
        for method, request, response, fields in listings:
            call = channel.unary_unary(method)
            token = None
            while token != "":
                sent: Message = request(page_size=PAGE_SIZE, page_token=token or "", **fields)
                answer = call(sent.SerializeToString(), metadata=metadata, timeout=60)
                recording.grpc[grpc_key(method, sent.SerializeToString())] = base64.b64encode(answer).decode()
                token = response.FromString(answer).next_page_token
