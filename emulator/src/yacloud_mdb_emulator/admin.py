# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes under /emulator/: what tests look at and change. Loopback only, no authorization."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from aiohttp import web

from . import __version__, times
from .actions import OTHER_KINDS, Actions
from .data_plane import DAMAGES
from .descriptors import from_document, to_json
from .errors import ApiError, ConfigError, not_found
from .faults import read_fault
from .records import make, mapping, option
from .seed import check_sections, read_backup
from .state import State
from .storage import Cluster
from .tokens import SERVICE_ACCOUNT_ID

_dumps = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
_Handler = Callable[[web.Request], Awaitable[Any]]


@dataclass(frozen=True)
class _OtherOperation:
    """An operation that another person is to start; ``type`` is that of the backup it takes."""

    kind: str = option("BackupCluster", choices=OTHER_KINDS)
    type: str = option("MANUAL", choices=("MANUAL", "AUTOMATED"))


class Admin:
    """The handlers; ``addresses`` is what the emulator is reached by."""

    def __init__(self, state: State, addresses: dict[str, Any]) -> None:
        self.state = state
        self.addresses = addresses
        self.actions = Actions(state)

    def add_routes(self, app: web.Application) -> None:
        """Register every route."""
        for verb, path, handler in (
            ("GET", "", self._index),
            ("GET", "/state", self._state),
            ("GET", "/requests", self._requests),
            ("DELETE", "/requests", self._clear_requests),
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._add_faults),
            ("DELETE", "/faults", self._clear_faults),
            ("GET", "/settings", self._settings),
            ("PUT", "/settings", self._change_settings),
            ("POST", "/seed", self._seed),
            ("POST", "/reset", self._reset),
            ("PATCH", "/clusters/{cluster_id}", self._change_cluster),
            ("POST", "/clusters/{cluster_id}/backups", self._add_backup),
            ("POST", "/clusters/{cluster_id}/operations", self._start_operation),
            ("PUT", "/clusters/{cluster_id}/data", self._write_data),
            ("POST", "/backups/{backup_id}/damage", self._damage_backup),
            ("GET", "/operations", self._operations),
            ("POST", "/tokens/revoke", self._revoke),
        ):
            app.router.add_route(verb, f"/emulator{path}", _answering(handler))

    async def _index(self, _request: web.Request) -> Any:
        return index(self.state, self.addresses)

    async def _state(self, _request: web.Request) -> Any:
        self.state.advance()
        return {
            **self._counts(),
            "clusters": [_cluster_state(cluster) for cluster in self.state.store.clusters.values()],
            "settings": self.state.settings.as_dict(),
            "faults": self._all_faults(),
        }

    def _counts(self) -> dict[str, int]:
        log = self.state.request_log
        return {
            "connections": log.connections,
            "request_count": len(log.entries),
            "token_exchanges": self.state.credentials.exchanges,
        }

    async def _requests(self, _request: web.Request) -> Any:
        return {**self._counts(), "requests": self.state.request_log.as_list()}

    async def _clear_requests(self, _request: web.Request) -> Any:
        self.state.request_log.clear()
        self.state.credentials.exchanges = 0
        return {}

    def _all_faults(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.state.faults]

    async def _faults(self, _request: web.Request) -> Any:
        return {"faults": self._all_faults()}

    async def _add_faults(self, request: web.Request) -> Any:
        document = await _body(request)
        found = document if isinstance(document, list) else [document]
        self.state.faults += [read_fault(item, "fault") for item in found]
        return {"faults": self._all_faults()}

    async def _clear_faults(self, _request: web.Request) -> Any:
        self.state.faults.clear()
        return {"faults": []}

    async def _settings(self, _request: web.Request) -> Any:
        return self.state.settings.as_dict()

    async def _change_settings(self, request: web.Request) -> Any:
        self.state.change_settings(await _object(request, "settings"), "settings")
        return self.state.settings.as_dict()

    async def _seed(self, request: web.Request) -> Any:
        self.state.load(check_sections(await _body(request), "seed"), "seed")
        return await self._served()

    async def _reset(self, _request: web.Request) -> Any:
        self.state.reset()
        return await self._served()

    async def _served(self) -> Any:
        await self.state.plane.replaced()
        return {"clusters": len(self.state.store.clusters)}

    async def _change_cluster(self, request: web.Request) -> Any:
        cluster = self._cluster(request)
        row, document = cluster.row, await _object(request, f"cluster {cluster.id}")
        changed = from_document(type(row.message), document, f"cluster {cluster.id}")
        for field in row.message.DESCRIPTOR.fields:
            if field.name in document or field.json_name in document:
                row.message.ClearField(field.name)
        row.message.MergeFrom(changed)
        row.change()
        return row.document()

    async def _add_backup(self, request: web.Request) -> Any:
        cluster, document = self._cluster(request), await _object(request, "backup")
        if "data" in document:
            raise ConfigError("backup: 'data' is for seeds; this one holds what its cluster does, so write that first")
        now = times.write(self.state.now_ns())
        document = {"created_at": now, "started_at": document.get("created_at") or now, **document}
        row = read_backup(document, cluster, "backup")
        if self.state.plane.serves and not cluster.deleted:
            await self.state.plane.run(lambda data: data.save_backup(cluster.id, row.message.id))
        self.state.store.add_backups(cluster, [row])
        return row.document()

    async def _write_data(self, request: web.Request) -> Any:
        cluster = self._cluster(request)
        document = await _object(request, f"cluster {cluster.id}: data")
        await self.state.plane.run(lambda data: data.load(cluster.id, document))
        return {"keys": len(document)}

    async def _damage_backup(self, request: web.Request) -> Any:
        backup_id = self.state.store.backup(request.match_info["backup_id"]).message.id
        match await _body(request):
            case {"how": str(name), **rest} if not rest:
                await self.state.plane.run(lambda data: data.damage_backup(backup_id, name))
            case {"cluster_id": str(cluster_id), **rest} if not rest:
                await self.state.plane.run(lambda data: data.save_backup(cluster_id, backup_id))
            case _:
                raise ConfigError(f"backup {backup_id}: give 'how' ({' or '.join(DAMAGES)}) or another 'cluster_id'")
        return {}

    async def _start_operation(self, request: web.Request) -> Any:
        cluster = self._cluster(request)
        wanted = make(_OtherOperation, await _body(request), "operation")
        return to_json(self.actions.start_other(wanted.kind, cluster.id, wanted.type).message)

    def _cluster(self, request: web.Request) -> Cluster:
        cluster_id = request.match_info["cluster_id"]
        cluster = self.state.store.clusters.get(cluster_id)
        if cluster is None:
            raise not_found("Cluster", cluster_id)
        return cluster

    async def _operations(self, _request: web.Request) -> Any:
        self.state.advance()
        numbers: dict[str | None, list[int]] = {}
        for entry in self.state.request_log.entries:
            numbers.setdefault(entry.operation_id, []).append(entry.number)
        found = [
            {
                "kind": operation.kind,
                "cluster_id": operation.cluster_id,
                "own": operation.own,
                "idempotency_key": operation.idempotency_key,
                "requests": numbers.get(operation.id, []),
                "operation": to_json(operation.message),
            }
            for operation in self.state.operations.by_id.values()
        ]
        return {"started": self.state.operations.started(), "operations": found}

    async def _revoke(self, _request: web.Request) -> Any:
        return {"revoked": self.state.credentials.revoke()}


def index(state: State, addresses: dict[str, Any]) -> dict[str, Any]:
    """What a client needs to know; also the content of the ready file."""
    return {
        **addresses,
        "version": __version__,
        "folder_id": state.launch.folder,
        "iam_token": state.launch.iam_token,
        "oidc_token": state.launch.oidc_token,
        "service_account_id": SERVICE_ACCOUNT_ID,
    }


def _cluster_state(cluster: Cluster) -> dict[str, Any]:
    backups = [row.document() for row in cluster.backups]
    hosts = [row.document() for row in cluster.hosts]
    return {**cluster.row.document(), "deleted": cluster.deleted, "backups": backups, "hosts": hosts}


async def _object(request: web.Request, what: str) -> dict[str, Any]:
    return mapping(await _body(request), what)


async def _body(request: web.Request) -> Any:
    try:
        return json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise ConfigError(f"{request.path}: the body is not JSON: {error}") from error


def _answering(handler: _Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            result = await handler(request)
        except ConfigError as error:
            return web.json_response({"error": str(error)}, status=400)
        except ApiError as error:
            return web.Response(status=error.http_status, body=error.body())
        return result if isinstance(result, web.StreamResponse) else web.json_response(result, dumps=_dumps)

    return answer
