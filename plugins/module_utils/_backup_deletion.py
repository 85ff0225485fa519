# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deletes one backup, unless one would need it."""

from __future__ import annotations

import functools
import time
import typing as t
from urllib.parse import quote

from ._backup_job import WRITE_HINTS, Job, newest_first
from ._backups import Backup, order
from ._cloud.errors import NOT_FOUND, PERMISSION_DENIED, ApiError, StateError, WaitError
from ._cloud.operations import Operation
from ._engine import REDIS
from ._writing import repeat


def delete(job: Job) -> str:
    """Deletes the backup, or waits for its deletion that runs already; says what was done.

    :raises CloudError: the backup is still there, or may be
    """
    backup_id = job.options["backup_id"]
    backup = _read(job, backup_id)
    if backup is None:
        return f"backup {backup_id}: there is no such backup, or no longer; nothing was done."
    job.progress.facts.update(backup=backup.facts, cluster_id=backup.cluster_id)
    _check_cluster(job, backup)
    known = _operations(job, backup)
    is_wished = functools.partial(_deletes, backup_id)
    running = next((operation for operation in known if is_wished(operation) and not operation.done), None)
    if running is None:
        _guard(job, backup)
    if job.check_mode:
        job.progress.changed = True
        return f"backup {backup_id}: it would be deleted."
    if running:
        job.progress.take_up(running)
    elif not _ask(job, backup, lambda: job.started_since(backup.cluster_id, known, is_wished)):
        return f"backup {backup_id}: it was deleted meanwhile."
    return _finish(job, backup_id)


def _read(job: Job, backup_id: str) -> Backup | None:
    return job.read(f"backup {backup_id}: reading it", lambda api: api.backup(backup_id))


def _check_cluster(job: Job, backup: Backup) -> None:
    """A cluster that is named has to be the backup's own."""
    named = job.options["cluster_id"] is not None or job.options["cluster_name"] is not None
    if not named:
        return
    cluster_id = job.options["cluster_id"] or job.cluster().id
    job.progress.facts["cluster_id"] = backup.cluster_id
    if cluster_id != backup.cluster_id:
        raise StateError(
            f"backup {backup.id}: it is a backup of cluster {backup.cluster_id}, not of {cluster_id}. Nothing was deleted;"
            " compare the ids.",
            cluster_id=backup.cluster_id,
        )


def _operations(job: Job, backup: Backup) -> list[Operation]:
    """The operations of the backup's cluster; none where that was deleted."""
    try:
        return job.operations(backup.cluster_id)
    except ApiError as exc:
        if exc.code == NOT_FOUND:
            return []
        if exc.code == PERMISSION_DENIED:
            raise exc.adding(_MAY_READ_OPERATIONS) from None
        raise


_MAY_READ_OPERATIONS = (
    "Whether its deletion is running already has to be known before it is asked for. Nothing was deleted."
)


def _deletes(backup_id: str, operation: Operation) -> bool:
    return operation.metadata_type == "DeleteBackupMetadata" and operation.metadata.get("backupId") == backup_id


def _guard(job: Job, backup: Backup) -> None:
    """Refuses to delete what one would need."""
    kind = backup.facts["type"]
    if kind != "MANUAL" and not job.options["force"]:
        raise StateError(
            f"backup {backup.id}: its type is {kind or 'not known'}, and only MANUAL backups are deleted. Nothing was deleted;"
            " set force to delete it all the same.",
            backup_id=backup.id,
        )
    is_guarded = backup.completed and not job.options["allow_newest"]
    if is_guarded and not any(order(other) > order(backup) for other in _finished(job, backup)):
        raise StateError(
            f"backup {backup.id}: it is the newest finished backup of cluster {backup.cluster_id}. Nothing was deleted; take"
            " another one first, or set allow_newest to be left with older ones or none.",
            backup_id=backup.id,
        )


def _finished(job: Job, backup: Backup) -> list[Backup]:
    """The finished backups of the backup's cluster, which are looked for in the folder where the cluster was deleted."""
    try:
        return job.finished(backup.cluster_id)
    except ApiError as exc:
        folder_id = backup.facts["folder_id"]
        if not exc.may_be_deleted or not folder_id:
            raise
        doing = f"folder {folder_id}: listing its backups"
        in_folder = job.read(doing, lambda api: api.folder_backups(folder_id))
        return newest_first(in_folder.get(backup.cluster_id, []))


def _ask(job: Job, backup: Backup, find: t.Callable[[], Operation | None]) -> bool:
    """Whether the deletion was begun; it is not where the backup is gone already."""
    path, doing = f"{REDIS.prefix}/backups/{quote(backup.id, safe='')}", f"backup {backup.id}: deleting it"
    try:
        job.progress.ask(lambda: job.client.delete(path, doing=doing, hints=WRITE_HINTS, backup_id=backup.id), find)
    except ApiError as exc:
        if exc.code == NOT_FOUND:
            return False
        raise
    return True


def _finish(job: Job, backup_id: str) -> str:
    """Waits for the operation, and looks whether the backup is gone."""
    progress, timeout = job.progress, job.options["wait_timeout"]
    doing, started = f"backup {backup_id}: deleting it", time.monotonic()
    if not job.options["wait"] and not progress.has_failed:
        return f"{doing}: operation {t.cast(Operation, progress.operation).id} is not waited for, since wait is false."
    operation = progress.wait(job.client, phase="deletion", doing=doing, timeout=timeout)
    with progress.phase("listing"):
        left = started + timeout - time.monotonic()
        is_gone = repeat(job.client, lambda: True if _read(job, backup_id) is None else None, left)
    if not is_gone:
        raise WaitError(
            f"{doing}: operation {operation.id} is done, but the backup is still there. Look again in a while.",
            operation_id=operation.id,
        )
    return f"backup {backup_id}: it was deleted by operation {operation.id}."
