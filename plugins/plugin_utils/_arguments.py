# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is wrong with a role's variables, found before anything is asked.

Ansible's own check of role arguments comes first, but it converts nothing, takes a list for a text on some cores, and looks
into no mapping without a spec of its own. Here each value meets the code that will work with it.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import re
import typing as t

from ansible.module_utils.common.validation import check_type_bool, check_type_float, check_type_int

from ..module_utils._cloud.credentials import OPTIONS as CREDENTIALS
from ..module_utils._cloud.credentials import Level
from ..module_utils._cloud.errors import MdbError
from ..module_utils._cloud.text import quoted
from ..module_utils._files import is_mode
from ..module_utils._query import (
    Connection,
    Question,
    connection_spec,
    question_spec,
)
from ..module_utils._selection import CRITERIA
from ._decision import ON_MISSING
from ._exports import FORMATS
from ._values import is_number, is_omitted, listed, shown_type

QUESTION = {
    "clusters": "cluster_ids",
    "cluster_names": "cluster_names",
    "folder_id": "folder_id",
    **{criterion.option: criterion.option for criterion in CRITERIA},
    "max_age": "max_age",
}
"""A role's variable, less its prefix, and the option of the module that it becomes."""

CHOICES = {"on_missing": ON_MISSING, "on_stale": ("fail", "warn")}
PATHS = ("metrics_path", "json_path", "report_path")
ROLES = {
    "redis_backup_select": (*QUESTION, "on_missing", "connection", "export"),
    "redis_backup_freshness": (*QUESTION, "on_stale", "connection", *PATHS),
}
"""The roles and their variables, less the prefix."""

REQUIRED: dict[str, tuple[str, ...]] = {"redis_backup_select": (), "redis_backup_freshness": ("max_age",)}
"""Variables that cannot be null."""

_LISTS = frozenset(["clusters", "cluster_names", *(item.option for item in CRITERIA if item.spec["type"] == "list")])
_NO_NULL = ("clusters", "cluster_names")
_EXPORT_KEYS = ("path", "format", "mode")
_ALIKE = 0.79
"""How much a variable's name has to resemble one of ours to be a slip of the pen."""


@dataclasses.dataclass
class Variables:
    """A role's variables.

    :ivar role: the role's name, which is their prefix
    :ivar values: values by the name less the prefix, only those that are set
    :ivar problems: what was found wrong so far, each naming its variable
    """

    role: str
    values: dict[str, t.Any]
    problems: list[str] = dataclasses.field(default_factory=list)

    def name(self, key: str) -> str:
        """The variable's whole name."""
        return f"{self.role}_{key}"

    def refuse(self, key: str, problem: str) -> None:
        """Notes a problem of one variable."""
        self.problems.append(f"{self.name(key)} {problem}")


def argument_problems(variables: t.Mapping[str, t.Any], role: str) -> list[str]:
    """Everything that is wrong with a role's variables, one line each; none where they can be worked with.

    :param variables: values by whole name; what is not the role's is looked at for slips of the pen only
    :param role: one of :data:`ROLES`
    """
    known = ROLES[role]
    prefix = f"{role}_"
    own = {
        name[len(prefix) :]: value
        for name, value in variables.items()
        if name.startswith(prefix) and not is_omitted(value)
    }
    found = Variables(role, {key: own[key] for key in known if key in own})
    _check_names(own, known, found)
    _check_question(found)
    _check_choices(found)
    _check_connection(found)
    _check_export(found)
    _check_paths(found)
    return found.problems


def _check_names(own: dict[str, t.Any], known: t.Sequence[str], found: Variables) -> None:
    """A misspelt variable would leave a guard out without a word."""
    spec = question_spec()
    of_the_module = {
        name: key for key, option in QUESTION.items() for name in (option, *spec[option].get("aliases", ()))
    }
    for key in own:
        if key in known or key == "result":
            continue
        same = of_the_module.get(key)
        for near in [same] if same else difflib.get_close_matches(key, known, n=1, cutoff=_ALIKE):
            found.refuse(key, f"is no variable of this role; did you mean {found.name(near)}?")


