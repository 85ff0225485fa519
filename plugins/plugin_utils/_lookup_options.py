# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a lookup as Ansible finds them, made ready for the shared code."""

from __future__ import annotations

import datetime
import os
import typing as t

from ansible.errors import AnsibleOptionsError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.lookup import LookupBase
from ansible.template import Templar

from ..module_utils._cloud.credentials import OPTIONS, CredentialSource, environment_source
from ..module_utils._cloud.text import quoted, type_name

PREFIX = "yacloud_mdb_"
"""What the variables that set an option are called in front of the option's name."""


def find_options(
    plugin: LookupBase, variables: t.Mapping[str, t.Any] | None, direct: dict[str, t.Any]
) -> dict[str, t.Any]:
    """The plugin's options by name, with variables templated and unknown options refused.

    :raises AnsibleOptionsError: an option is unknown, or a value has the wrong type
    """
    known = {name: entry for name, entry in plugin.option_definitions.items() if not name.startswith("_")}
    if unknown := sorted(set(direct) - set(known)):
        raise AnsibleOptionsError(f"unknown option {', '.join(unknown)}; the options are: {', '.join(sorted(known))}.")
    # Ansible casts what it finds in variables before it templates it, so that "{{ seconds }}" would be no number.
    templated = {
        PREFIX + name: t.cast(Templar, plugin._templar).template(variables[PREFIX + name])
        for name in known
        if variables and PREFIX + name in variables
    }
    # Ansible takes an empty environment variable for set, and refuses it where it wants a number or one of several choices.
    for name, entry in known.items():
        if entry.get("default") is not None and _is_empty_in_environment(entry):
            templated.setdefault(PREFIX + name, entry["default"])
    given = {
        name: value.isoformat() if isinstance(value, datetime.datetime) else value for name, value in direct.items()
    }
    for name, entry in known.items():
        for value in (given.get(name), templated.get(PREFIX + name)):
            _check_value(name, entry, value)
    plugin.set_options(var_options=templated, direct=given)
    return {
        name: None if value == "" and given.get(name) != "" else value for name, value in plugin.get_options().items()
    }


def _check_value(name: str, entry: t.Mapping[str, t.Any], value: t.Any) -> None:
    """Refuses a credential of a wrong type, which Ansible would show, what is no boolean, which it would take for false, and what is
    none of the choices, which it would not name.
    """
    kind, choices = entry["type"], entry.get("choices")
    if name in OPTIONS and kind == "str" and isinstance(value, (t.Mapping, list, tuple)):
        raise AnsibleOptionsError(f"{name} must be a string, got {type_name(value)}, which is not shown.")
    if kind == "str" and choices and isinstance(value, str) and value and value not in choices:
        raise AnsibleOptionsError(f"{name} must be one of {', '.join(choices)}, got {quoted(value)}.")
    if kind == "bool" and value is not None:
        try:
            boolean(value)
        except TypeError:
            got = quoted(value) if isinstance(value, str) else type_name(value)
            raise AnsibleOptionsError(f"{name} must be a boolean, got {got}; write true or false.") from None


def _is_empty_in_environment(entry: t.Mapping[str, t.Any]) -> bool:
    values = [os.environ[env["name"]] for env in entry.get("env", ()) if env["name"] in os.environ]
    return bool(values) and not any(values)


def credential_sources(plugin: LookupBase) -> list[CredentialSource]:
    """Where the plugin's credentials are set, from the call itself down to the configuration file."""
    call: dict[str, t.Any] = {}
    variables: dict[str, t.Any] = {}
    file: dict[str, t.Any] = {}
    for option in OPTIONS:
        value, origin = plugin.get_option_and_origin(option)
        # The environment is read by environment_source, since its variables have a rank.
        if value not in (None, "") and origin != "default" and not str(origin).startswith("env: "):
            source = call if origin == "Direct" else variables if str(origin).startswith("var: ") else file
            source[option] = value
    return [
        CredentialSource("the call", call),
        CredentialSource(f"the variables {PREFIX}…", variables),
        environment_source(os.environ),
        CredentialSource("ansible.cfg", file),
    ]
