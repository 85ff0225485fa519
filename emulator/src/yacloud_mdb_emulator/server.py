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
from .redis_layout import PLAIN_PORT, TLS_PORT
from .rest import Rest
from .state import State
from .storage import DEFAULT_PASSWORD

#: Seconds that open requests get to finish once a signal came.
GRACE = 0.5
#: The largest body taken: a seed with many backups.
_BODY_LIMIT = 512 * 1024 * 1024


async def serve(state: State) -> None:
    """Serve until SIGTERM or SIGINT; raises ConfigError when a port cannot be had."""
    launch, stopping = state.launch, asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with contextlib.AsyncExitStack() as stack:
        listener = _listener(launch.host, launch.port)
        await state.plane.replaced()
        scheme, authority = "https" if launch.tls else "http", launch.authority(listener.getsockname()[1])
        addresses: dict[str, Any] = {"url": f"{scheme}://{authority}", "grpc_address": None}
        if launch.grpc:
            addresses["grpc_address"] = await stack.enter_async_context(
                grpc_server.running(state, addresses["url"], stopping)
            )
        context = launch.server_certificates.context if launch.server_certificates else None
        runner = await _runner(state, addresses, stopping)
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listener, ssl_context=context).start()
        _announce(state, addresses)
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


def _announce(state: State, addresses: dict[str, Any]) -> None:
    launch = state.launch
    if launch.ready_file:
        part = Path(f"{launch.ready_file}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps(index(state, addresses), indent=2) + "\n", encoding="utf-8")
            part.replace(launch.ready_file)
        except OSError as error:
            raise ConfigError(f"--ready-file {launch.ready_file}: cannot be written: {error.strerror}") from error
    print(addresses["url"], flush=True)
    if not launch.quiet:
        print(_hints(state, addresses), file=sys.stderr, flush=True)


def _hints(state: State, addresses: dict[str, Any]) -> str:
    store, launch = state.store, state.launch
    count = sum(len(cluster.backups) for cluster in store.clusters.values())
    folders = {cluster.row.message.folder_id for cluster in store.clusters.values()}
    folder = folders.pop() if len(folders) == 1 else launch.folder
    lines = [
        f"Serving {len(store.clusters)} clusters with {count} backups. Stop with Ctrl-C. To use it:",
        f"  export YC_ENDPOINT={addresses['url']}",
        f"  export YC_IAM_TOKEN={launch.iam_token}",
        f"  export YC_FOLDER_ID={folder}",
    ]
    if launch.key_file:
        lines.append(f"  export YC_SERVICE_ACCOUNT_KEY_FILE={shlex.quote(os.path.abspath(launch.key_file))}")
    if launch.ca_file and launch.tls:
        lines.append(f"  export YC_CA_PATH={shlex.quote(os.path.abspath(launch.ca_file))}")
    if addresses["grpc_address"]:
        lines.append(f"gRPC is at {addresses['grpc_address']}{'' if launch.tls else ' (without TLS)'}")
    if state.plane.serves:
        lines.append(
            f"Each host's name is the address of its Redis, with ports {PLAIN_PORT} and {TLS_PORT} (TLS); the password is "
            f"{DEFAULT_PASSWORD} unless the seed names another."
        )
    lines += [f"  {cluster.id}  {cluster.row.message.name}" for cluster in list(store.clusters.values())[:10]]
    return "\n".join(lines)
