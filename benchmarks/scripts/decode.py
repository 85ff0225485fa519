# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seconds from the bodies of pages to objects (json) or to chosen facts (facts), in one process that does nothing else.

Arguments: a recording, json or json-uncollected (without the garbage collector) or facts, and how many pages.
Prints the median of several runs and the answer as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = 3


def main(path: str, kind: str, count: str) -> None:
    """Print the seconds that one of the kinds takes for the first bodies of a capture."""
    rest = json.loads(Path(path).read_text(encoding="utf-8"))["rest"]
    bodies = {key: text.encode() for key, text in rest.items() if not key.startswith("/managed-redis/v1/clusters ")}
    bodies = dict(list(bodies.items())[: int(count)])
    bodies[list(bodies)[-1]] = _without_token(list(bodies.values())[-1])
    if kind == "json-uncollected":
        gc.disable()
    seconds, result = _median((_facts if kind == "facts" else _objects)(bodies))
    rows = result["backups"] if kind == "facts" else [row for page in result for row in page["backups"]]
    print(json.dumps({"seconds": seconds, "ids": sorted(row["id"] for row in rows), **_choice(kind, result)}))


def _choice(kind: str, result: Any) -> dict[str, Any]:
    return {"newest": {key: row["id"] for key, row in result["newest"].items()}} if kind == "facts" else {}


def _without_token(body: bytes) -> bytes:
    page = json.loads(body)
    page.pop("nextPageToken", None)
    return json.dumps(page, separators=(",", ":")).encode()


def _median(work: Callable[[], Any]) -> tuple[float, Any]:
    result, times = work(), []
    for _number in range(RUNS):
        del result
        gc.collect()
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def _objects(bodies: dict[str, bytes]) -> Callable[[], Any]:
    return lambda: [json.loads(body) for body in bodies.values()]


def _facts(bodies: dict[str, bytes]) -> Callable[[], Any]:
    """The collection's own way, from the answer of the transport on."""
    sys.path.insert(0, os.environ["ANSIBLE_COLLECTIONS_PATH"])
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    from ansible_collections.yacloud.mdb.plugins.module_utils import _facts, _options, _transport

    class Canned(_transport.Transport):
        def send(self, method: str, base: Any, path: str, **content: Any) -> Any:
            return _transport.Answer(200, {}, by_token[content["params"].get("pageToken", "")])

    by_token = {key.split(" ")[2]: body for key, body in bodies.items()}
    vars(_facts)["Transport"] = Canned
    cluster = json.loads(next(iter(bodies.values())))["backups"][0]["sourceClusterId"]
    given = {"cluster_ids": [cluster], "mdb_endpoint": "http://127.0.0.1", "iam_token": "t1.none"}
    options = ArgumentSpecValidator(_options.argument_spec()).validate(given).validated_parameters
    question, connection = _options.Question.from_options(options), _options.Connection.from_options(options)
    return lambda: _facts.gather(question, lambda: connection).facts


if __name__ == "__main__":
    main(*sys.argv[1:])
