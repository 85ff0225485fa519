# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A cluster restored from a backup comes to be: looked for by name and provenance, made where there is none, waited for.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import time
import typing as t

from ._api import Api
from ._backups import Backup
from ._cloud.errors import (
    ABORTED,
    ALREADY_EXISTS,
    FAILED_PRECONDITION,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    ApiError,
    CloudError,
    InvalidResponse,
    OperationError,
    SelectionError,
    StateError,
)
from ._cloud.operations import Operation
from ._cloud.text import quoted
from ._clusters import Cluster, resolve
from ._engine import REDIS
from ._restore_inheritance import NEEDED, check_needed, inherit, source_values
from ._restore_provenance import backup_of, restore_of
from ._restore_reads import check_useful, read_cluster, read_operations, wait_until_ready
from ._restore_request import given_values, request_body, without_passwords
from ._restore_view import View
from ._writing import Progress


class Presence:
    """One wish for a restored cluster.

    :param options: values by option name, validated and converted by the argument spec
    :raises OptionError: a value cannot be worked with
    """

    def __init__(self, options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> None:
        self._given = given_values(options)
        self._options = options
        self._check_mode = check_mode
        self._progress = progress
        self._end = time.monotonic() + options["wait_timeout"]
        self._doing = f"cluster {options['name']}: restoring it from backup {options['backup_id']}"

    def ensure(self, api: Api) -> str:
        """Makes sure that the cluster is there, and says in a sentence what was done.

        :raises StateError: another cluster has the name, the backup is not finished, or the cluster cannot become ready
        :raises CloudError: the cloud refuses, or cannot be asked
        """
        folder_id, backup = self._given.get("folder_id"), None
        if folder_id is None:
            backup = self._read_backup(api)
            folder_id = self._given["folder_id"] = backup.facts["folder_id"]
        found = [cluster for cluster in api.clusters(folder_id) if cluster.name == self._options["name"]]
        if found:
            return self._take_up(api, found, folder_id)
        return self._restore(api, backup or self._read_backup(api))
