# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages for people: one file each, of a template, the style sheet and the script that lie beside this one.

Ansible's own Jinja2 environment escapes nothing, so that pages have one that escapes all that they are given.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import typing as t
from pathlib import Path

import jinja2
from markupsafe import Markup

from ..module_utils._cloud.instants import format_instant, parse_instant
from ._verdict_words import printable

_FOLDER = Path(__file__).parent


def page(
    template: str,
    values: t.Mapping[str, t.Any],
    *,
    with_script: bool = False,
    styles: t.Sequence[str] = ("_report.css",),
) -> str:
    """A whole page.

    :param template: the name of a file that extends _report_base.html.j2
    :param values: what the template shows; all of it is escaped
    :param with_script: whether the page has the field that filters its rows
    :param styles: the names of its style sheets, which become one
    """
    script = _file("_report.js") if with_script else None
    style = Markup("").join(_file(name) for name in styles)
    text = _environment().get_template(template).render(values, style=style, script=script)
    return f"{text.rstrip()}\n"


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"digest": _digest, "minutes": _minutes}
    return environment


@functools.cache
def _file(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704 - our own


def _finalize(value: t.Any) -> t.Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _digest(content: str) -> str:
    """What the page's policy calls a style sheet or script that it allows."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _minutes(instant: str) -> str:
    """A time of the API in UTC, cut to minutes."""
    return format_instant(parse_instant(instant))[:16].replace("T", " ")
