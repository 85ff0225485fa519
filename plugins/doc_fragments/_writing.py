# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What all modules share that ask the cloud to change something; see :mod:`module_utils._writing`."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until what was asked for is done. Without it RV(operation) says only that the work has begun.
    type: bool
    default: true
notes:
  - A request carries an idempotency key, so that one whose response is lost is sent again without doing the work twice.
  - Once something was asked of the cloud, RV(ignore:changed) is true and RV(ignore:operation) is returned, in a failure too.
  - The work goes on in the cloud when the time to wait is up, when the task's C(timeout) has passed, or after Ctrl-C. Nothing more is sent
    then; run the task again to take the work up.
  - With C(-v), a task that runs in Ansible's own Python on the controller shows each look at the operation while it waits; set
    C(PYTHONUNBUFFERED=1) where the output goes into a pipe, as in a CI job. Anywhere else Ansible shows nothing of a module that is running,
    and each look leaves a line in the system log there.
  - O(api_deadline) does not limit the wait. It starts anew for each look at the operation, and for what is read after the wait.
"""
