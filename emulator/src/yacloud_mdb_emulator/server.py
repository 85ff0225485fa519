# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs everything: opens the ports, says that it is ready, waits for a signal, closes within two seconds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from aiohttp import web

from . import grpc_server
from .admin import Admin, index
from .errors import ConfigError
from .plan import Plan
from .redis_layout import PLAIN_PORT, TLS_PORT
from .rest import Rest
from .state import State
from .storage import DEFAULT_PASSWORD

#: Seconds that open requests get to finish once a signal came.
GRACE = 0.5
#: The largest body taken: a seed with many backups.
_BODY_LIMIT = 512 * 1024 * 1024


async def serve(state: State, plan: Plan) -> None:
    """Serve until SIGTERM or SIGINT; raises ConfigError when a port cannot be had."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with contextlib.AsyncExitStack() as stack:
        listener = _listener(plan.host, plan.port)
        await state.plane.replaced()
        scheme = "https" if plan.certificates else "http"
        addresses: dict[str, Any] = {"url": f"{scheme}://{authority(listener)}", "grpc_address": None}
        if plan.grpc:
            addresses["grpc_address"] = await stack.enter_async_context(
                grpc_server.running(state, plan, addresses["url"], stopping)
            )
        context = plan.certificates.context if plan.certificates else None
        runner = await _runner(state, addresses, stopping)
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listener, ssl_context=context).start()
        _announce(state, plan, addresses)
        await stopping.wait()


async def _runner(state: State, addresses: dict[str, Any], stopping: asyncio.Event) -> web.AppRunner:
    app = web.Application(client_max_size=_BODY_LIMIT)
    Admin(state, addresses).add_routes(app)
    Rest(state, stopping).add_routes(app)
    runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    return runner


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}; choose another --port") from error
    return listener


def authority(listener: socket.socket) -> str:
    """host:port of a listening socket, as it stands in a URL."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _announce(state: State, plan: Plan, addresses: dict[str, Any]) -> None:
    if plan.ready_file:
        part = Path(f"{plan.ready_file}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps(index(state, addresses), indent=2) + "\n", encoding="utf-8")
            part.replace(plan.ready_file)
        except OSError as error:
            raise ConfigError(f"--ready-file {plan.ready_file}: cannot be written: {error.strerror}") from error
    print(addresses["url"], flush=True)
    if not plan.quiet:
        print(_hints(state, plan, addresses), file=sys.stderr, flush=True)


def _hints(state: State, plan: Plan, addresses: dict[str, Any]) -> str:
    store = state.store
    count = sum(len(cluster.backups) for cluster in store.clusters.values())
    folders = {cluster.row.message.folder_id for cluster in store.clusters.values()}
    folder = folders.pop() if len(folders) == 1 else state.launch.folder_id
    lines = [
        f"Serving {len(store.clusters)} clusters with {count} backups. Stop with Ctrl-C. To use it:",
        f"  export YC_ENDPOINT={addresses['url']}",
        f"  export YC_IAM_TOKEN={state.launch.iam_token}",
        f"  export YC_FOLDER_ID={folder}",
        *(f"  export {name}={shlex.quote(value)}" for name, value in plan.exports.items()),
    ]
    if addresses["grpc_address"]:
        lines.append(f"gRPC is at {addresses['grpc_address']}{'' if plan.certificates else ' (without TLS)'}")
    if state.plane.serves:
        lines.append(
            f"Each host's name is the address of its Redis, with ports {PLAIN_PORT} and {TLS_PORT} (TLS); the password is "
            f"{DEFAULT_PASSWORD} unless the seed names another."
        )
    lines += [f"  {cluster.id}  {cluster.row.message.name}" for cluster in list(store.clusters.values())[:10]]
    return "\n".join(lines)
