# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a listing and the tokens that lead from one to the next."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .errors import invalid
from .settings import Settings
from .storage import Row

#: The longest page token that a request may carry, by the definitions of all list requests.
TOKEN_LIMIT = 100
#: Every hostile token starts with this, so that each holds the characters that break URLs most often.
_HOSTILE_START = "+/=&?% "
#: Six pages in a row have every printable ASCII character, and one beyond, in their tokens: each shows its 16 digits first.
_HOSTILE = "".join(map(chr, range(0x20, 0x7F))) + "ё"
_DIGITS = "0123456789abcdef"


@dataclass(frozen=True)
class Position:
    """Where a page starts. ``number`` counts from 1, ``offset`` rows come before it."""

    number: int
    offset: int
    size: int
    empty: bool = False
    #: The empty page after the last row.
    tail: bool = False
    #: Shows the backups again that were finished while they were being listed.
    again: bool = False

    def following(self, offset: int, *, empty: bool = False, tail: bool = False) -> Position:
        """The next page's position."""
        return Position(self.number + 1, offset, self.size, empty, tail)


@dataclass(frozen=True)
class Page:
    """The rows of one page, where it stands and what its token leads to (None: it is the last)."""

    rows: Sequence[Row]
    at: Position
    following: Position | None


class TokenCodec:
    """Writes positions as page tokens, signed and bound to their listing, and reads them back.

    Tokens hold their whole state, so that they survive any number of listings and never fill memory.
    """

    _LAYOUT = struct.Struct(">BIIH")
    _MARK = 6

    def __init__(self, secret: str) -> None:
        self._secret = hashlib.sha256(secret.encode()).digest()

    def write(self, position: Position, listing: str, look: str) -> str:
        """The token of a position, at most 100 characters, in one of the looks of ``page_token_format``."""
        flags = position.empty | position.tail << 1 | position.again << 2
        data = self._LAYOUT.pack(flags, position.number, position.offset, position.size)
        return _dress(data + self._mark(data, listing), look, position.number)

    def read(self, token: str, listing: str) -> Position:
        """The position of a token in any look; raises ApiError when it is not one of this listing."""
        data = _undress(token)
        body, mark = data[: -self._MARK], data[-self._MARK :]
        if len(body) != self._LAYOUT.size or not hmac.compare_digest(mark, self._mark(body, listing)):
            raise invalid("page_token", "the token is not one that this listing gave out")
        flags, number, offset, size = self._LAYOUT.unpack(body)
        return Position(number, offset, size, bool(flags & 1), bool(flags & 2), bool(flags & 4))

    def _mark(self, data: bytes, listing: str) -> bytes:
        return hmac.digest(self._secret, data + listing.encode(), "sha256")[: self._MARK]


def _dress(data: bytes, look: str, number: int) -> str:
    if look == "url-hostile":
        start = number * len(_DIGITS) % len(_HOSTILE)
        digits = _HOSTILE[start : start + len(_DIGITS)]
        return _HOSTILE_START + digits + data.hex().translate(str.maketrans(_DIGITS, digits))
    if look == "numeric":
        return str(int.from_bytes(b"\x01" + data, "big"))
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    return f"{text}.".ljust(TOKEN_LIMIT, "x") if look == "long" else f"p{text}"


def _undress(token: str) -> bytes:
    try:
        if token.startswith(_HOSTILE_START):
            text = token.removeprefix(_HOSTILE_START)
            digits, text = text[: len(_DIGITS)], text[len(_DIGITS) :]
            return bytes.fromhex(text.translate(str.maketrans(digits, _DIGITS)))
        if token.isascii() and token.isdigit():
            number = int(token)
            return number.to_bytes((number.bit_length() + 7) // 8, "big")[1:]
        text = token.removeprefix("p") if "." not in token else token.partition(".")[0]
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (ValueError, binascii.Error):
        return b""


def start(size: int, settings: Settings) -> Position:
    """The first page's position."""
    return Position(1, 0, size, empty=settings.empty_pages in ("before", "all"))


def cut(rows: Sequence[Row], at: Position, settings: Settings) -> Page:
    """The page at a position, as the settings about empty pages and repeated rows have it."""
    again = [row for row in rows if row.again] if at.again else []
    if at.tail:
        return Page(again, at, None)
    if at.empty:
        return Page([], at, replace(at.following(at.offset), again=at.again))
    repeated = rows[at.offset - 1 : at.offset] if settings.repeat_rows and at.offset and at.size > 1 else []
    return with_extra(rows, at, settings, [*again, *repeated])


def with_extra(rows: Sequence[Row], at: Position, settings: Settings, extra: Sequence[Row]) -> Page:
    """The page at a position with rows in front; never longer than its size, never without progress."""
    extra = extra[: at.size - 1]
    end = at.offset + at.size - len(extra)
    page = [*extra, *rows[at.offset : end]]
    if end < len(rows):
        between = settings.empty_pages in ("between", "all")
        return Page(page, at, at.following(end, empty=between))
    after = settings.empty_pages in ("after", "all")
    return Page(page, at, at.following(len(rows), tail=True) if after else None)


def without_rows(page: Page) -> Page:
    """An empty page, of which the token leads to what this one would have shown."""
    return Page([], page.at, replace(page.at, number=page.at.number + 1))