def _check_question(found: Variables) -> None:
    options: dict[str, t.Any] = {}
    for key, option in QUESTION.items():
        value = found.values.get(key)
        if key in REQUIRED[found.role] and key not in found.values:
            found.refuse(key, "is missing.")
        problem = _type_problem(key, value, required=key in REQUIRED[found.role]) if key in found.values else None
        if problem:
            found.refuse(key, problem)
        elif value is not None:
            options[option] = listed(value) if key in _LISTS else value
    both = options.get("cluster_ids") is not None and options.get("cluster_names") is not None
    if both:
        found.refuse(
            "clusters", f"and {found.name('cluster_names')} exclude each other; give the clusters by one of them."
        )
    # One by one, so that all problems are told; whether the question is whole, the module knows, which sees its defaults.
    for option, value in options.items():
        alone = {"cluster_ids": [], "folder_id": "any", option: value}
        if option == "cluster_names":
            del alone["cluster_ids"]
        try:
            Question.from_options(alone)
        except MdbError as exc:
            found.problems.append(_with_variables(str(exc), option, found))


def _type_problem(key: str, value: t.Any, required: bool) -> str | None:
    if isinstance(value, datetime.datetime) and key in ("created_after", "created_before"):
        return None
    if isinstance(value, datetime.date):
        return 'is a date without a time of day; write a time in quotes, such as "2026-11-20T10:00:00Z".'
    if key == "max_age" and (value == "" or (value is None and required)):
        return "is empty, which would leave the guard out; give a duration such as 26h."
    if value is None:
        return "is null; leave it out, or give a list ([] asks nothing)." if key in _NO_NULL else None
    if key in _LISTS:
        items = listed(value)
        if not isinstance(items, list):
            return f"is {shown_type(value)} instead of a list."
        for number, item in enumerate(items, start=1):
            if not isinstance(item, str):
                return f"holds {shown_type(item)} instead of a text (element {number})."
        return None
    if isinstance(value, str) or (is_number(value) and key == "max_age"):
        return None
    return f"is {shown_type(value)} instead of a text."


def _with_variables(message: str, option: str, found: Variables) -> str:
    """A message of the module's, about the variable behind its option."""
    key = next(key for key, name in QUESTION.items() if name == option)
    variable = found.name(key)
    return re.sub(rf"^{option}\b", variable, message) if message.startswith(option) else f"{variable}: {message}"


def _check_choices(found: Variables) -> None:
    for key, choices in CHOICES.items():
        if key in found.values and found.values[key] not in choices:
            found.refuse(key, f"can be {', '.join(choices[:-1])} or {choices[-1]}.")


def _check_connection(found: Variables) -> None:
    given = found.values.get("connection")
    if given is None:
        return
    if not isinstance(given, t.Mapping):
        found.refuse("connection", f"is {shown_type(given)} instead of a mapping of connection options.")
        return
    spec = connection_spec()
    before = len(found.problems)
    options: dict[str, t.Any] = {}
    for name, value in given.items():
        if name not in spec:
            found.refuse("connection", _unknown_option(name, spec))
        elif value is not None and not is_omitted(value):
            try:
                options[name] = _converted(value, spec[name])
            except (TypeError, ValueError) as exc:
                found.refuse("connection", f"has {name}, which {exc}.")
    if len(found.problems) == before:
        _check_connection_values(options, spec, found)


def _unknown_option(name: t.Any, spec: dict[str, t.Any]) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        return f"has a key that is no option's name; the options are: {', '.join(spec)}."
    near = difflib.get_close_matches(name, spec, n=1)
    rest = f"did you mean {near[0]}?" if near else f"the options are: {', '.join(spec)}."
    return f"has {quoted(name)}, which is no connection option; {rest}"


