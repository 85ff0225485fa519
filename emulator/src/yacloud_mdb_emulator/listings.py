# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list methods: which rows a request walks over, and the page of them that it gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from google.rpc import code_pb2
from yandex.cloud.mdb.redis.v1 import backup_pb2, cluster_pb2

from . import backups, paging
from .descriptors import Method
from .errors import ApiError, invalid, not_found, permission_denied
from .faults import Fault
from .json_text import dumps
from .paging import Page
from .state import State
from .storage import Cluster, Row, in_order

Backup = backup_pb2.Backup
#: The documented grammar of filter=name="…".
_FILTER = re.compile(r"""\s*name\s*=\s*(["'])(?P<name>[^"']*)\1\s*""")
_STRICT_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Rows:
    """A page of a listing."""

    method: Method
    rows: Sequence[Row]
    token: str = ""

    @property
    def json(self) -> bytes:
        """The page as REST sends it. Rows are joined as they were cached; what is at its default is left out."""
        parts = []
        if self.rows:
            name = self.method.rows_field.json_name.encode()
            parts.append(b'"%b":[%b]' % (name, b",".join([row.json for row in self.rows])))
        if self.token:
            parts.append(b'"nextPageToken":%b' % dumps(self.token))
        return b"{%b}" % b",".join(parts)

    def grpc_message(self) -> Any:
        """The page for gRPC."""
        response = self.method.response()
        getattr(response, self.method.rows_field.name).extend(row.grpc_message() for row in self.rows)
        if self.token:
            response.next_page_token = self.token
        return response


@dataclass(frozen=True)
class Listing:
    """All rows that a list request walks over, and the page of them that it asks for."""

    #: Method and parent: what page tokens are bound to.
    name: str
    rows: Sequence[Row]
    page: Page


class Listings:
    """All list methods, by alias."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._sources: dict[str, Callable[[Any], tuple[str, Sequence[Row]]]] = {
            "ListClusterBackups": self._cluster_backups,
            "ListBackups": self._folder_backups,
            "ListClusters": self._clusters,
            "ListClusterHosts": self._hosts,
            "ListClusterOperations": self._operations,
        }

    def __contains__(self, alias: str) -> bool:
        return alias in self._sources

    def answer(self, method: Method, request: Any, fault: Fault | None) -> Rows:
        """The page that a request asks for, changed as the fault says; raises ApiError."""
        listing = self.listing(method, request)
        page = self._spoiled(listing, request, fault) if fault else listing.page
        if page.following is None:
            return Rows(method, page.rows)
        look = self.state.settings.page_token_format
        return Rows(method, page.rows, self.state.codec.write(page.following, listing.name, look))

    def listing(self, method: Method, request: Any) -> Listing:
        """The rows and the page that a request asks for; raises ApiError."""
        parent, rows = self._sources[method.alias](request)
        name, settings = f"{method.alias}:{parent}", self.state.settings
        size = request.page_size or settings.default_page_size
        at = paging.start(size, settings)
        if request.page_token:
            at = self.state.codec.read(request.page_token, name)
        if at.size != size:
            raise invalid("page_size", f"is {size}, but the page token was given out for pages of {at.size}")
        return Listing(name, rows, paging.cut(rows, at, settings))

    def _spoiled(self, listing: Listing, request: Any, fault: Fault) -> Page:
        """The page with a fault of one of the PAGE_KINDS."""
        page, before = listing.page, max(listing.page.at.offset - 1, 0)
        match fault.kind:
            case "empty_page":
                return paging.without_rows(page)
            case "repeat_row":
                return self._with_extra(listing, listing.rows[before : before + 1], fault)
            case "foreign_row":
                return self._with_extra(listing, [self._foreign_row(request, fault)], fault)
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

    def _foreign_row(self, request: Any, fault: Fault) -> Row:
        """A finished backup of a cluster that was not asked for."""
        now, folder_id = self.state.now_ns(), getattr(request, "folder_id", "") or "b1gforeignfolder0000"
        owner = Cluster(Row(cluster_pb2.Cluster(id="c9qforeigncluster000", folder_id=folder_id)))
        return backups.make(owner, "backup0000000000000", ["shard1"], now, now, Backup.AUTOMATED, fault.row)

    def _finishing(self, page: Page, request: Any) -> Page:
        """The page as it is, its running backups still running; they end before the next."""
        shown = [_copy(row) for row in page.rows]
        cluster_id = getattr(request, "cluster_id", None)
        self.state.store.finish_backups(cluster_id, self.state.now_ns())
        following = page.following and replace(page.following, again=True)
        return Page(shown, page.at, following)

    def _cluster_backups(self, request: Any) -> tuple[str, Sequence[Row]]:
        cluster, settings = self.state.store.clusters.get(request.cluster_id), self.state.settings
        deleted = cluster is not None and cluster.deleted
        if deleted and settings.deleted_cluster_answer == "403":
            raise permission_denied()
        if cluster is None or (deleted and settings.deleted_cluster_answer == "404"):
            raise not_found("Cluster", request.cluster_id)
        return cluster.id, self.state.store.cluster_backups(cluster, settings)

    def _folder_backups(self, request: Any) -> tuple[str, Sequence[Row]]:
        self.state.store.check_folder(request.folder_id)
        return request.folder_id, self.state.store.folder_backups(request.folder_id, self.state.settings)

    def _clusters(self, request: Any) -> tuple[str, Sequence[Row]]:
        self.state.store.check_folder(request.folder_id)
        name = self._filtered_name(request.filter)
        wanted = [
            cluster.row
            for cluster in self.state.store.existing()
            if cluster.folder_id == request.folder_id and name in (None, cluster.name)
        ]
        return f"{request.folder_id}:{request.filter}", in_order(wanted, self.state.settings, timeless=True)

    def _hosts(self, request: Any) -> tuple[str, Sequence[Row]]:
        cluster = self.state.store.cluster(request.cluster_id)
        return cluster.id, in_order(cluster.hosts, self.state.settings, timeless=True)

    def _operations(self, request: Any) -> tuple[str, Sequence[Row]]:
        cluster = self.state.store.cluster(request.cluster_id)
        rows = [Row(operation.message) for operation in self.state.operations.of_cluster(cluster.id)]
        return cluster.id, in_order(rows, self.state.settings)

    def _filtered_name(self, text: str) -> str | None:
        """The name that the clusters' filter asks for; None for all."""
        if not text:
            return None
        found = _FILTER.fullmatch(text)
        if found is None:
            raise invalid("filter", f'{text!r} is invalid; the form is name="<cluster name>"')
        kind = self.state.settings.name_filter
        if kind == "strict" and not _STRICT_NAME.fullmatch(found["name"]):
            raise invalid("filter", f"the value must match {_STRICT_NAME.pattern}")
        return None if kind == "ignored" else found["name"]


def _copy(row: Row) -> Row:
    message = type(row.message)()
    message.CopyFrom(row.message)
    return Row(message, row.raw)
