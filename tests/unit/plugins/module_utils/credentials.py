# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A credential chosen among options and variables, as the tests of each kind need it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credential import Credential
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import (
    CredentialSource,
    environment_source,
    select_credential,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CredentialError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.redaction import Secrets
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.responses import Response
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.transport import Request, Transport, TransportOptions
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import parse_base_url

TOKEN = "t1.9euelZqUx5eXnJ3LnpqVkZOSj-3rnpWanpKblZSTlcmdmc-Nz5iNk5Hl8_dhTz1C.c2VjcmV0LXNpZ25hdHVyZS1vZi10aGUtdG9rZW4"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.b2lkYy1zaWduYXR1cmUtb2YtdGhlLWpvYg"
COMPANIONS = {
    "service_account_id": "ajeaccount000000001",
    "workload_identity_endpoint": "https://auth.yandex.cloud/oauth/token",
}
IAM = parse_base_url("https://iam.api.cloud.yandex.net:443", "endpoint")
OPTION = "the options"


def pick(
    environ: dict[str, str] | None = None,
    method: str = "auto",
    companions: dict[str, t.Any] | None = None,
    **options: t.Any,
) -> Credential:
    """What is selected with these options and variables."""
    sources = [CredentialSource(OPTION, options), environment_source(environ or {})]
    return select_credential(method, sources, COMPANIONS if companions is None else companions, environ or {})


def refused(*args: t.Any, **options: t.Any) -> str:
    """The message with which a choice is refused."""
    with pytest.raises(CredentialError) as caught:
        pick(*args, **options)
    return f"{caught.value} {caught.value.as_dict()}"


def exchange(credential: Credential) -> tuple[Request, list[str]]:
    """The request by which a credential becomes an IAM token, and the secrets that are known by then; nothing is sent."""
    transport, sent, known = Transport(TransportOptions(), Secrets()), list[Request](), list[str]()

    def send(request: Request) -> Response:
        sent.append(request)
        return Response(200, {}, b'{"iamToken": "t1.a.b", "access_token": "t1.a.b"}')

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(transport, "send", send)
        patched.setattr(transport.secrets, "remember", lambda secret: known.append(secret) or secret)
        credential.obtain_token(transport, lambda: IAM)
    transport.close()
    (request,) = sent
    return request, known


def ready_token(credential: Credential) -> str:
    """The token of a credential that is not exchanged."""
    transport = Transport(TransportOptions(), Secrets())
    try:
        return credential.obtain_token(transport, lambda: IAM).value
    finally:
        transport.close()
