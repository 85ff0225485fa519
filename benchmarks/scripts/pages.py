# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare loop with requests: every page of each cluster or of a folder, and the newest backup of each cluster by text."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import requests


def read(url: str, token: str, clusters: list[str], folder: str) -> dict[str, Any]:
    """The newest backup's id by cluster id, and how many backups were listed."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    paths = [f"/clusters/{cluster}/backups" for cluster in clusters] or ["/backups"]
    query = {"folderId": folder} if folder else {}
    rows = [row for path in paths for row in _pages(session, f"{url}/managed-redis/v1{path}", query)]
    rows.sort(key=lambda row: str(row["createdAt"]))
    return {"newest": {row["sourceClusterId"]: row["id"] for row in rows}, "listed": len(rows)}


def _pages(session: requests.Session, url: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        response = session.get(url, params={**query, "pageSize": "1000", "pageToken": token}, timeout=60)
        response.raise_for_status()
        page = response.json()
        yield from page.get("backups", [])
        token = page.get("nextPageToken", "")
        if not token:
            return


if __name__ == "__main__":
    print(json.dumps(read(**json.loads(sys.argv[1]))))
