# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken over from the source cluster, and what never is."""

from __future__ import annotations

import copy
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


ELSEWHERE = [
    {"zoneId": "ru-central1-a", "shardName": "shard1", "replicaPriority": "0", "assignPublicIp": True},
    {"zoneId": "ru-central1-b", "shardName": "shard1"},
]
ORDER = [
    "environment", "network_id", "hosts", "security_group_ids", "version", "resource_preset_id", "disk_size_gib", "disk_type_id", "config",
    "tls_enabled", "sharded", "announce_hostnames", "persistence_mode",
]  # fmt: skip
"""All options that are copied, in their own order."""


@pytest.mark.parametrize(
    ("given", "changed", "not_taken"),
    [
        ({}, {}, set()),
        ({"name": "copy", "tls_enabled": False}, {"name": "copy", "tls_enabled": False}, {"tls_enabled"}),
        ({"network_id": "enp1"}, {}, {"network_id"}),
        # Another network has other subnets and groups.
        (
            {"network_id": "enp2"},
            {"network_id": "enp2", "hosts": ELSEWHERE, "security_group_ids": None},
            {"network_id", "security_group_ids"},
        ),
        # Settings are copied one by one.
        ({"config": {"timeout": 3}}, {"config": {"maxmemoryPolicy": "ALLKEYS_LRU", "timeout": 3}}, set()),
        (
            {"config": {"timeout": 3, "maxmemoryPolicy": "X"}},
            {"config": {"timeout": 3, "maxmemoryPolicy": "X"}},
            {"config"},
        ),
    ],
)
def test_an_option_wins_over_the_source_and_what_was_taken_is_named(
    given: dict[str, t.Any], changed: dict[str, t.Any], not_taken: set[str]
) -> None:
    before = copy.deepcopy(SOURCE)
    values, inherited = inherit(given, SOURCE)
    assert values == {name: value for name, value in {**SOURCE, **changed}.items() if value is not None}
    assert inherited == [name for name in ORDER if name not in not_taken]
    assert before == SOURCE


def test_each_missing_option_is_named() -> None:
    with pytest.raises(OptionError) as caught:
        check_needed({"environment": "PRODUCTION", "version": "8.1-valkey"}, NEEDED, "the source is gone")
    assert str(caught.value) == (
        "the source is gone, so these options have to be set: network_id, hosts, resource_preset_id, disk_size_gib."
    )
