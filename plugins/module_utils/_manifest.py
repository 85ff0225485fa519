# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Redis held at one time, as data that can be kept beside a backup and compared with what was restored. No I/O."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t

from ._cloud.errors import OptionError
from ._cloud.text import type_name

VERSION = 1

_NAMES_SHOWN = 5
_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch


class Contents(t.NamedTuple):
    """What one database held.

    :ivar sample: the digest of each sampled key; None for one that does not exist
    """

    key_count: int
    persistent_key_count: int
    sample: t.Mapping[bytes, str | None]


EMPTY = Contents(0, 0, {})

Manifest = t.Mapping[int, Contents]
"""The contents by database number."""


def as_data(manifest: Manifest) -> dict[str, t.Any]:
    """The manifest in JSON types; :func:`from_data` is its inverse."""
    return {
        "version": VERSION,
        "databases": {
            str(number): {
                "key_count": contents.key_count,
                "persistent_key_count": contents.persistent_key_count,
                "sample": [
                    {**_name_as_data(name), "digest": digest} for name, digest in contents.sample.items() if digest
                ],
            }
            for number, contents in manifest.items()
        },
    }


def _name_as_data(name: bytes) -> dict[str, str]:
    """Names of keys are bytes, and may be no UTF-8."""
    try:
        return {"name": name.decode()}
    except UnicodeDecodeError:
        return {"name_base64": base64.b64encode(name).decode()}


def from_data(data: t.Mapping[str, t.Any]) -> Manifest:
    """The manifest that an earlier run returned.

    :raises OptionError: it is not such a manifest, or not all of it
    """
    if data.get("version") != VERSION:
        raise _invalid(f"its version is not {VERSION}")
    databases = _expect(dict, data.get("databases"), "databases")
    manifest = {}
    for number, contents in databases.items():
        path = f"databases.{number}"
        if not re.fullmatch(r"\d{1,10}", str(number), re.ASCII):
            raise _invalid(f"{path} is not a database number")
        manifest[int(number)] = _contents(_expect(dict, contents, path), path)
    return manifest


def _contents(data: t.Mapping[str, t.Any], path: str) -> Contents:
    sample = {}
    for index, row in enumerate(_expect(list, data.get("sample"), f"{path}.sample")):
        place = f"{path}.sample[{index}]"
        digest = _expect(str, _expect(dict, row, place).get("digest"), f"{place}.digest")
        if not _DIGEST(digest):
            raise _invalid(f"{place}.digest is not a SHA-256 digest")
        sample[_name(row, place)] = digest
    return Contents(_count(data, "key_count", path), _count(data, "persistent_key_count", path), sample)


def _name(row: t.Mapping[str, t.Any], path: str) -> bytes:
    if "name_base64" not in row:
        return str(_expect(str, row.get("name"), f"{path}.name")).encode()
    try:
        return base64.b64decode(_expect(str, row["name_base64"], f"{path}.name_base64"), validate=True)
    except binascii.Error:
        raise _invalid(f"{path}.name_base64 is not base64") from None


def _count(data: t.Mapping[str, t.Any], key: str, path: str) -> int:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _invalid(f"{path}.{key} must be a count, such as 0 or 17")
    return value


def _expect(kind: type, value: t.Any, path: str) -> t.Any:
    if not isinstance(value, kind):
        raise _invalid(f"{path} must be {type_name(kind())}, got {type_name(value)}")
    return value


def _invalid(problem: str) -> OptionError:
    return OptionError(
        f"manifest cannot be used: {problem}. Give the mapping that an earlier run returned as manifest, whole and unchanged.",
        option="manifest",
    )


def differences(recorded: Manifest, found: Manifest) -> list[str]:
    """What is lost or changed, in words; empty where nothing is. More keys than recorded are not a difference.

    :param found: with the digests of the keys that were recorded
    """
    problems = []
    for number, before in recorded.items():
        now = found[number]
        if now.persistent_key_count < before.persistent_key_count:
            problems.append(
                f"database {number} holds {now.persistent_key_count} persistent keys, fewer than the {before.persistent_key_count} recorded"
            )
        missing = [name for name in before.sample if now.sample[name] is None]
        changed = [name for name in before.sample if now.sample[name] not in (None, before.sample[name])]
        for names, verdict in ((missing, "missing"), (changed, "changed")):
            if names:
                problems.append(
                    f"database {number}: {len(names)} of {len(before.sample)} sampled keys {verdict}: {shown(names)}"
                )
    return problems


def shown(names: t.Sequence[bytes]) -> str:
    """The first few names, for people."""
    first = ", ".join(name.decode(errors="backslashreplace") for name in names[:_NAMES_SHOWN])
    return first if len(names) <= _NAMES_SHOWN else f"{first} and {len(names) - _NAMES_SHOWN} more"
