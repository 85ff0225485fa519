# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options become the body of a restore, and passwords are masked."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._restore_request import (
    given_values,
    request_body,
    without_passwords,
)

HOST = {"zone_id": "a", "subnet_id": None, "shard_name": "", "replica_priority": 0, "assign_public_ip": True}


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"backup_id": "c9q:1", "name": "copy", "password": None}, {"backupId": "c9q:1", "name": "copy"}),
        ({"disk_size_gib": 16}, {"configSpec": {"resources": {"diskSize": "17179869184"}}}),
        (
            {"config": {"maxmemory_policy": "NOEVICTION", "slowlogMaxLen": 5}, "password": "s3cret"},
            {"configSpec": {"redis": {"maxmemoryPolicy": "NOEVICTION", "slowlogMaxLen": 5, "password": "s3cret"}}},
        ),
        (
            {"config": {"client_output_buffer_limit_pubsub": {"hard_limit": 3, "softLimit": 2}}},
            {"configSpec": {"redis": {"clientOutputBufferLimitPubsub": {"hardLimit": 3, "softLimit": 2}}}},
        ),
        ({"hosts": [HOST]}, {"hostSpecs": [{"zoneId": "a", "replicaPriority": 0, "assignPublicIp": True}]}),
        ({"disk_encryption_key_id": None}, {}),
        ({"disk_encryption_key_id": ""}, {"diskEncryptionKeyId": ""}),
        ({"disk_encryption_key_id": "abj"}, {"diskEncryptionKeyId": "abj"}),
        ({"tls_enabled": False, "security_group_ids": []}, {"tlsEnabled": False, "securityGroupIds": []}),
        ({"labels": {"drill": 7, "empty": None}}, {"labels": {"drill": "7", "empty": ""}}),
    ],
)
def test_what_is_given_is_sent_as_the_api_writes_it(options: dict[str, t.Any], sent: dict[str, t.Any]) -> None:
    assert request_body(given_values(options)) == {"configSpec": {}, **sent}


def test_the_body_does_not_share_the_settings() -> None:
    values = given_values({"config": {"timeout": 1}, "password": "s3cret-s3cret"})
    request_body(values)
    assert values["config"] == {"timeout": 1}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": ""}, "name must not be empty"),
        ({"password": ""}, "password must not be empty"),
        ({"network_id": ""}, "network_id must not be empty"),
        ({"hosts": []}, "hosts must name at least one host"),
        ({"disk_size_gib": 0}, "disk_size_gib must be at least 1, got 0"),
        ({"config": {"password": "s3cret"}}, "set the option password"),
        ({"config": {"Password": "s3cret"}}, "set the option password"),
        ({"config": {"maxmemory-policy": "NOEVICTION"}}, "'maxmemory-policy' is not a setting of the API"),
    ],
)
def test_an_option_that_cannot_be_sent(options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(OptionError, match=said) as caught:
        given_values(options)
    assert caught.value.details["option"] in options
    assert "s3cret" not in str(caught.value)


def test_every_password_is_masked() -> None:
    found = {"a": [{"password": "x"}], "b": {"password": "", "name": "n"}, "password": "y"}
    assert without_passwords(found) == {
        "a": [{"password": "********"}],
        "b": {"password": "", "name": "n"},
        "password": "********",
    }
