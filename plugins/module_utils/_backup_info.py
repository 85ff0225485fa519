# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one function that answers module, lookup and roles: from a query and a connection to facts."""

from __future__ import annotations

import functools
import time
import typing as t

from ._api import Api
from ._backups import Backup, by_cluster, order
from ._cloud.client import Client
from ._cloud.concurrency import Call
from ._cloud.connection import Connection, connection_spec
from ._cloud.errors import NOT_FOUND, PERMISSION_DENIED, ApiError, SelectionError
from ._cloud.instants import format_instant
from ._clusters import Cluster, resolve, warn_of_shared_names
from ._engine import REDIS
from ._query import Query, query_spec
from ._selection import Explainer, Selection, select, warn_of_future


class Result(t.NamedTuple):
    """What is returned.

    :ivar facts: the module's return values
    :ivar warnings: what the user should know besides
    """

    facts: dict[str, t.Any]
    warnings: list[str]


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The module's argument spec; what excludes what is checked by :class:`Query`, in words that help."""
    return {**query_spec(), **connection_spec(REDIS.service)}


def backup_info(options: t.Mapping[str, t.Any]) -> Result:
    """The result of `redis_backup_info`.

    :param options: values by option name, validated and converted by the argument spec
    :raises CloudError: an option is invalid, the API could not be asked, or a guard refuses
    """
    return read_backups(Query.from_options(options), lambda: Connection.from_options(options, REDIS.service))


class Listing(t.NamedTuple):
    """What was read.

    :ivar backups: cluster id to its backups, for every cluster that the result is about, in its order
    :ivar clusters: the clusters of the folder, as far as they were asked for; None where their list was not read
    :ivar deleted: clusters of which a folder still lists backups, but which it does not list
    :ivar gone: ids of single backups that there are not, or no longer
    :ivar warnings: what the user should know besides
    """

    backups: dict[str, list[Backup]]
    clusters: list[Cluster] | None = None
    deleted: t.Sequence[str] = ()
    gone: t.Sequence[str] = ()
    warnings: t.Sequence[str] = ()


def read_backups(query: Query, connect: t.Callable[[], Connection], now: t.Callable[[], int] = time.time_ns) -> Result:
    """The facts that answer a query.

    :param connect: makes the connection; not called where nothing is asked
    :param now: nanoseconds since the epoch; taken once, before the first request
    :raises SelectionError: a guard is set to "error", and a cluster has no matching backup, or only a stale one
    :raises CloudError: the API could not be asked, or contradicts itself
    """
    evaluated_at = now()
    if query.asks_nothing:
        return _result(query, Listing({}), evaluated_at, pages=0)
    with Client.open(connect(), REDIS.service) as client:
        listing = _read(query, Api(client, page_size=query.page_size, evaluated_at=evaluated_at))
        pages = client.list_requests
    return _result(query, listing, evaluated_at, pages)


# --- reading ---


def _read(query: Query, api: Api) -> Listing:
    if query.backup_ids is not None:
        return _read_single(query.backup_ids, api)
    if query.cluster_ids is not None:
        return Listing(_read_clusters(query.cluster_ids, query.folder_id, api))
    folder_id = t.cast(str, query.folder_id)
    list_clusters: Call[t.Any] = Call(f"folder {folder_id}: listing its clusters", lambda: api.clusters(folder_id))
    if query.cluster_names is not None:
        (clusters,) = api.client.run_all([list_clusters])
        named = [resolve(name, clusters, folder_id) for name in query.cluster_names]
        return Listing(_read_clusters(tuple(cluster.id for cluster in named), folder_id, api), named)
    backups, clusters = api.client.run_all([_folder_backups(folder_id, api), list_clusters])
    live = {cluster.id for cluster in clusters}
    by_id = {cluster_id: backups.get(cluster_id, []) for cluster_id in sorted(live.union(backups))}
    deleted = [cluster_id for cluster_id in by_id if cluster_id not in live]
    return Listing(by_id, clusters, deleted, warnings=warn_of_shared_names(clusters, folder_id))


def _read_single(backup_ids: tuple[str, ...], api: Api) -> Listing:
    calls = [
        Call(f"backup {backup_id}: reading it", functools.partial(api.backup, backup_id)) for backup_id in backup_ids
    ]
    found = dict(zip(backup_ids, api.client.run_all(calls)))
    gone = [backup_id for backup_id, backup in found.items() if backup is None]
    return Listing(by_cluster([backup for backup in found.values() if backup is not None]), gone=gone)


def _read_clusters(ids: tuple[str, ...], folder_id: str | None, api: Api) -> dict[str, list[Backup]]:
    """The clusters' backups; those of a cluster that cannot be read directly, as after its deletion, from the folder."""

    def read(cluster_id: str) -> list[Backup] | ApiError:
        try:
            return api.cluster_backups(cluster_id)
        except ApiError as exc:
            if exc.may_be_deleted and folder_id:
                return exc
            raise (exc.adding(_DELETED) if exc.may_be_deleted else exc) from None

    calls = [
        Call(f"cluster {cluster_id}: listing its backups", functools.partial(read, cluster_id)) for cluster_id in ids
    ]
    found: dict[str, t.Any] = dict(zip(ids, api.client.run_all(calls)))
    refused = {cluster_id: answer for cluster_id, answer in found.items() if isinstance(answer, ApiError)}
    in_folder = _read_folder(folder_id, api) if folder_id and refused else {}
    for cluster_id, refusal in refused.items():
        if isinstance(in_folder, ApiError):
            raise refusal.adding(f"Its backups could not be looked for either: {in_folder}")
        if cluster_id not in in_folder:
            raise refusal.adding(f"Folder {folder_id} lists no backup of it either.")
        found[cluster_id] = in_folder[cluster_id]
    return found


