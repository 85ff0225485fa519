# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results and verdicts as a file's content: which input has which formats, and who writes each.

Pure functions; the same choice always gives the same text.
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible.module_utils.common.yaml import yaml_dump

from ..module_utils._cloud.errors import OptionError, SelectionError
from ..module_utils._cloud.text import quoted, type_name
from ..module_utils._engine import REDIS
from ._drill import read_drill_verdict
from ._filters import plain
from ._metrics import metrics_text
from ._metrics_drill import drill_metrics
from ._report_drill import drill_page
from ._report_freshness import freshness_page
from ._results import described, is_result, keys_asked, read_result
from ._verdict import read_verdict

PREFIX = "REDIS_BACKUP_"

_TFVARS_FIELDS = (*REDIS.fields.values(), "source_cluster_name")
"""Terraform wants all elements of a map alike, so fields that only some backups have stay out."""

_UNQUOTED = re.compile(r"[A-Za-z0-9_.:/@%+,=-]+").fullmatch
"""What a shell reads as it stands, and GitLab takes without quotes. No tilde: a shell expands it behind a colon."""


class Format(t.NamedTuple):
    """One way to write an input.

    :ivar write: makes the text of what was read, and of the options by name
    :ivar options: the names of the options that it takes
    """

    write: t.Callable[..., str]
    options: tuple[str, ...] = ()


class Kind(t.NamedTuple):
    """One kind of input.

    :ivar name: in words
    :ivar read: makes plain values of the input, None where it is of another kind
    :ivar formats: by name
    """

    name: str
    read: t.Callable[[t.Any], t.Any]
    formats: dict[str, Format]


# --- a choice of backups ---


class Choice(t.NamedTuple):
    """What was chosen.

    :ivar backups: what was asked for (a cluster's name or id) to its backup, sorted
    :ivar asked: how many clusters were asked for, those without a backup included
    """

    backups: dict[str, dict[str, t.Any]]
    asked: int


def _read_choice(value: t.Any) -> Choice | None:
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


def _tfvars_json(choice: Choice) -> str:
    """A file for terraform's -var-file; its name has to end in .tfvars.json."""
    backups = {key: {name: backup.get(name) for name in _TFVARS_FIELDS} for key, backup in choice.backups.items()}
    return _json({"redis_restore_backups": backups})


def _dotenv(choice: Choice) -> str:
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


# --- all inputs ---


def _json(value: t.Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _yaml(value: t.Any) -> str:
    return str(
        yaml_dump(value, explicit_start=True, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1000)
    )


KINDS = (
    Kind(
        "a choice of backups",
        _read_choice,
        {
            "json": Format(lambda choice: _json(choice.backups)),
            "yaml": Format(lambda choice: _yaml(choice.backups)),
            "dotenv": Format(_dotenv),
            "tfvars_json": Format(_tfvars_json),
        },
    ),
    Kind(
        "a verdict on freshness",
        read_verdict,
        {
            "json": Format(_json),
            "yaml": Format(_yaml),
            "prometheus": Format(metrics_text, ("labels",)),
            "html": Format(freshness_page, ("backups",)),
        },
    ),
    Kind(
        "a verdict on a restore drill",
        read_drill_verdict,
        {
            "json": Format(_json),
            "yaml": Format(_yaml),
            "prometheus": Format(drill_metrics, ("previous",)),
            "html": Format(drill_page),
        },
    ),
)
"""What can be exported, and how. A further kind of input is a further entry."""


def export_text(value: t.Any, format_name: t.Any, options: t.Mapping[str, t.Any]) -> str:
    """The whole content of a file.

    :param value: an input of one of :data:`KINDS`
    :param format_name: one of its formats
    :param options: the format's options by name
    :raises OptionError: the input, the format or an option is invalid
    :raises SelectionError: the format cannot hold a value
    """
    for kind in KINDS:
        content = kind.read(value)
        if content is not None:
            break
    else:
        raise OptionError(
            "the input must be a result of yacloud.mdb.redis_backup_info, a mapping of names or ids to backups, or a verdict of"
            f" yacloud.mdb.redis_backup_freshness or yacloud.mdb.redis_restore_drill, got {described(value)}."
        )
    if not isinstance(format_name, str) or format_name not in kind.formats:
        got = quoted(format_name) if isinstance(format_name, str) else type_name(format_name)
        raise OptionError(
            f"format must be one of {', '.join(kind.formats)} for {kind.name}, got {got}.", option="format"
        )
    chosen = kind.formats[format_name]
    if foreign := sorted(set(options) - set(chosen.options)):
        raise OptionError(f"format {format_name} takes no option {', '.join(foreign)}.", option=foreign[0])
    return chosen.write(content, **options)
