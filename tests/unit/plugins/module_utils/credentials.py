# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A credential chosen among options and variables, as the tests of each kind need it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credential import Credential, Exchange
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credentials import Level, choose, environment_level
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import CredentialError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.urls import parse_base_url

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
    """What is chosen with these options and variables."""
    levels = [Level(OPTION, options), environment_level(environ or {})]
    return choose(method, levels, COMPANIONS if companions is None else companions, environ or {})


def refused(*args: t.Any, **options: t.Any) -> str:
    """The message with which a choice is refused."""
    with pytest.raises(CredentialError) as caught:
        pick(*args, **options)
    return f"{caught.value} {caught.value.as_dict()}"


def exchange(credential: Credential) -> Exchange:
    made = credential.exchange(lambda: IAM)
    assert isinstance(made, Exchange)
    return made
