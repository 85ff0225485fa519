# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guides and READMEs can be read where they lie, and lead where they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doc_examples import GUIDES, MARKDOWN, ROOT

PAGES = [*GUIDES, *MARKDOWN, ROOT / "CONTRIBUTING.md", ROOT / "TESTING.md"]
REPOSITORY = r"https://github\.com/yacloud/yacloud\.mdb/(?:blob|tree)/main/"
LINK = re.compile(r"\]\(([^)#]+)\)|<([^<>\s]+)>`_")
TROUBLE = ROOT / "docs/docsite/rst/troubleshooting.rst"


def links_of(page: Path) -> list[str]:
    return [link for pair in LINK.findall(page.read_text(encoding="utf-8")) for link in pair if link]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    dead = []
    for link in links_of(page):
        inside = re.sub(f"^{REPOSITORY}", f"{ROOT}/", link)
        if not re.match(r"\w+:", inside) and not (page.parent / inside).exists():
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_guides_need_no_sphinx_to_be_read(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    assert re.findall(r":\w+:`[^`]*`", text) == []
    assert set(re.findall(r"^ *\.\. ([\w-]+)::", text, re.MULTILINE)) <= {"contents", "code-block", "list-table"}


def test_every_guide_is_found_from_the_readme_and_on_the_site() -> None:
    readme = links_of(ROOT / "README.md")
    site = (ROOT / "docs/docsite/extra-docs.yml").read_text(encoding="utf-8")
    for guide in GUIDES:
        assert f"docs/docsite/rst/{guide.name}" in readme
        assert f"- {guide.stem}\n" in site


def test_messages_in_troubleshooting_are_messages_of_the_collection() -> None:
    sources = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "roles").rglob("*.yml")]
    # A message can be broken over lines, and hold a role's name.
    said = " ".join(re.sub(r'"\s*f?"', "", path.read_text(encoding="utf-8")) for path in sources)
    shown = re.findall(r"^``([A-Za-z]+ [^`]+)``.*\n  ", TROUBLE.read_text(encoding="utf-8"), re.MULTILINE)
    own = [message.replace("managed-redis.viewer is missing", "") for message in shown]
    theirs = {"Conflicting operation", "MODULE FAILURE"}
    assert len(own) > 5
    assert [message for message in own if message not in said and message not in theirs] == []
