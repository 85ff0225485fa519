# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A restored cluster is removed: only the one that is meant, only one that was restored, never a source of backups."""

from __future__ import annotations

import functools
import typing as t

from ._cloud.errors import NOT_FOUND, PERMISSION_DENIED, ApiError, CloudError, StateError, WaitError
from ._cloud.operations import Operation
from ._cloud.text import quoted
from ._engine import REDIS
from ._restore_job import Job
from ._restore_provenance import backup_of, origin, restore_of, running_removal
from ._restore_reads import cluster_path, read_view
from ._restore_view import View
from ._writing import repeat

_HINTS = {
    PERMISSION_DENIED: (
        f"The account behind the credential needs the role {REDIS.editor_role} on the cluster's folder;"
        f" {REDIS.restorer_role} cannot remove a cluster."
    )
}
_UNPROTECTED = "Its deletion protection is off now."


def ensure_absent(job: Job) -> str:
    """Makes sure that the restored cluster does not exist, and says in a sentence what was done.

    :raises StateError: the cluster is not the one that is meant, or must not be removed
    :raises CloudError: an option is invalid, or the cloud refuses or cannot be asked
    """
    cluster_id = job.options["cluster_id"]
    view = job.view(cluster_id)
    if view is None:
        return f"cluster {cluster_id}: it does not exist."
    _check_name(job, view)
    operations = _operations(job)
    if operations is None:
        return _gone(job)
    restore = restore_of(cluster_id, operations)
    job.progress.facts["backup_id"] = backup_of(restore)
    _check_source(job, restore)
    _check_provenance(job, restore)
    removal = running_removal(operations)
    if removal is None and view.is_protected and not job.options["lift_deletion_protection"]:
        raise _refused(job, "its deletion protection is on. Set lift_deletion_protection: true to have it removed.")
    if job.check_mode:
        job.progress.changed = True
        return f"cluster {cluster_id}: it would be removed."
    if removal:
        job.progress.take_up(removal)
        return _finish(job)
    return _remove(job, view, [operation for operation in operations if not operation.done])


# --- whether it is the right one ---


def _check_name(job: Job, view: View) -> None:
    if view.cluster.name != job.options["name"]:
        raise _refused(job, f"its name is {quoted(view.cluster.name)}, not {quoted(job.options['name'])}. Check both.")


def _operations(job: Job) -> list[Operation] | None:
    """The cluster's operations; None where it was removed meanwhile."""
    try:
        return job.operations(job.options["cluster_id"])
    except ApiError as exc:
        if exc.code == NOT_FOUND:
            return None
        raise


def _check_provenance(job: Job, restore: Operation | None) -> None:
    """Looks whether the cluster was restored, and from the backup that is named."""
    backup_id = job.options["backup_id"]
    if backup_id is not None and backup_of(restore) != backup_id:
        raise _refused(job, f"it {origin(restore)}, and backup_id names {backup_id}. Check both ids.")
    if restore is None and not job.options["force"]:
        raise _refused(job, f"it {origin(restore)}. Set force: true if it is to be removed all the same.")


def _check_source(job: Job, restore: Operation | None) -> None:
    """Looks whether the cluster is the one that a backup was taken of; that is never removed."""
    for backup_id in sorted({*filter(None, (job.options["backup_id"], backup_of(restore)))}):
        backup = job.find_backup(backup_id)
        if backup and backup.cluster_id == job.options["cluster_id"]:
            raise _refused(
                job, f"backup {backup_id} was taken of it. A source of backups is not removed by this module."
            )


def _refused(job: Job, why: str) -> StateError:
    return StateError(f"cluster {job.options['cluster_id']}: {why}", cluster_id=job.options["cluster_id"])


# --- removing it ---


def _remove(job: Job, view: View, running: list[Operation]) -> str:
    """Removes the cluster once nothing else is done to it."""
    for operation in running:
        doing = f"{_doing(job)}: waiting for another operation ({operation.description or operation.metadata_type or operation.id})"
        job.client.wait(operation, doing=doing, timeout=job.left, on_poll=functools.partial(job.progress.show, doing))
    try:
        if view.is_protected:
            _unprotect(job)
        job.progress.ask(
            lambda: job.client.delete(_path(job), doing=_doing(job), hints=_HINTS, **_details(job)),
            lambda: running_removal(job.operations(job.options["cluster_id"])),
        )
    except CloudError as exc:
        if isinstance(exc, ApiError) and exc.code == NOT_FOUND:
            return _gone(job)
        raise (exc.adding(_UNPROTECTED) if "unprotect" in job.progress.seconds else exc) from None
    return _finish(job)


def _unprotect(job: Job) -> None:
    doing = f"cluster {job.options['cluster_id']}: lifting its deletion protection"
    body = {"updateMask": "deletionProtection", "deletionProtection": False}
    try:
        job.progress.ask(lambda: job.client.patch(_path(job), doing=doing, body=body, hints=_HINTS, **_details(job)))
    except ApiError as exc:
        if "no changes detected" not in str(exc.details.get("message", "")).lower():
            raise
    else:
        job.progress.wait(job.client, phase="unprotect", doing=doing, timeout=job.left)


def _finish(job: Job) -> str:
    """Waits for the removal, then looks whether the cluster is gone."""
    cluster_id = job.options["cluster_id"]
    if not job.options["wait"] and not job.progress.has_failed:
        return f"cluster {cluster_id}: it is being removed."
    job.progress.wait(job.client, phase="remove", doing=_doing(job), timeout=job.left)
    if repeat(job.client, lambda: _is_gone(job) or None, job.left) is None:
        raise WaitError(f"{_doing(job)}: the operation is done, but the API still shows the cluster. Run this again.")
    return _gone(job)


def _is_gone(job: Job) -> bool:
    """Whether the cluster does not exist; of one that was removed the API may also say that it may not be read."""
    try:
        return read_view(job.client, job.options["cluster_id"]) is None
    except ApiError as exc:
        if exc.may_be_deleted:
            return True
        raise


def _gone(job: Job) -> str:
    job.progress.changed = True
    job.progress.facts.update(cluster=None, hosts=[])
    return f"cluster {job.options['cluster_id']}: it is removed."


def _path(job: Job) -> str:
    return cluster_path(job.options["cluster_id"])


def _details(job: Job) -> dict[str, t.Any]:
    return {"cluster_id": job.options["cluster_id"]}


def _doing(job: Job) -> str:
    return f"cluster {job.options['cluster_id']}: removing it"
