# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A choice in words, and the reasons not to rely on it. Pure functions on the module's result.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ..module_utils._backups import Backup, from_facts
from ..module_utils._cloud.durations import duration_option, format_duration
from ..module_utils._cloud.errors import MdbError, OptionError
from ..module_utils._cloud.text import quoted
from ..module_utils._selection import (
    Criteria,
    is_stale,
)
from ._explanations import (
    explain_fallen,
    explain_none,
    explain_stale,
)
from ._exports import export_text
from ._values import criteria_of, instant_of, plain

NEEDED = ("backups", "newest", "selection", "cluster_ids", "evaluated_at")
ON_MISSING = ("error", "warn", "skip")


class Answer:
    """The module's result. Reading a row out of a variable of Ansible's costs, so each is read only where it is needed, and once.

    :ivar selection: cluster id to the counts by which its choice is explained, for every cluster asked for
    :ivar names: cluster id to name, where it is known
    :ivar deleted: the clusters that are known to exist no more
    :ivar evaluated_at: the instant from which ages are counted
    :raises OptionError: it is no result of the module
    """

    def __init__(self, result: t.Any) -> None:
        if not isinstance(result, t.Mapping) or any(key not in result for key in NEEDED):
            raise OptionError(
                f"the input is no result of yacloud.mdb.redis_backup_info, which has {', '.join(NEEDED)}."
            )
        self._result = result
        self.selection: dict[str, dict[str, t.Any]] = plain(result["selection"])
        self.names: dict[str, str] = {
            cluster_id: name for name, cluster_id in reversed(plain(result["cluster_ids"]).items())
        }
        self.deleted = frozenset(plain(result.get("deleted") or []))
        self.evaluated_at = instant_of(result["evaluated_at"], "evaluated_at")

    @functools.cached_property
    def newest(self) -> dict[str, Backup]:
        """Cluster id to its newest matching backup."""
        newest = plain(self._result["newest"])
        return dict(zip(newest, from_facts(newest.values(), None), strict=True))

    @functools.cached_property
    def backups(self) -> dict[str, list[Backup]]:
        """Cluster id to its matching backups as far as they were returned, newest first."""
        clusters: dict[str, list[Backup]] = {}
        for backup in from_facts(plain(self._result["backups"]), None):
            clusters.setdefault(backup.facts["source_cluster_id"], []).append(backup)
        return clusters

    def label(self, cluster_id: str) -> str:
        """The cluster for people."""
        return label(cluster_id, self.names.get(cluster_id))

    def age(self, backup: Backup) -> int:
        """Nanoseconds since a backup was completed."""
        return self.evaluated_at - backup.created


def label(cluster_id: str, name: str | None) -> str:
    """A cluster for people: its id, and its name where it is known."""
    return f"{cluster_id} ({_printable(name)})" if name else cluster_id


def explain_choice(result: t.Any, options: t.Mapping[str, t.Any]) -> list[str]:
    """The choice of each cluster in lines to read: what was chosen, what would come next, and what fell where.

    :param options: the criteria that were asked with
    :raises MdbError: the result or an option cannot be worked with
    """
    answer, criteria = Answer(result), criteria_of(options)
    if not answer.selection:
        return ["No cluster was asked for, so nothing was chosen."]
    lines: list[str] = []
    for cluster_id, counts in answer.selection.items():
        lines += _explain_cluster(answer, cluster_id, counts, criteria)
    return lines


def _explain_cluster(answer: Answer, cluster_id: str, counts: dict[str, t.Any], criteria: Criteria) -> list[str]:
    newest = answer.newest.get(cluster_id)
    if newest is None:
        return [f"NONE: {explain_none(answer.label(cluster_id), counts, criteria)}"]
    others = [backup for backup in answer.backups.get(cluster_id, []) if backup.id != newest.id]
    second = _describe(answer, others[0]) if others else "none, no other backup matches"
    fallen = explain_fallen(counts["filtered_out"], criteria)
    unfinished = [f"{counts['incomplete']} unfinished"] if counts["incomplete"] else []
    return [
        f"Chosen for {answer.label(cluster_id)}: {_describe(answer, newest)}",
        f"  runner-up: {second}",
        f"  {counts['listed']} listed: {', '.join([str(counts['matched']) + ' match', *unfinished, *fallen])}",
    ]


def _describe(answer: Answer, backup: Backup) -> str:
    age = answer.age(backup)
    when = f"{format_duration(age)} old" if age >= 0 else f"{format_duration(-age)} ahead of the clock"
    kind = backup.facts["type"]
    return f"{_printable(backup.id)}, completed {backup.facts['created_at']}, {when}{f', {kind}' if kind else ''}"


def _printable(text: str) -> str:
    return quoted(text) if not text.isprintable() else text


@dataclasses.dataclass
class Objections:
    """Why a choice cannot be relied on.

    :ivar errors: each a reason to stop
    :ivar warnings: each a cluster without a choice, where that is to be told but not to stop
    """

    errors: list[str] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)


def object_to(
    result: t.Any,
    options: t.Mapping[str, t.Any],
    *,
    on_missing: str = "error",
    max_age: t.Any = None,
    exports: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> Objections:
    """What speaks against a choice: a cluster without one, one that is too old, one that an export cannot hold.

    :param options: the criteria that were asked with
    :param exports: entries with C(path) and C(format)
    :raises MdbError: the result or an option cannot be worked with
    """
    if on_missing not in ON_MISSING:
        raise OptionError(
            f"on_missing {quoted(str(on_missing))} is none of {', '.join(ON_MISSING)}.", option="on_missing"
        )
    answer, criteria, limit = Answer(result), criteria_of(options), duration_option(max_age, "max_age")
    found = Objections()
    missing = [
        explain_none(answer.label(cluster_id), counts, criteria)
        for cluster_id, counts in answer.selection.items()
        if cluster_id not in answer.newest
    ]
    if on_missing != "skip":
        (found.errors if on_missing == "error" else found.warnings).extend(missing)
    if limit is not None:
        found.errors += [
            explain_stale(answer.label(cluster_id), backup, limit, answer.evaluated_at)
            for cluster_id, backup in answer.newest.items()
            if is_stale(backup, limit, answer.evaluated_at)
        ]
    found.errors += _refusals(answer, exports)
    return found


def _refusals(answer: Answer, exports: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    newest = {cluster_id: backup.facts for cluster_id, backup in answer.newest.items()}
    refused = []
    for entry in exports:
        if not isinstance(entry, t.Mapping) or not {"path", "format"} <= set(entry):
            raise OptionError("export holds an entry without path or format.", option="export")
        try:
            export_text(newest, answer.selection, entry["format"])
        except MdbError as exc:
            refused.append(f"{entry['path']} cannot be written: {exc}")
    return refused
