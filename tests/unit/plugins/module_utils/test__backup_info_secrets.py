# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No failure shows a secret, whatever the service sends back."""

from __future__ import annotations

import json
import typing as t

import pytest

pytest.importorskip("requests")

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CloudError
from ansible_collections.yacloud.mdb.tests.unit.samples import CLUSTER, TOKEN, Ask, backups_path, listed, row
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import (
    Reply,
    Server,
    answer,
    failure,
    reset,
    truncated,
)

SECRET = "t1.9euelZqUx5eXnJ3LnpqV==.c2VjcmV0LXNpZ25hdHVyZS1vZi10aGUtdG9rZW4AAAA=="
PART = "c2VjcmV0LXNpZ25hdHVyZS1vZi10aGUtdG9rZW4"


DEEP: t.Any = json.loads("[" * 200 + "]" * 200)

ECHOES: dict[str, Reply] = {
    "message": failure(401, 16, f"The token {SECRET} is invalid"),
    "message of a 404": failure(404, 5, f"Not for Bearer {SECRET}"),
    "long message": failure(400, 3, "x" * 480 + SECRET),
    "request id": failure(403, 7, "no", x_request_id=SECRET, x_server_trace_id=f"a{SECRET}"),
    "request id of a success": answer([], x_request_id=SECRET, x_server_trace_id=SECRET),
    "content type": answer(body=b"<html>", Content_Type=f"text/html; token={SECRET}"),
    "content type of an error": answer(status=400, body=b"<", Content_Type=SECRET),
    "html": answer(status=403, body=f"<html>{SECRET}</html>".encode()),
    "location": answer({}, 302, Location=f"https://evil.example/?{SECRET}"),
    "completion time": listed(row(createdAt=SECRET)),
    "owner": listed(row(sourceClusterId=SECRET)),
    "id of a bad row": listed(row(id=f"backup of {SECRET}", createdAt="x")),
    "field too deep": listed(row(**{SECRET: DEEP})),
    "page token": answer({"nextPageToken": SECRET}),
    "status line": lambda handler: handler.wfile.write(f"HTTP/1.1 200 {SECRET}\r\nContent-Length: 0\r\n\r\n".encode()),
    "no HTTP": lambda handler: (handler.wfile.write(f"{SECRET}\r\n\r\n".encode()), handler.hang_up())[1],
    "chunk": lambda handler: (
        handler.head(200, {"Transfer-Encoding": "chunked"}),
        handler.wfile.write(f"{SECRET}\r\n".encode()),
        handler.hang_up(),
    )[2],
    "reset": reset,
    "truncated": truncated({"token": SECRET}),
}
"""Everything in which a service could give a token back."""


def everything_about(exc: BaseException) -> str:
    """All that an exception could show, its causes included."""
    shown, link = "", t.cast("BaseException | None", exc)
    while link is not None:
        shown += f"{link} {link!r} {link.args} {getattr(link, 'details', '')} "
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    if isinstance(exc, CloudError):
        shown += str(exc.as_dict())
    return shown


@pytest.mark.parametrize("reply", ECHOES.values(), ids=ECHOES)
def test_no_failure_shows_the_token_even_if_the_service_gives_it_back(server: Server, ask: Ask, reply: Reply) -> None:
    server.always(backups_path(), reply)
    with pytest.raises(CloudError) as caught:
        ask({"iam_token": SECRET, "api_retries": 1, "api_retry_max_delay": 0.01}, cluster_ids=[CLUSTER])
    shown = everything_about(caught.value)
    assert PART not in shown
    assert SECRET[:20] not in shown
    assert CLUSTER in str(caught.value)
    assert str(caught.value).isprintable()


EXCHANGES: dict[str, t.Callable[[str], Reply]] = {
    "message": lambda jwt: failure(401, 16, f"JWT {jwt} is bad"),
    "request id": lambda jwt: failure(400, 3, "no", x_request_id=jwt),
    "body": lambda jwt: answer({"iamToken": ["x"], "jwt": jwt}),
    "html": lambda jwt: answer(status=500, body=f"<html>{jwt}</html>".encode(), Content_Type="text/html"),
    "content type": lambda jwt: answer(body=b"x", Content_Type=jwt),
}


@pytest.mark.parametrize("echo", EXCHANGES.values(), ids=EXCHANGES)
def test_no_failed_exchange_shows_the_jwt_or_the_key(
    server: Server, ask: Ask, key: t.Any, echo: t.Callable[[str], Reply]
) -> None:
    seen = []

    def reply(handler: t.Any) -> None:
        seen.append(json.loads(handler.owner.requests[-1].body)["jwt"])
        echo(seen[-1])(handler)

    address = server.url.removeprefix("http://")
    server.on("/endpoints", answer({"endpoints": [{"id": "iam", "address": address}]}))
    server.always("/iam/v1/tokens", reply)
    with pytest.raises(CloudError) as caught:
        ask({"iam_token": None, "service_account_key": key.content, "api_retries": 0}, cluster_ids=[CLUSTER])
    shown = everything_about(caught.value)
    (jwt,) = seen
    for secret in (*jwt.split(".")[1:], *key.content["private_key"].splitlines()[2:-1]):
        assert secret not in shown


def test_the_token_is_not_among_the_facts(server: Server, ask: Ask) -> None:
    server.on(backups_path(), listed(row()))
    assert TOKEN not in str(ask(cluster_ids=[CLUSTER]))
