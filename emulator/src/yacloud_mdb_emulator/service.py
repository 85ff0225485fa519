# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API itself, without a wire: a request message and its caller in, rows or one thing out.

REST and gRPC both answer from here, so that the two can never tell different stories.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf.message import Message
from google.rpc import code_pb2
from yandex.cloud.endpoint import api_endpoint_pb2
from yandex.cloud.iam.v1 import iam_token_service_pb2
from yandex.cloud.mdb.redis.v1 import backup_pb2

from . import paging
from .descriptors import Method, check_limits
from .errors import ApiError, invalid, not_found, permission_denied, unauthenticated
from .faults import Facts, Fault, route_name
from .paging import Page
from .state import State
from .storage import Cluster, Row
from .times import SECOND, stamp

#: The services that discovery tells of.
ENDPOINT_IDS = ("managed-redis", "iam", "operation")
#: The documented grammar of filter=name="…".
_FILTER = re.compile(r"""\s*name\s*=\s*(["'])(?P<name>[^"']*)\1\s*""")
_STRICT_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Caller:
    """Who asks and how they reached the emulator."""

    authorization: str | None
    #: host:port as the client knows it, for discovery.
    address: str
    #: What a JWT's audience may be.
    audiences: Sequence[str]


@dataclass(frozen=True)
class Rows:
    """A page of a listing."""

    rows: Sequence[Row]
    token: str


Reply = Rows | Row


@dataclass(frozen=True)
class Listing:
    """All rows that a list request walks over, and the page of them that it asks for."""

    #: Method and parent: what page tokens are bound to.
    name: str
    rows: Sequence[Row]
    page: Page


