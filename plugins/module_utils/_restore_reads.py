# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a restore reads: a cluster with its hosts, its operations, and a cluster on its way to being ready.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import time
import typing as t
from urllib.parse import quote

from ._cloud.client import EARLY, Client
from ._cloud.errors import NOT_FOUND, PERMISSION_DENIED, ApiError, InvalidResponse, StateError, WaitError
from ._cloud.operations import GOES_ON, Operation, parse_operation, poll_delays
from ._cloud.text import type_name
from ._engine import REDIS
from ._restore_view import USELESS, View, view

_PAGE_SIZE = 100
_MAY_NOT_READ_OPERATIONS = (
    "Only its operations prove where a cluster came from: grant the account behind the credential the role"
    f" {REDIS.service.viewer_role} on the cluster's folder."
)


def cluster_path(cluster_id: str) -> str:
    """The path of a cluster below the service's base URL."""
    return f"{REDIS.prefix}/clusters/{quote(cluster_id, safe='')}"


def read_cluster(client: Client, cluster_id: str) -> View | None:
    """A cluster with its hosts as they are now; None where there is no such cluster.

    :raises CloudError: it cannot be read
    """
    source = f"cluster {cluster_id}"
    try:
        row = client.get(cluster_path(cluster_id), doing=f"{source}: reading it", cluster_id=cluster_id)
        hosts = _rows(client, cluster_id, "hosts", {})
    except ApiError as exc:
        if exc.code == NOT_FOUND:
            return None
        raise
    return view(row, hosts, source)


def read_operations(client: Client, cluster_id: str) -> list[Operation]:
    """The operations of a cluster, in the order of the API, which is not documented.

    :raises CloudError: they cannot be read
    """
    doing = f"cluster {cluster_id}: listing its operations"
    rows = _rows(client, cluster_id, "operations", {PERMISSION_DENIED: _MAY_NOT_READ_OPERATIONS})
    return [parse_operation(row, doing) for row in rows]


def wait_until_ready(client: Client, cluster_id: str, end: float, see: t.Callable[[View], object]) -> View:
    """The cluster once it is running and alive, and its hosts have their roles.

    :param end: when to stop waiting, on the monotonic clock
    :param see: told of the cluster after each look at it
    :raises StateError: it has a status from which it does not become ready, or it is gone
    :raises WaitError: it is not ready in time
    :raises CloudError: it cannot be read
    """
    started = time.monotonic()
    for delay in poll_delays():
        client.renew_deadline()
        found = read_cluster(client, cluster_id)
        if found:
            see(found)
            check_useful(found)
            if found.is_ready:
                return found
        elif time.monotonic() > started + EARLY:
            raise StateError(f"cluster {cluster_id}: it was restored, but does not exist any more.", cluster_id=cluster_id)
        left = end - time.monotonic()
        if left <= 0:
            state = found.state if found else "not found"
            raise WaitError(
                f"cluster {cluster_id}: it was restored, but is not ready within wait_timeout: {state}. {GOES_ON}",
                cluster_id=cluster_id,
            )
        client.pause(min(delay, left))
    raise AssertionError("the delays never end")


def check_useful(found: View) -> None:
    """Looks whether a cluster can become ready by itself.

    :raises StateError: it cannot
    """
    if found.cluster.status in USELESS:
        advice = (
            "Remove it, or restore under another name."
            if found.cluster.status == "ERROR"
            else "Start it in the cloud's console, and run this again."
        )
        raise StateError(
            f"cluster {found.cluster.id}: it is there under the name {found.cluster.name}, but its status is"
            f" {found.cluster.status}. {advice}",
            cluster_id=found.cluster.id,
            status=found.cluster.status,
        )


def _rows(client: Client, cluster_id: str, field: str, hints: t.Mapping[int, str]) -> list[dict[str, t.Any]]:
    """All rows of one of a cluster's lists."""
    doing = f"cluster {cluster_id}: listing its {field}"
    rows: list[dict[str, t.Any]] = []
    for page in client.pages(
        f"{cluster_path(cluster_id)}/{field}",
        doing=doing,
        page_size=_PAGE_SIZE,
        hints=hints,
        cluster_id=cluster_id,
    ):
        found = page.get(field) or []
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise InvalidResponse(f"{doing}: the field '{field}' must be a list of mappings, got {type_name(found)}.")
        rows.extend(found)
    return rows
