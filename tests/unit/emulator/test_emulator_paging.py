# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages hold every row exactly once, whatever they look like."""

from __future__ import annotations

from collections import Counter

import pytest

from .conftest import CLUSTER

pytest.importorskip("yacloud_mdb_emulator")

LOOKS = ("opaque", "url-hostile", "numeric", "long")
ALL_IDS = sorted(f"{CLUSTER}:b{number:04d}" for number in range(25))


def ids(pages):
    return [row["id"] for page in pages for row in page.get("backups", [])]


@pytest.mark.parametrize("size", [1, 7, 24, 25, 26, 1000])
@pytest.mark.parametrize("order", ["shuffled", "newest", "oldest", "stored"])
def test_each_row_once(client, emulator, size, order):
    emulator.settings(order=order)
    pages = client.walk(pageSize=size)
    assert sorted(ids(pages)) == ALL_IDS
    assert len(pages) == -(-25 // size)


@pytest.mark.parametrize("look", LOOKS)
def test_token_looks(client, emulator, look):
    emulator.settings(page_token_format=look)
    pages = client.walk(pageSize=10)
    assert sorted(ids(pages)) == ALL_IDS
    tokens = [page["nextPageToken"] for page in pages[:-1]]
    assert all(len(token) <= 100 for token in tokens)
    if look == "url-hostile":
        assert all(set("+/=&?% ") <= set(token) for token in tokens)
    if look == "numeric":
        assert all(token.isdigit() for token in tokens)


def test_hostile_tokens_hold_every_printable_character(client, emulator):
    emulator.settings(page_token_format="url-hostile")
    pages = client.walk(pageSize=4)
    assert sorted(ids(pages)) == ALL_IDS
    tokens = "".join(page["nextPageToken"] for page in pages[:-1])
    assert set(map(chr, range(0x20, 0x7F))) < set(tokens)
    assert not tokens.isascii()


def test_default_page_size(client, emulator):
    emulator.settings(default_page_size=10)
    assert [len(page["backups"]) for page in client.walk()] == [10, 10, 5]
    assert [len(page["backups"]) for page in client.walk(pageSize=0)] == [10, 10, 5]


@pytest.mark.parametrize(
    ("mode", "sizes"),
    [
        ("before", [0, 10, 10, 5]),
        ("between", [10, 0, 10, 0, 5]),
        ("after", [10, 10, 5, 0]),
        ("all", [0, 10, 0, 10, 0, 5, 0]),
    ],
)
def test_empty_pages(client, emulator, mode, sizes):
    emulator.settings(empty_pages=mode)
    pages = client.walk(pageSize=10)
    assert [len(page.get("backups", [])) for page in pages] == sizes
    assert sorted(ids(pages)) == ALL_IDS


def test_repeated_rows(client, emulator):
    emulator.settings(repeat_rows=True)
    pages = client.walk(pageSize=10)
    assert [len(page["backups"]) for page in pages] == [10, 10, 7]
    assert pages[1]["backups"][0] == pages[0]["backups"][-1]
    assert sorted(set(ids(pages))) == ALL_IDS
    assert Counter(ids(pages)).most_common()[2][1] == 1
    assert sorted(ids(client.walk(pageSize=1))) == ALL_IDS


def test_shuffled_is_repeatable_and_not_sorted(client, emulator):
    first = ids(client.walk(pageSize=10))
    assert ids(client.walk(pageSize=1000)) == first
    assert first not in (sorted(first), sorted(first, reverse=True))
    emulator.settings(random_seed=5)
    assert ids(client.walk(pageSize=10)) != first


def test_newest_and_oldest(client, emulator):
    emulator.settings(order="newest")
    newest = [row["createdAt"] for row in client.walk()[0]["backups"]]
    assert newest == sorted(newest, reverse=True)
    emulator.settings(order="oldest")
    assert [row["createdAt"] for row in client.walk()[0]["backups"]] == sorted(newest)


def test_token_of_another_listing_or_size(client, emulator):
    token = client.backups({"pageSize": 10})[1]["nextPageToken"]
    assert client.backups({"pageSize": 9, "pageToken": token})[0] == 400
    other = {"folderId": emulator.folder_id, "pageSize": 10, "pageToken": token}
    assert client.get("/managed-redis/v1/backups", other)[0] == 400


def test_row_added_while_listing_loses_none(client, emulator):
    first = client.backups({"pageSize": 10})[1]
    emulator.add_backup(CLUSTER, id=f"{CLUSTER}:new")
    rest = client.walk(pageSize=10, pageToken=first["nextPageToken"])
    assert set(ids([first, *rest])) >= set(ALL_IDS)
