# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A choice written down for other programs. Pure functions; the same choice always gives the same text.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import json
import re
import typing as t

import yaml

from ..module_utils._cloud.errors import OptionError, SelectionError
from ..module_utils._cloud.text import quoted
from ._values import plain

PREFIX = "REDIS_BACKUP_"
TFVARS_VARIABLE = "redis_restore_backups"

_TFVARS_FIELDS = ("id", "created_at", "started_at", "source_cluster_id", "source_shard_names", "folder_id", "type")
"""Terraform wants all elements of a map alike, so fields that only some backups have stay out."""

_UNQUOTED = re.compile(r"[A-Za-z0-9_.:/@%+,=-]+").fullmatch
"""What a shell reads as it stands, and GitLab takes without quotes. No tilde: a shell expands it behind a colon."""

Choice = t.Mapping[str, t.Mapping[str, t.Any]]


def read_choice(value: t.Any) -> tuple[Choice, t.Collection[str]]:
    """A choice, and the ids of all clusters that it is about, of the module's result or of a mapping of cluster id to backup.

    :raises OptionError: the value is neither
    """
    if isinstance(value, t.Mapping):
        newest, asked = (
            (value["newest"], value["selection"]) if "newest" in value and "selection" in value else (value, value)
        )
        if isinstance(newest, t.Mapping) and all(
            isinstance(backup, t.Mapping) and "id" in backup for backup in newest.values()
        ):
            return newest, asked
    raise OptionError(
        "the input is neither a result of yacloud.mdb.redis_backup_info nor a mapping of cluster id to backup."
    )


def export_text(newest: Choice, asked: t.Collection[str], format_name: str) -> str:
    """The whole content of a file.

    :param newest: cluster id to its backup
    :param asked: ids of all clusters that the choice is about, those without a backup included
    :param format_name: a key of :data:`FORMATS`
    :raises OptionError: there is no such format
    :raises SelectionError: the format cannot hold a value
    """
    if not isinstance(format_name, str) or format_name not in FORMATS:
        raise OptionError(f"format {quoted(str(format_name))} is none of {', '.join(FORMATS)}.", option="format")
    rows = {
        cluster_id: {name: value for name, value in backup.items() if name != "age_seconds"}
        for cluster_id, backup in sorted(plain(newest).items())
    }
    return FORMATS[format_name](rows, asked)


def _json(rows: dict[str, dict[str, t.Any]], _asked: t.Collection[str]) -> str:
    return json.dumps(rows, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _yaml(rows: dict[str, dict[str, t.Any]], _asked: t.Collection[str]) -> str:
    text: str = yaml.safe_dump(
        rows, explicit_start=True, sort_keys=True, allow_unicode=True, default_flow_style=False, width=1000
    )
    return text


def _tfvars_json(rows: dict[str, dict[str, t.Any]], _asked: t.Collection[str]) -> str:
    """A file for C(terraform -var-file); its name has to end in C(.tfvars.json)."""
    backups = {cluster_id: {name: backup.get(name) for name in _TFVARS_FIELDS} for cluster_id, backup in rows.items()}
    return json.dumps({TFVARS_VARIABLE: backups}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _dotenv(rows: dict[str, dict[str, t.Any]], asked: t.Collection[str]) -> str:
    """Lines that GitLab's dotenv reports and a shell's C(source) read alike: no comments, blank lines or quotes."""
    lines: dict[str, tuple[str, str]] = {}
    for cluster_id, backup in rows.items():
        stems = [re.sub("[^A-Z0-9_]", "_", cluster_id.upper()) + "_"]
        # Whether there is one cluster is what was asked, not what was found: else the one that is left would stand for all.
        stems += [""] if len(asked) == 1 else []
        for stem in stems:
            for field, name in (("id", "ID"), ("created_at", "CREATED_AT"), ("source_cluster_id", "CLUSTER_ID")):
                _add(lines, f"{PREFIX}{stem}{name}", cluster_id, field, backup.get(field))
    return "".join(f"{name}={value}\n" for name, (value, owner) in lines.items())


def _add(lines: dict[str, tuple[str, str]], name: str, cluster_id: str, field: str, value: t.Any) -> None:
    if not isinstance(value, str) or not _UNQUOTED(value):
        shown = quoted(value) if isinstance(value, str) else "which is no text"
        raise SelectionError(
            f"cluster {cluster_id}: {field} {shown} cannot stand in a dotenv file without quotes, which GitLab and a shell read"
            " differently. Use the format json instead."
        )
    if name in lines:
        owner = lines[name][1]
        whom = f"clusters {owner} and {cluster_id}" if owner != cluster_id else f"two values of cluster {cluster_id}"
        raise SelectionError(
            f"the dotenv variable {name} would stand for {whom}. Export them apart, or use the format json."
        )
    lines[name] = (value, cluster_id)


FORMATS: dict[str, t.Callable[[dict[str, dict[str, t.Any]], t.Collection[str]], str]] = {
    "json": _json,
    "yaml": _yaml,
    "dotenv": _dotenv,
    "tfvars_json": _tfvars_json,
}
"""What can be exported, by the name of its format."""
