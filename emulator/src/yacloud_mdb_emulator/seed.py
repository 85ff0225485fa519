# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seed document: clusters, backups, tokens, faults and settings from a YAML or JSON file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml
from yandex.cloud.mdb.redis.v1 import backup_pb2, cluster_pb2
from yandex.cloud.operation import operation_pb2

from .clusters import DEFAULTS, default_hosts, make_hosts, make_id, spec_of
from .descriptors import from_document
from .errors import ConfigError
from .faults import Fault, read_fault
from .generate import Amount
from .operations import Operation, Operations
from .storage import DEFAULT_PASSWORD, Cluster, Row
from .tokens import Credentials, check_public_key

#: The keys of a seed document.
SECTIONS = ("clusters", "folders", "generate", "tokens", "service_accounts", "faults", "settings")

#: Keys of a cluster that are not fields of its message.
_CLUSTER_KEYS = ("deleted", "backups", "hosts", "operations", "raw", "password", "data")
#: Keys of a backup, likewise.
_BACKUP_KEYS = ("raw", "data")


class _Loader(yaml.SafeLoader):
    """YAML without its own dates, which would turn times into objects and drop their digits."""


_Loader.yaml_implicit_resolvers = {
    start: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for start, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_file(path: str) -> dict[str, Any]:
    """The document in a YAML or JSON file; raises ConfigError."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"seed file {path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"seed file {path}: is not UTF-8: {error.reason} at byte {error.start}") from error
    document = _parse(text, f"seed file {path}")
    return check_sections({} if document is None else document, f"seed file {path}")


def _parse(text: str, origin: str) -> Any:
    # YAML's parser takes JSON too, but not its escapes of characters beyond U+FFFF.
    with contextlib.suppress(ValueError):
        return json.loads(text)
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError(f"{origin}: not YAML or JSON: {error}") from error


def check_sections(document: Any, origin: str) -> dict[str, Any]:
    """The document, if it is a mapping of known sections; raises ConfigError."""
    if not isinstance(document, Mapping):
        raise ConfigError(f"{origin}: must be a mapping of {', '.join(SECTIONS)}")
    if unknown := [str(key) for key in document if key not in SECTIONS]:
        raise ConfigError(f"{origin}: unknown section '{unknown[0]}'; known are {', '.join(SECTIONS)}")
    return dict(document)


def read_clusters(document: Mapping[str, Any], folder_id: str, origin: str) -> list[Cluster]:
    """The clusters of a document with their backups; those without a folder are in ``folder_id``."""
    clusters, seen = [], set()
    for number, item in enumerate(_list(document, "clusters", origin)):
        where = f"{origin}: clusters[{number}]"
        cluster = _cluster(_mapping(item, where), folder_id, where)
        if cluster.id in seen:
            raise ConfigError(f"{where}: a cluster with id '{cluster.id}' stands above already")
        seen.add(cluster.id)
        clusters.append(cluster)
    return clusters


def _cluster(item: Mapping[str, Any], folder_id: str, where: str) -> Cluster:
    own = {_snake(key): value for key, value in item.items() if key not in _CLUSTER_KEYS}
    if not own.get("id"):
        raise ConfigError(f"{where}: 'id' is missing")
    if not isinstance(item.get("deleted", False), bool):
        raise ConfigError(f"{where}: 'deleted' must be true or false")
    own = {**DEFAULTS, "name": own["id"], "folder_id": folder_id, **own}
    message = from_document(cluster_pb2.Cluster, own, where)
    cluster = Cluster(
        Row(message, _raw(item, where)),
        deleted=item.get("deleted", False),
        hosts=_hosts(item, message, where),
        password=str(item.get("password", DEFAULT_PASSWORD)),
        data=_mapping(item.get("data") or {}, f"{where}: data"),
    )
    for number, backup in enumerate(_list(item, "backups", where)):
        cluster.backups.append(read_backup(backup, cluster, f"{where}.backups[{number}]"))
    return cluster


def _snake(key: str) -> str:
    """The name of a cluster's field, whichever way it is written."""
    names = {field.json_name: field.name for field in cluster_pb2.Cluster.DESCRIPTOR.fields}
    return str(names.get(key, key))


def _hosts(item: Mapping[str, Any], cluster: Any, where: str) -> list[Row]:
    if item.get("hosts") is None:
        return default_hosts(cluster, ["shard1"])
    given = []
    for number, host in enumerate(_list(item, "hosts", where)):
        here = f"{where}.hosts[{number}]"
        given.append(from_document(cluster_pb2.Host, _mapping(host, here), here))
    hosts = make_hosts(cluster, map(spec_of, given))
    for row, message in zip(hosts, given, strict=True):
        row.message.MergeFrom(message)
    shards = sorted({row.message.shard_name for row in hosts})
    if len(shards) > 1 and not cluster.sharded:
        raise ConfigError(f"{where}: has hosts of the shards {', '.join(shards)}; that needs 'sharded: true'")
    return hosts


def read_operations(document: Mapping[str, Any], origin: str) -> Operations:
    """The operations of all clusters of a document. One that is not done stays so, and keeps its cluster busy."""
    operations = Operations()
    for number, cluster in enumerate(_list(document, "clusters", origin)):
        where = f"{origin}: clusters[{number}]"
        for count, item in enumerate(_list(cluster, "operations", where)):
            here = f"{where}.operations[{count}]"
            own = {"id": make_id("c9q", here), **_mapping(item, here)}
            message = from_document(operation_pb2.Operation, own, here)
            kind = message.metadata.TypeName().rpartition(".")[2].removesuffix("Metadata")
            operations.add(Operation(kind, cluster["id"], message, own=False))
    return operations


def read_folders(document: Mapping[str, Any], origin: str) -> list[str]:
    """The section ``folders``: folders that exist, with clusters or without."""
    return [str(folder_id) for folder_id in _list(document, "folders", origin)]


def read_backup(item: Any, cluster: Cluster, where: str) -> Row:
    """A backup of its mapping. Cluster and folder are the cluster's unless they stand there."""
    item = _mapping(item, where)
    own = {key: value for key, value in item.items() if key not in _BACKUP_KEYS}
    own.setdefault("id", f"{cluster.id}:emulated{len(cluster.backups):04d}")
    if item.get("data") is not None:
        cluster.backup_data[str(own["id"])] = _mapping(item["data"], f"{where}: data")
    for name, camel, value in (
        ("source_cluster_id", "sourceClusterId", cluster.id),
        ("folder_id", "folderId", cluster.folder_id),
    ):
        if camel not in own:
            own.setdefault(name, value)
    return Row(from_document(backup_pb2.Backup, own, where), _raw(item, where))


def read_amount(document: Mapping[str, Any], origin: str) -> Amount:
    """The section ``generate``."""
    section = _mapping(document.get("generate") or {}, f"{origin}: generate")
    known = [item.name for item in fields(Amount)]
    for key, value in section.items():
        if key not in known:
            raise ConfigError(f"{origin}: generate: unknown key '{key}'; known are {', '.join(known)}")
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ConfigError(f"{origin}: generate: '{key}' is {value!r}; give a number, 0 or more")
    return Amount(**section)


def read_faults(document: Mapping[str, Any], origin: str) -> list[Fault]:
    """The section ``faults``."""
    found = _list(document, "faults", origin)
    return [read_fault(item, f"{origin}: faults[{number}]") for number, item in enumerate(found)]


def read_credentials(document: Mapping[str, Any], into: Credentials, origin: str) -> None:
    """Add what the sections ``tokens`` and ``service_accounts`` name."""
    tokens = _mapping(document.get("tokens") or {}, f"{origin}: tokens")
    for name, target in (
        ("accepted", into.accepted),
        ("forbidden", into.forbidden),
        ("oidc", into.oidc_tokens),
    ):
        target.update(str(token) for token in _list(tokens, name, f"{origin}: tokens"))
    if unknown := [key for key in tokens if key not in ("accepted", "forbidden", "oidc")]:
        raise ConfigError(f"{origin}: tokens: unknown key '{unknown[0]}'; known are accepted, forbidden, oidc")
    for number, account in enumerate(_list(document, "service_accounts", origin)):
        where = f"{origin}: service_accounts[{number}]"
        _read_account(_mapping(account, where), into, where)


def _read_account(account: Mapping[str, Any], into: Credentials, where: str) -> None:
    if not isinstance(account.get("id"), str):
        raise ConfigError(f"{where}: 'id' is missing; it is the service account's id")
    keys = into.accounts.setdefault(account["id"], {})
    for number, key in enumerate(_list(account, "keys", where)):
        here = f"{where}.keys[{number}]"
        key = _mapping(key, here)
        if not isinstance(key.get("id"), str) or not isinstance(key.get("public_key"), str):
            raise ConfigError(f"{here}: needs 'id' and 'public_key' (PEM)")
        keys[key["id"]] = check_public_key(key["public_key"], here)


def _raw(item: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    return _mapping(item.get("raw") or {}, f"{where}: raw")


def read_settings(document: Mapping[str, Any], origin: str) -> Mapping[str, Any]:
    """The section of settings, empty where there is none; raises ConfigError."""
    return _mapping(document.get("settings") or {}, f"{origin}: settings")


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: must be a mapping, not {value!r}")
    return value


def _list(holder: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ConfigError(f"{where}: '{name}' must be a list, not {value!r}")
    return value
