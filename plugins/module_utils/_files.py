# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One text file, which readers find whole, old or new, at every moment.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
import tempfile
import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils._errors import OptionError

_OCTAL = re.compile(r"0?[0-7]{3}").fullmatch
_NEXT_STEPS: dict[type[Exception], str] = {
    FileNotFoundError: "Create its folder first, or name a file elsewhere.",
    PermissionError: "Let this user write in its folder, or name a file elsewhere.",
}


class File(t.NamedTuple):
    """What a file is to be, or was: its bytes and its permission bits."""

    content: bytes
    mode: int


def file_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the module that writes a file."""
    return {
        "dest": {"type": "path", "required": True},
        "content": {"type": "str", "required": True},
        "mode": {"type": "raw", "default": "0644"},
    }


def write(options: t.Mapping[str, t.Any], *, check_mode: bool, diff: bool) -> dict[str, t.Any]:
    """Give a file its content and mode, unless it has them.

    The content goes to a new file in the same folder, which takes the old one's place in one step (POSIX ``rename``).

    :param options: by the names of :func:`file_spec`
    :param check_mode: whether to tell only what would be done
    :param diff: whether to return what changes
    :returns: the module's result; not C(dest), to which a module's process would add what it finds on the disk
    :raises OptionError: a value cannot be worked with, or the file cannot be written
    """
    dest = options["dest"]
    wanted = File(_encoded(options["content"], dest), _permissions(options["mode"], dest))
    try:
        path = os.path.realpath(dest)
        found = _find(path)
        if found != wanted and not check_mode:
            _replace(path, wanted, found)
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or exc
        advice = _NEXT_STEPS.get(type(exc), "Mend that, or name a file elsewhere.")
        raise OptionError(f"{dest} could not be written: {reason}. {advice}", option="dest") from exc
    result = {"changed": found != wanted, "file": path}
    return {**result, "diff": _difference(path, found, wanted)} if diff and found != wanted else result


def _encoded(content: str, dest: str) -> bytes:
    try:
        return content.encode()
    except UnicodeEncodeError as exc:
        raise OptionError(
            f"the content of {dest} has a character that UTF-8 cannot hold, at {exc.start}. Leave it out.",
            option="content",
        ) from exc


def _permissions(mode: t.Any, dest: str) -> int:
    """Octal text alone: YAML hands a bare 0644 on as the number 420, which could mean either."""
    if not isinstance(mode, str) or not _OCTAL(mode):
        raise OptionError(f"mode {mode!r} of {dest} is no octal text such as '0644' (in quotes).", option="mode")
    return int(mode, 8)


def _find(path: str) -> File | None:
    folder = os.path.dirname(path)
    os.stat(os.path.join(folder, "."))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    try:
        bits = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(bits):
        kind = "a folder" if stat.S_ISDIR(bits) else "no ordinary file"
        raise OptionError(f"dest {path} is {kind}. Name a file.", option="dest")
    with open(path, "rb") as stream:
        return File(stream.read(), stat.S_IMODE(bits))


def _replace(path: str, wanted: File, found: File | None) -> None:
    # A name that no collector of *.prom or *.json takes for a finished file.
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(wanted.content)
            stream.flush()
            os.fsync(stream.fileno())
        if found is not None:
            _inherit(path, temporary)
        os.chmod(temporary, wanted.mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _inherit(old: str, new: str) -> None:
    """Keep what the old file had besides content, mode and time: owner, SELinux context, access list."""
    status = os.stat(old)
    with contextlib.suppress(PermissionError):
        os.chown(new, status.st_uid, status.st_gid)
    shutil.copystat(old, new)
    os.utime(new)


def _difference(path: str, found: File | None, wanted: File) -> list[dict[str, t.Any]]:
    """As Ansible's own ``copy`` tells it: content as text, the mode as an attribute."""
    headers = {"before_header": path, "after_header": path}
    before = found or File(b"", wanted.mode)
    differences: list[dict[str, t.Any]] = []
    if before.content != wanted.content:
        texts = {"before": before.content.decode(errors="replace"), "after": wanted.content.decode()}
        differences.append({**headers, **texts})
    if before.mode != wanted.mode:
        modes = {"before": {"mode": f"{before.mode:04o}"}, "after": {"mode": f"{wanted.mode:04o}"}}
        differences.append({**headers, **modes})
    return differences