def _converted(value: t.Any, spec: dict[str, t.Any]) -> t.Any:
    """The value as the module will see it. What is wrong is said without the value."""
    kind = spec["type"]
    checks: dict[str, tuple[t.Callable[[t.Any], t.Any], str]] = {
        "int": (check_type_int, "is no whole number"),
        "float": (check_type_float, "is no number"),
        "bool": (check_type_bool, "is neither true nor false"),
    }
    if kind in checks:
        check, problem = checks[kind]
        try:
            return check(value)
        except (TypeError, ValueError, ArithmeticError):
            raise TypeError(problem) from None
    if kind == "raw" and isinstance(value, t.Mapping):
        return value
    if not isinstance(value, str):
        raise TypeError(f"is {shown_type(value)} instead of a text{' or a mapping' if kind == 'raw' else ''}")
    if "choices" in spec and value not in spec["choices"]:
        raise ValueError(f"can be {', '.join(spec['choices'])}")
    return value


def _check_connection_values(options: dict[str, t.Any], spec: dict[str, t.Any], found: Variables) -> None:
    method = options.get("auth_method", "auto")
    credentials = [name for name, kind in CREDENTIALS.items() if options.get(name) and method in ("auto", kind)]
    if len(credentials) > 1:
        found.refuse(
            "connection",
            f"has {' and '.join(sorted(credentials))}, each a credential of its own. Leave one of them out.",
        )
    # The credential itself stays out: it may be a file of the machine where the module will run.
    whole = {name: item.get("default") for name, item in spec.items()} | options | {"auth_method": "auto"}
    stand_in = Level("the check", {"iam_token": "t1.stand.in"})
    try:
        Connection.from_options(whole, [stand_in])
    except MdbError as exc:
        found.problems.append(f"{found.name('connection')}: {exc}")


def _check_export(found: Variables) -> None:
    entries = found.values.get("export")
    if entries is None:
        return
    if not isinstance(entries, (list, tuple)):
        found.refuse("export", f"is {shown_type(entries)} instead of a list of path and format.")
        return
    for number, entry in enumerate(entries, start=1):
        for problem in _export_problems(entry):
            found.refuse("export", f"entry {number} {problem}")
    paths = [entry["path"] for entry in entries if isinstance(entry, t.Mapping) and isinstance(entry.get("path"), str)]
    for path in dict.fromkeys(path for path in paths if paths.count(path) > 1):
        found.refuse("export", f"names the path {quoted(path)} more than once.")


def _export_problems(entry: t.Any) -> list[str]:
    if not isinstance(entry, t.Mapping):
        return [f"is {shown_type(entry)} instead of a mapping of path and format."]
    problems = [
        f"has {quoted(str(key))}, which is none of {', '.join(_EXPORT_KEYS)}."
        for key in entry
        if key not in _EXPORT_KEYS
    ]
    if problem := _path_problem(entry.get("path")):
        problems.append(f"has path, which {problem}")
    if not isinstance(entry.get("format"), str) or entry["format"] not in FORMATS:
        problems.append(f"has no usable format; it can be {', '.join(FORMATS)}.")
    mode = entry.get("mode")
    if mode is not None and not (isinstance(mode, str) and is_mode(mode)):
        problems.append("has mode, which is no octal text such as '0644' (in quotes).")
    return problems


def _check_paths(found: Variables) -> None:
    paths: dict[str, str] = {}
    for key in PATHS:
        value = found.values.get(key)
        if value in (None, ""):
            continue
        if problem := _path_problem(value):
            found.refuse(key, problem)
        elif value in paths:
            found.refuse(key, f"is the same file as {found.name(paths[value])}.")
        else:
            paths[value] = key


def _path_problem(path: t.Any) -> str | None:
    if not isinstance(path, str):
        return f"is {shown_type(path)} instead of a file's path."
    if not path.strip() or path.endswith("/") or "\0" in path:
        return "is no file's path."
    return None
