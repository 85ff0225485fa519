# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A service of the cloud with one credential in one region: requests with a token, lists to their last page, calls at the same time.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import contextlib
import threading
import typing as t

from .concurrency import Call, run_all
from .connection import Connection
from .discovery import Services
from .errors import PERMISSION_DENIED, UNAUTHENTICATED, ApiError, CloudError, InvalidResponse
from .redaction import Secrets
from .responses import Response, api_error, decode_object
from .service import Service
from .tokens import TokenSource, token_source
from .transport import RETRYABLE_STATUSES, Request, Transport

T = t.TypeVar("T")

LARGE_PAGE = 100
"""Rows beyond which a page may be too large for a gateway."""


class Client:
    """A service. Safe to use from several threads; a context manager, which closes its connections."""

    def __init__(self, transport: Transport, services: Services, tokens: TokenSource) -> None:
        self.list_requests = 0
        self._transport = transport
        self._services = services
        self._tokens = tokens
        self._lock = threading.Lock()

    @classmethod
    def open(cls, connection: Connection, service: Service) -> Client:
        """A client whose deadline runs from now.

        :raises MissingLibrary: there is no requests
        """
        transport = Transport(connection.transport, Secrets())
        services = Services(connection.endpoint, service, connection.service_url)
        return cls(transport, services, token_source(connection.credential, str(connection.endpoint)))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: t.Any, exc: BaseException | None, trace: t.Any) -> None:
        self._transport.close()
        if isinstance(exc, CloudError):  # one of the product's own, which quotes what the service sent
            exc.masked(self.secrets.masked)

    @property
    def secrets(self) -> Secrets:
        """What no output may hold."""
        return self._transport.secrets

    def get(
        self,
        path: str,
        *,
        doing: str,
        params: t.Mapping[str, str] = {},
        hints: t.Mapping[int, str] = {},
        **details: t.Any,
    ) -> dict[str, t.Any]:
        """The JSON object at a path.

        In a call of run_all the deadline ends even a body that drips; elsewhere it is looked at before each try and wait.

        :param doing: what is done, such as "disk d1: listing its snapshots"; opens each message
        :param hints: what to do, by code of google.rpc.Status
        :param details: further facts for the error, such as the id of what is asked about
        :raises CloudError: it cannot be had
        """
        return self._request("GET", path, doing, params=params, hints=hints, details=details)

    def pages(
        self,
        path: str,
        *,
        doing: str,
        page_size: int,
        params: t.Mapping[str, str] = {},
        hints: t.Mapping[int, str] = {},
        **details: t.Any,
    ) -> t.Iterator[dict[str, t.Any]]:
        """The JSON object of each page, until no token comes back; a page may be empty and still not be the last.

        :param page_size: rows asked for in one request
        :raises CloudError: a page cannot be had, or a token comes back a second time
        """
        token = ""
        seen: set[str] = set()
        while True:
            query = {**params, "pageSize": str(page_size), **({"pageToken": token} if token else {})}
            with self._lock:
                self.list_requests += 1
            try:
                page = self._request(
                    "GET", path, doing, params=query, hints=hints, details=details, part=f", page {len(seen) + 1}"
                )
            except ApiError as exc:
                if exc.http_status in _SERVER_FAULTS and (seen or page_size > LARGE_PAGE):
                    raise exc.adding(
                        f"The page may be too large for the gateway: lower page_size, which is {page_size}."
                    ) from None
                raise
            yield page
            token = _next_token(page, f"{doing}, page {len(seen) + 1}", details)
            if not token:
                return
            if token in seen:
                raise _endless(doing, len(seen), details)
            seen.add(token)

    def run_all(self, calls: t.Sequence[Call[T]]) -> list[T]:
        """The results of all calls, in their order, at most "concurrency" of them under way at a time.

        :raises CloudError: what the first failing call raised, or that time ran out; nothing can be sent any more
        """
        with self._masking():
            return run_all(calls, self._transport)

    def _request(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        hints: t.Mapping[int, str],
        details: t.Mapping[str, t.Any],
        part: str = "",
        **content: t.Any,
    ) -> dict[str, t.Any]:
        """The JSON object that a request is answered with.

        :param part: what of it, for a message about what came
        :param content: further fields of the request
        """
        with self._masking():
            response = self._send(method, path, doing, **content)
            if not response.is_success:
                raise api_error(response, doing, self.secrets, {**self._hints(), **hints}, **details)
            return decode_object(response, f"{doing}{part}")

    def _send(self, method: str, path: str, doing: str, **content: t.Any) -> Response:
        """One response; a token that is refused is renewed once."""
        base = self._services.find(self._services.service.id, self._transport)
        for is_last in (False, True):
            token = self._tokens.get(self._transport, self._services)
            response = self._transport.send(Request(method, base, path, doing, token=token, **content))
            if response.status != 401:
                self._tokens.accepted(token)
                break
            if not self._tokens.refused(token, self._transport.deadline) or is_last:
                break
        return response

    def _hints(self) -> dict[int, str]:
        role = self._services.service.viewer_role
        return {
            PERMISSION_DENIED: f"The role {role} is missing: grant it on the folder to the account behind the credential, or check the id.",
            UNAUTHENTICATED: f"The credential was refused: {self._tokens.description}. Renew it, or check that it belongs to this cloud.",
        }

    @contextlib.contextmanager
    def _masking(self) -> t.Iterator[None]:
        try:
            yield
        except CloudError as exc:
            raise exc.masked(self.secrets.masked) from None


_SERVER_FAULTS = RETRYABLE_STATUSES - {429}


def _next_token(page: dict[str, t.Any], doing: str, details: t.Mapping[str, t.Any]) -> str:
    token = page.get("nextPageToken")
    if token is None:
        return ""
    if not isinstance(token, str):
        raise InvalidResponse(f"{doing}: the field 'nextPageToken' is not a string.", **details)
    return token


def _endless(doing: str, tokens: int, details: t.Mapping[str, t.Any]) -> InvalidResponse:
    return InvalidResponse(
        f"{doing}: after {tokens} page tokens the API gave one of them again, so that the list would never end."
        " Nothing was chosen from it; try again, and report it to the cloud's support if it stays so.",
        tokens=tokens,
        **details,
    )
