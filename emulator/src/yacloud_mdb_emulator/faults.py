# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripted faults: which request goes wrong, how often and how. delivery.py has how it looks on the wire."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from typing import Any

from . import records
from .descriptors import served_methods
from .errors import ConfigError
from .records import option

#: Route names beside the API methods' own. ``Discovery`` stands for both of its methods.
OTHER_ROUTES = ("WorkloadIdentity", "Metadata")
_DISCOVERY = ("ListApiEndpoints", "GetApiEndpoint")

#: Sent instead of the answer.
REPLACING = ("status", "bare_error", "gateway_error", "html", "garbage", "body", "redirect", "reset", "stall")
#: Spoil the sending of the right answer.
SPOILING = ("truncated", "drip")
#: Change what a page of a listing holds.
PAGE_KINDS = ("empty_page", "repeat_row", "foreign_row", "token_loop", "token_cycle", "finish_backup")
#: Change what becomes of an operation that is asked for.
OPERATION_KINDS = ("operation_error", "conflict", "other_backup")
KINDS = REPLACING + SPOILING + PAGE_KINDS + OPERATION_KINDS


def route_name(alias: str) -> str:
    """The name of a method in faults and in the log."""
    return "Discovery" if alias in _DISCOVERY else alias


def route_names() -> tuple[str, ...]:
    """Every route that a fault can name."""
    names = dict.fromkeys(route_name(method.alias) for method in served_methods())
    return (*names, *OTHER_ROUTES)


@dataclass(frozen=True)
class Facts:
    """What of a request decides whether a fault strikes."""

    route: str
    cluster_id: str | None = None
    page: int | None = None
    last: bool = False


@dataclass
class Fault:
    """One scripted fault; the fields are those of the seed file and the admin route."""

    route: str = option(MISSING, choices=(*route_names(), "*"))
    kind: str = option(MISSING, choices=KINDS)
    cluster_id: str | None = None
    page: int | str | None = None
    #: How often it strikes; -1 for ever.
    times: int = 1
    #: How many requests that it would strike are let through first.
    after: int = 0
    status: int | None = option(None, least=200, most=599)
    code: int | None = option(None, least=1, most=16)
    message: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    #: Seconds before the answer; for ``drip``, before each byte.
    delay: float = option(0.0, least=0)
    body: str | None = None
    location: str | None = None
    #: ``truncated``: break off a chunked answer instead of one with a Content-Length.
    chunked: bool = False
    #: ``stall``: send the headers first.
    after_headers: bool = False
    #: Kinds that replace the answer: do first what was asked for, and lose the answer only.
    after_effect: bool = False
    #: ``status``: seconds of a RetryInfo among the error's details.
    retry_delay: float | None = option(None, least=0)
    #: ``operation_error``: seconds for which the error stands before the operation is done.
    rollback: float = option(0.0, least=0)
    #: ``operation_error`` of a restore: the cluster stays, in status ERROR.
    leaves_cluster: bool = False
    #: ``foreign_row``, ``other_backup``: JSON keys of that row.
    row: dict[str, Any] = field(default_factory=dict)
    #: Counted by the emulator.
    seen: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)

    def strikes(self, facts: Facts) -> bool:
        """Whether it strikes this request; counts it."""
        if not self._matches(facts) or 0 <= self.times <= self.struck:
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.struck += 1
        return True

    def _matches(self, facts: Facts) -> bool:
        if self.route not in (facts.route, "*"):
            return False
        if self.cluster_id not in (None, facts.cluster_id):
            return False
        return self.page is None or (facts.last if self.page == "last" else self.page == facts.page)


def read_fault(document: Any, origin: str) -> Fault:
    """A fault of its JSON; raises ConfigError naming the key that is wrong."""
    fault = records.make(Fault, document, origin)
    fault.headers = {str(key): str(value) for key, value in fault.headers.items()}
    if fault.page is not None and fault.page != "last" and not (isinstance(fault.page, int) and fault.page > 0):
        raise ConfigError(f"{origin}: page is {fault.page!r}; give a number from 1, or last")
    if fault.kind == "redirect" and not fault.location:
        raise ConfigError(f"{origin}: a redirect needs 'location'")
    if fault.kind == "body" and fault.body is None:
        raise ConfigError(f"{origin}: kind body needs 'body', the text to send (may be empty)")
    if fault.kind in OPERATION_KINDS and fault.route not in _operation_routes(fault.kind):
        raise ConfigError(f"{origin}: kind {fault.kind} goes with route {', '.join(_operation_routes(fault.kind))}")
    if fault.after_effect and fault.kind not in REPLACING:
        raise ConfigError(f"{origin}: after_effect goes with kind {', '.join(REPLACING)}")
    return fault


def _operation_routes(kind: str) -> tuple[str, ...]:
    """The routes that a fault of an operation can strike."""
    if kind == "other_backup":
        return ("BackupCluster",)
    routes = [method.alias for method in served_methods() if method.metadata]
    return tuple(route for route in routes if (kind, route) != ("conflict", "RestoreCluster"))
