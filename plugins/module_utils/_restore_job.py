# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module works with: the options, the client, what became known so far, and the reads that both states need."""

from __future__ import annotations

import time
import typing as t

from ._api import Api
from ._backups import Backup
from ._cloud.client import Client
from ._cloud.errors import PERMISSION_DENIED, ApiError, SelectionError
from ._cloud.operations import Operation
from ._clusters import Cluster
from ._restore_reads import read_view
from ._restore_view import View
from ._writing import Progress

_PAGE_SIZE = 100
_UNPROVEN = "Only a cluster's operations prove where it came from, so nothing was done."


class Job(t.NamedTuple):
    """A task's work.

    :ivar ends: when to stop waiting, on the monotonic clock
    """

    options: t.Mapping[str, t.Any]
    check_mode: bool
    progress: Progress
    client: Client
    ends: float

    @property
    def left(self) -> float:
        """Seconds for which may still be waited."""
        return max(self.ends - time.monotonic(), 0.0)

    def see(self, view: View) -> None:
        """Keeps what is known of the cluster for the result."""
        self.progress.facts.update(view.facts())

    def view(self, cluster_id: str) -> View | None:
        """A cluster with its hosts, kept for the result; None where there is no such cluster."""
        found = read_view(self.client, cluster_id)
        if found:
            self.see(found)
        return found

    def clusters(self, folder_id: str) -> list[Cluster]:
        """The clusters of a folder."""
        return self.client.run(f"folder {folder_id}: listing its clusters", lambda: self._api().clusters(folder_id))

    def operations(self, cluster_id: str) -> list[Operation]:
        """The operations of a cluster, in any order."""
        try:
            return self.client.run(
                f"cluster {cluster_id}: listing its operations", lambda: self._api().operations(cluster_id)
            )
        except ApiError as exc:
            raise (exc.adding(_UNPROVEN) if exc.code == PERMISSION_DENIED else exc) from None

    def find_backup(self, backup_id: str) -> Backup | None:
        """A backup; None where there is no such backup, or no longer."""
        return self.client.run(f"backup {backup_id}: reading it", lambda: self._api().backup(backup_id))

    def backup(self) -> Backup:
        """The backup of the option.

        :raises SelectionError: there is none
        """
        backup_id = self.options["backup_id"]
        found = self.find_backup(backup_id)
        if found is None:
            raise SelectionError(
                f"backup {backup_id}: there is no such backup, or no longer. Choose another, as redis_backup_info"
                " returns it; where its cluster was restored already, set folder_id to find that.",
                backup_id=backup_id,
            )
        return found

    def _api(self) -> Api:
        return Api(self.client, page_size=_PAGE_SIZE, evaluated_at=time.time_ns())
