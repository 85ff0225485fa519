# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list methods: which rows a request walks over, and the page of them that it gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from google.rpc import code_pb2
from yandex.cloud.mdb.redis.v1 import backup_pb2

from . import paging
from .descriptors import Method
from .errors import ApiError, invalid, not_found, permission_denied
from .faults import Fault
from .paging import Page
from .state import State
from .storage import Row, in_order

#: The documented grammar of filter=name="…".
_FILTER = re.compile(r"""\s*name\s*=\s*(["'])(?P<name>[^"']*)\1\s*""")
_STRICT_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Rows:
    """A page of a listing."""

    rows: Sequence[Row]
    token: str


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
        return self._reply(self.listing(method, request), request, fault)

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
        self.state.store.finish_backups(cluster_id, self.state.now_ns())
        following = page.following and replace(page.following, again=True)
        return Page(shown, page.at, following)

    def _cluster_backups(self, request: Any) -> tuple[str, Sequence[Row]]:
        cluster, settings = self.state.store.clusters.get(request.cluster_id), self.state.settings
        if cluster is None:
            raise not_found("Cluster", request.cluster_id)
        if cluster.deleted and settings.deleted_cluster_answer == "403":
            raise permission_denied()
        if cluster.deleted and settings.deleted_cluster_answer == "404":
            raise not_found("Cluster", request.cluster_id)
        rows = self.state.store.cluster_backups(cluster.id, settings.order, settings.random_seed)
        return cluster.id, rows

    def _folder_backups(self, request: Any) -> tuple[str, Sequence[Row]]:
        settings = self.state.settings
        self.state.store.check_folder(request.folder_id)
        rows = self.state.store.folder_backups(request.folder_id, settings.order, settings.random_seed)
        return request.folder_id, rows

    def _clusters(self, request: Any) -> tuple[str, Sequence[Row]]:
        settings = self.state.settings
        self.state.store.check_folder(request.folder_id)
        name = self._filtered_name(request.filter)
        rows = self.state.store.folder_clusters(request.folder_id, settings.order, settings.random_seed)
        if name is not None:
            rows = [row for row in rows if row.message.name == name]
        return f"{request.folder_id}:{request.filter}", rows

    def _hosts(self, request: Any) -> tuple[str, Sequence[Row]]:
        settings, cluster_id = self.state.settings, request.cluster_id
        if self.state.store.existing(cluster_id) is None:
            raise not_found("Cluster", cluster_id)
        return cluster_id, self.state.store.cluster_hosts(cluster_id, settings.order, settings.random_seed)

    def _operations(self, request: Any) -> tuple[str, Sequence[Row]]:
        settings, cluster_id = self.state.settings, request.cluster_id
        if self.state.store.existing(cluster_id) is None:
            raise not_found("Cluster", cluster_id)
        rows = [Row(operation.message) for operation in self.state.operations.of_cluster(cluster_id)]
        return cluster_id, in_order(rows, settings.order, settings.random_seed)

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
