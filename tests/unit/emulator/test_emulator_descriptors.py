# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes, limits and JSON come from the official definitions."""

from __future__ import annotations

import pytest

descriptors = pytest.importorskip("yacloud_mdb_emulator.descriptors")
errors = pytest.importorskip("yacloud_mdb_emulator.errors")


def method(alias):
    return next(item for item in descriptors.served_methods() if item.alias == alias)


@pytest.mark.parametrize(
    ("alias", "verb", "template"),
    [
        ("ListClusterBackups", "GET", "/managed-redis/v1/clusters/{cluster_id}/backups"),
        ("ListBackups", "GET", "/managed-redis/v1/backups"),
        ("GetBackup", "GET", "/managed-redis/v1/backups/{backup_id}"),
        ("ListClusters", "GET", "/managed-redis/v1/clusters"),
        ("GetCluster", "GET", "/managed-redis/v1/clusters/{cluster_id}"),
        ("ListApiEndpoints", "GET", "/endpoints"),
        ("CreateIamToken", "POST", "/iam/v1/tokens"),
    ],
)
def test_route(alias, verb, template):
    assert (method(alias).verb, method(alias).template) == (verb, template)


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        ("<=50", (0, 50), (51,)),
        (">0", (1,), (0, -1)),
        ("0-1000", (0, 1000), (-1, 1001)),
        ("3", (3,), (2, 4)),
        ("<5", (4,), (5,)),
        (">=-2", (-2,), (-3,)),
    ],
)
def test_range_rule(rule, inside, outside):
    allows = descriptors._range(rule)
    assert all(allows(size) for size in inside)
    assert not any(allows(size) for size in outside)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cluster_id", ""),
        ("cluster_id", "c" * 51),
        ("page_size", 1001),
        ("page_size", -1),
        ("page_token", "x" * 101),
    ],
)
def test_limit_names_the_field(field, value):
    fields = {"cluster_id": "c9q", field: value}
    with pytest.raises(errors.ApiError, match=field):
        descriptors.check_limits(method("ListClusterBackups").request(**fields))


def test_limits_at_their_edge():
    request = method("ListClusterBackups").request
    descriptors.check_limits(request(cluster_id="c" * 50, page_size=1000, page_token="x" * 100))


def test_names_in_both_spellings():
    for name in ("page_size", "pageSize"):
        assert descriptors.read_request(method("ListBackups"), [(name, "7")]).page_size == 7


def test_unknown_parameter_is_refused():
    with pytest.raises(errors.ApiError, match="page_sise"):
        descriptors.read_request(method("ListBackups"), [("page_sise", "7")])
