# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Ansible hands to a filter, as the plain values that the standard library works with.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import datetime
import typing as t

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.instants import parse_instant
from ..module_utils._cloud.text import quoted


def plain(value: t.Any) -> t.Any:
    """The value without Ansible's own containers and tagged strings, which neither the C encoder of JSON nor YAML knows."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime.date):  # an unquoted time in YAML, which Ansible writes so for a module
        return value.isoformat()
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def listed(value: t.Any) -> t.Any:
    """A single value in place of a list made one, and a string cut at its commas, as Ansible does for a module's option."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if _is_number(value):
        return [str(value)]
    if isinstance(value, (list, tuple)):
        return [str(item) if _is_number(item) else item for item in value]
    return value


def _is_number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def instant_of(value: t.Any, name: str) -> int:
    """An instant of a variable.

    :param name: what it is called, for the message
    :raises OptionError: it is not an instant
    """
    try:
        return parse_instant(str(value))
    except ValueError as exc:
        raise OptionError(f"{name} {quoted(str(value))} {exc}.", option=name) from None


def refuse_unknown(options: t.Iterable[str], known: t.Collection[str]) -> None:
    """Options of a filter are checked by name, since a misspelt one would filter nothing.

    :raises OptionError: one is not known
    """
    if unknown := sorted(set(options) - set(known)):
        raise OptionError(f"unknown option {', '.join(unknown)}; the options are: {', '.join(known)}.")
