# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API itself, without a wire: a request message and its caller in, rows or one thing out.

REST and gRPC both answer from here, so that the two can never tell different stories.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from yandex.cloud.endpoint import api_endpoint_pb2
from yandex.cloud.iam.v1 import iam_token_service_pb2

from .actions import Actions
from .descriptors import Method, to_json
from .errors import ApiError, invalid, not_found, unauthenticated
from .faults import Facts, Fault, route_name
from .limits import check_limits
from .listings import Listings, Rows
from .redaction import MASK, without_passwords
from .request_log import Entry
from .state import State
from .storage import Row
from .times import SECOND, stamp

#: The services that discovery tells of.
ENDPOINT_IDS = ("managed-redis", "iam", "operation")
#: Methods that need no token.
_OPEN = ("GetApiEndpoint", "ListApiEndpoints", "CreateIamToken")

Reply = Rows | Row


@dataclass(frozen=True)
class Caller:
    """Who asks and how they reached the emulator."""

    authorization: str | None
    #: host:port as the client knows it, for discovery.
    address: str
    #: What a JWT's audience may be.
    audiences: Sequence[str]
    idempotency_key: str | None = None


@dataclass
class Call:
    """One request to a method."""

    method: Method
    request: Any
    caller: Caller
    #: The operation that it was answered with.
    operation_id: str | None = None

    def logged(self) -> dict[str, Any]:
        """What the request log keeps of it beside the request line; of reading methods nothing."""
        if self.method.metadata is None:
            return {}
        return {
            "idempotency_key": self.caller.idempotency_key,
            "message": to_json(without_passwords(self.request, MASK), proto_names=True),
        }


class Service:
    """All methods, by alias."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.listings = Listings(state)
        self.actions = Actions(state)
        self._single: dict[str, Callable[[Any, Caller], Row]] = {
            "GetCluster": lambda request, _caller: state.store.cluster(request.cluster_id).row,
            "GetBackup": lambda request, _caller: state.store.backup(request.backup_id),
            "GetOperation": self._get_operation,
            "GetApiEndpoint": self._get_endpoint,
            "CreateIamToken": self._create_token,
        }

    def facts(self, call: Call) -> Facts:
        """What decides about faults. A request that has no page matches less."""
        self.state.advance()
        route, alias = route_name(call.method.alias), call.method.alias
        cluster_id = getattr(call.request, "cluster_id", None)
        if alias == "GetOperation" and (operation := self.state.operations.by_id.get(call.request.operation_id)):
            cluster_id = operation.cluster_id
        if alias not in self.listings:
            return Facts(route, cluster_id)
        try:
            page = self.listings.listing(call.method, call.request).page
        except ApiError:
            return Facts(route, cluster_id)
        return Facts(route, cluster_id, page.at.number, page.following is None)

    def answer(self, call: Call, fault: Fault | None) -> Reply:
        """The answer to a request; raises ApiError for any other than success."""
        self.state.advance()
        alias = call.method.alias
        if alias not in _OPEN:
            self.state.credentials.check(call.caller.authorization)
        check_limits(call.request)
        if alias == "ListApiEndpoints":
            return Rows(call.method, [_endpoint(item, call.caller) for item in ENDPOINT_IDS])
        if alias in self._single:
            return self._single[alias](call.request, call.caller)
        if alias in self.listings:
            return self.listings.answer(call.method, call.request, fault)
        operation = self.actions.answer(call.method, call.request, call.caller.idempotency_key, fault)
        call.operation_id = operation.id
        return Row(operation.message)

    def headers(self, entry: Entry, method: Method | None) -> dict[str, str]:
        """Headers of every response, over gRPC its initial metadata."""
        headers = {"x-request-id": entry.request_id, "x-server-trace-id": uuid.uuid4().hex}
        interval = self.state.settings.poll_interval
        if interval and method and (method.metadata or method.alias == "GetOperation"):
            headers["x-operation-poll-interval"] = str(interval)
        return headers

    def _get_operation(self, request: Any, _caller: Caller) -> Row:
        operation = self.state.operations.by_id.get(request.operation_id)
        if operation is None:
            raise not_found("Operation", request.operation_id)
        if operation.early_404s > 0:
            operation.early_404s -= 1
            raise not_found("Operation", request.operation_id)
        return Row(operation.message)

    def _get_endpoint(self, request: Any, caller: Caller) -> Row:
        if request.api_endpoint_id not in ENDPOINT_IDS:
            raise not_found("Endpoint", request.api_endpoint_id)
        return _endpoint(request.api_endpoint_id, caller)

    def _create_token(self, request: Any, caller: Caller) -> Row:
        if request.WhichOneof("identity") == "yandex_passport_oauth_token":
            raise unauthenticated("OAuth tokens are no longer exchanged; use a service account's JWT")
        if not request.jwt:
            raise invalid("jwt", "the field is required")
        self.state.credentials.check_jwt(request.jwt, caller.audiences)
        token, expires = self.state.credentials.issue(self.state.settings.token_lifetime)
        return Row(
            iam_token_service_pb2.CreateIamTokenResponse(iam_token=token, expires_at=stamp(int(expires * SECOND)))
        )


def _endpoint(endpoint_id: str, caller: Caller) -> Row:
    return Row(api_endpoint_pb2.ApiEndpoint(id=endpoint_id, address=caller.address))
