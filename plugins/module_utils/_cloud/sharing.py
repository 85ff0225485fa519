# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the processes of one run can have in common: a token, a region's hosts. By itself nothing is shared."""

from __future__ import annotations

import typing as t

Once = t.Callable[[str, t.Callable[[t.Any], bool], t.Callable[[], t.Any]], t.Any]
"""The type of :func:`once`."""


def _alone(_key: str, _is_valid: t.Callable[[t.Any], bool], make: t.Callable[[], t.Any]) -> t.Any:
    return make()


_way: Once = _alone


def share_by(way: Once) -> None:
    """Lets what follows in this process, and in those forked from it, be shared."""
    global _way
    _way = way


def once(key: str, is_valid: t.Callable[[t.Any], bool], make: t.Callable[[], t.Any]) -> t.Any:
    """The value that another process has made, or the one that is made here, for others too.

    :param is_valid: whether a value that is there already can be used
    :param make: makes the value, which JSON can write; what it raises passes through
    """
    return _way(key, is_valid, make)
