# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real gateway as a witness: through Envoy, whatever its options, the module says what it says of the emulator's REST."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError
from ansible_collections.yacloud.mdb.tests.integration.matrix.reading import read
from ansible_collections.yacloud.mdb.tests.integration.matrix.samples import FOLDER, random_seed

CLUSTER = "c9qgateway"
HOSTILE_IDS = ["c9q:1", "a/b", "a%2Fb", "a b", "a+b", "a:backup", "a:start", "копия", "<&>\"'\\", "a?b=c&d#e", "..a"]
HOSTILE_MESSAGE = 'No "quota" left: 100 % of <5>, a+b\\c для всех'


def _same(behind: Emulator, gateways: dict[str, str], ask: Callable[[str], Any]) -> Any:
    """What a question asked at an endpoint brings: the same at the emulator's REST as through each gateway."""
    expected = ask(behind.url)
    for variant, url in gateways.items():
        assert ask(url) == expected, variant
    return expected


def _rows(ids: list[str]) -> list[dict[str, str]]:
    return [{"id": name, "created_at": f"2026-11-20T22:{number:02d}:00Z"} for number, name in enumerate(ids)]


def _failure(url: str, **options: Any) -> tuple[str, dict[str, Any]]:
    """The message and the data of a failure, less what differs from one request to the next."""
    with pytest.raises(CloudError) as caught:
        read(endpoint=url, **{"api_retries": 0, "concurrency": 1, **options})
    text = re.sub(r" \(x-request-id [^)]*\)", "", str(caught.value)).replace(url, "ENDPOINT")
    data = caught.value.as_dict()
    return text, {name: data[name] for name in data if name not in ("request_id", "server_trace_id")}


@pytest.mark.parametrize("number", range(2))
def test_same_facts(behind: Emulator, gateways: dict[str, str], number: int) -> None:
    seed = random_seed(random.Random(number))
    behind.seed(seed)
    ids = [cluster["id"] for cluster in seed["clusters"]]
    key = {"service_account_key_file": behind.key_file, "page_size": 40}
    facts = _same(behind, gateways, lambda url: read(endpoint=url, folder_id=FOLDER, **key))
    assert set(facts["clusters"]) <= set(ids)
    facts = _same(behind, gateways, lambda url: read(endpoint=url, cluster_ids=ids, **key))
    assert list(facts["selection"]) == ids


def test_same_single_backups(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.seed({"clusters": [{"id": CLUSTER, "backups": _rows(HOSTILE_IDS)}]})
    asked = {"iam_token": behind.iam_token, "backup_ids": [*HOSTILE_IDS, "gone"]}
    facts = _same(behind, gateways, lambda url: read(endpoint=url, **asked))
    assert {row["id"] for row in facts["backups"]} == set(HOSTILE_IDS)
    assert facts["missing"] == ["gone"]


def test_page_tokens_of_any_printable_character_lead_to_the_end(behind: Emulator, gateways: dict[str, str]) -> None:
    rows = _rows([f"b{number}" for number in range(50)])
    behind.seed({"clusters": [{"id": CLUSTER, "backups": rows}], "settings": {"page_token_format": "url-hostile"}})
    asked = {"iam_token": behind.iam_token, "cluster_ids": [CLUSTER], "page_size": 8}
    facts = _same(behind, gateways, lambda url: read(endpoint=url, **asked))
    assert (len(facts["backups"]), facts["pages"]) == (50, 7)


def test_discovery_and_token_exchange_go_through_the_gateway(behind: Emulator, gateways: dict[str, str]) -> None:
    for url in gateways.values():
        behind.clear_requests()
        read(endpoint=url, service_account_key_file=behind.key_file, folder_id=behind.folder_id, concurrency=1)
        routes = [(entry["protocol"], entry["route"]) for entry in behind.requests()]
        assert routes == [("grpc", name) for name in ("Discovery", "CreateIamToken", "ListBackups", "ListClusters")]


@pytest.mark.parametrize("code", range(1, 17))
def test_same_error(behind: Emulator, gateways: dict[str, str], code: int) -> None:
    behind.add_fault(route="ListBackups", kind="status", code=code, message=HOSTILE_MESSAGE, times=-1)
    asked = {"iam_token": behind.iam_token, "folder_id": behind.folder_id}
    _text, data = _same(behind, gateways, lambda url: _failure(url, mdb_endpoint=url, **asked))
    assert (data["code"], data["message"]) == (code, HOSTILE_MESSAGE)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"cluster_ids": ["c9qnowhere"]}, 5),
        ({"folder_id": "b1gnowhere"}, 5),
        ({"cluster_ids": [CLUSTER], "iam_token": "t1.unknown"}, 16),
        ({"cluster_ids": [CLUSTER], "iam_token": "t1.no.rights"}, 7),
    ],
)
def test_same_refusal(behind: Emulator, gateways: dict[str, str], asked: dict[str, Any], code: int) -> None:
    behind.seed({"clusters": [{"id": CLUSTER}], "tokens": {"forbidden": ["t1.no.rights"]}})
    _text, data = _same(behind, gateways, lambda url: _failure(url, **{"iam_token": behind.iam_token, **asked}))
    assert data["code"] == code


def test_same_refusal_of_a_key(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.add_fault(route="CreateIamToken", kind="status", code=16, message="The key was deleted", times=-1)
    asked = {"service_account_key_file": behind.key_file, "folder_id": behind.folder_id}
    text, _data = _same(behind, gateways, lambda url: _failure(url, **asked))
    assert "The key was deleted" in text


def test_same_wait_that_an_error_asks_for(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.add_fault(route="ListBackups", kind="status", code=14, retry_delay=90.5, times=-1)
    asked = {"iam_token": behind.iam_token, "folder_id": behind.folder_id, "api_retries": 1, "api_deadline": 60}
    # Without a body there are no details.
    with_bodies = {variant: url for variant, url in gateways.items() if variant != "errors-in-headers"}
    text, _data = _same(behind, with_bodies, lambda url: _failure(url, **asked))
    assert "with Retry-After 90.5 s" in text


def test_a_page_too_large_for_the_gateway_is_said_to_be(behind: Emulator, gateways: dict[str, str]) -> None:
    rows = [{**row, "source_shard_names": ["shard" * 12] * 25} for row in _rows(["b"] * 60)]
    rows = [{**row, "id": f"b{number}"} for number, row in enumerate(rows * 12)]
    behind.seed({"clusters": [{"id": CLUSTER, "backups": rows}]})
    asked = {"endpoint": gateways["default"], "iam_token": behind.iam_token, "cluster_ids": [CLUSTER]}
    with pytest.raises(CloudError, match="lower page_size, which is 1000"):
        read(**asked, api_retries=0)
    assert len(read(**asked, page_size=100)["backups"]) == len(rows)


def test_a_folder_of_many_clusters_comes_in_pages_that_pass(behind: Emulator, gateways: dict[str, str]) -> None:
    behind.seed({"generate": {"clusters": 1000, "backups_per_cluster": 0}})
    asked = {"iam_token": behind.iam_token, "folder_id": behind.folder_id}
    assert len(read(endpoint=gateways["default"], **asked)["clusters"]) == 1000
