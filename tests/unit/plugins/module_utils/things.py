# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of no engine, and connections to it."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.connection import Connection, connection_spec
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import Service
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import TOKEN
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server, answer

MakeAuthority = t.Callable[..., t.Any]
Write = t.Callable[[str, str], str]
"""What the fixtures make_authority and write are."""

THING = Service("thing", "https://thing.api.cloud.yandex.net", "thing_endpoint", "YC_THING_ENDPOINT", "thing.viewer")


OPERATION = {
    "id": "c9qop",
    "description": "Copy a thing",
    "createdAt": "2026-11-20T10:00:00Z",
    "modifiedAt": "2026-11-20T10:04:00.5Z",
    "done": True,
    "metadata": {"@type": "type.googleapis.com/yandex.cloud.thing.v1.CopyThingMetadata", "thingId": "c9q1"},
}
"""One that is done, as the API writes it."""


Spec = t.Mapping[str, t.Mapping[str, t.Any]]


def filled(spec: Spec, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """All options as AnsibleModule would hand them over in an empty environment."""
    unknown = given.keys() - spec.keys()
    assert not unknown, f"no such options: {unknown}"
    return {name: entry.get("default") for name, entry in spec.items()} | dict(given)


def validated(spec: Spec, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """All options as AnsibleModule makes them, environment included."""
    result = ArgumentSpecValidator(spec).validate(given)
    assert not result.error_messages, result.error_messages
    parameters: dict[str, t.Any] = result.validated_parameters
    return parameters


def options(**given: t.Any) -> dict[str, t.Any]:
    """All connection options."""
    return filled(connection_spec(THING), given)


def connection(url: str, **given: t.Any) -> Connection:
    """A connection to a server for everything, by an IAM token unless ``iam_token=None`` is given."""
    usual = {"endpoint": url, "thing_endpoint": url, "iam_token": TOKEN, "api_retries": 2, "api_timeout": 5.0}
    return Connection.from_options(options(**usual | given), THING)


def serve_region(server: Server, at: Server | None = None) -> None:
    """Lets a server answer discovery: every service is at its own address, or at another server's."""
    address = (at or server).url.partition("://")[2]
    names = ("thing", "iam", "operation")
    server.always("/endpoints", answer({"endpoints": [{"id": name, "address": address} for name in names]}))
