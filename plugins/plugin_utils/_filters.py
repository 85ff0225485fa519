# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all filters share: how a function becomes one, and what Ansible hands to it as plain values."""

from __future__ import annotations

import datetime
import functools
import typing as t

import jinja2
from ansible.errors import AnsibleFilterError

from ..module_utils._cloud.errors import CloudError, OptionError
from ..module_utils._cloud.instants import parse_instant
from ..module_utils._cloud.text import quoted

T = t.TypeVar("T")


def as_filter(function: t.Callable[..., T]) -> t.Callable[..., T]:
    """The function as a filter of its name, for which an option that is "omit" is one that was not given.

    :raises AnsibleFilterError: where the function raises an error of the collection; Ansible puts the filter's name before it
    """

    @jinja2.pass_environment
    @functools.wraps(function)
    def filtering(environment: jinja2.Environment, /, *args: t.Any, **options: t.Any) -> T:
        omit = environment.globals.get("omit", jinja2.Undefined)
        given = {name: value for name, value in options.items() if value is not omit}
        try:
            return function(*args, **given)
        except CloudError as exc:
            raise AnsibleFilterError(str(exc)) from None

    return filtering


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
