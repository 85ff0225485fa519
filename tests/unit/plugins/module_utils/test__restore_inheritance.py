# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken over from the source cluster, and what never is."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._restore_inheritance import (
    NEEDED,
    check_needed,
    inherit,
    source_values,
)

CLUSTER: dict[str, t.Any] = {
    "id": "c9qsource",
    "name": "orders",
    "description": "of the shop",
    "labels": {"env": "prod"},
    "environment": "PRODUCTION",
    "networkId": "enp1",
    "securityGroupIds": ["sg1"],
    "tlsEnabled": True,
    "deletionProtection": True,
    "persistenceMode": "OFF",
    "config": {
        "version": "8.1-valkey",
        "resources": {"resourcePresetId": "hm3-c2-m8", "diskSize": "17179869184", "diskTypeId": "network-ssd"},
        "redis": {
            "effectiveConfig": {"timeout": "9"},
            "userConfig": {"maxmemoryPolicy": "ALLKEYS_LRU", "timeout": "0", "password": "s3cret"},
        },
    },
}
HOSTS: list[dict[str, t.Any]] = [
    {
        "name": "rc1a-1.mdb.yandexcloud.net",
        "zoneId": "ru-central1-a",
        "subnetId": "e9b1",
        "shardName": "shard1",
        "replicaPriority": "0",
        "assignPublicIp": True,
        "role": "MASTER",
    },
    {"zoneId": "ru-central1-b", "subnetId": "e2l1", "shardName": "shard1", "assignPublicIp": False},
]
SOURCE = source_values(CLUSTER, HOSTS)


def test_all_that_can_be_copied() -> None:
    assert SOURCE == {
        "environment": "PRODUCTION",
        "network_id": "enp1",
        "security_group_ids": ["sg1"],
        "version": "8.1-valkey",
        "resource_preset_id": "hm3-c2-m8",
        "disk_size_gib": "17179869184",
        "disk_type_id": "network-ssd",
        "config": {"maxmemoryPolicy": "ALLKEYS_LRU", "timeout": "0"},
        "hosts": [
            {
                "zoneId": "ru-central1-a",
                "subnetId": "e9b1",
                "shardName": "shard1",
                "replicaPriority": "0",
                "assignPublicIp": True,
            },
            {"zoneId": "ru-central1-b", "subnetId": "e2l1", "shardName": "shard1"},
        ],
        "tls_enabled": True,
        "sharded": False,
        "announce_hostnames": False,
        "persistence_mode": "OFF",
    }


def test_zero_values_that_are_written_out_are_not_copied() -> None:
    printed = {
        "securityGroupIds": [],
        "networkId": "",
        "sharded": False,
        "persistenceMode": "ON",
        "config": {"redis": {"userConfig": {"maxmemoryPolicy": "MAXMEMORY_POLICY_UNSPECIFIED", "password": ""}}},
    }
    assert source_values(printed, []) == source_values({}, [])


def test_an_option_wins_over_the_source() -> None:
    values, inherited = inherit({"name": "copy", "tls_enabled": False, "version": "9.0-valkey"}, SOURCE)
    assert (values["tls_enabled"], values["version"], values["network_id"]) == (False, "9.0-valkey", "enp1")
    assert "tls_enabled" not in inherited
    assert "version" not in inherited
    assert "name" not in inherited
    assert "network_id" in inherited


def test_what_was_taken_is_named_in_the_order_of_the_options() -> None:
    _values, inherited = inherit({}, SOURCE)
    assert inherited[:4] == ["environment", "network_id", "hosts", "security_group_ids"]
    assert sorted(inherited) == sorted(SOURCE)


def test_another_network_has_other_subnets_and_groups() -> None:
    values, inherited = inherit({"network_id": "enp2"}, SOURCE)
    assert "security_group_ids" not in values
    assert [host["zoneId"] for host in values["hosts"]] == ["ru-central1-a", "ru-central1-b"]
    assert all("subnetId" not in host for host in values["hosts"])
    assert "hosts" in inherited
    assert SOURCE["hosts"][0]["subnetId"] == "e9b1"


def test_the_same_network_keeps_them() -> None:
    values, _inherited = inherit({"network_id": "enp1"}, SOURCE)
    assert values["security_group_ids"] == ["sg1"]
    assert values["hosts"] == SOURCE["hosts"]


@pytest.mark.parametrize(
    ("given", "sent", "taken"),
    [
        ({"timeout": 3}, {"maxmemoryPolicy": "ALLKEYS_LRU", "timeout": 3}, True),
        ({"timeout": 3, "maxmemoryPolicy": "NOEVICTION"}, {"maxmemoryPolicy": "NOEVICTION", "timeout": 3}, False),
    ],
)
def test_settings_are_copied_one_by_one(given: dict[str, t.Any], sent: dict[str, t.Any], taken: bool) -> None:
    values, inherited = inherit({"config": given}, SOURCE)
    assert values["config"] == sent
    assert ("config" in inherited) is taken


def test_each_missing_option_is_named() -> None:
    with pytest.raises(OptionError) as caught:
        check_needed({"environment": "PRODUCTION", "version": "8.1-valkey"}, NEEDED, "the source is gone")
    assert str(caught.value) == (
        "the source is gone, so these options have to be set: network_id, hosts, resource_preset_id, disk_size_gib."
    )
