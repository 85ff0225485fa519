# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ..module_utils._restored_cluster import FACTS, argument_spec, restored_cluster
from ..modules.redis_restored_cluster import main
from ..plugin_utils._run_memory import share_with_workers
from ..plugin_utils._writing_action import WritingAction

__all__ = ["ActionModule", "main"]  # by the module's main ansible-lint knows its options

share_with_workers()  # This file is loaded before the workers are forked.


class ActionModule(WritingAction):
    """Asks the cloud in the worker where that is the same."""

    argument_spec = staticmethod(argument_spec)
    facts = FACTS
    work = staticmethod(restored_cluster)
