# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the examples in the guides, READMEs and plugins, and knows how each is to be tried.

The line in front of a code block, a comment that no reader sees, says how it is tried if its language does not:

``.. example: task`` (or nothing, for ``yaml+jinja``)
    A play, or tasks, run by ansible-playbook against the emulator. Tasks run on a host of their own, so that they need
    nothing that others registered.
``.. example: file NAME``
    Written to NAME, for the examples that follow.
``.. example: shell`` (or nothing, for ``bash`` and ``console``)
    Run by bash, in one folder for the whole guide; exported variables stay.
``.. example: output``
    What the example before has printed; ``…`` stands for anything. Each line is looked for by itself.
``.. example: gitlab NAME``, ``.. example: github NAME``
    A CI definition, written to NAME; its jobs are run in order, as the system would.
``.. example: awx``
    A credential type of AWX; what it injects is there for the examples that follow.
``.. example: none REASON``
    Only read: YAML, JSON and shell are parsed. The reason says why it cannot be tried here.

A word ``fails`` in front (``.. example: fails shell``) wants a failure.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
GUIDES = sorted((ROOT / "docs/docsite/rst").glob("*.rst"))
PLUGINS = sorted(path for kind in ("modules", "lookup", "filter") for path in (ROOT / "plugins" / kind).glob("*.py"))
MARKDOWN = [ROOT / "README.md", ROOT / "emulator/README.md", *sorted((ROOT / "roles").glob("*/README.md"))]

_BY_LANGUAGE = {
    "yaml": "task",
    "yaml+jinja": "task",
    "bash": "shell",
    "console": "shell",
    "shell": "shell",
}
_HOWS = ("task", "file", "shell", "output", "gitlab", "github", "awx", "none")
_RST = re.compile(
    r"(?:^\.\. example: (?P<how>.+)\n\n)?^(?P<indent> *)\.\. code-block:: (?P<language>\S+)\n\n(?P<body>(?:(?P=indent) {2,}.*\n|\n)+)",
    re.MULTILINE,
)
_MARKDOWN = re.compile(
    r"(?:^<!-- example: (?P<how>[^\n]+) -->\n)?^```(?P<language>\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Example:
    """One code block.

    :ivar place: file and line, for messages
    :ivar how: how it is tried, a word of the module's documentation
    :ivar argument: what follows that word
    :ivar fails: whether it has to fail
    """

    place: str
    language: str
    text: str
    how: str
    argument: str
    fails: bool


def examples_of(path: Path) -> list[Example]:
    """All examples of a file, in order."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        body = re.search(r'^EXAMPLES = r?"""\n(.*?)^"""', text, re.MULTILINE | re.DOTALL)
        return _each_task(path, text, body) if body else []
    pattern = _RST if path.suffix == ".rst" else _MARKDOWN
    return [
        _example(path, text, found.start("body"), found["language"], textwrap.dedent(found["body"]), found["how"])
        for found in pattern.finditer(text)
    ]


def _each_task(path: Path, text: str, body: re.Match[str]) -> list[Example]:
    """A plugin's examples as one block: tasks that use what an earlier one registered stand together."""
    return [_example(path, text, body.start(1), "yaml+jinja", body[1], None)]


def _example(path: Path, text: str, start: int, language: str, body: str, how: str | None) -> Example:
    place = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, start) + 1}"
    words = (how or _BY_LANGUAGE.get(language, "")).split(maxsplit=1)
    fails = words[:1] == ["fails"]
    if fails:
        words = words[1].split(maxsplit=1) if len(words) > 1 else []
    if not words or words[0] not in _HOWS:
        raise ValueError(f"{place}: nothing says how this example is tried; see {Path(__file__).name}")
    argument = words[1] if len(words) > 1 else ""
    if words[0] in ("file", "gitlab", "github", "none") and not argument:
        raise ValueError(f"{place}: 'example: {words[0]}' needs a name or a reason behind it")
    return Example(place, language, body, words[0], argument, fails)


def check_form(example: Example) -> None:
    """That the text can be read as what it says it is."""
    if example.language in ("yaml", "yaml+jinja"):
        list(yaml.safe_load_all(example.text))
