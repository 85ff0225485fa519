# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes a backup of a cluster, and finds the one that was taken."""

from __future__ import annotations

import time
import typing as t
from urllib.parse import quote

from ._backup_job import WRITE_HINTS, Job
from ._backups import Backup
from ._cloud.durations import duration_option, format_duration
from ._cloud.errors import PERMISSION_DENIED, ApiError, InvalidResponse, SelectionError, StateError, WaitError
from ._cloud.operations import Operation
from ._clusters import Cluster
from ._engine import REDIS
from ._selection import warn_of_future
from ._writing import UNKNOWN_OUTCOME, repeat

_OUR_TYPES = ("MANUAL", None)
_CANNOT_LOOK = (
    "Whether the cloud has begun is not known, and the account may not read the cluster's operations, which would tell:"
    f" grant it {REDIS.service.viewer_role}, or look at the cluster's backups before you run this again, which may take a second one."
)


def take(job: Job) -> str:
    """Takes a backup, takes one up that is being taken, or finds one that is young enough; says which.

    :raises CloudError: there is no such backup now, or it is not known which it is
    """
    cluster, progress = job.cluster(), job.progress
    finished = job.finished(cluster.id)
    known = _operations(job, cluster.id)  # after the backups: what runs now was not finished then
    running = next((operation for operation in known or () if _takes_backup(operation) and not operation.done), None)
    if running is None and cluster.status != "RUNNING":
        raise _not_running(cluster)
    young = _young_enough(job, cluster, finished)
    if young:
        return young
    if job.check_mode:
        progress.changed = True
        return f"cluster {cluster.id}: {_would(running)}."
    if running:
        progress.take_up(running)
    else:
        _ask(job, cluster, known)
    return _finish(job, cluster, {backup.id for backup in finished})


def _operations(job: Job, cluster_id: str) -> list[Operation] | None:
    """The cluster's operations; None where they may not be read."""
    try:
        return job.operations(cluster_id)
    except ApiError as exc:
        if exc.code == PERMISSION_DENIED:
            return None
        raise


def _takes_backup(operation: Operation) -> bool:
    return operation.metadata_type == "BackupClusterMetadata"


def _not_running(cluster: Cluster) -> StateError:
    return StateError(
        f"cluster {cluster.id}: its status is {cluster.status or 'not known'}, and backups are taken of RUNNING clusters only."
        " Start it, or wait until the operation that is running has ended.",
        cluster_id=cluster.id,
        status=cluster.status,
    )


def _young_enough(job: Job, cluster: Cluster, finished: list[Backup]) -> str | None:
    """Why no backup is needed; None where one is."""
    min_age = duration_option(job.options["min_age"], "min_age")
    if min_age is None or not finished:
        return None
    newest, now = finished[0], time.time_ns()
    if now - newest.created >= min_age:
        return None
    job.progress.facts["backup"] = newest.facts
    job.progress.warnings.extend(filter(None, [warn_of_future(cluster.id, finished, now)]))
    age = format_duration(now - newest.created)
    return (
        f"cluster {cluster.id}: the newest backup {newest.id} is {age} old, younger than min_age"
        f" {job.options['min_age']}; nothing was done."
    )


def _would(running: Operation | None) -> str:
    if running:
        return f"operation {running.id} is taking a backup already and would be waited for"
    return "a backup would be taken"


def _ask(job: Job, cluster: Cluster, known: list[Operation] | None) -> None:
    path = f"{REDIS.prefix}/clusters/{quote(cluster.id, safe='')}:backup"

    def find() -> Operation | None:
        return None if known is None else job.started_since(cluster.id, known, _takes_backup)

    job.progress.ask(
        lambda: job.client.post(
            path, doing=f"cluster {cluster.id}: taking a backup", hints=WRITE_HINTS, cluster_id=cluster.id
        ),
        find,
        UNKNOWN_OUTCOME if known is not None else _CANNOT_LOOK,
    )


def _finish(job: Job, cluster: Cluster, finished_before: set[str]) -> str:
    """Waits for the operation, and finds its backup."""
    progress, timeout = job.progress, job.options["wait_timeout"]
    doing, started = f"cluster {cluster.id}: taking a backup", time.monotonic()
    if not job.options["wait"] and not progress.has_failed:
        return f"{doing}: operation {t.cast(Operation, progress.operation).id} is not waited for, since wait is false."
    operation = progress.wait(job.client, phase="backup", doing=doing, timeout=timeout)
    with progress.phase("listing"):
        left = started + timeout - time.monotonic()
        backup = repeat(job.client, lambda: _new_backup(job, cluster.id, operation, finished_before), left)
    if backup is None:
        raise WaitError(
            f"{doing}: operation {operation.id} is done, but no backup of it is listed yet, so none is named."
            " List the cluster's backups by redis_backup_info in a while.",
            operation_id=operation.id,
        )
    progress.facts["backup"] = backup.facts
    return f"cluster {cluster.id}: backup {backup.id} was taken by operation {operation.id}."


def _new_backup(job: Job, cluster_id: str, operation: Operation, finished_before: set[str]) -> Backup | None:
    """The one backup that the operation has taken; None while it is not listed.

    :raises SelectionError: it can be any of several
    """
    if operation.started is None or operation.ended is None:
        raise InvalidResponse(
            f"cluster {cluster_id}: operation {operation.id} has no times by which its backup could be told from others."
            " List the cluster's backups by redis_backup_info."
        )
    found = [
        backup
        for backup in job.finished(cluster_id)
        if backup.id not in finished_before
        and (job.progress.taken_up or backup.facts["type"] in _OUR_TYPES)
        and operation.started <= backup.started <= operation.ended
    ]
    if len(found) > 1:
        ids = ", ".join(backup.id for backup in found)
        raise SelectionError(
            f"cluster {cluster_id}: {len(found)} backups were taken while operation {operation.id} ran, and it does not say which"
            f" is its own: {ids}. Each of them is finished; choose one by its id.",
            cluster_id=cluster_id,
            candidates=[backup.id for backup in found],
        )
    return found[0] if found else None
