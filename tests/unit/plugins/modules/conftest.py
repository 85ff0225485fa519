# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module is run."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def run(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs MODULE of the test's file and returns what it printed, among which is no secret that it was given."""

    def run_module(**arguments: t.Any) -> dict[str, t.Any]:
        with patch_module_args(arguments), pytest.raises(SystemExit):
            request.module.MODULE.main()
        printed: dict[str, t.Any] = json.loads(capsys.readouterr().out)
        # ansible-core 2.22 tells the controller what to mask, in a part of its own that is no result.
        result = {name: value for name, value in printed.items() if not name.endswith("_secrets")}
        for secret in (arguments.get("iam_token"), arguments.get("password")):
            assert not secret or secret not in json.dumps(result)
        return result

    return run_module