def _read_folder(folder_id: str, api: Api) -> dict[str, list[Backup]] | ApiError:
    """The folder's backups by cluster, or why it cannot be read, which is then not the user's first concern."""
    try:
        return api.client.run_all([_folder_backups(folder_id, api)])[0]
    except ApiError as exc:
        if exc.code in (NOT_FOUND, PERMISSION_DENIED):
            return exc
        raise


def _folder_backups(folder_id: str, api: Api) -> Call[dict[str, list[Backup]]]:
    return Call(f"folder {folder_id}: listing its backups", lambda: api.folder_backups(folder_id))


_DELETED = "If it was deleted within 7 days, set folder_id as well: its backups are then looked for in the folder."


# --- the result ---


def _result(query: Query, listing: Listing, evaluated_at: int, pages: int) -> Result:
    clusters = listing.clusters or []
    names = {cluster.id: cluster.name for cluster in clusters if cluster.name}
    for cluster_id, name in names.items():
        for backup in listing.backups.get(cluster_id, ()):
            backup.facts["source_cluster_name"] = name
    chosen = {cluster_id: select(backups, query.criteria) for cluster_id, backups in listing.backups.items()}
    explainer = Explainer(query.criteria, query.max_age, query.given.get("max_age"), evaluated_at)
    newest = {cluster_id: found.newest.facts for cluster_id, found in chosen.items() if found.newest}
    # The first by id stands for those that share a name, also where only another of them has a backup.
    ids = {name: cluster_id for cluster_id, name in reversed(names.items())}
    facts = {
        **_rows(query, chosen.values()),
        "newest": newest,
        "newest_by_name": {name: newest[cluster_id] for name, cluster_id in ids.items() if cluster_id in newest},
        "cluster_ids": ids,
        "missing": [*listing.gone] if query.backup_ids else [one for one in chosen if one not in newest],
        "stale": [cluster_id for cluster_id, found in chosen.items() if explainer.is_stale(found.newest)],
        "clusters": {
            **{cluster.id: _state(cluster.name, cluster.status, cluster.health) for cluster in clusters},
            **{cluster_id: _state(deleted=True) for cluster_id in listing.deleted},
        },
        "deleted": list(listing.deleted),
        "selection": {cluster_id: selection.counts() for cluster_id, selection in chosen.items()},
        "explanation": {
            cluster_id: explainer.explain(_label(cluster_id, names.get(cluster_id), query), selection)
            for cluster_id, selection in chosen.items()
        },
        "query": query.given,
        "pages": pages,
        "evaluated_at": format_instant(evaluated_at),
    }
    future = (warn_of_future(cluster_id, found.matched, evaluated_at) for cluster_id, found in chosen.items())
    return Result(facts, [*listing.warnings, *filter(None, future), *_guard(query, facts)])


def _rows(query: Query, selections: t.Collection[Selection]) -> dict[str, list[dict[str, t.Any]]]:
    """The backups of all clusters together, newest first: those that match, and those that are not finished."""
    matched = [backup for selection in selections for backup in selection.matched[: query.limit]]
    incomplete = [backup for selection in selections for backup in selection.incomplete]
    matched.sort(key=order, reverse=True)
    incomplete.sort(key=lambda backup: (backup.started, backup.id), reverse=True)
    return {
        "backups": [backup.facts for backup in matched],
        "incomplete": [backup.facts for backup in incomplete],
    }


def _state(
    name: str = "", status: str | None = None, health: str | None = None, deleted: bool = False
) -> dict[str, t.Any]:
    return {"name": name or None, "status": status, "health": health, "deleted": deleted}


def _label(cluster_id: str, name: str | None, query: Query) -> str:
    """A cluster for people: first what it was asked for by."""
    if not name:
        return cluster_id
    return f"{name} ({cluster_id})" if query.cluster_names is not None else f"{cluster_id} ({name})"


def _guard(query: Query, facts: dict[str, t.Any]) -> list[str]:
    """The warnings of the guards; those that are set to "error" raise instead, with every cluster named."""
    explanation = facts["explanation"]
    gone = "{}: there is no such backup, or no longer"
    missing = [explanation.get(item) or gone.format(item) for item in facts["missing"]]
    stale = [explanation[cluster_id] for cluster_id in facts["stale"]]
    wider = "Widen the filters, or set" if query.criteria.given else "Set"
    guards = (
        (query.on_missing, missing, f"{wider} on_missing to warn or skip to go on without a backup."),
        (query.on_stale, stale, "Raise max_age to accept an older backup."),
    )
    refused = [(lines, advice) for choice, lines, advice in guards if choice == "error" and lines]
    if refused:
        lines = [line for lines, _advice in refused for line in lines]
        last = " ".join(["Nothing is chosen.", *(advice for _lines, advice in refused)])
        raise SelectionError("\n".join([*lines, last]), missing=facts["missing"], stale=facts["stale"])
    return [line for choice, lines, _advice in guards if choice == "warn" for line in lines]
