# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is written whole or not at all, and only where it differs; on a real file system."""

from __future__ import annotations

import os
import resource
import stat
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils import _files
from ansible_collections.yacloud.mdb.plugins.module_utils._errors import OptionError


def write(
    dest: Path | str, content: str = "new\n", mode: t.Any = "0644", check_mode: bool = False, diff: bool = False
) -> dict[str, t.Any]:
    options = {"dest": str(dest), "content": content, "mode": mode}
    return _files.write(options, check_mode=check_mode, diff=diff)


def permissions(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def identity(path: Path) -> tuple[int, int, int]:
    """What any change to a file changes; reading it does not."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file with an earlier content, last changed long ago."""
    path = tmp_path / "backups.prom"
    path.write_text("old\n", encoding="utf-8")
    path.chmod(0o600)
    os.utime(path, (1, 1))
    return path


@pytest.mark.parametrize("mode", ["0644", "600", "0000", "0777"])
def test_a_new_file(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "new.env"
    umask = os.umask(0o077)
    try:
        assert write(path, "A=ü\n", mode) == {"changed": True, "file": str(path)}
    finally:
        os.umask(umask)
    assert path.read_bytes() == "A=ü\n".encode()
    assert permissions(path) == f"{int(mode, 8):04o}"
    assert os.listdir(tmp_path) == ["new.env"]


def test_the_same_again_touches_nothing(old: Path) -> None:
    before = identity(old)
    assert write(old, "old\n", "0600", diff=True) == {"changed": False, "file": str(old)}
    assert identity(old) == before


def test_another_content_is_another_file_of_now(old: Path) -> None:
    before = old.stat()
    assert write(old)["changed"] is True
    after = old.stat()
    assert old.read_text(encoding="utf-8") == "new\n"
    assert after.st_ino != before.st_ino
    assert after.st_mtime > before.st_mtime + 1
    assert os.listdir(old.parent) == [old.name]


def test_another_mode_alone(old: Path) -> None:
    assert write(old, "old\n", "0640")["changed"] is True
    assert permissions(old) == "0640"


def test_check_mode_tells_and_leaves(old: Path) -> None:
    before = identity(old)
    assert write(old, check_mode=True)["changed"] is True
    assert identity(old) == before
    fresh = old.with_name("fresh")
    assert write(fresh, check_mode=True)["changed"] is True
    assert not fresh.exists()


def test_the_difference(old: Path) -> None:
    headers = {"before_header": str(old), "after_header": str(old)}
    content = {**headers, "before": "old\n", "after": "new\n"}
    assert write(old, mode="0600", check_mode=True, diff=True)["diff"] == [content]
    modes = {**headers, "before": {"mode": "0600"}, "after": {"mode": "0644"}}
    assert write(old, check_mode=True, diff=True)["diff"] == [content, modes]
    assert write(old, "old\n", check_mode=True, diff=True)["diff"] == [modes]


def test_the_difference_to_nothing_and_to_bytes(old: Path) -> None:
    assert write(old.with_name("fresh"), "", diff=True)["diff"] == []
    (difference,) = write(old.with_name("other"), diff=True)["diff"]
    assert (difference["before"], difference["after"]) == ("", "new\n")
    old.write_bytes(b"\xff\n")
    assert write(old, mode="0600", diff=True)["diff"][0]["before"] == "\N{REPLACEMENT CHARACTER}\n"


def test_a_link_stays_a_link(old: Path) -> None:
    link = old.with_name("link")
    link.symlink_to(old.name)
    assert write(link) == {"changed": True, "file": str(old)}
    assert link.is_symlink()
    assert old.read_text(encoding="utf-8") == "new\n"


def test_a_link_to_nothing_yet(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target")
    write(link)
    assert (tmp_path / "target").read_text(encoding="utf-8") == "new\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_is_kept(old: Path) -> None:
    os.chown(old, 12345, 23456)
    write(old)
    assert (old.stat().st_uid, old.stat().st_gid) == (12345, 23456)


def test_attributes_are_kept(old: Path) -> None:
    try:
        os.setxattr(old, "user.of", b"someone")
    except OSError:
        pytest.skip("no attributes on this file system")
    write(old)
    assert os.getxattr(old, "user.of") == b"someone"


def test_readers_never_see_a_part(tmp_path: Path) -> None:
    path, ended, seen = tmp_path / "large", threading.Event(), set()
    contents = [letter * 500_000 for letter in "ab"]
    write(path, contents[0])

    def read() -> None:
        while not ended.is_set():
            seen.add(path.read_text(encoding="utf-8"))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(40):
            write(path, contents[number % 2])
    finally:
        ended.set()
        reader.join()
    assert seen <= set(contents)


def test_a_write_that_breaks_off_leaves_the_old_file_and_no_other(old: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OptionError, match=r"backups.prom could not be written: File too large. Mend that"):
            write(old, "x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert old.read_text(encoding="utf-8") == "old\n"
    assert os.listdir(old.parent) == [old.name]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("dest", "said"),
    [
        ("missing/a.env", r"missing/a.env could not be written: No such file or directory. Create its folder first"),
        ("backups.prom/a.env", r"could not be written: Not a directory. Mend that, or name a file elsewhere\.$"),
        (".", r"^dest .* is a folder. Name a file\.$"),
        ("pipe", r"^dest .*pipe is no ordinary file. Name a file\.$"),
        ("a\0b", r"could not be written: .*null byte"),
        ("a" * 300, r"could not be written: File name too long\."),
        ("loop", r"could not be written: Too many levels of symbolic links\."),
    ],
)
def test_places_where_no_file_can_be(old: Path, dest: str, said: str, check_mode: bool) -> None:
    os.mkfifo(old.with_name("pipe"))
    old.with_name("loop").symlink_to("loop")
    before = sorted(os.listdir(old.parent))
    with pytest.raises(OptionError, match=said) as caught:
        write(old.parent / dest, check_mode=check_mode)
    assert caught.value.details == {"option": "dest"}
    assert sorted(os.listdir(old.parent)) == before


def test_a_folder_of_others(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, and tests may be root's."""
    if os.geteuid() == 0:
        monkeypatch.setattr(os, "access", lambda path, how: False)
    old.parent.chmod(0o500)
    with pytest.raises(OptionError, match=r"Permission denied. Let this user write in its folder, or name a file else"):
        write(old, check_mode=True)
    old.parent.chmod(0o700)


@pytest.mark.parametrize("mode", [420, None, "", "rw", "u=rw", "0888", "00644", "4755", "-644", ["0644"]])
def test_modes_that_could_mean_anything(old: Path, mode: t.Any) -> None:
    with pytest.raises(OptionError, match=r"^mode .* of .*backups.prom is no octal text such as '0644' \(in quotes\)"):
        write(old, mode=mode)
    assert old.read_text(encoding="utf-8") == "old\n"


def test_a_content_that_no_file_holds(old: Path) -> None:
    with pytest.raises(OptionError, match=r"^the content of .*backups.prom has a character .* at 3\. Leave it out"):
        write(old, "abc\ud800")
    assert old.read_text(encoding="utf-8") == "old\n"
