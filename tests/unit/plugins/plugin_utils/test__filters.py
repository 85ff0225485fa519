# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a filter takes from Ansible, and how its errors reach it."""

from __future__ import annotations

import datetime
import json
import typing as t

import jinja2
import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError, SelectionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._filters import (
    as_filter,
    instant_of,
    plain,
    refuse_unknown,
)

OMIT = object()


@as_filter
def example(value: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """An example."""
    if "error" in options:
        raise options["error"]
    return {"value": value, **options}


@pytest.fixture
def environment() -> jinja2.Environment:
    made = jinja2.Environment()
    made.globals["omit"] = OMIT
    return made


def test_it_stays_the_function_that_it_is(environment: jinja2.Environment) -> None:
    assert (example.__name__, example.__doc__) == ("example", "An example.")
    assert example(environment, 1, one=None, two="") == {"value": 1, "one": None, "two": ""}


def test_an_option_that_is_omitted_was_not_given(environment: jinja2.Environment) -> None:
    assert example(environment, 1, one=OMIT, error=OMIT, two=2) == {"value": 1, "two": 2}


@pytest.mark.parametrize("error", [OptionError("no such thing.", option="x"), SelectionError("none.")])
def test_errors_of_the_collection_are_told_without_their_cause(
    environment: jinja2.Environment, error: Exception
) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        example(environment, 1, error=error)
    assert str(caught.value) == str(error)
    assert caught.value.__suppress_context__


def test_other_errors_stay_what_they_are(environment: jinja2.Environment) -> None:
    with pytest.raises(ZeroDivisionError):
        example(environment, 1, error=ZeroDivisionError())


# --- values ---


class Text(str):
    """Stands in for a string that Ansible has tagged."""

    def __str__(self) -> str:
        raise AssertionError("a tagged string makes another of itself")


class Mapping(dict[t.Any, t.Any]):
    """Stands in for a container of Ansible's."""


def test_plain_values_are_of_no_other_class() -> None:
    value = Mapping({Text("key"): [Text("text"), (1, 2.5, None, True)], "inner": Mapping()})
    made = plain(value)
    assert made == {"key": ["text", [1, 2.5, None, True]], "inner": {}}
    assert type(made) is type(made["inner"]) is dict
    assert {type(text) for text in (*made, made["key"][0])} == {str}
    assert json.loads(json.dumps(made)) == made


def test_times_that_yaml_has_read_are_written_as_for_a_module() -> None:
    moment = datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC)
    assert plain({"at": moment, "on": moment.date()}) == {"at": "2026-11-20T10:00:00+00:00", "on": "2026-11-20"}


def test_what_is_not_an_instant_is_named() -> None:
    assert instant_of("1970-01-01T00:00:01Z", "evaluated_at") == 10**9
    with pytest.raises(OptionError, match=r"^evaluated_at 'now' is not an RFC 3339 time"):
        instant_of("now", "evaluated_at")


def test_misspelt_options_are_named_beside_those_that_there_are() -> None:
    refuse_unknown(["type"], ("type", "shards"))
    with pytest.raises(OptionError, match=r"^unknown option shard, typo; the options are: type, shards.$"):
        refuse_unknown(["typo", "type", "shard"], ("type", "shards"))
