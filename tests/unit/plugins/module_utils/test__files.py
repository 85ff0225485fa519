# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is written whole or not at all, and only where it differs; on a real file system."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils import _files
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError


def write(
    dest: Path | str, content: t.Any = "new\n", mode: t.Any = "0644", check_mode: bool = False, diff: bool = False
) -> dict[str, t.Any]:
    options = {"dest": str(dest), "content": content, "mode": mode}
    return _files.write(options, check_mode=check_mode, diff=diff)


def permissions(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def identity(path: Path) -> tuple[int, int, int]:
    """What any change to a file changes; reading it does not."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def _access_list(path: Path) -> bytes | None:
    try:
        return os.getxattr(path, "system.posix_acl_access")
    except OSError:
        return None


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file with an earlier content, last changed long ago."""
    path = tmp_path / "backups.prom"
    path.write_text("old\n", encoding="utf-8")
    path.chmod(0o600)
    os.utime(path, (1, 1))
    return path


@pytest.mark.parametrize("mode", ["0644", "600", "0000", "0777", "1640", "02750"])
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
    old.write_bytes(b"\0\n")
    assert set(write(old, mode="0600", check_mode=True, diff=True)["diff"][0]) > {"dst_binary"}
    large = write(old, "x" * 104_449, "0600", check_mode=True, diff=True)["diff"][0]
    assert (large["dst_binary"], large["src_larger"]) == (1, 104_448)
    assert "after" not in large
    old.write_bytes(b"\xff\n")
    assert write(old, mode="0600", diff=True)["diff"][0]["before"] == "\N{REPLACEMENT CHARACTER}\n"


def test_a_link_makes_way_for_the_file(old: Path) -> None:
    """Whoever plants a link in a folder of all shall not choose what is overwritten."""
    before, link = identity(old), old.with_name("link")
    link.symlink_to(old.name)
    (difference,) = write(link, "old\n", check_mode=True, diff=True)["diff"]
    assert difference["before"] == ""
    assert link.is_symlink()
    assert write(link, "old\n") == {"changed": True, "file": str(link)}
    assert not link.is_symlink()
    assert permissions(link) == "0644"
    assert identity(old) == before


def test_a_link_to_nothing(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target")
    write(link)
    assert os.listdir(tmp_path) == ["link"]
    assert not link.is_symlink()


def test_a_link_among_the_folders_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert write(tmp_path / "link/a.env")["file"] == str(tmp_path / "real/a.env")
    assert os.listdir(tmp_path / "real") == ["a.env"]


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


@pytest.mark.parametrize("listed", [False, True])
def test_nobody_else_is_let_in(old: Path, listed: bool) -> None:
    """A new file takes the access list that its folder hands on; the old one may have none, or another."""
    owner, user, group, mask, other = (
        "01000600ffffffff",
        "0200060001000000",
        "04000600ffffffff",
        "10000600ffffffff",
        "20000000ffffffff",
    )
    entries = bytes.fromhex(f"02000000{owner}{user}{group}{mask}{other}")
    try:
        if listed:
            os.setxattr(old, "system.posix_acl_access", entries)
        os.setxattr(old.parent, "system.posix_acl_default", entries)
    except OSError:
        pytest.skip("no access lists on this file system")
    had = _access_list(old)
    write(old, mode="0660" if listed else "0600")
    assert _access_list(old) == had


def test_readers_never_see_a_part(tmp_path: Path) -> None:
    path, ended, seen = tmp_path / "large", threading.Event(), set()
    contents = [letter * 500_000 for letter in "ab"]
    write(path, contents[0])

    def read() -> None:
        seen.add(path.read_text(encoding="utf-8"))
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
    assert seen
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
        ("stdout", r"^dest .*stdout is no ordinary file. Name a file\.$"),
        ("pipe", r"^dest .*pipe is no ordinary file. Name a file\.$"),
        ("sub/", r"^dest .*sub/ is a folder. Name a file\.$"),
        ("new/", r"could not be written: No such file"),
        ("a\0b", r"could not be written: .*null (byte|character)"),
        ("a" * 300, r"could not be written: File name too long\."),
        ("loop", r"could not be written: Too many levels of symbolic links\."),
    ],
)
def test_places_where_no_file_can_be(old: Path, dest: str, said: str, check_mode: bool) -> None:
    os.mkfifo(old.with_name("pipe"))
    old.with_name("sub").mkdir()
    old.with_name("stdout").symlink_to("pipe")
    old.with_name("loop").symlink_to("loop")
    before = sorted(os.listdir(old.parent))
    with pytest.raises(OptionError, match=said) as caught:
        write(f"{old.parent}/{dest}", check_mode=check_mode)
    assert caught.value.details == {"option": "dest"}
    assert sorted(os.listdir(old.parent)) == before


