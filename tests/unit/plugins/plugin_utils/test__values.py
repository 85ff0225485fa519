# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible hands over, made plain and named in words."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils._values import (
    instant_of,
    listed,
    plain,
    refuse_unknown,
)


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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a, b,c", ["a", "b", "c"]),
        ("a", ["a"]),
        (5, ["5"]),
        (True, True),
        (["a", 5, None], ["a", "5", None]),
        (("a",), ["a"]),
        (None, None),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_lists_as_a_module_takes_them(value: t.Any, expected: t.Any) -> None:
    assert listed(value) == expected


def test_what_is_not_an_instant_is_named() -> None:
    assert instant_of("1970-01-01T00:00:01Z", "evaluated_at") == 10**9
    with pytest.raises(OptionError, match=r"^evaluated_at 'now' is not an RFC 3339 time"):
        instant_of("now", "evaluated_at")


def test_misspelt_options_are_named_beside_those_that_there_are() -> None:
    refuse_unknown(["type"], ("type", "shards"))
    with pytest.raises(OptionError, match=r"^unknown option shard, typo; the options are: type, shards.$"):
        refuse_unknown(["typo", "type", "shard"], ("type", "shards"))
