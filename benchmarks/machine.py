# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""On what was measured: the machine and the versions, and nothing that tells whose machine it is."""

from __future__ import annotations

import os
import platform
import re
import shutil
import ssl
import subprocess
from importlib.metadata import version
from pathlib import Path

import yaml

from benchmarks.workshop import ROOT

_PACKAGES = ("ansible-core", "requests", "urllib3", "yandexcloud", "grpcio", "yacloud-mdb-emulator")


def describe() -> dict[str, str]:
    """Each fact by its name."""
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    facts = {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "OpenSSL": ssl.OPENSSL_VERSION.split()[1],
        "yacloud.mdb": str(galaxy["version"]),
        **{name: version(name) for name in _PACKAGES},
    }
    return facts | ({"curl": _curl()} if shutil.which("curl") else {})


def load() -> float:
    """How many processes wanted a core during the last minute."""
    return round(os.getloadavg()[0], 1)


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or "unknown"


def _curl() -> str:
    said = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=False).stdout
    return said.split()[1] if said else "unknown"
