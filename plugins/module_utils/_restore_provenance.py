# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster's operations say of it: where it came from, and whether it is on its way out. No I/O.

Only they prove where a cluster came from, never a description or a label.
"""

from __future__ import annotations

import typing as t

from ._cloud.operations import Operation


def restore_of(cluster_id: str, operations: t.Iterable[Operation]) -> Operation | None:
    """The operation that made a cluster of a backup, which is the oldest of its restores; None for a cluster made otherwise.

    :param operations: those of the cluster, in any order
    """
    restores = [
        operation
        for operation in operations
        if operation.metadata_type == "RestoreClusterMetadata" and operation.metadata.get("clusterId") == cluster_id
    ]
    return min(restores, key=lambda operation: operation.started or 0, default=None)


def backup_of(restore: Operation | None) -> str | None:
    """The id of the backup that a restore is made from."""
    return (str(restore.metadata.get("backupId") or "") or None) if restore else None


def origin(restore: Operation | None) -> str:
    """Where a cluster came from, in words that follow its name."""
    backup_id = backup_of(restore)
    return f"was restored from backup {backup_id}" if backup_id else "was not restored from a backup, by its operations"


def running_removal(operations: t.Iterable[Operation]) -> Operation | None:
    """The operation that is removing the cluster."""
    return next((one for one in operations if one.metadata_type == "DeleteClusterMetadata" and not one.done), None)
