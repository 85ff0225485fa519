# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks of a restore drill returned, read: which of them did their work, and why the others did not."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._cloud.durations import duration_option
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.text import type_name
from ._filters import instant_of, plain, refuse_unknown
from ._results import is_result

KEYS = (
    "query",
    "choice",
    "restored",
    "checked",
    "found",
    "removed",
    "folder",
    "leftovers",
    "swept",
    "name",
    "folder_id",
    "rto",
    "sweep_after",
    "keep_on_failure",
    "chosen_at",
    "evaluated_at",
)
"""What the filter's input may hold."""

_LOOPS = ("leftovers", "swept")


class Step(t.NamedTuple):
    """One task of a drill.

    :ivar result: what it returned; empty where it did not run
    :ivar problem: why it did not do its work, None where it did
    """

    result: dict[str, t.Any]
    problem: str | None

    @property
    def done(self) -> bool:
        """Whether it did its work."""
        return self.problem is None


@dataclasses.dataclass(frozen=True)
class Drill:
    """The input of the filter. The names are those of :data:`KEYS`; durations and instants are in nanoseconds."""

    query: dict[str, t.Any]
    choice: Step
    restored: Step
    checked: Step
    found: Step
    removed: Step
    folder: Step
    leftovers: list[dict[str, t.Any]]
    swept: list[dict[str, t.Any]]
    name: str | None
    folder_id: str | None
    rto: str | None
    rto_limit: int | None
    sweep_after: int | None
    keep_on_failure: bool
    chosen_at: int | None
    evaluated_at: str

    @property
    def backup(self) -> dict[str, t.Any] | None:
        """The backup that was chosen."""
        return next(iter(self.choice.result["newest"].values())) if self.choice.done else None


def read_drill(value: t.Any) -> Drill:
    """The input of the filter, checked.

    :raises OptionError: it is invalid
    """
    if not isinstance(value, t.Mapping):
        raise OptionError(f"the input must be a mapping of a drill's steps, got {type_name(value)}.")
    steps = plain({name: _results(step) if name in _LOOPS else step for name, step in value.items()})
    refuse_unknown(steps, KEYS)
    choice = _choice(steps.get("choice"))
    restored = _restored(steps.get("restored"), choice, steps.get("name"))
    return Drill(
        query=_query(steps.get("query"), choice),
        choice=choice,
        restored=restored,
        checked=_checked(steps.get("checked")),
        found=_step(steps.get("found"), "found", "clusters"),
        removed=_step(steps.get("removed"), "removed", "cluster"),
        folder=_step(steps.get("folder"), "folder", "clusters"),
        leftovers=_loop(steps.get("leftovers"), "leftovers"),
        swept=_loop(steps.get("swept"), "swept"),
        name=steps.get("name"),
        folder_id=steps.get("folder_id") or _folder_id(restored, choice),
        rto=_shown(steps.get("rto")),
        rto_limit=duration_option(steps.get("rto"), "rto"),
        sweep_after=duration_option(steps.get("sweep_after"), "sweep_after"),
        keep_on_failure=_keep(steps.get("keep_on_failure", False)),
        chosen_at=None if steps.get("chosen_at") is None else instant_of(steps["chosen_at"], "chosen_at"),
        evaluated_at=_evaluated_at(steps, choice),
    )


# --- the steps ---


def _step(value: t.Any, name: str, needed: str) -> Step:
    """A task by what it returned.

    :param needed: a key that the result of a task that did its work has
    """
    if value is None:
        return Step({}, "it was not reached")
    if not isinstance(value, dict):
        raise OptionError(f"{name} must be the result of a task, got {type_name(value)}.", option=name)
    if value.get("skipped") is True:
        return Step({}, "it was skipped")
    if value.get("unreachable") is True:
        return Step(value, f"its host could not be reached: {_reason(value)}")
    if value.get("failed") is True:
        return Step(value, _reason(value))
    return Step(value, None if needed in value else f"its result does not hold {needed}")


def _reason(result: dict[str, t.Any]) -> str:
    """The message of a failure in one line, without its full stop."""
    return " ".join(str(result.get("msg") or "no reason given").split()).rstrip(".")


def _choice(value: t.Any) -> Step:
    step = _step(value, "choice", "newest")
    if not step.done:
        return step
    if not is_result(step.result):
        raise OptionError("choice must be the result of yacloud.mdb.redis_backup_info.", option="choice")
    newest = step.result["newest"]
    if len(newest) > 1:
        raise OptionError(f"choice holds {len(newest)} backups; a drill is about one.", option="choice")
    return step if newest else Step(step.result, "no backup matches")


def _restored(value: t.Any, choice: Step, name: t.Any) -> Step:
    """The restore, which counts only where it is that of this drill's backup under this drill's name."""
    step = _step(value, "restored", "cluster")
    cluster = _mapping(step.result.get("cluster"))
    if cluster and name is not None and cluster.get("name") != name:
        return Step({}, f"its result is about another cluster, {cluster.get('name')}")
    if not step.done:
        return step
    if not cluster.get("id"):
        return Step(step.result, "nothing was restored, as in check mode")
    backup_id = next((backup["id"] for backup in choice.result.get("newest", {}).values()), None)
    if step.result.get("backup_id") != backup_id:
        return Step(step.result, f"it was restored from backup {step.result.get('backup_id')}, not {backup_id}")
    return step


def _checked(value: t.Any) -> Step:
    step = _step(value, "checked", "passed")
    if step.done and not isinstance(step.result["passed"], bool):
        raise OptionError(
            f"checked: passed must be a boolean, got {type_name(step.result['passed'])}.", option="checked"
        )
    return step


def _results(loop: t.Any) -> t.Any:
    """The results of a loop alone: to read why a loop over nothing was skipped makes ansible-core 2.21 warn of a deprecation."""
    return loop.get("results", []) if isinstance(loop, t.Mapping) else loop


def _loop(results: t.Any, name: str) -> list[dict[str, t.Any]]:
    """The results of a loop, each with its item under "item"."""
    if results is None:
        return []
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise OptionError(f"{name} must be the result of a loop, got {type_name(results)}.", option=name)
    return [{**result, "item": result.get(result.get("ansible_loop_var", "item"))} for result in results]


# --- the rest ---


def _mapping(value: t.Any) -> dict[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _query(value: t.Any, choice: Step) -> dict[str, t.Any]:
    if value is not None and not isinstance(value, dict):
        raise OptionError(f"query must be a mapping, got {type_name(value)}.", option="query")
    return value or _mapping(choice.result.get("query"))


def _folder_id(restored: Step, choice: Step) -> str | None:
    backup: dict[str, t.Any] = next(iter(choice.result.get("newest", {}).values()), {})
    return _mapping(restored.result.get("cluster")).get("folder_id") or backup.get("folder_id")


def _shown(rto: t.Any) -> str | None:
    """The objective as it was given; a bare number is followed by its unit."""
    if rto is None:
        return None
    text = str(rto).strip()
    return f"{text}s" if text.replace(".", "", 1).isdigit() else text


def _keep(value: t.Any) -> bool:
    try:
        return t.cast(bool, boolean(value))
    except TypeError:
        raise OptionError(
            f"keep_on_failure must be a boolean, got {type_name(value)}.", option="keep_on_failure"
        ) from None


def _evaluated_at(steps: dict[str, t.Any], choice: Step) -> str:
    given = steps.get("evaluated_at") or choice.result.get("evaluated_at")
    if given is None:
        raise OptionError(
            "evaluated_at is missing, and there is no choice that says when it was.", option="evaluated_at"
        )
    instant_of(given, "evaluated_at")
    return str(given)
