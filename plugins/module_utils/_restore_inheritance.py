# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a restored cluster takes over from the cluster that was backed up. No I/O."""

from __future__ import annotations

import typing as t

from ._cloud.errors import OptionError
from ._restore_request import PATHS

_SOURCE_PATHS: dict[str, tuple[str, ...]] = {
    "environment": ("environment",),
    "network_id": ("networkId",),
    "security_group_ids": ("securityGroupIds",),
    "version": ("config", "version"),
    "resource_preset_id": ("config", "resources", "resourcePresetId"),
    "disk_size_gib": ("config", "resources", "diskSize"),
    "disk_type_id": ("config", "resources", "diskTypeId"),
    "config": ("config", "redis", "userConfig"),
}
"""Where an option's value stands in a cluster of the API."""

_DEFAULTS = {"tls_enabled": False, "sharded": False, "announce_hostnames": False, "persistence_mode": "ON"}
"""What a cluster of the API has where it leaves the field out, as it does with the zero values of its definitions."""

_HOST_FIELDS = ("zoneId", "subnetId", "shardName", "replicaPriority", "assignPublicIp")

NEEDED = ("environment", "network_id", "hosts", "version", "resource_preset_id", "disk_size_gib")
"""The options that a restore needs where there is no source to copy from."""


def source_values(cluster: t.Mapping[str, t.Any], hosts: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """What can be copied, by option, each value as the API writes it.

    Never the password, name, description, labels or deletion protection.

    :param cluster: the source cluster as the API returns it
    :param hosts: its hosts, likewise
    """
    found = {name: _at(cluster, path) for name, path in _SOURCE_PATHS.items()}
    settings = found["config"] if isinstance(found["config"], dict) else {}
    found["config"] = {key: value for key, value in settings.items() if key != "password" and _is_set(value)}
    found["hosts"] = [
        {field: host[field] for field in _HOST_FIELDS if _is_set(host.get(field)) and host[field] is not False}
        for host in hosts
    ]
    defaults = {name: cluster.get(PATHS[name][0]) or value for name, value in _DEFAULTS.items()}
    return {**{name: value for name, value in found.items() if _is_set(value)}, **defaults}


def inherit(given: t.Mapping[str, t.Any], source: t.Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The values of a request, and the names of the options that came from the source.

    In another network neither its subnets nor its security groups can be used. Settings are copied one by one.

    :param given: what the options say, as :func:`given_values` returns it
    :param source: as :func:`source_values` returns it
    """
    source = dict(source)
    if given.get("network_id", source.get("network_id")) != source.get("network_id"):
        source.pop("security_group_ids", None)
        source["hosts"] = [_without_subnet(host) for host in source.get("hosts", ())]
    values = {**source, **given}
    taken = [name for name in PATHS if name in source and name not in given]
    if "config" in source and "config" in given:
        values["config"] = {**source["config"], **given["config"]}
        if values["config"].keys() != given["config"].keys():
            taken.append("config")
    return values, [name for name in PATHS if name in taken]


def check_needed(given: t.Mapping[str, t.Any], needed: t.Iterable[str], because: str) -> None:
    """Looks whether the options have what nothing else says.

    :param because: why they have to, a clause
    :raises OptionError: an option is missing; the message names each
    """
    missing = [name for name in needed if name not in given]
    if missing:
        raise OptionError(f"{because}, so these options have to be set: {', '.join(missing)}.", missing=missing)


def _without_subnet(host: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {field: value for field, value in host.items() if field != "subnetId"}


def _at(value: t.Any, path: t.Iterable[str]) -> t.Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _is_set(value: t.Any) -> bool:
    """Whether a field holds something, and not the zero value that the gateway may write for one that is not set."""
    return value not in (None, "", [], {}) and not (isinstance(value, str) and value.endswith("_UNSPECIFIED"))
