# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What yacloud.mdb.redis_backup_info returned, as the filters take it."""

from __future__ import annotations

import typing as t

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.text import type_name
from ._filters import plain

_NEEDED = ("newest", "selection", "query", "evaluated_at")
_USED = (*_NEEDED, "cluster_ids", "clusters", "deleted")


def is_result(value: t.Any) -> bool:
    """Whether the value is what the module returns where it succeeded."""
    return isinstance(value, t.Mapping) and all(name in value for name in _NEEDED) and not value.get("failed")


def read_result(value: t.Any) -> dict[str, t.Any]:
    """A result without its list of backups, of which most filters need only the newest, as plain values.

    :raises OptionError: the value is not a result, or the result of a task that failed
    """
    if not is_result(value):
        raise OptionError(f"the input must be a result of yacloud.mdb.redis_backup_info, got {described(value)}.")
    return {name: plain(value.get(name)) for name in _USED}


def described(value: t.Any) -> str:
    """A wrong input in words, without its values."""
    if not isinstance(value, t.Mapping):
        return type_name(value)
    for name, words in (("failed", "the result of a task that failed"), ("skipped", "the result of a skipped task")):
        if value.get(name) is True:
            return words
    return f"a mapping with the keys {', '.join(sorted(map(str, value))[:10])}" if value else "an empty mapping"


def keys_asked(result: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The key under which each cluster of a result is shown, by cluster id: its name where clusters were asked for by name.

    :param result: what :func:`read_result` made
    """
    names = names_by_id(result) if result["query"].get("cluster_names") is not None else {}
    return {cluster_id: names.get(cluster_id, cluster_id) for cluster_id in result["selection"]}


def names_by_id(result: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The clusters' names as far as they are known, by cluster id.

    :param result: what :func:`read_result` made
    """
    newest = {cluster_id: backup.get("source_cluster_name") for cluster_id, backup in result["newest"].items()}
    listed = {cluster_id: cluster.get("name") for cluster_id, cluster in (result["clusters"] or {}).items()}
    asked = {cluster_id: name for name, cluster_id in (result["cluster_ids"] or {}).items()}
    return {cluster_id: name for cluster_id, name in {**newest, **listed, **asked}.items() if name}
