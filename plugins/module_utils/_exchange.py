# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What every kind of credential offers: a name, and the request that exchanges it for an IAM token.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from ansible_collections.yacloud.mdb.plugins.module_utils._endpoints import BaseUrl


class Exchange(t.NamedTuple):
    """A request that answers with an IAM token.

    :ivar method: the HTTP method
    :ivar base: the host
    :ivar path: the path there
    :ivar content: the rest of the request, as the transport takes it
    :ivar secrets: what the request carries and no output may hold
    :ivar fields: the answer's fields with the token, and with its end (RFC 3339) or its life (seconds)
    """

    method: str
    base: BaseUrl
    path: str
    content: dict[str, t.Any]
    secrets: tuple[str, ...]
    fields: tuple[str, str]


class Credential(t.Protocol):
    """What every kind offers."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells this credential from others, so that a process exchanges each only once."""

    @property
    def description(self) -> str:
        """The credential in words, such as "iam_token of the environment"; never its content."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the credential is made of that no output may hold."""

    def exchange(self, iam: t.Callable[[], BaseUrl]) -> Exchange | str:
        """The request for an IAM token, or the token itself.

        :param iam: finds the IAM service, if it is needed
        :raises CredentialError: the credential can no longer be read
        """
