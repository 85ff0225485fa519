# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault by first, middle and last page of a cluster, by the module; and once each with twenty clusters, and by the lookup.

A cell survives with the complete and identical result, or fails with the cluster, the cause and what to do. The core runs in
this process; tests/integration/system has cells that run ansible-playbook.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.plugins.module_utils import _query
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError
from ansible_collections.yacloud.mdb.tests.integration.matrix.reading import read

CLUSTERS = [f"c9qmatrix{number:02d}" for number in range(20)]
VICTIM = CLUSTERS[7]
"""The cluster that a fault strikes; the others are read beside it."""
PAGE_SIZE, PAGES = 3, 3


@dataclasses.dataclass(frozen=True)
class Case:
    """A fault, and what has to come of it.

    :ivar says: what the message of a failure holds beside the cluster; None where the fault is survived
    :ivar options: connection options other than the usual
    """

    name: str
    fault: dict[str, Any]
    says: str | None = None
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


PATIENT = {"api_timeout": 0.15}
SHORT = {"api_retries": 1}

PASSING = [
    *(Case(f"status-{status}", {"kind": "status", "status": status}) for status in (429, 500, 502, 503, 504)),
    Case("twice-503", {"kind": "status", "status": 503, "times": 2}),
    Case("retry-after", {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}}),
    Case(
        "retry-after-date",
        {"kind": "status", "status": 503, "headers": {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}},
    ),
    Case("html-502", {"kind": "html"}),
    Case("empty-503", {"kind": "status", "status": 503, "body": ""}),
    Case("reset", {"kind": "reset"}),
    Case("truncated", {"kind": "truncated"}),
    Case("truncated-chunks", {"kind": "truncated", "chunked": True}),
    Case("stall", {"kind": "stall"}, options=PATIENT),
    Case("stall-after-headers", {"kind": "stall", "after_headers": True}, options=PATIENT),
    Case("slow-drip", {"kind": "drip"}),
    Case("late", {"kind": "status", "status": 503, "delay": 0.02}),
    Case("refused-once", {"kind": "status", "status": 401}, options={"auth_method": "service_account_key"}),
    Case("empty-page", {"kind": "empty_page"}),
    Case("repeated-row", {"kind": "repeat_row", "times": -1}),
]

FINISHING = [Case("finishing", {"kind": "finish_backup"})]

LASTING = [
    Case("refused", {"kind": "status", "status": 401}, "The credential was refused: iam_token of the "),
    Case("no-role", {"kind": "status", "status": 403}, "managed-redis.viewer"),
    Case("not-found", {"kind": "status", "status": 404}, "check the id and the region"),
    Case("bad-request", {"kind": "status", "status": 400}, "compare the options with the documentation"),
    Case("quota", {"kind": "status", "status": 429}, "lower concurrency or try later", SHORT),
    Case("down", {"kind": "status", "status": 503}, "try later, or see the cloud's status page", SHORT),
    Case("internal", {"kind": "status", "status": 500}, "report it with the ids given here", SHORT),
    Case("bad-gateway", {"kind": "html"}, "text/html). The service is not available; try later", SHORT),
    Case(
        "retry-after-too-long",
        {"kind": "status", "status": 503, "headers": {"Retry-After": "90"}},
        "Raise api_deadline",
    ),
    Case("resets", {"kind": "reset"}, "See whether the service and the network between are up", SHORT),
    Case("truncations", {"kind": "truncated"}, "See whether the service and the network between are up", SHORT),
    Case("stalls", {"kind": "stall"}, "timed out", {**SHORT, "api_timeout": 0.5}),
    Case("drip-past-deadline", {"kind": "drip", "delay": 0.02}, "Raise api_deadline", {"api_deadline": 0.5}),
    Case("stall-past-deadline", {"kind": "stall"}, "Raise api_deadline", {"api_deadline": 0.3}),
    Case("html", {"kind": "html", "status": 200}, "the response is not JSON"),
    Case("garbage", {"kind": "garbage"}, "the response is not JSON"),
    Case("nothing", {"kind": "body", "body": ""}, "an empty body"),
    Case("a-list", {"kind": "body", "body": "[]"}, "JSON, but not an object"),
    Case("backups-no-list", {"kind": "body", "body": '{"backups": {}}'}, "'backups' must be a list, got a mapping"),
    Case("token-no-text", {"kind": "body", "body": '{"nextPageToken": 7}'}, "'nextPageToken' is not a string"),
    Case("redirect", {"kind": "redirect", "location": "http://127.0.0.1:9/"}, "a redirect, which is not followed"),
    Case("foreign-row", {"kind": "foreign_row"}, "names another cluster, 'c9qforeigncluster000'"),
    Case("row-without-id", {"kind": "foreign_row", "row": {"id": None}}, "the field 'id' is missing"),
    Case("token-loop", {"kind": "token_loop"}, "the list would never end"),
    Case("token-cycle", {"kind": "token_cycle"}, "the list would never end"),
]


def _seed() -> dict[str, Any]:
    """Three pages of each cluster; a backup that is running stands last."""

    def backups(cluster: str) -> list[dict[str, Any]]:
        times = [f"2026-11-{day:02d}T22:00:00.{day:09d}Z" for day in range(10, 10 + PAGE_SIZE * PAGES - 1)]
        finished = [{"id": f"{cluster}:{at[8:10]}", "created_at": at, "started_at": at[:19] + "Z"} for at in times]
        return [*finished, {"id": f"{cluster}:running", "started_at": "2026-11-20T09:00:00Z"}]

    clusters = [{"id": cluster, "backups": backups(cluster)} for cluster in CLUSTERS]
    return {
        "clusters": clusters,
        "settings": {"order": "stored", "page_token_format": "url-hostile", "now": "2026-11-20T09:30:00Z"},
    }


