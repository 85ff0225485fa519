# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM tokens are handed out for, and what they are refused for."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest

pytest.importorskip("yacloud_mdb_emulator")
jwt = pytest.importorskip("jwt")

FORM = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
}
METADATA = "/computeMetadata/v1/instance/service-accounts/default/token"


@pytest.fixture
def key(emulator):
    with open(emulator.key_file, encoding="utf-8") as file:
        return json.load(file)


def sign(key, emulator, kid=None, algorithm="PS256", **changes):
    now = int(time.time())
    claims = {
        "iss": key["service_account_id"],
        "aud": f"{emulator.url}/iam/v1/tokens",
        "iat": now,
        "exp": now + 3600,
    }
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    private = key["private_key"][key["private_key"].index("-----BEGIN") :]
    return jwt.encode(claims, private, algorithm, headers={"kid": kid or key["id"]})


def exchange(client, token):
    body = json.dumps({"jwt": token})
    return client.get("/iam/v1/tokens", token=None, method="POST", body=body)


def test_key_file_looks_like_the_vendors(key):
    assert set(key) == {
        "id", "service_account_id", "created_at", "key_algorithm", "public_key", "private_key",
    }  # fmt: skip
    first = key["private_key"].splitlines()[0]
    assert first == f"PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <{key['id']}>"


def test_exchange(client, emulator, key):
    status, answer = exchange(client, sign(key, emulator))
    assert status == 200
    assert answer["iamToken"].startswith("t1.")
    assert answer["iamToken"].count(".") == 2
    assert answer["expiresAt"].endswith("Z")
    assert client.backups(token=answer["iamToken"])[0] == 200
    assert emulator.state()["token_exchanges"] == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://iam.api.cloud.yandex.net/iam/v1/tokens"}, "audience|Audience"),
        ({"iss": "ajesomeoneelse000000"}, "No service account"),
        ({"kid": "ajkother000000000000"}, "authorized key"),
        ({"algorithm": "RS256"}, "alg"),
        ({"iat": int(time.time()) + 600, "exp": int(time.time()) + 900}, "future"),
        ({"iat": int(time.time()) - 600, "exp": int(time.time()) - 60}, "expired"),
        ({"exp": int(time.time()) + 7200}, "3600"),
        ({"iat": None}, "iat"),
    ],
)
def test_bad_jwt_is_refused_with_its_reason(client, emulator, key, changes, reason):
    status, answer = exchange(client, sign(key, emulator, **changes))
    assert (status, answer["code"]) == (401, 16)
    assert any(word in answer["message"] for word in reason.split("|"))


def test_wrong_signature(client, emulator, key):
    token = sign(key, emulator)
    _head, _body, signature = sign(key, emulator, exp=int(time.time()) + 60).split(".")
    status, answer = exchange(client, f"{token.rpartition('.')[0]}.{signature}")
    assert (status, answer["code"]) == (401, 16)


@pytest.mark.parametrize("body", ["", "{}", '{"jwt": "nonsense"}', '{"token": "x"}'])
def test_unreadable_exchange(client, body):
    status, answer = client.get("/iam/v1/tokens", token=None, method="POST", body=body)
    assert (status, answer["code"]) == (400, 3)


@pytest.mark.parametrize("body", ["[]", "{"])
def test_exchange_that_the_gateway_refuses(client, body):
    status, headers, _body = client.request("/iam/v1/tokens", token=None, method="POST", body=body)
    assert (status, headers["Content-Type"]) == (400, "text/plain")


def test_tokens_expire(client, emulator, key):
    emulator.settings(token_lifetime=0.0)
    token = exchange(client, sign(key, emulator))[1]["iamToken"]
    status, answer = client.backups(token=token)
    assert (status, answer["code"]) == (401, 16)
    assert "expired" in answer["message"]


def test_tokens_are_revoked(client, emulator, key):
    token = exchange(client, sign(key, emulator))[1]["iamToken"]
    emulator.revoke_tokens()
    assert client.backups(token=token)[0] == 401
    assert client.backups()[0] == 200


def test_seeded_service_account(client, emulator, key):
    account = {"id": "ajeother000000000000", "keys": [{"id": "ajkseeded", "public_key": key["public_key"]}]}
    emulator.seed({"service_accounts": [account]})
    token = sign(key, emulator, kid="ajkseeded", iss="ajeother000000000000")
    assert exchange(client, token)[0] == 200


def workload(client, form):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.get("/oauth/token", token=None, method="POST", body=urlencode(form), headers=headers)


def test_workload_identity(client, emulator):
    form = {**FORM, "audience": emulator.service_account_id, "subject_token": emulator.oidc_token}
    status, answer = workload(client, form)
    assert status == 200
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 43200)
    assert client.backups(token=answer["access_token"])[0] == 200
    for name in form:
        status, answer = workload(client, {**form, name: "wrong"})
        assert status == 400
        assert name in answer["error_description"]


def test_metadata(client):
    assert client.request(METADATA, token=None)[0] == 403
    status, answer = client.get(METADATA, token=None, headers={"Metadata-Flavor": "Google"})
    assert status == 200
    assert client.backups(token=answer["access_token"])[0] == 200
