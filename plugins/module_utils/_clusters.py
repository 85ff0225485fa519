# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which cluster of a folder a name means. Pure functions, no I/O. Loaded when a folder's clusters were read.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import collections

from ._api import Cluster
from ._cloud.errors import SelectionError
from ._cloud.text import quoted


def resolve(name: str, clusters: list[Cluster], folder_id: str) -> str:
    """The id behind a name; the API's own filter does not cover all names, so they are compared here.

    :param clusters: all of the folder
    :raises SelectionError: no cluster has the name, or several have
    """
    ids = [cluster.id for cluster in clusters if cluster.name == name]
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise SelectionError(
            f"cluster_names: {quoted(name)} names {len(ids)} clusters of folder {folder_id}: {', '.join(ids)}. Use cluster_ids instead."
        )
    import difflib

    near = difflib.get_close_matches(name, [cluster.name for cluster in clusters], n=3)
    others = (
        f"Near it: {', '.join(map(quoted, near))}."
        if near
        else f"The folder has {len(clusters)} clusters; none has a name like it."
    )
    raise SelectionError(
        f"cluster_names: folder {folder_id} has no cluster {quoted(name)}. {others} A deleted cluster is found by cluster_ids only."
    )


def by_name(clusters: list[Cluster], folder_id: str) -> tuple[dict[str, str], list[str]]:
    """The ids by name, and a warning for each name that several clusters have; the first by id stands for those.

    :param clusters: all of the folder, by id
    """
    cluster_ids = {cluster.name: cluster.id for cluster in reversed(clusters) if cluster.name}
    return cluster_ids, [
        f"folder {folder_id}: {count} clusters have the name {quoted(name)}; cluster_ids holds {cluster_ids[name]}."
        for name, count in collections.Counter(cluster.name for cluster in clusters).items()
        if name and count > 1
    ]
