# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes, limits and JSON come from the official definitions."""

from __future__ import annotations

import pytest

descriptors = pytest.importorskip("yacloud_mdb_emulator.descriptors")


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
        ("BackupCluster", "POST", "/managed-redis/v1/clusters/{cluster_id}:backup"),
        ("RestoreCluster", "POST", "/managed-redis/v1/clusters:restore"),
        ("UpdateCluster", "PATCH", "/managed-redis/v1/clusters/{cluster_id}"),
        ("DeleteCluster", "DELETE", "/managed-redis/v1/clusters/{cluster_id}"),
        ("DeleteBackup", "DELETE", "/managed-redis/v1/backups/{backup_id}"),
        ("ListClusterHosts", "GET", "/managed-redis/v1/clusters/{cluster_id}/hosts"),
        ("ListClusterOperations", "GET", "/managed-redis/v1/clusters/{cluster_id}/operations"),
        ("GetOperation", "GET", "/operations/{operation_id}"),
        ("ListApiEndpoints", "GET", "/endpoints"),
        ("CreateIamToken", "POST", "/iam/v1/tokens"),
    ],
)
def test_route(alias, verb, template):
    assert (method(alias).verb, method(alias).template) == (verb, template)


def test_only_writing_methods_have_metadata():
    names = {item.alias: item.metadata.DESCRIPTOR.name for item in descriptors.served_methods() if item.metadata}
    assert names == {
        alias: f"{alias}Metadata"
        for alias in ("BackupCluster", "RestoreCluster", "UpdateCluster", "DeleteCluster", "DeleteBackup")
    }
