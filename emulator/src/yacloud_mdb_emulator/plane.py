# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's side of the data plane: what it has to do for clusters and backups, in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from google.rpc import code_pb2
from yandex.cloud.mdb.redis.v1 import cluster_pb2

from .data_plane import DataPlane, DataPlaneError, Host
from .errors import ApiError, ConfigError
from .storage import Cluster

#: How many servers a seed may start.
SERVER_LIMIT = 20

#: What the data plane is to do.
DataWork = Callable[[DataPlane], object]
Job = Future[object]


class Plane:
    """Does what is submitted in a thread, so that requests are answered meanwhile; one thing after the other.

    Without a data plane there is nothing to do.
    """

    def __init__(self, data_plane: DataPlane | None) -> None:
        self._data_plane = data_plane
        self._thread = ThreadPoolExecutor(1)
        self._replacing: tuple[Job, list[Cluster]] | None = None

    @property
    def serves(self) -> bool:
        """Whether there is a data plane."""
        return self._data_plane is not None

    def submit(self, work: DataWork) -> Job | None:
        """Begin work; returns at once, with None where there is no data plane."""
        return self._thread.submit(work, self._data_plane) if self._data_plane else None

    async def run(self, work: DataWork) -> None:
        """Do work; raises ConfigError, also where there is no data plane."""
        job = self.submit(work)
        if job is None:
            raise ConfigError("there are no data: start the emulator with --data-plane")
        await _ended(job)

    def check_size(self, clusters: Iterable[Cluster]) -> None:
        """Raises ConfigError for more clusters than can be served."""
        count = sum(len(cluster.hosts) for cluster in clusters if not cluster.deleted)
        if self._data_plane and count > SERVER_LIMIT:
            raise ConfigError(
                f"--data-plane: a Redis for each host of the clusters would be {count} servers, and {SERVER_LIMIT} are the "
                "limit; seed or generate fewer clusters, or leave --data-plane out"
            )

    def replace(self, clusters: Iterable[Cluster]) -> None:
        """Begin to serve these clusters and their backups, and no others."""
        served = list(clusters)
        job = self.submit(partial(_replace, clusters=served))
        self._replacing = (job, served) if job else None

    async def replaced(self) -> None:
        """Wait until all clusters are served; raises ConfigError for one that cannot be."""
        if self._replacing:
            job, clusters = self._replacing
            await _ended(job)
            for cluster in clusters:
                if not cluster.deleted:
                    self.name_hosts(cluster)

    def name_hosts(self, cluster: Cluster) -> None:
        """Give a served cluster's hosts the addresses that they are served at as names, and their roles."""
        if self._data_plane:
            for host, node in zip(cluster.hosts, self._data_plane.nodes(cluster.id), strict=True):
                host.change(name=node.address, role=cluster_pb2.Host.Role.Value(node.role))

    def close(self) -> None:
        """End everything, work that has begun included."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._data_plane:
            self._data_plane.close()


def start(data_plane: DataPlane, cluster: Cluster, backup_id: str | None = None) -> None:
    """Serve a cluster, empty or with a backup's data."""
    message = cluster.row.message
    data_plane.start_cluster(
        cluster.id,
        [Host(host.message.name, host.message.shard_name) for host in cluster.hosts],
        sharded=message.sharded,
        tls=message.tls_enabled,
        password=cluster.password,
        backup_id=backup_id,
    )


def _replace(data_plane: DataPlane, clusters: Iterable[Cluster]) -> None:
    data_plane.clear()
    for cluster in clusters:
        if cluster.backups or not cluster.deleted:
            _serve(data_plane, cluster)


def _serve(data_plane: DataPlane, cluster: Cluster) -> None:
    """Serve a seeded cluster and save the data of its backups; of a deleted one only these."""
    start(data_plane, cluster)
    for backup_id, data in cluster.backup_data.items():
        data_plane.load(cluster.id, data)
        data_plane.save_backup(cluster.id, backup_id)
    data_plane.load(cluster.id, cluster.data)
    ids = [row.message.id for row in cluster.backups]
    data_plane.save_backup(cluster.id, *(item for item in ids if item not in cluster.backup_data))
    if cluster.deleted:
        data_plane.stop_cluster(cluster.id)


def check(job: Job) -> None:
    """Raises ApiError (INTERNAL) where a job that has ended went wrong."""
    try:
        job.result()
    except (DataPlaneError, OSError) as error:
        raise ApiError(code_pb2.INTERNAL, str(error)) from error


async def _ended(job: Job) -> None:
    """Wait for the end of a job; raises ConfigError where it went wrong."""
    try:
        await asyncio.wrap_future(job)
    except (DataPlaneError, OSError) as error:
        raise ConfigError(f"data plane: {error}") from error
