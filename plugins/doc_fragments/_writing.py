# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

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
  - Ansible shows nothing of a module that is running. Each look at the operation leaves a line in the system log of the machine on which
    the module runs, which C(journalctl -f) shows.
  - O(api_deadline) does not limit the wait. It starts anew for each look at the operation, and for what is read after the wait.
"""
