# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup: options in, elements, warnings or an error out."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar

from ansible_collections.yacloud.mdb.tests.unit.samples import (
    CLUSTER,
    FOLDER,
    FOLDER_BACKUPS,
    FOLDER_CLUSTERS,
    TOKEN,
    backups_path,
    row,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server, answer, failure

OTHER = "c9qsessions000000001"


class Asker(t.NamedTuple):
    """The lookup with a way to the server."""

    server: Server

    def __call__(self, *terms: t.Any, variables: dict[str, t.Any] | None = None, **options: t.Any) -> t.Any:
        loader = DataLoader()
        lookup = lookup_loader.get("yacloud.mdb.redis_newest_backup", loader=loader, templar=Templar(loader))
        reach = {"mdb_endpoint": self.server.url, "iam_token": TOKEN, "api_retries": 0}
        return lookup.run(list(terms), variables=variables or {}, **{**reach, **options})


@pytest.fixture
def ask(server: Server) -> Asker:
    """Asks the scripted server."""
    return Asker(server)


def ids(found: list[dict[str, t.Any]]) -> list[str]:
    return [backup["id"] for backup in found]


def test_one_element_per_term_in_their_order_lists_flattened(ask: Asker, server: Server) -> None:
    server.on(backups_path(), answer({"backups": [row(1), row(3), row(2)]}))
    server.on(backups_path(OTHER), answer({"backups": [row(5, OTHER)]}))
    server.on(backups_path("7"), answer({"backups": [row(6, "7")]}))
    found = ask(OTHER, [[CLUSTER], []], (OTHER, 7))
    assert ids(found) == [row(5, OTHER)["id"], row(3)["id"], row(5, OTHER)["id"], row(6, "7")["id"]]


def test_an_empty_list_and_no_name_ask_nothing_whatever_the_folder(ask: Asker) -> None:
    assert ask([]) == ask([[], []], folder_id=FOLDER) == ask(by="name", folder_id=FOLDER) == ask() == []


def test_ids_alone(ask: Asker, server: Server) -> None:
    server.on(backups_path(), answer({"backups": [row(1)]}))
    assert ask(CLUSTER, CLUSTER, return_format="id") == [row(1)["id"]] * 2


def test_a_folder(ask: Asker, server: Server) -> None:
    server.on(FOLDER_BACKUPS, answer({"backups": [row(2), row(1, OTHER), row(3)]}))
    server.on(FOLDER_CLUSTERS, answer({"clusters": [{"id": "c9qempty", "name": "empty"}]}))
    assert ids(ask(folder_id=FOLDER)) == [row(3)["id"], row(1, OTHER)["id"]]


@pytest.mark.parametrize("place", ["variables", "environment"])
def test_a_folder_is_read_only_where_the_call_says_so(ask: Asker, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if place == "environment":
        monkeypatch.setenv("YC_FOLDER_ID", FOLDER)
    assert ask(variables={"yacloud_mdb_folder_id": FOLDER} if place == "variables" else {}) == []


@pytest.mark.parametrize("folder_id", [None, ""])
def test_a_folder_that_the_call_leaves_empty_is_none_of_the_environment(
    ask: Asker, folder_id: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YC_FOLDER_ID", FOLDER)
    with pytest.raises(AnsibleError, match="folder_id is empty, and no cluster is named"):
        ask(folder_id=folder_id)


@pytest.mark.parametrize(("on_missing", "warned"), [("skip", 0), ("warn", 1)])
def test_a_missing_backup_is_passed_over(
    ask: Asker, server: Server, warnings: list[str], on_missing: str, warned: int
) -> None:
    server.on(backups_path(), answer({}))
    server.on(backups_path(OTHER), answer({"backups": [row(1, OTHER)]}))
    assert ids(ask(CLUSTER, OTHER, on_missing=on_missing)) == [row(1, OTHER)["id"]]
    assert len(warnings) == warned
    assert all(CLUSTER in text for text in warnings)


def test_a_missing_backup_is_an_error(ask: Asker, server: Server) -> None:
    server.on(backups_path(), answer({"backups": [row(1)]}))
    with pytest.raises(
        AnsibleLookupError, match=f"^{CLUSTER}: no backup qualifies; 1 listed, 1 not of type MANUAL\nNothing is chosen"
    ):
        ask(CLUSTER, type=["MANUAL"])


@pytest.mark.parametrize("on_missing", ["error", "warn", "skip"])
@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_could_not_be_asked_is_always_an_error(ask: Asker, server: Server, on_missing: str, status: int) -> None:
    server.on(backups_path(), failure(status, {401: 16, 403: 7, 404: 5, 500: 13}[status], "No"))
    with pytest.raises(AnsibleLookupError, match=f"^cluster {CLUSTER}: .*HTTP status {status}"):
        ask(CLUSTER, on_missing=on_missing)


@pytest.mark.parametrize("on_missing", ["error", "warn", "skip"])
def test_too_old_in_a_whole_folder(ask: Asker, server: Server, on_missing: str) -> None:
    server.on(FOLDER_BACKUPS, answer({"backups": [row(1, OTHER, createdAt="2020-01-01T00:00:00Z")]}))
    server.on(FOLDER_CLUSTERS, answer({"clusters": [{"id": OTHER, "name": "sessions"}, {"id": "c9qempty"}]}))
    with pytest.raises(AnsibleLookupError) as caught:
        ask(folder_id=FOLDER, max_age="26h", on_missing=on_missing)
    assert str(caught.value).startswith(f"{OTHER} (sessions): newest match is")
    assert "c9qempty" not in str(caught.value)


def test_names_are_looked_up_in_the_folder(ask: Asker, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YC_FOLDER_ID", FOLDER)
    clusters = [{"id": OTHER, "name": "sessions"}, {"id": CLUSTER, "name": "orders"}, {"id": "c9q3"}]
    server.always(FOLDER_CLUSTERS, answer({"clusters": clusters}))
    server.on(backups_path(), answer({"backups": [row(1)]}), answer({}))
    server.on(backups_path(OTHER), answer({"backups": [row(2, OTHER)]}))
    found = ask("sessions", ["orders", "sessions"], by="name")
    assert [one["source_cluster_name"] for one in found] == ["sessions", "orders", "sessions"]
    with pytest.raises(AnsibleLookupError, match=rf"^orders \({CLUSTER}\): it has no backup"):
        ask("orders", by="name", folder_id=FOLDER)


@pytest.mark.parametrize(
    ("terms", "options", "said"),
    [
        ([CLUSTER], {"create_before": "x"}, "unknown option create_before; the options are: .*created_before"),
        ([{"id": CLUSTER}], {}, "a term must be a cluster's id or name, or a list of them, got a mapping"),
        ([[CLUSTER, None]], {}, "a term must be .*, got null"),
        ([True], {}, "a term must be .*, got a boolean"),
        ([1.5], {}, "a term must be .*, got a number"),
        (["../x"], {}, "is not a cluster id"),
        ([CLUSTER], {"on_missing": "ignore"}, "on_missing must be one of error, warn, skip, got 'ignore'"),
        ([CLUSTER], {"return_format": "ids"}, "return_format must be one of backup, id, got 'ids'"),
        ([CLUSTER], {"max_age": ""}, "max_age is an empty string"),
        ([CLUSTER], {"api_timeout": "soon"}, "api_timeout"),
        ([CLUSTER], {"service_account_key_file": "x"}, "are both set in the call"),
    ],
)
def test_what_cannot_be_worked_with_is_refused(
    ask: Asker, terms: list[t.Any], options: dict[str, t.Any], said: str
) -> None:
    with pytest.raises(AnsibleError, match=said):
        ask(*terms, **options)
