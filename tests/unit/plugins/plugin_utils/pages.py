# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages as a parser sees them, and what must not come through to it."""

from __future__ import annotations

import html.parser
import re

VOID = frozenset({"meta", "link", "img", "input"})


class Page(html.parser.HTMLParser):
    """A page as a parser sees it: elements in order, with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        return " ".join(" ".join(data for tag, data in self.texts if tag not in ("style", "script", "title")).split())

    def check_roles(self) -> None:
        """As cards on a phone the elements are tables no longer, but for their roles; what is drawn is told or hidden."""
        for tag, role in (("table", "table"), ("tr", "row"), ("td", "cell")):
            assert all(attributes["role"] == role for attributes in self.all(tag))
        assert all(attributes["scope"] in ("col", "row") for attributes in self.all("th"))
        assert all(svg.get("aria-hidden") == "true" for svg in self.all("svg") if svg.get("role") != "img")

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]


def check_loads_nothing(text: str) -> None:
    """A page is complete in itself, and no attribute runs anything."""
    assert not re.search(r"(?i)https?:|//|url\(|@import|expression\(", re.sub(r"<!DOCTYPE[^>]*>", "", text))
    elements = Page(text).elements
    assert not {tag for tag, _found in elements} & {"iframe", "object", "embed", "img", "form", "base"}
    attributes = {name for _tag, found in elements for name in found}
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]


HOSTILE = [
    "<script>document.title='owned'</script>",
    "</title></style></svg></td><img src=x onerror=document.title='owned'>",
    "\"onmouseover='document.title=1'x=\"",
    "&lt;b&gt;&amp;",
    "javascript:alert(1)",
    "{{ lookup('pipe', 'id') }}",
    "a\u202etxt\u2066b\u0000\u0007",
    "]]><!--",
    "x" * 63,
]
