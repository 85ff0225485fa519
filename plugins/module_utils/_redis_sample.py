# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of the persistent keys of a Redis database, and digests of their values that say whether two are equal."""

from __future__ import annotations

import hashlib
import struct
import typing as t

from ._redis_connection import Access
from ._redis_masters import Master

SAMPLE_SIZE = 100
"""Keys of one database."""

_CHUNK = 1_000
_STRING_CHUNK = 1 << 20
_PERSISTENT = -1  # what PTTL answers


def sample_names(masters: t.Sequence[Master], access: Access, database: int) -> list[bytes]:
    """The names of up to :data:`SAMPLE_SIZE` persistent keys: those with the smallest hashes.

    So the choice is spread over all keys, and is the same again where the keys are the same.
    """
    chosen: list[tuple[bytes, bytes]] = []
    for master in masters:
        with access.database(master.address, database) as client:
            cursor = None
            while cursor != 0:
                cursor, names = client.scan(cursor or 0, count=_CHUNK)
                ranked = [(hashlib.sha256(name).digest(), name) for name in names if not _is_masked(name, access)]
                if len(chosen) == SAMPLE_SIZE:
                    ranked = [pair for pair in ranked if pair < chosen[-1]]
                chosen = sorted({*chosen, *_persistent(client, ranked)})[:SAMPLE_SIZE]
    return [pair[1] for pair in chosen]


def _is_masked(name: bytes, access: Access) -> bool:
    """Whether Ansible would mask a part of this name in the result, so that it could not be found again."""
    return bool(access.password) and str(access.password).encode() in name


def _persistent(client: t.Any, ranked: t.Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    pipeline = client.pipeline(transaction=False)
    for pair in ranked:
        pipeline.pttl(pair[1])
    return [ranked[index] for index, left in enumerate(pipeline.execute()) if left == _PERSISTENT]


def digests(
    masters: t.Sequence[Master], access: Access, database: int, names: t.Iterable[bytes]
) -> dict[bytes, str | None]:
    """The digest of each of these keys; None for a key that does not exist."""
    found: dict[bytes, str | None] = dict.fromkeys(names)
    for master in masters:
        with access.database(master.address, database) as client:
            found.update({name: _digest(client, name) for name in found if master.holds(name)})
    return found


def _digest(client: t.Any, name: bytes) -> str | None:
    """SHA-256 of a key's type, size and content; of a very large one, or of a module's own type, without its content."""
    kind = _as_text(client.type(name))
    if kind == "none":
        return None
    whole = hashlib.sha256(kind.encode())
    if kind in _TYPES:
        size_command, largest, is_ordered, read = _TYPES[kind]
        size = int(client.execute_command(size_command, name))
        whole.update(b" %d " % size)
        if size <= largest:
            elements = read(client, name)
            for element in elements if is_ordered else sorted(set(elements)):
                whole.update(element)
    return whole.hexdigest()


def _as_text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _element(*parts: bytes) -> bytes:
    """The hash of one element; the lengths keep ("ab", "c") and ("a", "bc") apart."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(struct.pack(">Q", len(part)) + part)
    return whole.digest()


def _string(client: t.Any, name: bytes) -> t.Iterator[bytes]:
    start, part = 0, b"more"
    while part:
        part = client.getrange(name, start, start + _STRING_CHUNK - 1)
        start += _STRING_CHUNK
        yield _element(part)


def _list(client: t.Any, name: bytes) -> t.Iterator[bytes]:
    start, part = 0, [b"more"]
    while part:
        part = client.lrange(name, start, start + _CHUNK - 1)
        start += _CHUNK
        yield from map(_element, part)


def _stream(client: t.Any, name: bytes) -> t.Iterator[bytes]:
    part = client.xrange(name, count=_CHUNK)
    while part:
        for entry, fields in part:
            yield _element(entry, *(text for pair in fields.items() for text in pair))
        part = client.xrange(name, min=b"(" + part[-1][0], count=_CHUNK)


def _set(client: t.Any, name: bytes) -> t.Iterator[bytes]:
    return map(_element, client.sscan_iter(name, count=_CHUNK))


def _hash(client: t.Any, name: bytes) -> t.Iterator[bytes]:
    return (_element(*pair) for pair in client.hscan_iter(name, count=_CHUNK))


def _zset(client: t.Any, name: bytes) -> t.Iterator[bytes]:
    # Versions of Redis write the same score in different ways.
    return (_element(member, struct.pack(">d", score)) for member, score in client.zscan_iter(name, count=_CHUNK))


class _Type(t.NamedTuple):
    """How the values of a type are read.

    :ivar largest: the size up to which the content is read: bytes of a string, elements of anything else
    """

    size_command: str
    largest: int
    is_ordered: bool
    read: t.Callable[[t.Any, bytes], t.Iterator[bytes]]


_TYPES = {
    "string": _Type("STRLEN", 64 * _STRING_CHUNK, True, _string),
    "list": _Type("LLEN", 100 * _CHUNK, True, _list),
    "stream": _Type("XLEN", 100 * _CHUNK, True, _stream),
    "set": _Type("SCARD", 100 * _CHUNK, False, _set),
    "hash": _Type("HLEN", 100 * _CHUNK, False, _hash),
    "zset": _Type("ZCARD", 100 * _CHUNK, False, _zset),
}
