# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster restored from a backup comes to be: looked for by name and provenance, made where there is none, waited for."""

from __future__ import annotations

import typing as t

from ._backups import Backup
from ._cloud.errors import PERMISSION_DENIED, ApiError, CloudError, InvalidResponse, OperationError, StateError
from ._cloud.operations import GOES_ON, Operation
from ._clusters import Cluster
from ._engine import REDIS
from ._restore_inheritance import NEEDED, check_needed, inherit, source_values
from ._restore_job import Job
from ._restore_provenance import backup_of, origin, restore_of, running_removal
from ._restore_reads import read_view, wait_until_ready
from ._restore_request import given_values, request_body, without_passwords
from ._restore_view import View

_HINTS = {
    PERMISSION_DENIED: (
        f"The account behind the credential needs the role {REDIS.restorer_role} on the backup's folder and on the"
        " new cluster's folder, and vpc.user on the network's folder."
    ),
}
_QUOTA = "A quota of the cloud is used up: have it raised, or remove what is not needed any more, and run this again."
_CONFLICT = "Another operation is running on the source cluster: run this again when it has ended."


def ensure_present(job: Job) -> str:
    """Makes sure that the restored cluster is there and ready, and says in a sentence what was done.

    :raises StateError: another cluster has the name, the backup is not finished, or the cluster cannot become ready
    :raises CloudError: an option is invalid, or the cloud refuses or cannot be asked
    """
    given = given_values(job.options)
    backup = None
    if "folder_id" not in given:
        backup = job.backup()
        given["folder_id"] = _folder(backup)
    found = _find(job, given["folder_id"])
    if found:
        return _take_up(job, found)
    return _restore(job, backup or job.backup(), given)


def _folder(backup: Backup) -> str:
    folder_id = backup.facts["folder_id"]
    if not folder_id:
        raise InvalidResponse(f"backup {backup.id}: the API gave it no folder. Set folder_id.", backup_id=backup.id)
    return t.cast(str, folder_id)


def _find(job: Job, folder_id: str) -> Cluster | None:
    """The cluster of that name, which is unique in a folder."""
    found = [cluster for cluster in job.clusters(folder_id) if cluster.name == job.options["name"]]
    if len(found) > 1:
        ids = ", ".join(cluster.id for cluster in found)
        raise InvalidResponse(f"folder {folder_id}: {len(found)} clusters have the name {found[0].name}: {ids}.")
    return found[0] if found else None


# --- a cluster that is there ---


def _take_up(job: Job, cluster: Cluster) -> str:
    """Leaves a cluster as it is, or waits for it."""
    name, backup_id = job.options["name"], job.options["backup_id"]
    operations = job.operations(cluster.id)
    restore = restore_of(cluster.id, operations)
    view = job.view(cluster.id)
    if view is None:
        raise StateError(f"cluster {name}: {cluster.id} was removed meanwhile. Run this again.", cluster_id=cluster.id)
    if restore is None or backup_of(restore) != backup_id:
        raise StateError(
            f"cluster {name}: the folder has a cluster of that name, {cluster.id}, which {origin(restore)}."
            f" Nothing is ever replaced: choose another name for what is restored from backup {backup_id}.",
            cluster_id=cluster.id,
        )
    if running_removal(operations):
        raise _useless(view, "it is being removed. Run this again when it is gone.")
    if restore.done:
        _check_restored(restore, view)
        if view.is_ready:
            return f"cluster {name}: {cluster.id} was restored from backup {backup_id} already."
    if not job.options["wait"]:
        job.progress.operation = restore
        return f"cluster {name}: {cluster.id} is not ready yet: {view.state}."
    job.progress.take_up(restore)
    if job.check_mode:
        return f"cluster {name}: {cluster.id} is not ready yet and would be waited for: {view.state}."
    return _finish(job, cluster.id)


def _check_restored(restore: Operation, view: View) -> None:
    """Looks whether a cluster whose restore has ended is of use, or becomes so by itself.

    :raises StateError: it is not
    """
    if restore.error:
        message = restore.error["message"].rstrip(".") or "no reason given"
        raise _useless(view, f"its restore has failed ({message}). {view.how_to_remove}")
    if view.is_useless:
        start = "" if view.cluster.status == "ERROR" else " Start it and run this again, or remove it."
        raise _useless(view, f"its status is {view.cluster.status}.{start} {view.how_to_remove}")


def _useless(view: View, why: str) -> StateError:
    cluster = view.cluster
    return StateError(f"cluster {cluster.name} ({cluster.id}): {why}", cluster_id=cluster.id, status=cluster.status)


# --- a cluster that is to be ---


