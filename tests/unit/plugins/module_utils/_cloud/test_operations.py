# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation says."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import InvalidResponse
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.operations import Operation, parse_operation
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import OPERATION as ROW


def test_everything_that_an_operation_says() -> None:
    operation = parse_operation({**ROW, "response": {"@type": "anything"}, "createdBy": "x"}, "x")
    assert operation.facts() == {
        "id": "c9qop", "description": "Copy a thing", "created_at": "2026-11-20T10:00:00Z",
        "modified_at": "2026-11-20T10:04:00.5Z", "done": True, "error": None,
    }  # fmt: skip
    assert operation.metadata_type == "CopyThingMetadata"
    assert (operation.ended or 0) - (operation.started or 0) == 240_500_000_000


def test_next_to_nothing() -> None:
    operation = parse_operation({"id": "x"}, "x")
    assert operation == Operation("x", None, None, None, False, None, {})
    assert (operation.metadata_type, operation.started, operation.ended) == ("", None, None)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [({"code": 13, "message": "No disk", "details": []}, 13, "No disk"), ({"code": True}, 2, ""), ({}, 2, "")],
)
def test_error(error: dict[str, t.Any], code: int, message: str) -> None:
    assert parse_operation({"id": "x", "error": error}, "x").error == {"code": code, "message": message}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        *((content, "is not an operation") for content in ({}, [], {"id": ""}, {"id": 7})),
        ({"done": "true"}, "'done' of operation c9qop must be a boolean, got a string"),
        ({"description": 1}, "'description' of the operation must be a string, got an integer"),
        ({"createdAt": "yesterday"}, "'createdAt' of the operation, 'yesterday', is not an RFC 3339"),
        ({"modifiedAt": 1}, "'modifiedAt' of the operation must be a string"),
        ({"error": "no"}, "'error' of the operation must be a mapping, got a string"),
        ({"error": {"message": []}}, "'message' of the operation must be a string"),
    ],
)
def test_what_is_no_operation(content: t.Any, said: str) -> None:
    if said != "is not an operation":
        content = {"id": "c9qop", **content}
    with pytest.raises(InvalidResponse) as caught:
        parse_operation(content, "thing c9q1: copying it")
    assert str(caught.value).startswith("thing c9q1: copying it: ")
    assert said in str(caught.value)
