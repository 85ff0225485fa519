# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest as data and back, what is no manifest, and what counts as a difference."""

from __future__ import annotations

import copy
import json
import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._manifest import Contents, as_data, differences, from_data

ONE, TWO = "1" * 64, "2" * 64
COUNTS = st.integers(0, 2**40)
SAMPLES = st.dictionaries(
    st.one_of(st.binary(), st.text().map(lambda text: text.encode(errors="replace"))), st.sampled_from([ONE, TWO])
)
MANIFESTS = st.dictionaries(st.integers(0, 100), st.builds(Contents, COUNTS, COUNTS, SAMPLES))


@given(MANIFESTS)
def test_a_manifest_survives_json(manifest: dict[int, Contents]) -> None:
    assert from_data(json.loads(json.dumps(as_data(manifest)))) == manifest


def sound() -> dict[str, t.Any]:
    return as_data({0: Contents(3, 2, {b"a": ONE, b"\xff": TWO})})


def test_names_are_readable_where_they_can_be() -> None:
    assert sound()["databases"]["0"]["sample"] == [{"name": "a", "digest": ONE}, {"name_base64": "/w==", "digest": TWO}]


def test_numbers_of_databases_may_be_integers() -> None:
    data = sound()
    data["databases"] = {0: data["databases"]["0"]}
    assert from_data(data) == from_data(sound())


DATABASE = ("databases", "0")
ROW = (*DATABASE, "sample", 0)
MISSING = object()


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("version",), MISSING, "its version is not 1"),
        (("version",), 2, "its version is not 1"),
        (("databases",), MISSING, "databases must be a mapping, got null"),
        (("databases",), [], "databases must be a mapping, got a list"),
        (("databases", "x"), {}, "databases.x is not a database number"),
        (("databases", "-1"), {}, "databases.-1 is not a database number"),
        (DATABASE, "x", "databases.0 must be a mapping, got a string"),
        ((*DATABASE, "key_count"), MISSING, "databases.0.key_count must be a count"),
        ((*DATABASE, "persistent_key_count"), "2", "databases.0.persistent_key_count must be a count"),
        ((*DATABASE, "persistent_key_count"), -1, "databases.0.persistent_key_count must be a count"),
        ((*DATABASE, "key_count"), True, "databases.0.key_count must be a count"),
        ((*DATABASE, "sample"), MISSING, "databases.0.sample must be a list, got null"),
        (ROW, 7, "databases.0.sample[0] must be a mapping, got an integer"),
        ((*ROW, "name"), MISSING, "databases.0.sample[0].name must be a string, got null"),
        ((*ROW, "name_base64"), "*", "databases.0.sample[0].name_base64 is not base64"),
        ((*ROW, "name_base64"), True, "databases.0.sample[0].name_base64 must be a string, got a boolean"),
        ((*ROW, "digest"), "********", "databases.0.sample[0].digest is not a SHA-256 digest"),
        ((*ROW, "digest"), MISSING, "databases.0.sample[0].digest must be a string, got null"),
    ],
)
def test_what_is_no_manifest(path: tuple[t.Any, ...], value: t.Any, problem: str) -> None:
    data = copy.deepcopy(sound())
    place: t.Any = data
    for key in path[:-1]:
        place = place[key]
    if value is MISSING:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    with pytest.raises(
        OptionError, match=f"^manifest cannot be used: {re.escape(problem)}.*\\. Give the mapping that an earlier run"
    ):
        from_data(data)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (Contents(3, 2, {b"a": ONE, b"b": TWO}), []),
        (Contents(9, 9, {b"a": ONE, b"b": TWO}), []),
        (Contents(2, 2, {b"a": ONE, b"b": TWO}), []),  # a key with a time to live has expired
        (Contents(9, 1, {b"a": ONE, b"b": TWO}), ["database 0 holds 1 persistent keys, fewer than the 2 recorded"]),
        (Contents(9, 9, {b"a": None, b"b": TWO}), ["database 0: 1 of 2 sampled keys missing: a"]),
        (Contents(9, 9, {b"a": TWO, b"b": ONE}), ["database 0: 2 of 2 sampled keys changed: a, b"]),
    ],
)
def test_differences(now: Contents, said: list[str]) -> None:
    assert differences({0: Contents(3, 2, {b"a": ONE, b"b": TWO})}, {0: now, 1: Contents(1, 1, {})}) == said
