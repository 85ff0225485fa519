# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on a restore drill. Pure functions on what the drill's tasks returned.

A drill has passed where a backup was restored and its data are right, failed where it was restored and they are not, and is
untested where either could not be found out.
"""

from __future__ import annotations

import shlex
import typing as t

from ..module_utils._cloud.instants import SECOND
from ._drill_steps import Drill, read_drill
from ._drill_words import failure, message, not_tested
from ._filters import instant_of, plain

PHASES = ("choose", "restore", "ready", "check", "remove")
"""What a drill's time is spent on. Once the first four are over, the data can be read."""

_COUNTS = ("key_count", "persistent_key_count", "expired_on_load")


def judge_drill(steps: t.Any) -> dict[str, t.Any]:
    """The verdict, as the filter redis_restore_drill documents it.

    :param steps: what the drill's tasks returned, by the names of :data:`_drill_steps.KEYS`
    :raises OptionError: the steps are invalid
    """
    drill = read_drill(steps)
    tested = drill.restored.done and drill.checked.done
    seconds = _seconds(drill)
    checked = drill.checked.result if tested else {}
    verdict = {
        "evaluated_at": drill.evaluated_at,
        "outcome": _outcome(drill),
        "stopped_at": _stopped_at(drill),
        "problem": _problem(drill),
        "query": drill.query,
        "source": _source(drill),
        "backup": drill.backup,
        "cluster": _cluster(drill),
        "seconds": seconds,
        **_objective(drill, seconds, tested=tested),
        **{name: checked.get(name) for name in _COUNTS},
        "checks": checked.get("checks", []),
        **_removal(drill),
        "leftovers": _leftovers(drill),
    }
    verdict["not_removed"] = _not_removed(drill, verdict)
    verdict["not_tested"] = not_tested(verdict, drill.restored.result.get("inherited"))
    return {**verdict, "message": message(verdict), "failure": failure(verdict)}


def _outcome(drill: Drill) -> str:
    if not (drill.restored.done and drill.checked.done):
        return "untested"
    return "passed" if drill.checked.result["passed"] else "failed"


def _stopped_at(drill: Drill) -> str | None:
    """The first step that did not do its work, None where all did."""
    steps = {"choose": drill.choice, "restore": drill.restored, "check": drill.checked}
    return next((name for name, step in steps.items() if not step.done), None)


def _problem(drill: Drill) -> str | None:
    """Why the drill has not passed, None where it has."""
    for step in (drill.choice, drill.restored, drill.checked):
        if step.problem:
            return step.problem
    checks = drill.checked.result.get("checks", [])
    wrong = [f"{check['name']}: {check['detail']}" for check in checks if not check["passed"]]
    return "; ".join(wrong) or None


def _source(drill: Drill) -> dict[str, t.Any]:
    """The cluster whose backup it is, as far as it is known."""
    asked = {name: next(iter(drill.query.get(f"{name}s") or ()), None) for name in ("cluster_id", "cluster_name")}
    backup = drill.backup or {}
    names = {cluster_id: name for name, cluster_id in (drill.choice.result.get("cluster_ids") or {}).items()}
    cluster_id = asked["cluster_id"] or backup.get("source_cluster_id")
    return {
        "cluster_id": cluster_id,
        "cluster_name": asked["cluster_name"] or backup.get("source_cluster_name") or names.get(cluster_id),
        "folder_id": drill.query.get("folder_id") or backup.get("folder_id"),
    }


# --- time ---


def _seconds(drill: Drill) -> dict[str, float]:
    """How long each phase took that there was."""
    found = dict(drill.restored.result.get("seconds") or {})
    if drill.choice.done and drill.chosen_at is not None:
        begun = instant_of(drill.choice.result["evaluated_at"], "evaluated_at")
        found["choose"] = max(drill.chosen_at - begun, 0) / SECOND
    if drill.restored.done:
        found["check"] = drill.checked.result.get("seconds")
    found["remove"] = (drill.removed.result.get("seconds") or {}).get("remove")
    return {phase: round(found[phase], 3) for phase in PHASES if found.get(phase) is not None}


def _objective(drill: Drill, seconds: dict[str, float], *, tested: bool) -> dict[str, t.Any]:
    """The time to readable data, held against the objective. An objective that was exceeded without any is missed as well."""
    spent = sum(length for phase, length in seconds.items() if phase != "remove")
    limit = None if drill.rto_limit is None else drill.rto_limit / SECOND
    met = None if limit is None else spent <= limit
    return {
        "readable_seconds": round(spent, 3) if tested else None,
        "rto": drill.rto,
        "rto_seconds": limit,
        "rto_met": met if tested or met is False else None,
    }


# --- the cluster, and those of earlier drills ---


