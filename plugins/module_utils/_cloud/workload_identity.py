# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A token of another system that Yandex Cloud trusts, exchanged for an IAM token.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from .credential import Exchange
from .urls import BaseUrl


class WorkloadIdentity:
    """An OIDC token of another system. Source: https://yandex.cloud/en/docs/iam/concepts/workload-identity, RFC 8693"""

    last_resort = False

    def __init__(
        self, service_account_id: str, read_token: t.Callable[[], str], base: BaseUrl, description: str
    ) -> None:
        self.service_account_id = service_account_id
        self.read_token = read_token
        self.base = base
        self.description = description
        read_token()

    @property
    def identity(self) -> tuple[str, ...]:
        return ("workload_identity", self.service_account_id, str(self.base), self.read_token())

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.read_token(),)

    def exchange(self, iam: t.Callable[[], BaseUrl]) -> Exchange | str:
        token = self.read_token()
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": self.service_account_id,
            "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        }
        origin = self.base._replace(path="")
        return Exchange("POST", origin, self.base.path, {"data": form}, (token,), ("access_token", "expires_in"))