PROCESS = """
import os, signal, sys
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import errors as _errors
from ansible_collections.yacloud.mdb.plugins.module_utils import _files

def interrupted(descriptor):
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), number)

role, dest, content, check_mode = sys.argv[1:]
if role == "interrupted":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.fsync = interrupted
elif os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    options = {"dest": dest, "content": content, "mode": "0644"}
    print(_files.write(options, check_mode=bool(check_mode), diff=False))
except _errors.OptionError as exc:
    print(exc)
"""


def in_a_process_of_its_own(
    role: str, dest: Path, content: str = "new\n", check_mode: bool = False
) -> subprocess.CompletedProcess[str]:
    """Writes as a user without rights, or interrupted; not in a fork, where the threads of other tests' libraries start anew."""
    command = [sys.executable, "-c", PROCESS, role, str(dest), content, "yes" if check_mode else ""]
    environment = {**os.environ, "PYTHONPATH": str(Path(_files.__file__).parents[5])}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def as_another(dest: Path, content: str = "new\n", check_mode: bool = False) -> str:
    """What a user without rights is told."""
    done = in_a_process_of_its_own("another", dest, content, check_mode)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def theirs(old: Path) -> Path:
    """A file that everybody may read in a folder in which only its owner may write."""
    for folder in (old.parent, *old.parent.parents[:3]):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o755)
    old.chmod(0o644)
    if os.geteuid() != 0:
        old.parent.chmod(0o555)
    return old


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_folder_of_others(theirs: Path, check_mode: bool) -> None:
    said = as_another(theirs, check_mode=check_mode)
    assert "could not be written: Permission denied. Let this user write in its folder" in said


def test_a_file_of_others_that_is_as_it_should_be(theirs: Path) -> None:
    assert "'changed': False" in as_another(theirs, "old\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_a_file_that_may_be_replaced_but_not_read(theirs: Path) -> None:
    theirs.chmod(0o600)
    theirs.parent.chmod(0o777)
    assert "'changed': True" in as_another(theirs, "mine\n")
    assert theirs.read_text(encoding="utf-8") == "mine\n"
    assert theirs.stat().st_uid == 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_a_file_of_others_where_each_may_only_change_their_own(theirs: Path) -> None:
    theirs.parent.chmod(0o1777)
    said = as_another(theirs, "mine\n")
    assert "could not be written: Operation not permitted. Mend that" in said
    assert os.listdir(theirs.parent) == [theirs.name]


def test_ctrl_c_waits_until_the_file_is_whole(old: Path) -> None:
    """A worker of Ansible's dies of it at once; what it has begun would stay behind."""
    done = in_a_process_of_its_own("interrupted", old)
    assert done.returncode in (-signal.SIGINT, -signal.SIGTERM), done.stderr
    assert old.read_text(encoding="utf-8") == "new\n"
    assert os.listdir(old.parent) == [old.name]


@pytest.mark.parametrize("mode", [420, "", "rw", "u=rw", "0888", "000644", "-644", "0o644", ["0644"]])
def test_modes_that_could_mean_anything(old: Path, mode: t.Any) -> None:
    with pytest.raises(OptionError, match=r"^mode .* of .*backups.prom is no octal text such as '0644' \(in quotes\)"):
        write(old, mode=mode)
    assert old.read_text(encoding="utf-8") == "old\n"


def test_no_mode_is_the_default(old: Path) -> None:
    write(old, mode=None)
    assert permissions(old) == "0644"


@pytest.mark.parametrize("content", [None, 1, {"a": 1}, ["a"], b"a"])
def test_a_content_that_is_no_text(old: Path, content: t.Any) -> None:
    with pytest.raises(OptionError, match=r"^the content of .*backups.prom is no text\. Make one of it"):
        write(old, content)
    assert old.read_text(encoding="utf-8") == "old\n"


def test_a_content_that_no_file_holds(old: Path) -> None:
    with pytest.raises(OptionError, match=r"^the content of .*backups.prom has a character .* at 3\. Leave it out"):
        write(old, "abc\ud800")
    assert old.read_text(encoding="utf-8") == "old\n"
