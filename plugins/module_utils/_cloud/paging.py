# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A list read to its last page, or not at all.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from .errors import ApiError, InvalidResponse
from .transport import RETRYABLE_STATUSES

LARGE_PAGE = 100
"""Rows beyond which a page may be too large for a gateway."""


def read_pages(
    read: t.Callable[[t.Mapping[str, str], str], dict[str, t.Any]],
    doing: str,
    page_size: int,
    details: t.Mapping[str, t.Any],
) -> t.Iterator[dict[str, t.Any]]:
    """The JSON object of each page, until no token comes back.

    :param read: reads a page by its parameters; told also which one it is, such as "page 2"
    :param details: further facts for an error
    :raises CloudError: a page cannot be had, or a token comes back a second time
    """
    token = ""
    seen: set[str] = set()
    while True:
        part = f"page {len(seen) + 1}"
        try:
            page = read({"pageSize": str(page_size), **({"pageToken": token} if token else {})}, part)
        except ApiError as exc:
            if exc.http_status in _SERVER_FAULTS and (seen or page_size > LARGE_PAGE):
                raise exc.adding(
                    f"The page may be too large for the gateway: lower page_size, which is {page_size}."
                ) from None
            raise
        yield page
        token = _next_token(page, f"{doing}, {part}", details)
        if not token:
            return
        if token in seen:
            raise _endless(doing, len(seen), details)
        seen.add(token)


_SERVER_FAULTS = RETRYABLE_STATUSES - {429}


def _next_token(page: dict[str, t.Any], doing: str, details: t.Mapping[str, t.Any]) -> str:
    token = page.get("nextPageToken")
    if token is None:
        return ""
    if not isinstance(token, str):
        raise InvalidResponse(f"{doing}: the field 'nextPageToken' is not a string.", **details)
    return token


def _endless(doing: str, tokens: int, details: t.Mapping[str, t.Any]) -> InvalidResponse:
    return InvalidResponse(
        f"{doing}: after {tokens} page tokens the API gave one of them again, so that the list would never end."
        " Nothing was chosen from it; try again, and report it to the cloud's support if it stays so.",
        tokens=tokens,
        **details,
    )
