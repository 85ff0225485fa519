# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing methods: each starts an operation, and says what that brings about at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf import empty_pb2
from google.rpc import code_pb2
from yandex.cloud.mdb.redis.v1 import backup_pb2, cluster_pb2
from yandex.cloud.operation import operation_pb2

from . import backups, clusters
from .descriptors import Method, served_methods
from .errors import ApiError, failed_precondition, invalid
from .faults import Fault
from .operations import Operation
from .plane import DataWork, Job, check, start
from .state import State
from .storage import Cluster
from .times import SECOND, stamp

_Cluster = cluster_pb2.Cluster
#: What operations are called, and the setting that says how long they take.
_KINDS = {
    "BackupCluster": ("Create a backup of Redis cluster", "backup_duration"),
    "RestoreCluster": ("Create new Redis cluster from the backup", "restore_duration"),
    "UpdateCluster": ("Modify Redis cluster", "update_duration"),
    "DeleteCluster": ("Delete Redis cluster", "delete_duration"),
    "DeleteBackup": ("Delete Redis backup", "delete_duration"),
}
#: Those that another person can start.
OTHER_KINDS = ("BackupCluster", "UpdateCluster", "DeleteCluster")


@dataclass(frozen=True)
class Work:
    """What an operation does to one cluster."""

    cluster_id: str
    #: The fields of the operation's metadata.
    metadata: dict[str, str]
    #: What happens at its end, which is given; returns the operation's response, raises ApiError where it fails.
    finish: Callable[[int], Any]
    #: What happens instead where it fails.
    undo: Callable[[], None] = lambda: None
    #: What the data plane does meanwhile.
    on_data: DataWork | None = None


