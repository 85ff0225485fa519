# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes under /emulator/: what tests look at and change. Loopback only, no authorization."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from . import __version__, times
from .errors import ConfigError, not_found
from .faults import read_fault
from .seed import check_sections, read_backup
from .state import State
from .storage import Cluster
from .tokens import SERVICE_ACCOUNT_ID

_dumps = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
_Handler = Callable[[web.Request], Awaitable[Any]]


class Admin:
    """The handlers; ``addresses`` is what the emulator is reached by."""

    def __init__(self, state: State, addresses: dict[str, Any]) -> None:
        self.state = state
        self.addresses = addresses

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
            ("POST", "/clusters/{cluster_id}/backups", self._add_backup),
            ("POST", "/tokens/revoke", self._revoke),
        ):
            app.router.add_route(verb, f"/emulator{path}", _answering(handler))

    async def _index(self, _request: web.Request) -> Any:
        return index(self.state, self.addresses)

    async def _state(self, _request: web.Request) -> Any:
        return {**self._counts(), **snapshot(self.state)}

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

    async def _faults(self, _request: web.Request) -> Any:
        return {"faults": self.state.faults.as_list()}

    async def _add_faults(self, request: web.Request) -> Any:
        document = await _body(request)
        found = document if isinstance(document, list) else [document]
        self.state.faults.faults += [read_fault(item, "fault") for item in found]
        return {"faults": self.state.faults.as_list()}

    async def _clear_faults(self, _request: web.Request) -> Any:
        self.state.faults.faults.clear()
        return {"faults": []}

    async def _settings(self, _request: web.Request) -> Any:
        return self.state.settings.as_dict()

    async def _change_settings(self, request: web.Request) -> Any:
        document = await _body(request)
        if not isinstance(document, dict):
            raise ConfigError("settings: must be a JSON object of knobs and values")
        self.state.settings = self.state.settings.changed(document, "settings")
        return self.state.settings.as_dict()

    async def _seed(self, request: web.Request) -> Any:
        self.state.load(check_sections(await _body(request), "seed"), "seed")
        return {"clusters": len(self.state.store.clusters)}

    async def _reset(self, _request: web.Request) -> Any:
        self.state.reset()
        return {"clusters": len(self.state.store.clusters)}

    async def _add_backup(self, request: web.Request) -> Any:
        cluster_id = request.match_info["cluster_id"]
        cluster = self.state.store.clusters.get(cluster_id)
        if cluster is None:
            return web.Response(status=404, body=not_found("Cluster", cluster_id).body())
        document = await _body(request)
        if isinstance(document, dict):
            now = times.write(self.state.settings.now_ns())
            document = {"created_at": now, "started_at": document.get("created_at") or now, **document}
        row = read_backup(document, cluster, "backup")
        self.state.store.add_backup(cluster, row)
        return row.document()

    async def _revoke(self, _request: web.Request) -> Any:
        return {"revoked": self.state.credentials.revoke()}


def index(state: State, addresses: dict[str, Any]) -> dict[str, Any]:
    """What a client needs to know; also the content of the ready file."""
    return {
        **addresses,
        "version": __version__,
        "folder_id": state.launch.folder_id,
        "iam_token": state.launch.iam_token,
        "oidc_token": state.launch.oidc_token,
        "service_account_id": SERVICE_ACCOUNT_ID,
    }


def snapshot(state: State) -> dict[str, Any]:
    """All data, settings and faults as plain JSON, to compare answers with."""
    clusters = [_cluster_state(cluster) for cluster in state.store.clusters.values()]
    return {"clusters": clusters, "settings": state.settings.as_dict(), "faults": state.faults.as_list()}


def _cluster_state(cluster: Cluster) -> dict[str, Any]:
    backups = [row.document() for row in cluster.backups]
    return {**cluster.row.document(), "deleted": cluster.deleted, "backups": backups}


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
        return result if isinstance(result, web.StreamResponse) else web.json_response(result, dumps=_dumps)

    return answer
