# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module on the official SDK, as one would write it: every page over gRPC, the newest backup of each cluster by time.

The channel is not encrypted and nothing is discovered, so that the SDK is at its fastest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yandexcloud
from yandex.cloud.mdb.redis.v1.backup_service_pb2 import ListBackupsRequest
from yandex.cloud.mdb.redis.v1.backup_service_pb2_grpc import BackupServiceStub
from yandex.cloud.mdb.redis.v1.cluster_service_pb2 import ListClusterBackupsRequest
from yandex.cloud.mdb.redis.v1.cluster_service_pb2_grpc import ClusterServiceStub


def read(address: str, token: str, clusters: list[str], folder: str) -> dict[str, Any]:
    """The newest backup's id by cluster id, and how many backups were listed."""
    sdk = yandexcloud.SDK(iam_token=token)
    listed = 0
    newest: dict[str, Any] = {}
    for backup in _of_folder(sdk, address, token, folder) if folder else _of_clusters(sdk, address, token, clusters):
        listed += 1
        other = newest.setdefault(backup.source_cluster_id, backup)
        if _instant(backup) > _instant(other):
            newest[backup.source_cluster_id] = backup
    return {"newest": {cluster: backup.id for cluster, backup in newest.items()}, "listed": listed}


def _instant(backup: Any) -> tuple[int, int]:
    return backup.created_at.seconds, backup.created_at.nanos


def _of_clusters(sdk: Any, address: str, token: str, clusters: list[str]) -> Iterator[Any]:
    stub = sdk.client(ClusterServiceStub, endpoint=address, insecure=True)
    for cluster in clusters:
        yield from _pages(stub.ListBackups, ListClusterBackupsRequest, token, cluster_id=cluster)


def _of_folder(sdk: Any, address: str, token: str, folder: str) -> Iterator[Any]:
    stub = sdk.client(BackupServiceStub, endpoint=address, insecure=True)
    return _pages(stub.List, ListBackupsRequest, token, folder_id=folder)


def _pages(call: Any, request: Any, token: str, **fields: str) -> Iterator[Any]:
    page_token = ""
    while True:
        page = call(
            request(page_size=1000, page_token=page_token, **fields), metadata=[("authorization", f"Bearer {token}")]
        )
        yield from page.backups
        page_token = page.next_page_token
        if not page_token:
            return


def main() -> None:
    """The module; the same file is a bare script too."""
    from ansible.module_utils.basic import AnsibleModule  # here, so that the bare script does not pay for it

    module = AnsibleModule(
        argument_spec={
            "address": {"type": "str", "required": True},
            "token": {"type": "str", "required": True, "no_log": True},
            "clusters": {"type": "list", "elements": "str", "default": []},
            "folder": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, **read(**module.params))


if __name__ == "__main__":
    main()
