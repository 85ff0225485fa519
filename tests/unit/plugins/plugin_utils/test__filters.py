# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a filter takes from Ansible, and how its errors reach it."""

from __future__ import annotations

import typing as t

import jinja2
import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError, SelectionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._filters import as_filter

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
