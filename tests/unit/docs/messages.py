# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the messages in the code: every text that could reach a user, read from the syntax tree."""

from __future__ import annotations

import ast
import re
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doc_examples import ROOT

FOLDERS = ("module_utils", "plugin_utils", "modules", "lookup", "filter", "action")
HOLE = "\N{HORIZONTAL ELLIPSIS}"
"""Stands in a message for what only a run can tell."""


@dataclass(frozen=True)
class Message:
    """A text in the code.

    :ivar place: file and line
    :ivar text: the text on one line, with :data:`HOLE` for each value put in
    :ivar raised: whether it stands in a statement that raises
    """

    place: str
    text: str
    raised: bool = False

    @property
    def fragment(self) -> str:
        """What to search for: the first words of the longest piece without a hole, of the first sentence if that has words."""
        first = re.split(r"(?<=[.;]) ", self.text, maxsplit=1)[0]
        piece = max(_longest(first), _longest(self.text), key=lambda found: len(found.split()) > 1)
        return " ".join(piece.split()[:7]).strip(" .,:;()'")


def _longest(text: str) -> str:
    return max((piece.strip(" .,:;()'") for piece in text.split(HOLE)), key=len)


def messages() -> Iterator[Message]:
    """Every text of two words or more that is no documentation."""
    for folder in FOLDERS:
        for path in sorted((ROOT / "plugins" / folder).glob("*.py")):
            yield from _messages_of(path)


def _messages_of(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    raised = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Raise) for part in ast.walk(node)}
    for node in _texts(tree):
        text = " ".join(_template(node).split())
        if len(re.findall(r"[A-Za-z]{2,}", text)) > 1 and " " in text:
            yield Message(f"{path.relative_to(ROOT)}:{node.lineno}", text, id(node) in raised)


def _texts(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The texts below a node, less documentation, annotations and conditions."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield t.cast("ast.Constant | ast.JoinedStr", node)
        for part in node.values if isinstance(node, ast.JoinedStr) else ():
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value)
        return
    for child in ast.iter_child_nodes(node):
        documentation = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        constant = isinstance(child, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id in ("DOCUMENTATION", "EXAMPLES", "RETURN")
            for target in child.targets
        )
        annotation = child in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if not (documentation or constant or annotation):
            yield from _texts(child)


def _template(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
