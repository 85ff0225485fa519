# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module that writes returns, without the module."""

from __future__ import annotations

import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError
from ansible_collections.yacloud.mdb.plugins.module_utils._writing import Progress, Work
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import Spec, filled


def end_of(
    work: Work, spec: Spec, facts: dict[str, t.Any], given: dict[str, t.Any], check_mode: bool
) -> dict[str, t.Any]:
    """What is returned in the end; a failure is told by its "error"."""
    progress = Progress(facts)
    try:
        end: dict[str, t.Any] = {"msg": work(filled(spec, given), check_mode, progress)}
    except CloudError as exc:
        end = {"msg": str(exc), "error": exc.as_dict()}
    return {**end, "warnings": progress.warnings, **progress.result()}