class Service:
    """All methods, by alias."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._listings: dict[str, Callable[[Any], tuple[str, Sequence[Row]]]] = {
            "ListClusterBackups": self._cluster_backups,
            "ListBackups": self._folder_backups,
            "ListClusters": self._clusters,
        }
        self._single: dict[str, Callable[[Any, Caller], Row]] = {
            "GetCluster": self._get_cluster,
            "GetBackup": self._get_backup,
            "GetApiEndpoint": self._get_endpoint,
            "CreateIamToken": self._create_token,
        }

    def facts(self, method: Method, request: Message | None) -> Facts:
        """What decides about faults. A request that could not be read, or has no page, matches less."""
        route = route_name(method.alias)
        cluster_id = getattr(request, "cluster_id", None)
        if request is None or method.alias not in self._listings:
            return Facts(route, cluster_id)
        try:
            page = self._listing(method, request).page
        except ApiError:
            return Facts(route, cluster_id)
        return Facts(route, cluster_id, page.at.number, page.following is None)

    def answer(self, method: Method, request: Any, caller: Caller, fault: Fault | None) -> Reply:
        """The answer to a request; raises ApiError for any other than success."""
        open_to_all = method.alias in ("GetApiEndpoint", "ListApiEndpoints", "CreateIamToken")
        if not open_to_all:
            self.state.credentials.check(caller.authorization)
        check_limits(request)
        if method.alias == "ListApiEndpoints":
            return Rows([_endpoint(item, caller) for item in ENDPOINT_IDS], "")
        if method.alias in self._single:
            return self._single[method.alias](request, caller)
        return self._reply(self._listing(method, request), request, fault)

    # Listings

    def _listing(self, method: Method, request: Any) -> Listing:
        parent, rows = self._listings[method.alias](request)
        name, settings = f"{method.alias}:{parent}", self.state.settings
        size = request.page_size or settings.default_page_size
        at = paging.start(size, settings)
        if request.page_token:
            at = self.state.codec.read(request.page_token, name)
        if at.size != size:
            raise invalid("page_size", f"is {size}, but the page token was given out for pages of {at.size}")
        return Listing(name, rows, paging.cut(rows, at, settings))

    def _reply(self, listing: Listing, request: Any, fault: Fault | None) -> Rows:
        page = self._spoiled(listing, request, fault) if fault else listing.page
        if page.following is None:
            return Rows(page.rows, "")
        look = self.state.settings.page_token_format
        return Rows(page.rows, self.state.codec.write(page.following, listing.name, look))

    def _spoiled(self, listing: Listing, request: Any, fault: Fault) -> Page:
        """The page with a fault of one of the PAGE_KINDS."""
        page, before = listing.page, max(listing.page.at.offset - 1, 0)
        match fault.kind:
            case "empty_page":
                return paging.without_rows(page)
            case "repeat_row":
                return self._with_extra(listing, listing.rows[before : before + 1], fault)
            case "foreign_row":
                return self._with_extra(listing, [_foreign_row(fault, request)], fault)
            case "token_loop":
                return replace(page, following=page.at)
            case "token_cycle":
                return replace(page, following=paging.start(page.at.size, self.state.settings))
            case "finish_backup":
                return self._finishing(page, request)
        return page

    def _with_extra(self, listing: Listing, extra: Sequence[Row], fault: Fault) -> Page:
        at = listing.page.at
        if at.size == 1:
            raise ApiError(code_pb2.FAILED_PRECONDITION, f"emulator: {fault.kind} needs a page size of 2 or more")
        return paging.with_extra(listing.rows, at, self.state.settings, extra)

    def _finishing(self, page: Page, request: Any) -> Page:
        """The page as it is, its running backups still running; they end before the next."""
        shown = [_copy(row) for row in page.rows]
        cluster_id = getattr(request, "cluster_id", None)
        self.state.store.finish_backups(cluster_id, self.state.settings.now_ns())
        following = page.following and replace(page.following, again=True)
        return Page(shown, page.at, following)

    def _cluster_backups(self, request: Any) -> tuple[str, Sequence[Row]]:
        cluster, settings = self._cluster(request.cluster_id), self.state.settings
        if cluster.deleted and settings.deleted_cluster_answer == "403":
            raise permission_denied()
        if cluster.deleted and settings.deleted_cluster_answer == "404":
            raise not_found("Cluster", request.cluster_id)
        rows = self.state.store.cluster_backups(cluster.id, settings.order, settings.random_seed)
        return cluster.id, rows

    def _folder_backups(self, request: Any) -> tuple[str, Sequence[Row]]:
        settings = self.state.settings
        self._check_folder(request.folder_id)
        rows = self.state.store.folder_backups(request.folder_id, settings.order, settings.random_seed)
        return request.folder_id, rows

    def _clusters(self, request: Any) -> tuple[str, Sequence[Row]]:
        settings = self.state.settings
        self._check_folder(request.folder_id)
        name = self._filtered_name(request.filter)
        rows = self.state.store.folder_clusters(request.folder_id, settings.order, settings.random_seed)
        if name is not None:
            rows = [row for row in rows if row.message.name == name]
        return f"{request.folder_id}:{request.filter}", rows

    def _filtered_name(self, text: str) -> str | None:
        """The name that the clusters' filter asks for; None for all."""
        if not text:
            return None
        found = _FILTER.fullmatch(text)
        if found is None:
            raise invalid("filter", f'cannot read {text!r}; the form is name="<cluster name>"')
        kind = self.state.settings.name_filter
        if kind == "strict" and not _STRICT_NAME.fullmatch(found["name"]):
            raise invalid("filter", f"the value must match {_STRICT_NAME.pattern}")
        return None if kind == "ignored" else found["name"]

    def _check_folder(self, folder_id: str) -> None:
        if not self.state.store.has_folder(folder_id):
            raise not_found("Folder", folder_id)

    # Single things

    def _cluster(self, cluster_id: str) -> Cluster:
        cluster = self.state.store.clusters.get(cluster_id)
        if cluster is None:
            raise not_found("Cluster", cluster_id)
        return cluster

    def _get_cluster(self, request: Any, _caller: Caller) -> Row:
        cluster = self._cluster(request.cluster_id)
        if cluster.deleted:
            raise not_found("Cluster", request.cluster_id)
        return cluster.row

    def _get_backup(self, request: Any, _caller: Caller) -> Row:
        row = self.state.store.backup(request.backup_id)
        if row is None:
            raise not_found("Backup", request.backup_id)
        return row

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


def _foreign_row(fault: Fault, request: Any) -> Row:
    """A finished backup of a cluster that was not asked for."""
    foreign = "c9qforeigncluster000"
    message = backup_pb2.Backup(
        id=f"{foreign}:backup0000000000000",
        folder_id=getattr(request, "folder_id", "") or "b1gforeignfolder0000",
        source_cluster_id=foreign,
        source_shard_names=["shard1"],
        type=backup_pb2.Backup.AUTOMATED,
    )
    message.started_at.GetCurrentTime()
    message.created_at.GetCurrentTime()
    return Row(message, fault.row)


def _copy(row: Row) -> Row:
    message = type(row.message)()
    message.CopyFrom(row.message)
    return Row(message, row.raw)
