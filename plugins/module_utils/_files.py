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
import signal
import stat
import tempfile
import typing as t

from ._cloud.errors import OptionError

is_mode = re.compile(r"0?[0-7]{3,4}").fullmatch
"""Whether a text tells a file's permissions. Octal text alone: YAML hands a bare 0644 on as the number 420, which could mean either."""

_MODE = "0644"
_NEXT_STEPS = {
    errno.ENOENT: "Create its folder first, or name a file elsewhere.",
    errno.EACCES: "Let this user write in its folder, or name a file elsewhere.",
}
_ACCESS_LIST = "system.posix_acl_access"
_DIFF_LIMIT = 104_448
"""Bytes of a file of which a difference is shown: the default of Ansible's MAX_FILE_SIZE_FOR_DIFF, which a module cannot ask for."""


class File(t.NamedTuple):
    """What a file is to be, or was.

    :ivar content: None where this user may not read it
    :ivar mode: the permission bits
    """

    content: bytes | None
    mode: int


def file_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the module that writes a file."""
    return {
        "dest": {"type": "path", "required": True},
        "content": {"type": "raw", "required": True},
        "mode": {"type": "raw", "default": _MODE},
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
    content = _encoded(options["content"], dest)
    wanted = File(content, _permissions(options["mode"], dest))
    try:
        folder, name = os.path.split(dest)
        path = os.path.join(os.path.realpath(folder), name)
        found = _find(path)
        changed = found != wanted
        if changed and check_mode:
            _foresee(path)
        elif changed:
            _replace(path, content, wanted.mode, found)
    except (OSError, ValueError) as exc:
        advice = _NEXT_STEPS.get(getattr(exc, "errno", 0), "Mend that, or name a file elsewhere.")
        reason = getattr(exc, "strerror", None) or exc
        raise OptionError(f"{dest} could not be written: {reason}. {advice}", option="dest") from exc
    result = {"changed": changed, "file": path}
    return {**result, "diff": _difference(path, found, wanted)} if changed and diff else result


def _encoded(content: t.Any, dest: str) -> bytes:
    if not isinstance(content, str):
        raise OptionError(
            f"the content of {dest} is no text. Make one of it, by a filter such as to_json.", option="content"
        )
    try:
        return content.encode()
    except UnicodeEncodeError as exc:
        raise OptionError(
            f"the content of {dest} has a character that UTF-8 cannot hold, at {exc.start}. Leave it out.",
            option="content",
        ) from exc


def _permissions(mode: t.Any, dest: str) -> int:
    if mode is None:
        mode = _MODE
    if not isinstance(mode, str) or not is_mode(mode):
        raise OptionError(f"mode {mode!r} of {dest} is no octal text such as '0644' (in quotes).", option="mode")
    return int(mode, 8)


def _find(path: str) -> File | None:
    """The file that is there; None for a link too, whose place the new file takes: who planted it would choose what is overwritten."""
    folder, name = os.path.split(path)
    os.stat(os.path.join(folder, "."))
    try:
        bits = os.stat(path).st_mode if name else stat.S_IFDIR
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(bits):
        kind = "a folder" if stat.S_ISDIR(bits) else "no ordinary file"
        raise OptionError(f"dest {path} is {kind}. Name a file.", option="dest")
    if os.path.islink(path):
        return None
    try:
        with open(path, "rb") as stream:
            return File(stream.read(), stat.S_IMODE(bits))
    except PermissionError:
        return File(None, stat.S_IMODE(bits))


def _foresee(path: str) -> None:
    """Fail as writing would, without writing."""
    folder = os.path.dirname(path)
    if not os.access(folder, os.W_OK | os.X_OK):
        code = errno.EROFS if os.statvfs(folder).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(code, os.strerror(code))


def _replace(path: str, content: bytes, mode: int, found: File | None) -> None:
    with _uninterrupted():
        # A name that no collector of *.prom or *.json takes for a finished file.
        descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=os.path.dirname(path))
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            if found is not None:
                _inherit(path, temporary)
            os.chmod(temporary, mode)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


@contextlib.contextmanager
def _uninterrupted() -> t.Iterator[None]:
    """Puts Ctrl-C off: a worker of Ansible's dies of it on the spot, and would leave the temporary file behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _inherit(old: str, new: str) -> None:
    """Keep what the old file had besides content, mode and time, as far as this user may: owner, group, SELinux context, access list."""
    status = os.stat(old)
    for owner in (status.st_uid, -1):
        with contextlib.suppress(PermissionError):
            os.chown(new, owner, status.st_gid)
            break
    shutil.copystat(old, new)
    os.utime(new)
    # The folder may have given the new one a list. Not every system knows such lists.
    with contextlib.suppress(OSError, AttributeError):
        if _ACCESS_LIST not in os.listxattr(old):
            os.removexattr(new, _ACCESS_LIST)


def _difference(path: str, found: File | None, wanted: File) -> list[dict[str, t.Any]]:
    """As Ansible's own ``copy`` tells it: content as text, unless there is too much of it, and the mode as an attribute."""
    headers = {"before_header": path, "after_header": path}
    before = found or File(b"", wanted.mode)
    differences: list[dict[str, t.Any]] = []
    if before.content != wanted.content:
        differences.append({**headers, **_texts(before.content or b"", wanted.content or b"")})
    if before.mode != wanted.mode:
        modes = {"before": {"mode": f"{before.mode:04o}"}, "after": {"mode": f"{wanted.mode:04o}"}}
        differences.append({**headers, **modes})
    return differences


def _texts(before: bytes, after: bytes) -> dict[str, t.Any]:
    left_out: dict[str, t.Any] = {}
    for side, content in (("dst", before), ("src", after)):
        if len(content) > _DIFF_LIMIT:
            left_out[f"{side}_larger"] = _DIFF_LIMIT
        elif b"\0" in content:
            left_out[f"{side}_binary"] = 1
    return left_out or {"before": before.decode(errors="replace"), "after": after.decode()}
