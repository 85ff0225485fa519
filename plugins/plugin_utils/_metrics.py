# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A verdict as a Prometheus textfile. Pure functions.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from ..module_utils._cloud.instants import SECOND, parse_instant
from ._freshness import read_document

PREFIX = "yacloud_redis_backup_"

_Facts = t.Mapping[str, t.Any]


def _completed(facts: _Facts) -> str | None:
    return _unix_seconds(facts["newest"]["created_at"]) if facts["newest"] else None


def _age(facts: _Facts) -> str | None:
    return None if facts["age_seconds"] is None else str(facts["age_seconds"])


GAUGES: tuple[tuple[str, str, t.Callable[[_Facts], str | None]], ...] = (
    (
        "newest_completion_timestamp_seconds",
        "When the newest matching backup was completed; absent without one.",
        _completed,
    ),
    ("age_seconds", "Age of the newest matching backup at the time of the check; absent without one.", _age),
    ("matching_backups", "Completed backups that match.", lambda facts: str(facts["matched"])),
    ("objective_seconds", "How old the newest backup may be.", lambda facts: str(facts["objective_seconds"])),
    (
        "up",
        "1 where the newest matching backup is within the objective, 0 where it is older or there is none.",
        lambda facts: str(int(facts["status"] == "fresh")),
    ),
    (
        "last_check_timestamp_seconds",
        "When the cluster's backups were read; it stands still while they cannot be.",
        lambda facts: _unix_seconds(facts["evaluated_at"]),
    ),
)
"""Name less prefix, help and value of each gauge; a cluster whose value is None has no sample."""


def metrics_text(document: t.Any) -> str:
    """The whole content of a textfile, the clusters by id.

    :raises OptionError: the input is no document of the freshness filter
    """
    document, clusters = read_document(document)
    common = {name: document[name] for name in ("objective_seconds", "evaluated_at")}
    labelled = [(_labels(cluster_id, cluster), {**cluster, **common}) for cluster_id, cluster in sorted(clusters)]
    lines: list[str] = []
    for name, help_text, value_of in GAUGES:
        values = [(labels, value_of(facts)) for labels, facts in labelled]
        samples = [f"{PREFIX}{name}{{{labels}}} {value}" for labels, value in values if value is not None]
        if samples:
            lines += [f"# HELP {PREFIX}{name} {help_text}", f"# TYPE {PREFIX}{name} gauge", *samples]
    return "".join(f"{line}\n" for line in lines)


def _labels(cluster_id: str, cluster: t.Mapping[str, t.Any]) -> str:
    known = {"cluster_id": cluster_id, "cluster_name": cluster["cluster_name"], "folder_id": cluster["folder_id"]}
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in known.items() if value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _unix_seconds(instant: str) -> str:
    seconds, nanos = divmod(parse_instant(instant), SECOND)
    return f"{seconds}.{nanos:09d}".rstrip("0") if nanos else str(seconds)
