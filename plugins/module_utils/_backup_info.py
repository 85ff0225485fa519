# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The one answer that module, lookup and roles give: from a question and a connection to facts.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import itertools
import time
import typing as t

from ._api import RedisApi
from ._backups import (
    Backup,
    order_unfinished,
    sort_newest_first,
)
from ._cloud.concurrency import Call, run_all
from ._cloud.discovery import Services
from ._cloud.errors import (
    NOT_FOUND,
    PERMISSION_DENIED,
    ApiError,
    MdbError,
)
from ._cloud.instants import format_instant
from ._cloud.redaction import Secrets
from ._cloud.tokens import token_source
from ._cloud.transport import Transport
from ._query import Connection, Question
from ._selection import is_stale, select, warn_of_future


class Listing(t.NamedTuple):
    """What was read.

    :ivar backups: cluster id to its backups, for every cluster that the answer is about, in the order of the answer
    :ivar cluster_ids: cluster name to id, where names were read
    :ivar deleted: clusters of which a folder still lists backups, but which it does not list
    :ivar warnings: what the user should know beside it
    """

    backups: dict[str, list[Backup]]
    cluster_ids: dict[str, str]
    deleted: t.Sequence[str] = ()
    warnings: t.Sequence[str] = ()


class Result(t.NamedTuple):
    """An answer.

    :ivar facts: the module's return values
    :ivar warnings: what the user should know beside them
    """

    facts: dict[str, t.Any]
    warnings: list[str]


def gather(question: Question, connect: t.Callable[[], Connection], now: t.Callable[[], int] = time.time_ns) -> Result:
    """The facts that answer a question.

    :param connect: makes the connection; not called where nothing is asked
    :param now: nanoseconds since the epoch; taken once, before the first request
    :raises MdbError: the answer could not be had
    """
    evaluated_at = now()
    if question.asks_nothing:
        return _result(question, Listing({}, {}), evaluated_at, pages=0)
    connection = connect()
    with _uncollected():
        listing, pages = _ask(question, connection, evaluated_at)
        return _result(question, listing, evaluated_at, pages)


def _ask(question: Question, connection: Connection, evaluated_at: int) -> tuple[Listing, int]:
    """What is read, and in how many pages."""
    secrets = Secrets()
    transport = Transport(connection.transport, secrets)
    try:
        api = RedisApi(
            transport,
            Services(connection.endpoint, connection.mdb_endpoint),
            token_source(connection.credential, str(connection.endpoint)),
            page_size=question.page_size,
            evaluated_at=evaluated_at,
        )
        return _read(question, api, transport), api.pages
    except MdbError as exc:
        raise exc.masked(secrets.masked) from None
    finally:
        transport.close()


