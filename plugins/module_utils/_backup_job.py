# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `redis_backup` reads, whatever it is to do."""

from __future__ import annotations

import time
import typing as t

from ._api import Api
from ._backups import Backup, order
from ._cloud.client import Client
from ._cloud.errors import ABORTED, FAILED_PRECONDITION, PERMISSION_DENIED
from ._cloud.operations import Operation
from ._clusters import Cluster, resolve
from ._engine import REDIS
from ._writing import Progress

T = t.TypeVar("T")

BUSY = "If another operation is busy with the cluster, run this again when that has ended; otherwise look at the cluster's status."
WRITE_HINTS = {
    PERMISSION_DENIED: f"The role {REDIS.editor_role} is missing: grant it on the folder to the account behind the credential.",
    FAILED_PRECONDITION: BUSY,
    ABORTED: BUSY,
}
"""What to do about a refusal, by code of google.rpc.Status."""

_PAGE_SIZE = 100


class Job(t.NamedTuple):
    """What is asked for, and the means."""

    options: t.Mapping[str, t.Any]
    check_mode: bool
    progress: Progress
    client: Client

    def read(self, doing: str, call: t.Callable[[Api], T]) -> T:
        """What the API says, with ages counted from now.

        :raises CloudError: it could not be asked
        """
        api = Api(self.client, page_size=_PAGE_SIZE, evaluated_at=time.time_ns())
        return self.client.run(doing, lambda: call(api))

    def cluster(self) -> Cluster:
        """The cluster that is named.

        :raises CloudError: there is none, or it could not be read
        """
        cluster_id, name, folder_id = (self.options[option] for option in ("cluster_id", "cluster_name", "folder_id"))
        if name is None:
            cluster = self.read(f"cluster {cluster_id}: reading it", lambda api: api.cluster(cluster_id))
        else:
            clusters = self.read(f"folder {folder_id}: listing its clusters", lambda api: api.clusters(folder_id))
            cluster = resolve(name, clusters, folder_id)
        self.progress.facts["cluster_id"] = cluster.id
        return cluster

    def finished(self, cluster_id: str) -> list[Backup]:
        """The cluster's finished backups, newest first.

        :raises CloudError: they could not be read
        """
        backups = self.read(f"cluster {cluster_id}: listing its backups", lambda api: api.cluster_backups(cluster_id))
        return newest_first(backups)

    def operations(self, cluster_id: str) -> list[Operation]:
        """The cluster's operations.

        :raises CloudError: they could not be read
        """
        return self.read(f"cluster {cluster_id}: listing its operations", lambda api: api.operations(cluster_id))

    def started_since(
        self, cluster_id: str, known: t.Sequence[Operation], is_wished: t.Callable[[Operation], bool]
    ) -> Operation | None:
        """An operation that does what is wished for, and was not done before.

        :param known: the operations that there were before
        :raises CloudError: they could not be read
        """
        self.client.renew_deadline()
        done = {operation.id for operation in known if operation.done}
        found = [one for one in self.operations(cluster_id) if is_wished(one) and one.id not in done]
        return max(found, key=lambda one: one.started or 0, default=None)


def newest_first(backups: t.Iterable[Backup]) -> list[Backup]:
    """The finished ones among backups, in the order that holds everywhere."""
    return sorted((backup for backup in backups if backup.completed), key=order, reverse=True)
