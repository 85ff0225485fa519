# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The lookup's answer, on the same facts as the module's.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..module_utils._backup_info import Result, gather
from ..module_utils._backups import from_facts
from ..module_utils._cloud.credentials import Level
from ..module_utils._cloud.errors import OptionError, SelectionError
from ..module_utils._cloud.instants import parse_instant
from ..module_utils._query import Connection, Question
from ._explanations import explain_none, explain_stale
from ._task_cache import once_per_task


@dataclasses.dataclass
class Found:
    """What the lookup returns, and what it has to say beside it."""

    elements: list[t.Any]
    warnings: list[str]


def newest_backups(terms: list[t.Any], options: dict[str, t.Any], levels: list[Level], *, whole_folder: bool) -> Found:
    """The newest matching backup of each cluster named.

    :param terms: cluster ids or names, possibly in lists
    :param options: the lookup's options by name
    :param levels: where credentials are set
    :param whole_folder: whether no term stands for every cluster of O(folder_id)
    :raises MdbError: the API could not be asked, a cluster has no match where that is an error, or one that is too old
    """
    named = _flatten(terms)
    question = _question(named, options, whole_folder)
    key = json.dumps([options, whole_folder, named, [level.values for level in levels]], sort_keys=True, default=str)
    result = once_per_task(key, lambda: gather(question, lambda: Connection.from_options(options, levels)))
    newest = result.facts["newest"]
    cluster_ids = list(newest) if whole_folder else [_id_of(name, options, result) for name in named]
    _refuse_stale(result, question)
    warnings = list(result.warnings)
    if options["on_missing"] != "skip":
        warnings += _missing(cluster_ids, result, question, options["on_missing"])
    chosen = [newest[cluster_id] for cluster_id in cluster_ids if cluster_id in newest]
    return Found([backup["id"] for backup in chosen] if options["return_format"] == "id" else chosen, warnings)


def _flatten(terms: t.Iterable[t.Any]) -> list[str]:
    names: list[str] = []
    for term in terms:
        if isinstance(term, (list, tuple)):
            names += _flatten(term)
        elif isinstance(term, (str, int)) and not isinstance(term, bool):
            names.append(str(term))
        else:
            raise OptionError(
                f"a term is of type {type(term).__name__}; terms are cluster ids or names, or lists of them."
            )
    return names


def _question(named: list[str], options: dict[str, t.Any], whole_folder: bool) -> Question:
    terms = {} if whole_folder else {"cluster_names" if options["by"] == "name" else "cluster_ids": named}
    return Question.from_options({**options, **terms, "limit": 1, "page_size": None})


def _id_of(name: str, options: dict[str, t.Any], result: Result) -> str:
    return t.cast(str, result.facts["cluster_ids"][name]) if options["by"] == "name" else name


def _refuse_stale(result: Result, question: Question) -> None:
    if stale := result.facts["stale"]:
        evaluated_at = parse_instant(result.facts["evaluated_at"])
        backups = from_facts([result.facts["newest"][cluster_id] for cluster_id in stale], None)
        lines = [
            explain_stale(cluster_id, backup, t.cast(int, question.max_age), evaluated_at)
            for cluster_id, backup in zip(stale, backups, strict=True)
        ]
        raise SelectionError(f"{'; '.join(lines)}.")


def _missing(cluster_ids: list[str], result: Result, question: Question, on_missing: str) -> list[str]:
    missing = dict.fromkeys(cluster_id for cluster_id in cluster_ids if cluster_id not in result.facts["newest"])
    lines = [
        explain_none(cluster_id, result.facts["selection"][cluster_id], question.criteria) for cluster_id in missing
    ]
    if lines and on_missing == "error":
        raise SelectionError(f"{'; '.join(lines)}. Set on_missing to warn or skip if that is acceptable.")
    return lines
