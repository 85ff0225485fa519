# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory that the workers of one run of Ansible share: it is made before they are forked, has no name, and ends with them.

Without it each task of each host would exchange the credential and ask the region for its hosts anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import mmap
import os
import threading
import typing as t
import zlib

from ..module_utils._cloud.sharing import share_by

_SIZE = 1 << 18
_DATA_LOCK = _SIZE
_KEY_LOCKS = _SIZE + 1


class RunMemory:
    """Values by key, as JSON in anonymous shared memory; locks are the kernel's, and end with the process that holds them."""

    def __init__(self) -> None:
        self._file = os.memfd_create("yacloud.mdb")
        os.ftruncate(self._file, _SIZE)
        self._memory = mmap.mmap(self._file, _SIZE)
        self._thread_lock = threading.Lock()  # the kernel's locks are a process's, not a thread's

    def once(self, key: str, is_valid: t.Callable[[t.Any], bool], make: t.Callable[[], t.Any]) -> t.Any:
        """The key's value, made by the first process that wants it while the others wait."""
        with self._locked(_KEY_LOCKS + zlib.crc32(key.encode())):
            with self._thread_lock, self._locked(_DATA_LOCK):
                value = self._values().get(key)
            if value is None or not is_valid(value):
                value = make()
                with self._thread_lock, self._locked(_DATA_LOCK):
                    text = json.dumps({**self._values(), key: value}).encode() + b"\0"
                    if len(text) <= _SIZE:
                        self._memory[: len(text)] = text
            return value

    def _values(self) -> dict[str, t.Any]:
        content = self._memory[: self._memory.find(b"\0")]
        return json.loads(content) if content else {}

    @contextlib.contextmanager
    def _locked(self, place: int) -> t.Iterator[None]:
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, place)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)


@functools.cache
def share_with_workers() -> None:
    """Lets the workers that are forked from now on share what they make, whichever action is loaded first."""
    if hasattr(os, "memfd_create"):  # Linux; elsewhere each worker is on its own
        share_by(RunMemory().once)
