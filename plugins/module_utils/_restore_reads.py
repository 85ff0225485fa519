# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a cluster with its hosts: as it is now, or once it is ready."""

from __future__ import annotations

import time
import typing as t
from urllib.parse import quote

from ._cloud.client import Client
from ._cloud.errors import NOT_FOUND, ApiError, CloudError, InvalidResponse, StateError, WaitError
from ._cloud.operations import EARLY, GOES_ON, poll_delays
from ._cloud.text import type_name
from ._engine import REDIS
from ._restore_view import View, view

_PAGE_SIZE = 100


def cluster_path(cluster_id: str) -> str:
    """The path of a cluster below the service's base URL."""
    return f"{REDIS.prefix}/clusters/{quote(cluster_id, safe='')}"


def read_view(client: Client, cluster_id: str) -> View | None:
    """A cluster with its hosts as they are now; None where there is no such cluster.

    :raises CloudError: it cannot be read
    """
    return client.run(f"cluster {cluster_id}: reading it", lambda: _read(client, cluster_id))


def wait_until_ready(client: Client, cluster_id: str, ends: float, see: t.Callable[[View], object]) -> View:
    """The cluster once it is running and alive, and its hosts have their roles.

    :param ends: when to stop waiting, on the monotonic clock
    :param see: told of the cluster after each look at it; may raise
    :raises StateError: it is gone
    :raises WaitError: it is not ready in time
    :raises CloudError: it cannot be read
    """
    started, delays = time.monotonic(), poll_delays()
    while True:
        client.renew_deadline()
        try:
            found = read_view(client, cluster_id)
        except CloudError as exc:
            raise exc.adding(GOES_ON) from None
        if found:
            see(found)
            if found.is_ready:
                return found
        elif time.monotonic() > started + EARLY:
            raise StateError(f"cluster {cluster_id}: it does not exist any more.", cluster_id=cluster_id)
        left = ends - time.monotonic()
        if left <= 0:
            raise _not_ready(cluster_id, found)
        client.pause(min(next(delays), left))


def _not_ready(cluster_id: str, found: View | None) -> WaitError:
    return WaitError(
        f"cluster {cluster_id}: it is not ready within wait_timeout: {found.state if found else 'not found'}. {GOES_ON}",
        cluster_id=cluster_id,
    )


def _read(client: Client, cluster_id: str) -> View | None:
    doing = f"cluster {cluster_id}: reading it"
    try:
        row = client.get(cluster_path(cluster_id), doing=doing, cluster_id=cluster_id)
        found = view(row, _hosts(client, cluster_id), f"cluster {cluster_id}")
    except ApiError as exc:
        if exc.code == NOT_FOUND:
            return None
        raise
    if found.cluster.id != cluster_id:
        raise InvalidResponse(f"{doing}: the API answered with another cluster, {found.cluster.id}.")
    return found


def _hosts(client: Client, cluster_id: str) -> list[dict[str, t.Any]]:
    doing = f"cluster {cluster_id}: listing its hosts"
    hosts: list[dict[str, t.Any]] = []
    for page in client.pages(
        f"{cluster_path(cluster_id)}/hosts", doing=doing, page_size=_PAGE_SIZE, cluster_id=cluster_id
    ):
        rows = page.get("hosts") or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InvalidResponse(f"{doing}: the field 'hosts' must be a list of mappings, got {type_name(rows)}.")
        hosts.extend(rows)
    return hosts
