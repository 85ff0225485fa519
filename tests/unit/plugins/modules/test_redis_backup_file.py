# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module: arguments in, a file and a result or a failure out."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.yacloud.mdb.plugins.modules import redis_backup_file


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    """Runs the module and returns what it printed."""

    def run_module(**arguments: t.Any) -> dict[str, t.Any]:
        with patch_module_args(arguments), pytest.raises(SystemExit):
            redis_backup_file.main()
        return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))

    return run_module


def test_written_once(run: t.Callable[..., dict[str, t.Any]], tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    options = {"dest": str(path), "content": "A=1\n", "mode": "0600"}
    checked = run(**options, _ansible_check_mode=True, _ansible_diff=True)
    assert checked["changed"] is True
    assert checked["diff"][0]["after"] == "A=1\n"
    assert not path.exists()
    assert run(**options)["changed"] is True
    assert run(**options)["changed"] is False
    assert path.read_text(encoding="utf-8") == "A=1\n"


def test_a_home_folder_is_found(
    run: t.Callable[..., dict[str, t.Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(dest="~/a.env", content="")["file"] == str(tmp_path / "a.env")


def test_a_failure_is_data_too(run: t.Callable[..., dict[str, t.Any]], tmp_path: Path) -> None:
    result = run(dest=str(tmp_path / "missing/a.env"), content="A=1\n")
    assert result["failed"] is True
    assert "missing/a.env could not be written: No such file or directory. Create its folder" in result["msg"]
    assert result["error"] == {"kind": "option", "option": "dest"}
