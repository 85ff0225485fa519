# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on a restore drill in lines that people read."""

from __future__ import annotations

import typing as t

from ..module_utils._cloud.durations import format_duration
from ..module_utils._cloud.instants import SECOND
from ..module_utils._selection import aged
from ._verdict_words import Verdict, counted, label, printable

STEPS = {
    "choose": "no backup could be chosen",
    "restore": "the backup could not be restored",
    "check": "the restored data could not be read",
}
"""What did not work where a drill stopped at a step."""

_HOST_OPTIONS = ("hosts", "version", "resource_preset_id", "disk_size_gib", "disk_type_id")
"""The options of a restore on which its duration depends."""


def length(seconds: float, beyond: float | None = None) -> str:
    """A duration for people.

    :param beyond: a limit in seconds that it exceeds, and like which it must not read
    """
    return format_duration(round(seconds * SECOND), None if beyond is None else round(beyond * SECOND))


def source_label(verdict: Verdict) -> str:
    """The cluster whose backup was drilled, as it was asked for, with its other name where that is known."""
    source = verdict["source"]
    by_name = verdict["query"].get("cluster_names") is not None
    key = source["cluster_name" if by_name else "cluster_id"]
    return label(key, source) if key else "a cluster"


def headline(verdict: Verdict) -> str:
    """The outcome in one sentence."""
    drill = f"Restore drill of {source_label(verdict)}"
    if verdict["outcome"] == "passed":
        return f"{drill} passed: the backup was restored, and its data are right."
    if verdict["outcome"] == "failed":
        return f"{drill} failed: the backup was restored, but its data are not right."
    return f"{drill} is untested: {STEPS[verdict['stopped_at']]}."


def message(verdict: Verdict) -> list[str]:
    """The whole verdict in lines."""
    return [headline(verdict), *_backup(verdict), *_why(verdict), *_checks(verdict), *_time(verdict), *_left(verdict)]


def failure(verdict: Verdict) -> list[str]:
    """The headline and what was not as it should be; nothing where all was."""
    missed = _objective(verdict) if verdict["rto_met"] is False else []
    if verdict["outcome"] == "passed" and not missed and not verdict["not_removed"]:
        return []
    return [headline(verdict), *_why(verdict), *missed, *_kept(verdict), *_not_removed(verdict)]


def backup_words(verdict: Verdict) -> str | None:
    """The backup in words, None without one."""
    backup = verdict["backup"]
    if not backup:
        return None
    age = backup.get("age_seconds")
    old = "" if age is None else f", {aged(age * SECOND)}"
    return printable(f"{backup['id']} of {backup['created_at']}{old}")


def objective_words(verdict: Verdict) -> str | None:
    """How the time to readable data compares with the objective, None where that cannot be said."""
    if verdict["rto_met"] is None:
        return None
    limit = verdict["rto_seconds"]
    if verdict["readable_seconds"] is None:
        return f"the data could not be read within the objective of {verdict['rto']}"
    if verdict["rto_met"]:
        return f"{length(limit - verdict['readable_seconds'])} to spare before the objective of {verdict['rto']}"
    return f"{length(verdict['readable_seconds'] - limit, beyond=0)} beyond the objective of {verdict['rto']}"


def _backup(verdict: Verdict) -> list[str]:
    words = backup_words(verdict)
    return [f"  backup    {words}"] if words else []


def _why(verdict: Verdict) -> list[str]:
    return [f"  {verdict['outcome']:<9} {printable(verdict['problem'])}"] if verdict["outcome"] != "passed" else []


def _checks(verdict: Verdict) -> list[str]:
    if verdict["key_count"] is None:
        return []
    passed = [f"{check['name']} ({printable(check['detail'])})" for check in verdict["checks"] if check["passed"]]
    found = f"{counted(verdict['key_count'], 'key')}, {verdict['persistent_key_count']} of them without a time to live"
    return [f"  data      {found}", *([f"  right     {', '.join(passed)}"] if passed else [])]


def _time(verdict: Verdict) -> list[str]:
    phases = ", ".join(f"{phase} {length(seconds)}" for phase, seconds in verdict["seconds"].items())
    return [*([f"  time      {phases}"] if phases else []), *_objective(verdict)]


def _objective(verdict: Verdict) -> list[str]:
    words, readable = objective_words(verdict), verdict["readable_seconds"]
    if words and readable is not None:
        words = f"readable after {length(readable)}, {words}"
    return [f"  {'objective' if verdict['rto_met'] else 'MISSED':<9} {words}"] if words else []


def _left(verdict: Verdict) -> list[str]:
    """What is left in the cloud: of this drill, and of earlier ones."""
    return [*_kept(verdict), *_not_removed(verdict), *_leftovers(verdict)]


def _kept(verdict: Verdict) -> list[str]:
    cluster = verdict["cluster"]
    if not verdict["kept"]:
        return []
    return [
        f"  KEPT      cluster {cluster['id']} ({cluster['name']}), as keep_on_failure asks; remove it when you have seen it"
    ]


def _not_removed(verdict: Verdict) -> list[str]:
    lines = []
    for left in verdict["not_removed"]:
        if left["cluster_id"]:
            what = f"cluster {left['cluster_id']} ({left['name']}): {printable(left['problem'])}. Remove it: {left['command']}"
        else:
            what = (
                f"a cluster named {left['name']} may be in folder {left['folder_id']}: {printable(left['problem'])}."
                " Look there, and remove it."
            )
        lines.append(f"  NOT REMOVED {what}")
    return lines


def _leftovers(verdict: Verdict) -> list[str]:
    if verdict["leftovers"] is None:
        return ["  leftover  clusters of earlier drills could not be looked for"]
    return [
        f"  leftover  {leftover_words(leftover)}"
        for leftover in verdict["leftovers"]
        if not (leftover["due"] and leftover["problem"])
    ]


def leftover_words(leftover: t.Mapping[str, t.Any]) -> str:
    """A cluster of an earlier drill in words."""
    age = leftover["age_seconds"]
    old = "" if age is None else f", {aged(age * SECOND)}"
    what = f"cluster {leftover['cluster_id']} ({printable(leftover['name'])}){old}"
    if leftover["removed"]:
        return f"{what}: removed"
    if leftover["problem"]:
        return f"{what}: {printable(leftover['problem']).rstrip('.')}"
    return f"{what}: of an earlier drill, or of one that is still running"


def not_tested(verdict: Verdict, inherited: t.Any) -> list[str]:
    """What the drill says nothing about.

    :param inherited: the options of the restore that were copied from the source cluster; None where that is not known
    """
    if verdict["outcome"] == "untested":
        return ["Whether the backup can be restored, and whether its data are right."]
    checks = {check["name"] for check in verdict["checks"]}
    lines = [
        "Values beyond the manifest's sample, and those of keys with a time to live."
        if "manifest" in checks
        else "Values: the keys were counted, and without a manifest no value was compared."
    ]
    if "required_keys" not in checks:
        lines.append("Particular keys: none is named in required_keys.")
    own = [name for name in _HOST_OPTIONS if isinstance(inherited, list) and name not in inherited]
    if own:
        lines.append(f"Speed on hosts like the source's, from which these differ or may differ: {', '.join(own)}.")
    if verdict["rto_seconds"] is None:
        lines.append("Whether a restore is fast enough: there is no objective (rto).")
    return [
        *lines,
        "Users other than default, and passwords, which are not restored.",
        "Applications: whether they can be pointed at a restored cluster, and how long that takes.",
        "Any other backup of the cluster.",
    ]
