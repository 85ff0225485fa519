# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request for a restore: options become the body of clusters:restore. No I/O.

Source: RestoreClusterRequest in PyPI's yandexcloud, and https://yandex.cloud/en/docs/managed-redis/api-ref/Cluster/restore
"""

from __future__ import annotations

import re
import typing as t

from ._cloud.errors import OptionError
from ._cloud.text import quoted

PATHS: dict[str, tuple[str, ...]] = {
    "backup_id": ("backupId",),
    "name": ("name",),
    "folder_id": ("folderId",),
    "description": ("description",),
    "labels": ("labels",),
    "environment": ("environment",),
    "network_id": ("networkId",),
    "hosts": ("hostSpecs",),
    "security_group_ids": ("securityGroupIds",),
    "version": ("configSpec", "version"),
    "resource_preset_id": ("configSpec", "resources", "resourcePresetId"),
    "disk_size_gib": ("configSpec", "resources", "diskSize"),
    "disk_type_id": ("configSpec", "resources", "diskTypeId"),
    "config": ("configSpec", "redis"),
    "password": ("configSpec", "redis", "password"),
    "tls_enabled": ("tlsEnabled",),
    "sharded": ("sharded",),
    "announce_hostnames": ("announceHostnames",),
    "persistence_mode": ("persistenceMode",),
    "disk_encryption_key_id": ("diskEncryptionKeyId",),
    "deletion_protection": ("deletionProtection",),
}
"""Where each option stands in the body. "config" comes before "password", which goes into it."""

MASK = "********"

_MAY_BE_EMPTY = frozenset({"description", "disk_encryption_key_id"})


def given_values(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the options say, by option, each value as the API writes it; an option that is not given is left out.

    :raises OptionError: a value is invalid
    """
    given = {name: options[name] for name in PATHS if options.get(name) is not None}
    for name, value in given.items():
        if value == "" and name not in _MAY_BE_EMPTY:
            raise OptionError(f"{name} must not be empty; leave it out if it is not to be set.", option=name)
    return {name: _CONVERTERS[name](value) if name in _CONVERTERS else value for name, value in given.items()}


def request_body(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The body of clusters:restore.

    :param values: as :func:`given_values` returns them, with what is inherited
    """
    body: dict[str, t.Any] = {"configSpec": {}}
    for name, path in PATHS.items():
        if name in values:
            part = body
            for key in path[:-1]:
                part = part.setdefault(key, {})
            value = values[name]
            part[path[-1]] = dict(value) if isinstance(value, dict) else value
    return body


def without_passwords(value: t.Any) -> t.Any:
    """JSON data with a mask in the place of each password."""
    if isinstance(value, dict):
        return {key: MASK if key == "password" and item else without_passwords(item) for key, item in value.items()}
    return [without_passwords(item) for item in value] if isinstance(value, list) else value


def _hosts(hosts: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    if not hosts:
        raise OptionError(
            "hosts must name at least one host; leave it out to have those of the source.", option="hosts"
        )
    return [
        {_camel_case(name): value for name, value in host.items() if value is not None and value != ""}
        for host in hosts
    ]


def _bytes(gibibytes: int) -> str:
    """An int64 as JSON has it, which is a string."""
    if gibibytes < 1:
        raise OptionError(f"disk_size_gib must be at least 1, got {gibibytes}.", option="disk_size_gib")
    return str(gibibytes << 30)


def _settings(config: dict[str, t.Any]) -> dict[str, t.Any]:
    settings: dict[str, t.Any] = _camel_case_keys(config)
    if "password" in (name.lower() for name in settings):
        raise OptionError(
            "config must not hold the password: set the option password, which no output shows.", option="config"
        )
    for name in settings:
        if not _is_field(name):
            raise OptionError(
                f"config: {quoted(name)} is not a setting of the API. Write it as in maxmemoryPolicy or maxmemory_policy.",
                option="config",
            )
    return settings


_is_field = re.compile(r"[a-z][A-Za-z0-9]*", re.ASCII).fullmatch


def _camel_case_keys(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {_camel_case(str(key)): _camel_case_keys(item) for key, item in value.items()}
    return value


def _camel_case(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


_CONVERTERS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "labels": lambda labels: {str(key): "" if value is None else str(value) for key, value in labels.items()},
    "hosts": _hosts,
    "disk_size_gib": _bytes,
    "config": _settings,
}