def _restore(job: Job, backup: Backup, given: dict[str, t.Any]) -> str:
    name, progress = job.options["name"], job.progress
    if not backup.completed:
        raise StateError(
            f"backup {backup.id}: it is not finished, since it has no completion time. Wait until it is, or choose"
            " another.",
            backup_id=backup.id,
        )
    values, progress.facts["inherited"] = _with_source(job, backup, given)
    body = request_body(values)
    progress.facts["request"] = without_passwords(body)
    if job.check_mode:
        progress.changed = True
        return f"cluster {name}: it would be restored from backup {backup.id}."
    try:
        operation = progress.ask(lambda: _send(job, body), lambda: _find_restore(job, given["folder_id"]))
    except CloudError as exc:
        raise _explained(exc) from None
    return _after_request(job, operation)


def _send(job: Job, body: dict[str, t.Any]) -> Operation:
    return job.client.post(
        f"{REDIS.prefix}/clusters:restore",
        doing=_doing(job),
        body=body,
        secret=True,
        hints=_HINTS,
        backup_id=job.options["backup_id"],
    )


def _find_restore(job: Job, folder_id: str) -> Operation | None:
    """The same restore where it has begun all the same, or was begun by another run."""
    cluster = _find(job, folder_id)
    restore = restore_of(cluster.id, job.operations(cluster.id)) if cluster else None
    return restore if backup_of(restore) == job.options["backup_id"] else None


def _after_request(job: Job, operation: Operation) -> str:
    name, cluster_id = job.options["name"], operation.metadata.get("clusterId")
    if not isinstance(cluster_id, str) or not cluster_id:
        raise InvalidResponse(f"{_doing(job)}: operation {operation.id} does not name the new cluster. {GOES_ON}")
    job.progress.facts["cluster"] = {"id": cluster_id, "name": name, "status": None, "health": None}
    if not job.options["wait"] and not job.progress.has_failed:
        job.view(cluster_id)
        return f"cluster {name}: {cluster_id} is being restored from backup {job.options['backup_id']}."
    return _finish(job, cluster_id)


def _finish(job: Job, cluster_id: str) -> str:
    """Waits for the restore, then for the cluster."""
    try:
        restore = job.progress.wait(job.client, phase="restore", doing=_doing(job), timeout=job.left)
    except OperationError as exc:
        raise _with_leftover(job, _explained(exc), cluster_id) from None

    def see(view: View) -> None:
        job.see(view)
        job.progress.log(f"{_doing(job)}: {view.state}")
        _check_restored(restore, view)

    with job.progress.phase("ready"):
        view = wait_until_ready(job.client, cluster_id, job.ends, see)
    _warn_of_ignored(job, view)
    return f"cluster {job.options['name']}: {cluster_id} is restored from backup {job.options['backup_id']}."


def _warn_of_ignored(job: Job, view: View) -> None:
    """Warns of settings that the cluster does not have, since the gateway drops what it does not know without a word."""
    asked = given_values(job.options).get("config", {})
    ignored = [name for name, value in asked.items() if value not in (None, "") and name not in view.settings]
    if ignored and view.settings:
        job.progress.warnings.append(
            f"config: cluster {view.cluster.id} does not have the settings {', '.join(ignored)}, which the API ignored."
            " Check their names."
        )


def _with_leftover(job: Job, exc: CloudError, cluster_id: str) -> CloudError:
    """The error with what a failed restore has left behind, which is never removed unasked."""
    exc.details["cluster_id"] = cluster_id
    try:
        view = job.view(cluster_id)
    except CloudError:
        return exc.adding(f"Whether it left cluster {cluster_id} behind is not known: look for it in the folder.")
    if view is None:
        job.progress.facts.update(cluster=None, hosts=[])
        return exc.adding("It left no cluster behind.")
    return exc.adding(f"It left cluster {cluster_id} behind, with status {view.cluster.status}. {view.how_to_remove}")


def _explained(exc: CloudError) -> CloudError:
    """The error with what to do about a quota or a conflict, of which the code alone says too little."""
    message = str(exc.details.get("message", "")).lower()
    if "quota" in message:
        return exc.adding(_QUOTA)
    return exc.adding(_CONFLICT) if "conflicting operation" in message else exc


def _doing(job: Job) -> str:
    return f"cluster {job.options['name']}: restoring it from backup {job.options['backup_id']}"


def _with_source(job: Job, backup: Backup, given: dict[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The values of the request, and the names of the options that were copied."""
    doing, source_id = f"cluster {job.options['name']}", backup.cluster_id
    if not job.options["inherit"]:
        check_needed(given, ("environment",), f"{doing}: inherit is false")
        return given, []
    try:
        source = read_view(job.client, source_id)
        why = "does not exist any more"
    except ApiError as exc:
        if exc.code != PERMISSION_DENIED:
            raise
        source, why = None, "may not be read by the account behind the credential"
    if source is None:
        check_needed(given, NEEDED, f"{doing}: the source of the backup, cluster {source_id}, {why}")
        return given, []
    return inherit(given, source_values(source.row, source.hosts))