class Actions:
    """All writing methods, by alias."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._works: dict[str, Callable[[Any, int, Fault | None], Work]] = {
            "BackupCluster": self._backup,
            "RestoreCluster": self._restore,
            "UpdateCluster": self._update,
            "DeleteCluster": self._delete,
            "DeleteBackup": self._delete_backup,
        }

    def answer(self, method: Method, request: Any, key: str | None, fault: Fault | None) -> Operation:
        """The operation that does what is asked for, or the one that its key has started; raises ApiError."""
        known = self.state.operations.with_key(key)
        if known:
            return known
        if fault and fault.kind == "conflict":
            self._start_conflict(request)
        now = self.state.now_ns()
        work = self._works[method.alias](request, now, fault)
        failure = fault if fault and fault.kind == "operation_error" else None
        return self._start(method, work, now, failure, key)

    def start_other(self, kind: str, cluster_id: str, backup_type: str = "MANUAL") -> Operation:
        """An operation of one of the OTHER_KINDS that another person or the service starts; raises ApiError."""
        method = next(item for item in served_methods() if item.alias == kind)
        request, now = method.request(cluster_id=cluster_id), self.state.now_ns()
        if kind == "UpdateCluster":
            work = self._maintenance(cluster_id)
        elif kind == "BackupCluster":
            work = self._backup(request, now, None, backup_type)
        else:
            work = self._delete(request, now, None)
        return self._start(method, work, now, None, None, own=False)

    def _start_conflict(self, request: Any) -> None:
        """Let another person be quicker, as the fault ``conflict`` wants it."""
        cluster_id = getattr(request, "cluster_id", "")
        if not cluster_id:
            cluster_id = self.state.store.backup(request.backup_id).message.source_cluster_id
        if not self.state.operations.running(cluster_id):
            self.start_other("UpdateCluster", cluster_id)

    def _start(
        self, method: Method, work: Work, now: int, failure: Fault | None, key: str | None, *, own: bool = True
    ) -> Operation:
        state, (description, duration) = self.state, _KINDS[method.alias]
        ends = now + int(getattr(state.settings, duration) * SECOND)
        message = operation_pb2.Operation(
            id=state.new_id("c9q"),
            description=description,
            created_at=stamp(now),
            created_by="ajeemulatoraccount00" if own else "ajesomeoneelse000000",
            modified_at=stamp(now),
        )
        assert method.metadata is not None
        message.metadata.Pack(method.metadata(**work.metadata))
        early = state.settings.early_404s if own else 0
        operation = Operation(method.alias, work.cluster_id, message, key, own, early)
        state.operations.add(operation)
        if failure and failure.rollback:
            rollback = max(now, ends - int(failure.rollback * SECOND))
            state.operations.at(rollback, lambda: _fail(operation, _error(failure), rollback, done=False))
        job = state.plane.submit(work.on_data) if work.on_data and not failure else None
        state.operations.at(ends, lambda: self._end(operation, work, failure, job, ends))
        state.advance()
        return operation

    def _end(self, operation: Operation, work: Work, failure: Fault | None, job: Job | None, instant: int) -> None:
        """What happens when an operation's time has passed; with the data plane still at work, it takes longer."""
        if job and not job.done():
            later = self.state.now_ns() + 1
            self.state.operations.at(later, lambda: self._end(operation, work, failure, job, later))
            return
        try:
            if failure:
                raise _error(failure)
            if job:
                check(job)
            response = work.finish(instant)
        except ApiError as error:
            _fail(operation, error, instant, done=True)
            work.undo()
            return
        operation.message.response.Pack(response)
        operation.message.done = True
        operation.message.modified_at.CopyFrom(stamp(instant))

    def _free_cluster(self, cluster_id: str) -> Cluster:
        """An existing cluster that no operation is busy with; raises ApiError."""
        cluster = self.state.store.cluster(cluster_id)
        busy = self.state.operations.running(cluster_id)
        if busy:
            raise ApiError(self.state.settings.conflict_code, f"Conflicting operation {busy.id} detected")
        return cluster

    def _backup(self, request: Any, now: int, fault: Fault | None, backup_type: str = "MANUAL") -> Work:
        cluster, state = self._free_cluster(request.cluster_id), self.state
        if cluster.row.message.status != _Cluster.RUNNING:
            status = _Cluster.Status.Name(cluster.row.message.status)
            raise failed_precondition(f"Cluster '{cluster.id}' has status {status}; a backup needs a running one")
        settings = state.settings
        rows = backups.begin(cluster, now, settings, state.new_id, backup_type)
        ids = [row.message.id for row in rows]
        if settings.list_running_backups:
            state.store.add_backups(cluster, rows)
        if fault and fault.kind == "other_backup":
            ends = now + int(settings.backup_duration * SECOND)
            name, starts = state.new_id(""), (now + ends) // 2
            other = backups.make(cluster, name, ["shard1"], starts, ends, backup_pb2.Backup.MANUAL, fault.row)
            ids.append(other.message.id)
            state.operations.at(ends, lambda: state.store.add_backups(cluster, [other]))

        def finish(instant: int) -> Any:
            for row in rows:
                row.finish(instant)
            if not settings.list_running_backups:
                listed = instant + int(settings.backup_lag * SECOND)
                state.operations.at(listed, lambda: state.store.add_backups(cluster, rows))
            return cluster.row.message

        def undo() -> None:
            for row in rows:
                state.store.remove_backup(row.message.id)

        return Work(
            cluster.id, {"cluster_id": cluster.id}, finish, undo, lambda data: data.save_backup(cluster.id, *ids)
        )

    def _restore(self, request: Any, now: int, fault: Fault | None) -> Work:
        state = self.state
        backup = state.store.backup(request.backup_id)
        if not backup.finished:
            raise failed_precondition(f"Backup '{request.backup_id}' is not finished")
        folder_id = request.folder_id or backup.message.folder_id
        state.store.check_folder(folder_id)
        if state.store.name_is_taken(folder_id, request.name):
            raise ApiError(code_pb2.ALREADY_EXISTS, f"Cluster with name '{request.name}' already exists")
        source = state.store.clusters.get(backup.message.source_cluster_id)
        if source and source.deleted:
            source = None
        cluster = clusters.restored(request, state.new_id("c9q"), folder_id, source, now)
        cluster.password = request.config_spec.redis.password
        state.store.add_cluster(cluster)

        def finish(instant: int) -> Any:
            state.plane.name_hosts(cluster)
            cluster.row.change(status=_Cluster.RUNNING)
            alive = instant + int(state.settings.alive_delay * SECOND)
            state.operations.at(alive, lambda: _become_alive(cluster))
            return cluster.row.message

        def undo() -> None:
            if fault and fault.leaves_cluster:
                cluster.row.change(status=_Cluster.ERROR)
            else:
                state.store.remove_cluster(cluster.id)

        return Work(
            cluster.id,
            {"cluster_id": cluster.id, "backup_id": request.backup_id},
            finish,
            undo,
            lambda data: start(data, cluster, request.backup_id),
        )

    def _update(self, request: Any, _now: int, _fault: Fault | None) -> Work:
        cluster = self._free_cluster(request.cluster_id)
        if list(request.update_mask.paths) != ["deletion_protection"]:
            raise invalid("update_mask", "the emulator changes deletion_protection only; name it, and nothing else")
        wanted = request.deletion_protection
        if cluster.row.message.deletion_protection == wanted:
            raise failed_precondition("no changes detected")

        def finish(_instant: int) -> Any:
            cluster.row.change(deletion_protection=wanted)
            return cluster.row.message

        return Work(cluster.id, {"cluster_id": cluster.id}, finish)

    def _maintenance(self, cluster_id: str) -> Work:
        """An update that changes nothing that the API shows."""
        cluster = self._free_cluster(cluster_id)
        return Work(cluster.id, {"cluster_id": cluster.id}, lambda _instant: cluster.row.message)

    def _delete(self, request: Any, _now: int, _fault: Fault | None) -> Work:
        cluster = self._free_cluster(request.cluster_id)
        if cluster.row.message.deletion_protection:
            raise failed_precondition("The operation was rejected because cluster has 'deletion_protection' = ON")

        def finish(_instant: int) -> Any:
            cluster.deleted = True
            return _empty()

        return Work(cluster.id, {"cluster_id": cluster.id}, finish, on_data=lambda data: data.stop_cluster(cluster.id))

    def _delete_backup(self, request: Any, _now: int, _fault: Fault | None) -> Work:
        backup_id, store = request.backup_id, self.state.store
        source = store.source(store.backup(backup_id))
        if source is None:
            raise failed_precondition("Backups of a deleted cluster are deleted automatically, not by request")
        self._free_cluster(source.id)

        def finish(_instant: int) -> Any:
            store.remove_backup(backup_id)
            return _empty()

        return Work(source.id, {"backup_id": backup_id}, finish, on_data=lambda data: data.delete_backup(backup_id))


def _empty() -> Any:
    return vars(empty_pb2)["Empty"]()


def _become_alive(cluster: Cluster) -> None:
    if cluster.row.message.status == _Cluster.RUNNING:
        cluster.row.change(health=_Cluster.ALIVE)
        clusters.set_health(cluster.hosts, _Cluster.ALIVE)


def _error(failure: Fault) -> ApiError:
    code = code_pb2.INTERNAL if failure.code is None else failure.code
    return ApiError(code, failure.message or "Emulated fault: the operation failed")


def _fail(operation: Operation, error: ApiError, instant: int, *, done: bool) -> None:
    operation.message.error.CopyFrom(error.status())
    operation.message.done = done
    operation.message.modified_at.CopyFrom(stamp(instant))
