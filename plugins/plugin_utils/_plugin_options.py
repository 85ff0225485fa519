# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Options of a lookup as Ansible finds them, made ready for the shared core.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import typing as t

from ansible.errors import AnsibleOptionsError

from ..module_utils._cloud.credentials import OPTIONS, Level, environment_level

if t.TYPE_CHECKING:
    from ansible.plugins.lookup import LookupBase
    from ansible.template import Templar

PREFIX = "yacloud_mdb_"
"""What the variables that set an option are called in front of the option's name."""

_THE_CALL, _THE_VARIABLES, _THE_FILE = "the call", f"the variables {PREFIX}…", "ansible.cfg"


def set_options(plugin: LookupBase, variables: t.Mapping[str, t.Any] | None, direct: dict[str, t.Any]) -> None:
    """Lets Ansible find the plugin's options, with variables templated and unknown options refused.

    :raises AnsibleOptionsError: an option is unknown, or a value has the wrong type
    """
    known = sorted(name for name in plugin.option_definitions if not name.startswith("_"))
    if unknown := sorted(set(direct) - set(known)):
        raise AnsibleOptionsError(f"unknown option {', '.join(unknown)}; the options are: {', '.join(known)}.")
    # Ansible casts what it finds in variables before it templates it, so that "{{ seconds }}" would be no number.
    settable = [PREFIX + name for name in known]
    templated = {
        name: t.cast("Templar", plugin._templar).template(variables[name])
        for name in settable
        if variables and name in variables
    }
    given = {name: str(value) if isinstance(value, datetime.datetime) else value for name, value in direct.items()}
    with _without_empty_variables(plugin):
        plugin.set_options(var_options=templated, direct=given)


@contextlib.contextmanager
def _without_empty_variables(plugin: LookupBase) -> t.Iterator[None]:
    """Hides the plugin's environment variables that are empty, which Ansible would take for set, and refuse where choices are."""
    names = {env["name"] for definition in plugin.option_definitions.values() for env in definition.get("env", ())}
    empty = {name for name in names if os.environ.get(name) == ""}
    for name in empty:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(dict.fromkeys(empty, ""))


def credential_levels(plugin: LookupBase) -> list[Level]:
    """Where the plugin's credentials are set, from the call itself down to the configuration file."""
    found: dict[str, dict[str, t.Any]] = {_THE_CALL: {}, _THE_VARIABLES: {}, _THE_FILE: {}}
    for option in OPTIONS:
        value, origin = plugin.get_option_and_origin(option)
        if value not in (None, "") and (level := _level(str(origin))):
            found[level][option] = value
    levels = [Level(name, values) for name, values in found.items()]
    return [*levels[:2], environment_level(os.environ), *levels[2:]]


def _level(origin: str) -> str | None:
    """The level behind an origin as Ansible words it; the environment is read elsewhere, since its variables have a rank."""
    if origin == "Direct":
        return _THE_CALL
    if origin.startswith("var: "):
        return _THE_VARIABLES
    return None if origin.startswith("env: ") or origin == "default" else _THE_FILE
