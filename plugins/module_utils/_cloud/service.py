# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What has to be known of a service to talk to it. The product fills in the record.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t


class Service(t.NamedTuple):
    """A service of the cloud.

    :ivar id: its id in discovery, such as "compute"
    :ivar default_url: its base URL in the default region
    :ivar endpoint_option: the option that sets its base URL
    :ivar endpoint_variable: the environment variable behind that option
    :ivar viewer_role: the least role that may read, named where permission is denied
    """

    id: str
    default_url: str
    endpoint_option: str
    endpoint_variable: str
    viewer_role: str
