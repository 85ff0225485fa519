# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam to a data plane: something that really serves the data of the emulated clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from google.rpc import code_pb2

from .errors import ApiError, ConfigError
from .storage import Cluster


class DataPlaneError(Exception):
    """The data plane could not do what was asked; the message says what and why."""


@dataclass(frozen=True)
class PlaneHost:
    """A host as the API describes it. Its shard counts in sharded clusters only."""

    name: str
    shard: str


class DataPlane(Protocol):
    """What a data plane offers. Each method returns once its work is done, and raises DataPlaneError."""

    def start_cluster(
        self, cluster_id: str, hosts: Sequence[PlaneHost], *, sharded: bool, tls: bool, password: str
    ) -> None:
        """Serve an empty cluster."""

    def restore_cluster(
        self, cluster_id: str, backup_id: str, hosts: Sequence[PlaneHost], *, sharded: bool, tls: bool, password: str
    ) -> None:
        """Serve a cluster that holds the data of a backup."""

    def nodes(self, cluster_id: str) -> Sequence[Any]:
        """Where a cluster's hosts are served, in their order; each has an ``address``."""

    def save_backup(self, cluster_id: str, backup_id: str) -> None:
        """Keep what a cluster holds at this moment."""

    def delete_backup(self, backup_id: str) -> None:
        """Forget a backup's data."""

    def stop_cluster(self, cluster_id: str) -> None:
        """Serve a cluster no longer."""

    def close(self) -> None:
        """End everything that was started."""


class Plane:
    """Tells the data plane, where there is one, what becomes of clusters and backups.

    What it cannot do for a request is an error of the API (INTERNAL), which fails the request or the operation. Its calls
    take their time in the event loop: whoever asks meanwhile waits.
    """

    def __init__(self, data_plane: DataPlane | None) -> None:
        self._data_plane = data_plane

    def start(self, cluster: Cluster, password: str) -> None:
        """Serve a seeded cluster, without data; its hosts get the names that they are served by.

        Raises ConfigError.
        """
        if self._data_plane:
            try:
                self._data_plane.start_cluster(cluster.id, _hosts(cluster), **_options(cluster, password))
            except DataPlaneError as error:
                raise ConfigError(str(error)) from error
            self._name_hosts(cluster)

    def restore(self, cluster: Cluster, backup_id: str, password: str) -> None:
        """Serve a cluster with a backup's data; its hosts get the names that they are served by."""
        if self._data_plane:
            options = _options(cluster, password)
            self._call(self._data_plane.restore_cluster, cluster.id, backup_id, _hosts(cluster), **options)
            self._name_hosts(cluster)

    def save_backup(self, cluster: Cluster, backup_id: str) -> None:
        """Keep what a cluster holds now."""
        if self._data_plane:
            self._call(self._data_plane.save_backup, cluster.id, backup_id)

    def delete_backup(self, backup_id: str) -> None:
        """Forget a backup's data."""
        if self._data_plane:
            self._call(self._data_plane.delete_backup, backup_id)

    def stop(self, cluster: Cluster) -> None:
        """Serve a cluster no longer."""
        if self._data_plane:
            self._call(self._data_plane.stop_cluster, cluster.id)

    def _call(self, method: Any, *values: Any, **options: Any) -> None:
        try:
            method(*values, **options)
        except DataPlaneError as error:
            raise ApiError(code_pb2.INTERNAL, str(error)) from error

    def _name_hosts(self, cluster: Cluster) -> None:
        assert self._data_plane is not None
        for host, node in zip(cluster.hosts, self._data_plane.nodes(cluster.id), strict=True):
            host.change(name=node.address)


def _hosts(cluster: Cluster) -> list[PlaneHost]:
    return [PlaneHost(host.message.name, host.message.shard_name) for host in cluster.hosts]


def _options(cluster: Cluster, password: str) -> dict[str, Any]:
    message = cluster.row.message
    return {"sharded": message.sharded, "tls": message.tls_enabled, "password": password}