@contextlib.contextmanager
def _uncollected() -> t.Iterator[None]:
    """Holds the garbage collector back: a long listing makes many objects and no cycles, and it would look through all of them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled and not gc.get_freeze_count():
            # Makes the answer old in one step, or the next collection of the young would look through it after all.
            gc.freeze()
            gc.unfreeze()
        if enabled:
            gc.enable()


def _read(question: Question, api: RedisApi, transport: Transport) -> Listing:
    if question.cluster_ids is not None:
        return Listing(_read_clusters(question.cluster_ids, question.folder_id, api, transport), {})
    folder_id = t.cast(str, question.folder_id)
    list_clusters: Call[t.Any] = Call(f"folder {folder_id}: listing its clusters", lambda: api.clusters(folder_id))
    if question.cluster_names is not None:
        (clusters,) = run_all([list_clusters], transport)
        from ._clusters import resolve

        cluster_ids = {name: resolve(name, clusters, folder_id) for name in question.cluster_names}
        return Listing(_read_clusters(tuple(cluster_ids.values()), folder_id, api, transport), cluster_ids)
    list_backups: Call[t.Any] = _folder_backups(folder_id, api)
    backups, clusters = run_all([list_backups, list_clusters], transport)
    live = {cluster.id for cluster in clusters}
    by_id = {cluster_id: backups.get(cluster_id, []) for cluster_id in sorted(live.union(backups))}
    from ._clusters import by_name

    cluster_ids, warnings = by_name(clusters, folder_id)
    return Listing(by_id, cluster_ids, [cluster_id for cluster_id in by_id if cluster_id not in live], warnings)


def _read_clusters(
    ids: tuple[str, ...], folder_id: str | None, api: RedisApi, transport: Transport
) -> dict[str, list[Backup]]:
    """The clusters' backups; those of a cluster that cannot be read directly, as after its deletion, from the folder."""

    def read(cluster_id: str) -> list[Backup] | ApiError:
        try:
            return api.cluster_backups(cluster_id)
        except ApiError as exc:
            if exc.hides_cluster and folder_id:
                return exc
            raise (exc.adding(_DELETED) if exc.hides_cluster else exc) from None

    calls = [
        Call(f"cluster {cluster_id}: listing its backups", functools.partial(read, cluster_id)) for cluster_id in ids
    ]
    found = dict(zip(ids, run_all(calls, transport), strict=True))
    if folder_id and any(isinstance(backups, ApiError) for backups in found.values()):
        in_folder = _read_folder(folder_id, api, transport)
        for cluster_id, backups in found.items():
            if isinstance(backups, ApiError):
                if isinstance(in_folder, ApiError):
                    raise backups.adding(f"Its backups could not be looked for either: {in_folder}")
                if cluster_id not in in_folder:
                    raise backups.adding(f"Folder {folder_id} lists no backup of it either.")
                found[cluster_id] = in_folder[cluster_id]
    return t.cast("dict[str, list[Backup]]", found)


def _read_folder(folder_id: str, api: RedisApi, transport: Transport) -> dict[str, list[Backup]] | ApiError:
    """The folder's backups by cluster, or why it cannot be read, which is then not the user's first concern."""
    try:
        return run_all([_folder_backups(folder_id, api)], transport)[0]
    except ApiError as exc:
        if exc.code in (NOT_FOUND, PERMISSION_DENIED):
            return exc
        raise


def _folder_backups(folder_id: str, api: RedisApi) -> Call[dict[str, list[Backup]]]:
    return Call(f"folder {folder_id}: listing its backups", lambda: api.folder_backups(folder_id))


_DELETED = "If it was deleted within 7 days, set folder_id as well: its backups are then looked for in the folder."


def _result(question: Question, listing: Listing, evaluated_at: int, pages: int) -> Result:
    chosen = {cluster_id: select(backups, question.criteria) for cluster_id, backups in listing.backups.items()}
    newest = {cluster_id: selection.newest for cluster_id, selection in chosen.items() if selection.newest}
    future = (warn_of_future(cluster_id, selection.matched, evaluated_at) for cluster_id, selection in chosen.items())
    incomplete = [backup for selection in chosen.values() for backup in selection.incomplete]
    facts = {
        "backups": _newest_first([_most(found.matched, question.limit) for found in chosen.values()]),
        "newest": {cluster_id: backup.facts for cluster_id, backup in newest.items()},
        "missing": [cluster_id for cluster_id in chosen if cluster_id not in newest],
        "stale": [
            cluster_id
            for cluster_id, backup in newest.items()
            if question.max_age is not None and is_stale(backup, question.max_age, evaluated_at)
        ],
        "incomplete": [backup.facts for backup in sorted(incomplete, key=order_unfinished, reverse=True)],
        "cluster_ids": listing.cluster_ids,
        "deleted": list(listing.deleted),
        "selection": {cluster_id: selection.counts() for cluster_id, selection in chosen.items()},
        "pages": pages,
        "evaluated_at": format_instant(evaluated_at),
    }
    return Result(facts, [*listing.warnings, *filter(None, future)])


def _most(backups: list[Backup], limit: int | None) -> list[Backup]:
    return backups if limit is None else backups[:limit]


def _newest_first(lists: list[list[Backup]]) -> list[dict[str, t.Any]]:
    """Several clusters' backups, each newest first, in one list of facts."""
    backups: t.Iterable[Backup] = itertools.chain.from_iterable(lists)
    if len(lists) > 1:
        backups = list(backups)
        sort_newest_first(backups)
    return [backup.facts for backup in backups]