def _cluster(drill: Drill) -> dict[str, t.Any] | None:
    """The cluster that the drill made: the one that the restore named, or the one that was found by its name."""
    restored = drill.restored.result.get("cluster")
    if restored and restored.get("id"):
        return {
            "folder_id": drill.folder_id,
            **{name: restored.get(name) for name in ("id", "name", "status", "health")},
        }
    for cluster_id, cluster in (drill.found.result.get("clusters") or {}).items():
        if drill.name is not None and cluster["name"] == drill.name:
            return {"folder_id": drill.folder_id, "id": cluster_id, **cluster}
    return None


def _removal(drill: Drill) -> dict[str, bool | None]:
    """Whether nothing is left of the drill (None where that is not known), and whether the cluster was kept on purpose."""
    if _cluster(drill) is None:
        return {"cleaned_up": None if _may_be_left(drill) else True, "kept": False}
    kept = drill.keep_on_failure and _outcome(drill) != "passed" and not drill.removed.result
    return {"cleaned_up": drill.removed.done, "kept": kept}


def _may_be_left(drill: Drill) -> bool:
    """Whether a cluster may be there of which nothing is known: the restore was asked for, and nobody could look."""
    result = drill.restored.result
    if not result.get("failed") or drill.found.done:
        return False
    return "operation" not in result or bool(result.get("changed"))


def _leftovers(drill: Drill) -> list[dict[str, t.Any]] | None:
    """The clusters of earlier drills; None where they could not be looked for."""
    if drill.folder.result and not drill.folder.done:
        return None
    swept = {result["item"]["cluster_id"]: result for result in drill.swept if isinstance(result["item"], dict)}
    found = [_leftover(drill, result) for result in drill.leftovers if _is_leftover(result)]
    return [_after_sweep(leftover, swept.get(leftover["cluster_id"])) for leftover in found]


def _is_leftover(result: dict[str, t.Any]) -> bool:
    """Whether a cluster with the prefix came of a drill, as its operations show, or may have."""
    refused = (result.get("error") or {}).get("kind") == "state"
    return not result.get("skipped") and (not refused or result.get("backup_id") is not None)


def _leftover(drill: Drill, result: dict[str, t.Any]) -> dict[str, t.Any]:
    item, cluster = result["item"], result.get("cluster") or {}
    created_at, problem = cluster.get("created_at"), result.get("msg") if result.get("failed") else None
    age = None
    if created_at:
        age = instant_of(drill.evaluated_at, "evaluated_at") - instant_of(created_at, "created_at")
    due = drill.sweep_after is not None and age is not None and age > drill.sweep_after
    return {
        "cluster_id": item["key"],
        "name": item["value"]["name"],
        "backup_id": result.get("backup_id"),
        "created_at": created_at,
        "age_seconds": None if age is None else age // SECOND,
        "due": due and not problem,
        "removed": False,
        "problem": problem,
    }


def _after_sweep(leftover: dict[str, t.Any], result: dict[str, t.Any] | None) -> dict[str, t.Any]:
    if result is None or result.get("skipped"):
        return leftover
    failed = bool(result.get("failed"))
    return {**leftover, "removed": not failed, "problem": result.get("msg") if failed else None}


def _not_removed(drill: Drill, verdict: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """The clusters that were to be removed and may still be there."""
    found = []
    if verdict["cleaned_up"] is not True and not verdict["kept"]:
        cluster = verdict["cluster"] or {"id": None, "name": drill.name, "folder_id": drill.folder_id}
        step = drill.removed if verdict["cluster"] else drill.found
        found.append(_left(cluster["id"], cluster["name"], cluster["folder_id"], step.problem))
    return found + [
        _left(leftover["cluster_id"], leftover["name"], drill.folder_id, leftover["problem"])
        for leftover in verdict["leftovers"] or ()
        if leftover["due"] and leftover["problem"]
    ]


def _left(cluster_id: str | None, name: str | None, folder_id: str | None, why: t.Any) -> dict[str, t.Any]:
    return {
        "cluster_id": cluster_id,
        "name": name,
        "folder_id": folder_id,
        "problem": str(why).rstrip("."),
        "command": removal_command(cluster_id, name) if cluster_id else None,
    }


def removal_command(cluster_id: str, name: str | None) -> str:
    """The command by which somebody removes a restored cluster."""
    arguments = shlex.quote(f"state=absent cluster_id={cluster_id} name={name}")
    return f"ansible localhost -m yacloud.mdb.redis_restored_cluster -a {arguments}"


def read_drill_verdict(value: t.Any) -> dict[str, t.Any] | None:
    """A verdict that :func:`judge_drill` made, as plain values; None where the value is something else."""
    needed = ("evaluated_at", "outcome", "rto_met", "seconds", "cleaned_up", "not_tested", "query")
    return plain(value) if isinstance(value, dict) and all(name in value for name in needed) else None
