# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all unit tests share: where the collection is found, and how hard property tests try."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

try:
    from ansible.plugins.loader import init_plugin_loader
    from ansible.utils.collection_loader import AnsibleCollectionConfig
except ImportError:  # ansible-test lets the tests of modules see only what a managed host has
    AnsibleCollectionConfig = None

ROOT = Path(__file__).parents[2]

if ROOT.parts[-3:] == ("ansible_collections", "yacloud", "mdb") and str(ROOT.parents[2]) not in sys.path:
    sys.path.insert(0, str(ROOT.parents[2]))

# Before any other conftest imports the collection: Ansible loads the plugins only of collections that came through its loader.
# ansible-test has seen to that already.
if AnsibleCollectionConfig and AnsibleCollectionConfig.collection_finder is None:
    init_plugin_loader([path for path in sys.path if Path(path, "ansible_collections/yacloud/mdb").is_dir()])

try:
    from hypothesis import HealthCheck, settings
except ImportError:
    pass
else:
    # The same examples on every run, and no folder left behind; `--hypothesis-profile thorough` looks for new ones.
    settings.register_profile(
        "brief",
        deadline=None,
        max_examples=60,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile(
        "thorough",
        deadline=None,
        max_examples=2_000,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    settings.load_profile("brief")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known to ansible-test too, which reads no settings of ours."""
    config.addinivalue_line("markers", "browser: opens a page in Chromium; runs only where -m browser asks for it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests in a browser to the check of that name: each core need not look at the same page again."""
    if "browser" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
