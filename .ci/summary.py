# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what each check ran on, what was skipped and why; the last line counts the checks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

WORDS = {"success": "passed", "skipped": "skipped"}


def main(folder: Path) -> int:
    """Print the summary of nox's report and of the notes beside it."""
    report = folder / "report.json"
    checks: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["sessions"] if report.exists() else []
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    print()
    for check in sorted(checks, key=lambda check: str(check["name"])):
        word = WORDS.get(check["result"], "failed")
        counts[word] += 1
        note = folder / f"{check['name']}.txt"
        text = note.read_text(encoding="utf-8") if note.exists() else check["reason"] or ""
        print(f"{word:8}{check['duration']:6.0f} s  {check['name']:22}{text}".rstrip())
    print()
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
