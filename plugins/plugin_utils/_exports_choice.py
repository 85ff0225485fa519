# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A choice of backups written down for other programs. Pure functions; the same choice always gives the same text.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import json
import re
import typing as t

from ..module_utils._cloud.errors import SelectionError
from ..module_utils._cloud.text import quoted, type_name
from ..module_utils._engine import REDIS
from ._filters import plain
from ._results import is_result, keys_asked, read_result

PREFIX = "REDIS_BACKUP_"

_TFVARS_FIELDS = (*REDIS.fields.values(), "source_cluster_name")
"""Terraform wants all elements of a map alike, so fields that only some backups have stay out."""

_UNQUOTED = re.compile(r"[A-Za-z0-9_.:/@%+,=-]+").fullmatch
"""What a shell reads as it stands, and GitLab takes without quotes. No tilde: a shell expands it behind a colon."""


class Choice(t.NamedTuple):
    """What was chosen.

    :ivar backups: what was asked for (a cluster's name or id) to its backup, sorted
    :ivar asked: how many clusters were asked for, those without a backup included
    """

    backups: dict[str, dict[str, t.Any]]
    asked: int


def read_choice(value: t.Any) -> Choice | None:
    """The choice of a result of the module or of a mapping of anything to backups; None where the value is neither."""
    if is_result(value):
        result = read_result(value)
        keys = keys_asked(result)
        return Choice(_sorted({keys[cluster_id]: row for cluster_id, row in result["newest"].items()}), len(keys))
    if isinstance(value, t.Mapping) and all(isinstance(row, t.Mapping) and "id" in row for row in value.values()):
        return Choice(_sorted(plain(value)), len(value))
    return None


def _sorted(backups: dict[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """The backups by key, and without their ages: a second run changes nothing."""
    return {
        key: {name: field for name, field in sorted(backup.items()) if name != "age_seconds"}
        for key, backup in sorted(backups.items())
    }


def tfvars_json(choice: Choice) -> str:
    """A file for terraform's -var-file; its name has to end in .tfvars.json."""
    backups = {key: {name: backup.get(name) for name in _TFVARS_FIELDS} for key, backup in choice.backups.items()}
    return json.dumps({"redis_restore_backups": backups}, indent=2, ensure_ascii=False) + "\n"


def dotenv(choice: Choice) -> str:
    """Lines that GitLab's dotenv reports and a shell's "source" read alike: no comments, blank lines or quotes.

    :raises SelectionError: a value would need quotes, or two values would have one name
    """
    lines: dict[str, tuple[str, str]] = {}
    for key, backup in choice.backups.items():
        stems = [re.sub("[^A-Z0-9_]", "_", key.upper()) + "_"]
        # Whether there is one cluster is what was asked, not what was found: else the one that is left would stand for all.
        stems += [""] if choice.asked == 1 else []
        for stem in stems:
            for field, name in (("id", "ID"), ("created_at", "CREATED_AT"), ("source_cluster_id", "CLUSTER_ID")):
                _add(lines, f"{PREFIX}{stem}{name}", key, field, backup.get(field))
    return "".join(f"{name}={value}\n" for name, (value, _owner) in lines.items())


def _add(lines: dict[str, tuple[str, str]], name: str, key: str, field: str, value: t.Any) -> None:
    if not isinstance(value, str) or not _UNQUOTED(value):
        shown = quoted(value) if isinstance(value, str) else type_name(value)
        raise SelectionError(
            f"cluster {key}: {field} is {shown}, which cannot stand in a dotenv file without quotes, and quotes GitLab and a"
            " shell read differently. Use the format json instead."
        )
    if name in lines:
        owner = lines[name][1]
        whom = f"clusters {owner} and {key}" if owner != key else f"two values of cluster {key}"
        raise SelectionError(
            f"the dotenv variable {name} would stand for {whom}. Export them apart, or use the format json."
        )
    lines[name] = (value, key)
