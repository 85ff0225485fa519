# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clusters of a folder: rows of the API, and which of them a name means. No I/O."""

from __future__ import annotations

import collections
import difflib
import typing as t

from ._cloud.errors import InvalidResponse, SelectionError
from ._cloud.text import quoted

STATUSES = ("CREATING", "RUNNING", "ERROR", "UPDATING", "STOPPING", "STOPPED", "STARTING")
HEALTHS = ("ALIVE", "DEAD", "DEGRADED")
ROLES = ("MASTER", "REPLICA")
"""The states of a cluster, and the roles of a host, by their number in the definitions, less one; the first two are the same for every engine."""


class Cluster(t.NamedTuple):
    """A cluster of a folder, as far as it matters here.

    :ivar name: empty where the API gave none
    :ivar status: such as "RUNNING" or "STOPPED"; None where it is not known
    :ivar health: such as "ALIVE"; None where it is not known
    """

    id: str
    name: str
    status: str | None
    health: str | None


def parse_cluster(row: t.Any, source: str) -> Cluster:
    """One cluster; the state that the API leaves out, or calls unknown, is None.

    :raises InvalidResponse: the row has no id, or its name is not a string
    """
    cluster_id, name = (row.get("id"), row.get("name") or "") if isinstance(row, dict) else (None, None)
    if not isinstance(cluster_id, str) or not cluster_id or not isinstance(name, str):
        raise InvalidResponse(f"{source}: a row of its clusters has no valid 'id' and 'name'.")
    return Cluster(cluster_id, name, state_name(row.get("status"), STATUSES), state_name(row.get("health"), HEALTHS))


def state_name(value: t.Any, names: tuple[str, ...]) -> str | None:
    """The name of a state or role: a gateway may write all of them as numbers. One that nobody knows is handed on as a string.

    :param names: by their number in the definitions, less one
    """
    if isinstance(value, int) and 0 < value <= len(names):
        return names[value - 1]
    return None if not value or str(value).endswith("_UNKNOWN") else str(value)


def resolve(name: str, clusters: list[Cluster], folder_id: str) -> Cluster:
    """The cluster behind a name; the API's own filter does not cover all names, so they are compared here.

    :param clusters: all of the folder
    :raises SelectionError: no cluster has the name, or several have
    """
    found = [cluster for cluster in clusters if cluster.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(cluster.id for cluster in found)
        raise SelectionError(
            f"{len(found)} clusters of folder {folder_id} are named {quoted(name)}: {ids}. Name one by its id instead."
        )
    raise SelectionError(
        f"folder {folder_id} has no cluster named {quoted(name)}. {_others(name, clusters)}"
        " A deleted cluster is found by its id only."
    )


def _others(name: str, clusters: list[Cluster]) -> str:
    """What may have been meant by a name that no cluster has."""
    for cluster in clusters:
        if cluster.id == name:
            return f"That is the id of {quoted(cluster.name)}; an id goes into cluster_ids, in the lookup without by."
    names = [cluster.name for cluster in clusters]
    near = difflib.get_close_matches(name, names, n=3) or [other for other in names if name in other][:3]
    if near:
        return f"Similar: {', '.join(map(quoted, near))}."
    return f"It has {len(clusters)} cluster{'' if len(clusters) == 1 else 's'}, none with a similar name."


def warn_of_shared_names(clusters: list[Cluster], folder_id: str) -> list[str]:
    """A warning for each name that several clusters of a folder have; the first of them by id stands for it."""
    counts = collections.Counter(cluster.name for cluster in clusters if cluster.name)
    return [
        f"folder {folder_id}: {count} clusters have the name {quoted(name)}; use cluster_ids to tell them apart."
        for name, count in counts.items()
        if count > 1
    ]
