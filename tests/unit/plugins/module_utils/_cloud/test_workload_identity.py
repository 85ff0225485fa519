# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchange of another system's token, and what has to be set for it."""

from __future__ import annotations

import builtins
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.credential import Credential
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.credentials import (
    COMPANIONS,
    JWT,
    exchange,
    pick,
    refused,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.module_utils.things import Write


def test_workload_identity_is_exchanged_as_rfc_8693_says() -> None:
    request, secrets = exchange(pick(workload_identity_token=f" {JWT}\n"))
    assert (request.method, request.url) == ("POST", "https://auth.yandex.cloud/oauth/token")
    assert secrets == [JWT]
    assert request.form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "audience": "ajeaccount000000001",
        "subject_token": JWT,
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    }
    assert request.secret
    assert request.repeatable


@pytest.mark.parametrize("account", [None, ""])
def test_workload_identity_needs_its_service_account(account: str | None) -> None:
    told = refused(companions={**COMPANIONS, "service_account_id": account}, workload_identity_token=JWT)
    assert "workload_identity_token of the options needs the service account that it stands for" in told
    assert "YC_SERVICE_ACCOUNT_ID" in told


def test_a_workload_token_is_for_https_or_loopback_only_and_the_endpoint_keeps_its_path() -> None:
    def through(endpoint: str) -> Credential:
        return pick(companions={**COMPANIONS, "workload_identity_endpoint": endpoint}, workload_identity_token=JWT)

    with pytest.raises(OptionError, match="is neither HTTPS nor loopback"):
        through("http://auth.example/oauth/token")
    assert exchange(through("http://127.0.0.1:9/a/b"))[0].url == "http://127.0.0.1:9/a/b"


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_token_file_without_a_token_is_refused_at_once(content: str | None, write: Write) -> None:
    path = "/nonexistent/token" if content is None else write("token", content)
    assert "workload_identity_token_file of the options" in refused(workload_identity_token_file=path)


def test_a_token_file_is_read_once_to_be_checked_and_once_for_each_exchange(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened, really = write("token", JWT), list[t.Any](), open
    monkeypatch.setattr(
        builtins, "open", lambda name, *args, **more: opened.append(name) or really(name, *args, **more)
    )
    credential = pick({"YC_WORKLOAD_IDENTITY_TOKEN_FILE": path})
    assert opened == [path]
    assert credential.identity == pick(workload_identity_token_file=path).identity
    write("token", f"{JWT}x\n")
    opened.clear()
    assert exchange(credential)[1] == [f"{JWT}x"]
    assert opened == [path]


def test_a_relative_token_file_begins_in_the_current_folder(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("token", JWT)
    environ = {"YC_WORKLOAD_IDENTITY_TOKEN_FILE": "./token"}
    monkeypatch.chdir(tmp_path)
    assert exchange(pick(environ))[1] == [JWT]
    monkeypatch.chdir("/")
    assert "'/token', which cannot be read: No such file" in refused(environ)