@pytest.fixture(scope="module")
def seeded(running: Emulator) -> Emulator:
    """The emulator with the matrix' data."""
    running.seed(_seed())
    return running


@pytest.fixture
def cloud(seeded: Emulator) -> Emulator:
    """The same for each cell: no fault left over."""
    seeded.clear_faults()
    return seeded


def _connection(cloud: Emulator, options: dict[str, Any]) -> dict[str, Any]:
    usual = {
        "endpoint": cloud.url,
        "api_retry_max_delay": 0.005,
        "api_timeout": 5.0,
        "api_deadline": 60.0,
        "concurrency": 20,
    }
    by_key = options.get("auth_method") == "service_account_key"
    credential = {"service_account_key_file": cloud.key_file} if by_key else {"iam_token": cloud.iam_token}
    return {**usual, **credential, **options}


def ask_module(cloud: Emulator, clusters: list[str], options: dict[str, Any]) -> Any:
    """What the module returns, less what differs from one time to the next."""
    found = read(**_connection(cloud, options), cluster_ids=clusters, page_size=PAGE_SIZE)
    return {name: value for name, value in found.items() if name not in ("pages", "evaluated_at")}


def ask_lookup(cloud: Emulator, clusters: list[str], options: dict[str, Any]) -> Any:
    """What the lookup returns, less ages. It reads a thousand rows a page, so that its page is the emulator's to choose."""
    lookup = lookup_loader.get("yacloud.mdb.redis_newest_backup", loader=DataLoader(), templar=Templar(DataLoader()))
    found = lookup.run(clusters, variables={}, **_connection(cloud, options))
    return [{**backup, "age_seconds": 0} for backup in found]


ASK: dict[str, Callable[..., Any]] = {"module": ask_module, "lookup": ask_lookup}


@pytest.fixture(autouse=True)
def pages_of_the_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the lookup, which has no page_size, read as many pages as the module does."""
    monkeypatch.setattr(_query, "_PAGE_SIZE", PAGE_SIZE)


CELLS: list[tuple[int | str, str, int]] = [
    (1, "module", 1),
    (2, "module", 1),
    ("last", "module", 1),
    (2, "module", 20),
    (2, "lookup", 1),
]
"""The page that a fault strikes, who asks, and about how many clusters: module and lookup go the same way to the API."""


def _cells(cases: list[Case]) -> pytest.MarkDecorator:
    cells = [
        pytest.param(case, page, asker, count, id=f"{case.name}-{page}-{asker}-{count}")
        for case in cases
        for page, asker, count in CELLS
    ]
    return pytest.mark.parametrize(("case", "page", "asker", "count"), cells)


def _asked(count: int) -> list[str]:
    return [VICTIM] if count == 1 else CLUSTERS


@pytest.fixture(scope="module")
def complete(seeded: Emulator) -> dict[tuple[str, int], Any]:
    """What each asker gets where nothing goes wrong, by the number of clusters."""
    seeded.clear_faults()
    return {(asker, count): ASK[asker](seeded, _asked(count), {}) for _page, asker, count in CELLS}


def _strike(cloud: Emulator, case: Case, page: int | str, **more: Any) -> None:
    cloud.add_fault(**{"route": "ListClusterBackups", "cluster_id": VICTIM, "page": page, **more, **case.fault})


@_cells(PASSING)
def test_survived(
    cloud: Emulator,
    complete: dict[tuple[str, int], Any],
    record_property: Any,
    case: Case,
    page: int | str,
    asker: str,
    count: int,
) -> None:
    record_property("cell", "survived")
    _strike(cloud, case, page)
    result = ASK[asker](cloud, _asked(count), case.options)
    assert cloud.admin("GET", "/faults")["faults"][0]["struck"] >= 1
    assert result == complete[asker, count]


@_cells(FINISHING)
def test_a_backup_that_ends_during_the_listing_counts_as_ended(
    cloud: Emulator, record_property: Any, case: Case, page: int | str, asker: str, count: int
) -> None:
    record_property("cell", "survived")
    cloud.seed(_seed())
    before = ASK[asker](cloud, _asked(count), {})
    _strike(cloud, case, page)
    during = ASK[asker](cloud, _asked(count), {})
    after = ASK[asker](cloud, _asked(count), {})
    cloud.seed(_seed())
    assert f"{VICTIM}:running" in str(after)
    assert before != after
    # After the last page nobody asks again.
    assert during == (before if page == "last" else after)


@_cells(LASTING)
def test_failed_as_intended(
    cloud: Emulator, record_property: Any, case: Case, page: int | str, asker: str, count: int
) -> None:
    record_property("cell", "failed as intended")
    _strike(cloud, case, page, times=-1)
    before, begun = set(threading.enumerate()), time.monotonic()
    with pytest.raises((CloudError, AnsibleError)) as caught:
        ASK[asker](cloud, _asked(count), case.options)
    message = str(caught.value)
    # When the time for everything is up, whatever is not done yet can be named; on a busy machine that may be more than the victim.
    named = _asked(count) if "api_deadline" in case.options else [VICTIM]
    assert any(cluster in message for cluster in named), message
    assert str(case.says) in message, message
    assert "Traceback" not in message
    assert cloud.iam_token not in message
    assert time.monotonic() - begun < 10
    for thread in set(threading.enumerate()) - before:
        assert thread.daemon
        # Who reads a body that drips, reads it to its end, and sends nothing any more.
        if case.fault["kind"] != "drip":
            thread.join(5)
            assert not thread.is_alive()
