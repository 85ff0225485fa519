# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of requests are those of the official definitions."""

from __future__ import annotations

from math import inf

import pytest

limits = pytest.importorskip("yacloud_mdb_emulator.limits")
errors = pytest.importorskip("yacloud_mdb_emulator.errors")
service = pytest.importorskip("yandex.cloud.mdb.redis.v1.cluster_service_pb2")


def test_rules_of_the_definitions():
    bounds = {rule: limits.bounds(rule) for rule in ("<=50", ">0", ">=1", "0-1000", "-5-2048")}
    assert bounds == {
        "<=50": (-inf, 50), ">0": (1, inf), ">=1": (1, inf), "0-1000": (0, 1000), "-5-2048": (-5, 2048),
    }  # fmt: skip
    with pytest.raises(ValueError, match="not understood: ~3"):
        limits.bounds("~3")


def restore(**fields):
    needed = {"backup_id": "b", "name": "n", "environment": "PRODUCTION", "config_spec": {"version": "8.1-valkey"}}
    return service.RestoreClusterRequest(**{**needed, **fields})


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"backup_id": ""}, "backup_id: the field is required"),
        ({"name": "n" * 64}, "name: length is 64, allowed is <=63|name: must match"),
        ({"config_spec": None}, "config_spec: the field is required"),
        ({"name": "a b"}, "name: must match"),
        ({"host_specs": [{}, {"shard_name": "?"}]}, r"host_specs\[1\].shard_name: must match"),
        ({"config_spec": {"redis": {"password": "~"}}}, "config_spec.redis.password: must match"),
        ({"config_spec": {"backup_retain_period_days": {"value": 6}}}, "backup_retain_period_days: value is 6"),
        ({"labels": {"a": "A"}}, r"labels\[a\]: must match"),
        ({"labels": {"A": "a"}}, "labels: must match"),
        ({"labels": {"a" * 64: "a"}}, "labels: length is 64"),
        ({"labels": {f"l{number}": "" for number in range(65)}}, "labels: number of elements is 65"),
        ({"user_specs": [{"name": "u", "passwords": ["a", "b"]}]}, r"user_specs\[0\].passwords: number of elements"),
        ({"disk_encryption_key_id": {"value": "?"}}, "disk_encryption_key_id: must match"),
    ],
)
def test_limits_hold_within_messages(fields, named):
    with pytest.raises(errors.ApiError, match=named):
        limits.check_limits(restore(**fields))


def test_requests_within_their_limits():
    limits.check_limits(restore(config_spec={}, labels={"a": "b"}, host_specs=[{"zone_id": "z"}]))
    limits.check_limits(service.ListClusterBackupsRequest(cluster_id="c" * 50, page_size=1000, page_token="x" * 100))
    for field, value in (("cluster_id", "c" * 51), ("page_size", 1001), ("page_size", -1), ("page_token", "x" * 101)):
        with pytest.raises(errors.ApiError, match=field):
            limits.check_limits(service.ListClusterBackupsRequest(**{"cluster_id": "c9q", field: value}))


def test_no_refusal_shows_a_password():
    with pytest.raises(errors.ApiError) as caught:
        limits.check_limits(restore(config_spec={"redis": {"password": "s3cret~"}}))
    assert "s3cret" not in str(caught.value.body())
