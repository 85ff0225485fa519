# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Results and verdicts as a file's content: which input has which formats, and who writes each.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import json
import typing as t

from ansible.module_utils.common.yaml import yaml_dump

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.text import quoted, type_name
from ._drill import read_drill_verdict
from ._exports_choice import dotenv, read_choice, tfvars_json
from ._metrics import metrics_text
from ._metrics_drill import drill_metrics
from ._report_drill import drill_page
from ._report_freshness import freshness_page
from ._results import described
from ._verdict import read_verdict


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


def _json(value: t.Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _yaml(value: t.Any) -> str:
    return str(
        yaml_dump(value, explicit_start=True, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1000)
    )


KINDS = (
    Kind(
        "a choice of backups",
        read_choice,
        {
            "json": Format(lambda choice: _json(choice.backups)),
            "yaml": Format(lambda choice: _yaml(choice.backups)),
            "dotenv": Format(dotenv),
            "tfvars_json": Format(tfvars_json),
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
