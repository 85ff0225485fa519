# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one writes with the official SDK: a module that reads every page of a cluster's backups over gRPC.

The channel is not encrypted and nothing is discovered, so that the SDK is at its fastest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yandexcloud
from ansible.module_utils.basic import AnsibleModule
from yandex.cloud.mdb.redis.v1.cluster_service_pb2 import ListClusterBackupsRequest
from yandex.cloud.mdb.redis.v1.cluster_service_pb2_grpc import ClusterServiceStub


def read(address: str, token: str, cluster_id: str) -> Iterator[Any]:
    """Yield every backup of the cluster."""
    stub = yandexcloud.SDK(iam_token=token).client(ClusterServiceStub, endpoint=address, insecure=True)
    page_token = ""
    while True:
        request = ListClusterBackupsRequest(cluster_id=cluster_id, page_size=1000, page_token=page_token)
        page = stub.ListBackups(request, metadata=[("authorization", f"Bearer {token}")])
        yield from page.backups
        page_token = page.next_page_token
        if not page_token:
            return


def main() -> None:
    """Return the id of the newest backup, and how many there are."""
    spec = {
        "address": {"type": "str", "required": True},
        "token": {"type": "str", "required": True, "no_log": True},
        "cluster_id": {"type": "str", "required": True},
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    backups = list(read(**module.params))
    newest = max(backups, key=lambda backup: (backup.created_at.seconds, backup.created_at.nanos))
    module.exit_json(changed=False, newest=newest.id, count=len(backups))


if __name__ == "__main__":
    main()
