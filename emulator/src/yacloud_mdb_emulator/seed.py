# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seed document: clusters, backups, tokens, faults and settings from a YAML or JSON file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from .records import items, make, mapping, read
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
    return check_sections(_parse(text, f"seed file {path}"), f"seed file {path}")


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
    sections = mapping(document, origin)
    if unknown := [str(key) for key in sections if key not in SECTIONS]:
        raise ConfigError(f"{origin}: unknown section '{unknown[0]}'; known are {', '.join(SECTIONS)}")
    return sections


def read_clusters(document: Mapping[str, Any], folder_id: str, origin: str) -> list[Cluster]:
    """The clusters of a document with their backups; those without a folder are in ``folder_id``."""
    clusters, seen = [], set()
    for number, item in enumerate(items(document, "clusters", origin)):
        where = f"{origin}: clusters[{number}]"
        cluster = _cluster(mapping(item, where), folder_id, where)
        if cluster.id in seen:
            raise ConfigError(f"{where}: a cluster with id '{cluster.id}' stands above already")
        seen.add(cluster.id)
        clusters.append(cluster)
    return clusters


def _cluster(item: Mapping[str, Any], folder_id: str, where: str) -> Cluster:
    own = _own_fields(cluster_pb2.Cluster, item, _CLUSTER_KEYS)
    if not own.get("id"):
        raise ConfigError(f"{where}: 'id' is missing")
    if not isinstance(item.get("deleted", False), bool):
        raise ConfigError(f"{where}: 'deleted' must be true or false")
    own = {**DEFAULTS, "name": own["id"], "folder_id": folder_id, **own}
    message = from_document(cluster_pb2.Cluster, own, where)
    cluster = Cluster(
        Row(message, mapping(item.get("raw"), f"{where}: raw")),
        deleted=item.get("deleted", False),
        hosts=_hosts(item, message, where),
        password=str(item.get("password", DEFAULT_PASSWORD)),
        data=mapping(item.get("data"), f"{where}: data"),
    )
    for number, backup in enumerate(items(item, "backups", where)):
        cluster.backups.append(read_backup(backup, cluster, f"{where}.backups[{number}]"))
    return cluster


def _own_fields(kind: type[Any], item: Mapping[str, Any], others: Sequence[str]) -> dict[str, Any]:
    """What is a field of the message, under its name there, whichever way it is written."""
    names = {field.json_name: field.name for field in kind.DESCRIPTOR.fields}
    return {names.get(key, key): value for key, value in item.items() if key not in others}


def _hosts(item: Mapping[str, Any], cluster: Any, where: str) -> list[Row]:
    if item.get("hosts") is None:
        return default_hosts(cluster, ["shard1"])
    given = []
    for number, host in enumerate(items(item, "hosts", where)):
        here = f"{where}.hosts[{number}]"
        given.append(from_document(cluster_pb2.Host, mapping(host, here), here))
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
    for number, cluster in enumerate(items(document, "clusters", origin)):
        where = f"{origin}: clusters[{number}]"
        for count, item in enumerate(items(cluster, "operations", where)):
            here = f"{where}.operations[{count}]"
            own = {"id": make_id("c9q", here), **mapping(item, here)}
            message = from_document(operation_pb2.Operation, own, here)
            kind = message.metadata.TypeName().rpartition(".")[2].removesuffix("Metadata")
            operations.add(Operation(kind, cluster["id"], message, own=False))
    return operations


def read_folders(document: Mapping[str, Any], origin: str) -> list[str]:
    """The section ``folders``: folders that exist, with clusters or without."""
    return [str(folder_id) for folder_id in items(document, "folders", origin)]


def read_backup(document: Any, cluster: Cluster, where: str) -> Row:
    """A backup of its mapping. Cluster and folder are the cluster's unless they stand there."""
    item = mapping(document, where)
    own = {
        "id": f"{cluster.id}:emulated{len(cluster.backups):04d}",
        "source_cluster_id": cluster.id,
        "folder_id": cluster.folder_id,
        **_own_fields(backup_pb2.Backup, item, _BACKUP_KEYS),
    }
    if item.get("data") is not None:
        cluster.backup_data[str(own["id"])] = mapping(item["data"], f"{where}: data")
    return Row(from_document(backup_pb2.Backup, own, where), mapping(item.get("raw"), f"{where}: raw"))


def read_amount(document: Mapping[str, Any], origin: str) -> dict[str, int]:
    """The section ``generate``."""
    return read(Amount, document.get("generate"), f"{origin}: generate")


def read_faults(document: Mapping[str, Any], origin: str) -> list[Fault]:
    """The section ``faults``."""
    found = items(document, "faults", origin)
    return [read_fault(item, f"{origin}: faults[{number}]") for number, item in enumerate(found)]


@dataclass(frozen=True)
class _Tokens:
    """The section ``tokens``."""

    accepted: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    oidc: list[str] = field(default_factory=list)


def read_credentials(document: Mapping[str, Any], into: Credentials, origin: str) -> None:
    """Add what the sections ``tokens`` and ``service_accounts`` name."""
    tokens = make(_Tokens, document.get("tokens"), f"{origin}: tokens")
    into.accepted.update(map(str, tokens.accepted))
    into.forbidden.update(map(str, tokens.forbidden))
    into.oidc_tokens.update(map(str, tokens.oidc))
    for number, account in enumerate(items(document, "service_accounts", origin)):
        where = f"{origin}: service_accounts[{number}]"
        _read_account(mapping(account, where), into, where)


def _read_account(account: Mapping[str, Any], into: Credentials, where: str) -> None:
    if not isinstance(account.get("id"), str):
        raise ConfigError(f"{where}: 'id' is missing; it is the service account's id")
    keys = into.accounts.setdefault(account["id"], {})
    for number, item in enumerate(items(account, "keys", where)):
        here = f"{where}.keys[{number}]"
        key = mapping(item, here)
        if not isinstance(key.get("id"), str) or not isinstance(key.get("public_key"), str):
            raise ConfigError(f"{here}: needs 'id' and 'public_key' (PEM)")
        keys[key["id"]] = check_public_key(key["public_key"], here)


def read_settings(document: Mapping[str, Any], origin: str) -> Mapping[str, Any]:
    """The section of settings, empty where there is none; raises ConfigError."""
    return mapping(document.get("settings"), f"{origin}: settings")
