# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check of what a Redis holds, from the options of the module to what it returns."""

from __future__ import annotations

import time
import typing as t

from . import _manifest
from ._cloud.errors import OptionError
from ._manifest import EMPTY, Contents, Manifest
from ._redis_connection import Access, Address, parse_address
from ._redis_masters import Master, wait_for_masters
from ._redis_sample import digests, sample_names

TLS_PORT = 6380
PLAIN_PORT = 6379


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the module."""
    return {
        "hosts": {"type": "list", "elements": "str", "required": True},
        "tls": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "databases": {"type": "list", "elements": "int"},
        "wait_timeout": {"type": "int", "default": 300},
        "min_keys": {"type": "int", "no_log": False},
        "required_keys": {"type": "list", "elements": "str", "no_log": False},
        "manifest": {"type": "dict"},
    }


class Options(t.NamedTuple):
    """What is to be checked, and where; each named as the option that sets it."""

    hosts: tuple[Address, ...]
    access: Access
    databases: tuple[int, ...] | None
    wait_timeout: int
    min_keys: int | None
    required_keys: tuple[str, ...]
    manifest: Manifest | None

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> Options:
        """The module's parameters, checked.

        :raises OptionError: a value is invalid
        """
        port = TLS_PORT if params["tls"] else PLAIN_PORT
        options = cls(
            hosts=_unique(parse_address(host, port) for host in params["hosts"]),
            access=Access(params["tls"], params["ca_path"], params["username"], params["password"]),
            databases=None if params["databases"] is None else _unique(params["databases"]),
            wait_timeout=params["wait_timeout"],
            min_keys=params["min_keys"],
            required_keys=_unique(params["required_keys"] or ()),
            manifest=None if params["manifest"] is None else _manifest.from_data(params["manifest"]),
        )
        options._check()
        return options

    def _check(self) -> None:
        for name in ("hosts", "databases"):
            if getattr(self, name) == ():
                raise OptionError(f"{name} is empty, so that nothing would be checked.", option=name)
        for name, values in (
            ("databases", self.databases or ()),
            ("wait_timeout", [self.wait_timeout]),
            ("min_keys", [self.min_keys or 0]),
        ):
            if min(values, default=0) < 0:
                raise OptionError(f"{name} is {min(values)}; it must be 0 or more.", option=name)
        if "" in self.required_keys:
            raise OptionError("required_keys holds an empty name.", option="required_keys")
        if self.manifest is not None and self.databases is not None and not set(self.manifest) & set(self.databases):
            raise OptionError(
                "manifest records none of the databases in databases, so that nothing would be compared.",
                option="manifest",
            )


T = t.TypeVar("T", bound=t.Hashable)


def _unique(values: t.Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


class Check(t.NamedTuple):
    """What became of one expectation."""

    name: str
    passed: bool
    detail: str


def check_data(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the module returns for these parameters.

    :raises CloudError: Redis could not be asked, or an option has a value that is invalid
    """
    start = time.monotonic()
    options = Options.from_params(params)
    options.access.check()
    masters = wait_for_masters(options.hosts, options.access, options.wait_timeout)
    manifest = {number: _read(masters, options.access, number) for number in _databases(masters, options)}
    checks = list(_checks(masters, manifest, options))
    loaded, expired = _load_counts(masters)
    return {
        "key_count": sum(contents.key_count for contents in manifest.values()),
        "persistent_key_count": sum(contents.persistent_key_count for contents in manifest.values()),
        "databases": {
            str(number): {"key_count": contents.key_count, "persistent_key_count": contents.persistent_key_count}
            for number, contents in manifest.items()
        },
        "manifest": _manifest.as_data(manifest),
        "checks": [check._asdict() for check in checks],
        "passed": all(check.passed for check in checks),
        "loaded": loaded,
        "expired_on_load": expired,
        "masters": [str(master.address) for master in masters],
        "seconds": round(time.monotonic() - start, 3),
    }


def _databases(masters: t.Sequence[Master], options: Options) -> list[int]:
    if options.databases is not None:
        return list(options.databases)
    return sorted({int(name[2:]) for master in masters for name in master.info if _is_database(name)})


def _is_database(name: str) -> bool:
    return name.startswith("db") and name[2:].isdigit()


def _read(masters: t.Sequence[Master], access: Access, number: int) -> Contents:
    for master in masters:
        with access.database(master.address, number) as client:
            client.dbsize()  # a number that this Redis does not have is an error, and not an empty database
    rows = [master.info.get(f"db{number}", {"keys": 0, "expires": 0}) for master in masters]
    keys = sum(row["keys"] for row in rows)
    persistent = keys - sum(row["expires"] for row in rows)
    names = sample_names(masters, access, number) if persistent else []
    return Contents(keys, persistent, digests(masters, access, number, names))


def _load_counts(masters: t.Sequence[Master]) -> tuple[int | None, int | None]:
    """How many keys the masters loaded from their files when they started, and how many had expired by then.

    Both are None where a master that holds keys did not load them from a file, as after a failover.
    """
    loaded = expired = 0
    for master in masters:
        counts = [master.info.get(f"rdb_last_load_keys_{name}", 0) for name in ("loaded", "expired")]
        if not any(counts) and any(map(_is_database, master.info)):
            return None, None
        loaded += counts[0]
        expired += counts[1]
    return (loaded, expired) if loaded or expired else (None, None)


def _checks(masters: t.Sequence[Master], found: Manifest, options: Options) -> t.Iterator[Check]:
    if options.min_keys is not None:
        count = sum(contents.key_count for contents in found.values())
        yield Check(
            "min_keys", count >= options.min_keys, f"{count} keys, and at least {options.min_keys} are required"
        )
    if options.required_keys:
        yield _check_required_keys(masters, options.access, [name.encode() for name in options.required_keys])
    if options.manifest is not None:
        yield _check_manifest(masters, found, options)


def _check_required_keys(masters: t.Sequence[Master], access: Access, names: t.Sequence[bytes]) -> Check:
    missing = []
    for master in masters:
        with access.database(master.address) as client:
            missing += [name for name in names if master.holds(name) and not client.exists(name)]
    if missing:
        return Check(
            "required_keys",
            False,
            f"{len(missing)} of {len(names)} required keys are missing: {_manifest.shown(missing)}",
        )
    return Check("required_keys", True, f"all of {len(names)} required keys exist")


def _check_manifest(masters: t.Sequence[Master], found: Manifest, options: Options) -> Check:
    recorded = dict(options.manifest or {})
    skipped = [number for number in recorded if options.databases is not None and number not in options.databases]
    for number in skipped:
        del recorded[number]
    now = {
        number: found.get(number, EMPTY)._replace(sample=digests(masters, options.access, number, contents.sample))
        for number, contents in recorded.items()
    }
    compared = sum(len(contents.sample) for contents in recorded.values())
    problems = _manifest.differences(recorded, now)
    sound = f"no fewer persistent keys than recorded, and {compared} sampled keys have the recorded values"
    notes = [f"database {number} was recorded, and is not in databases" for number in skipped]
    return Check("manifest", not problems, "; ".join([*(problems or [sound]), *notes]))
