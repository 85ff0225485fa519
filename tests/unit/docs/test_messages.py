# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message in the code has an entry in the guide on troubleshooting, word for word."""

from __future__ import annotations

import re

import pytest
import yaml
from doc_examples import ROOT
from messages import HOLE, Message, messages

GUIDE = ROOT / "docs/docsite/rst/troubleshooting.rst"

DRAWN = ("_metrics.py", "_report.py", "_report_style.py", "_timeline.py")
"""Modules that write files: their texts are content, but for those that they raise."""

PARTS = {
    "a list",
    "a text",
    "a truth value",
    "an object",
    "all shards of",
    "dict[str, list[Backup]]",
    "has … of",
    "it is … instead",
    "the check",
    "the environment",
    "the instance metadata service",
    "the variable …",
    "yacloud.mdb/… (Ansible collection) requests/…",
}
"""Texts that are no message, or words put into one; or names that messages give to a thing."""


def _found() -> list[Message]:
    wanted = []
    for message in messages():
        name = message.place.rpartition("/")[2].partition(":")[0]
        if message.text in PARTS or "\\" in message.text or (name in DRAWN and not message.raised):
            continue
        wanted.append(message)
    return wanted


@pytest.fixture(scope="module")
def guide() -> str:
    text = GUIDE.read_text(encoding="utf-8").replace("``", "")
    return " ".join(text.split())


def test_the_code_is_read() -> None:
    texts = {message.text for message in _found()}

    assert len(texts) > 150
    assert any(text.startswith("cluster_ids and cluster_names exclude each other") for text in texts)


@pytest.mark.parametrize("message", _found(), ids=lambda message: message.place)
def test_each_message_has_an_entry(message: Message, guide: str) -> None:
    assert message.fragment in guide, (
        f"{message.place} prints '{message.text}', but {GUIDE.name} has no entry with '{message.fragment}'"
    )


def test_roles_leave_their_messages_to_plugins() -> None:
    """What a role says itself would escape the search above."""
    for path in sorted((ROOT / "roles").glob("*/tasks/*.yml")):
        for key, value in _pairs(yaml.safe_load(path.read_text(encoding="utf-8"))):
            if key in ("msg", "fail_msg", "success_msg"):
                words = re.sub(r"\{\{.*?\}\}", HOLE, value, flags=re.DOTALL)
                assert not re.search(r"[A-Za-z]{2}", words), f"{path}: {value}"


def _pairs(node: object) -> list[tuple[str, str]]:
    if isinstance(node, list):
        return [pair for item in node for pair in _pairs(item)]
    if isinstance(node, dict):
        own = [(key, value) for key, value in node.items() if isinstance(value, str)]
        return own + [pair for value in node.values() for pair in _pairs(value)]
    return []
