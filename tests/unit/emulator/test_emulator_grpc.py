# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The official SDK over gRPC reads what REST tells."""

from __future__ import annotations

import json
import urllib.request

import pytest

from .conftest import CLUSTER, SEED, Client

testing = pytest.importorskip("yacloud_mdb_emulator.testing")
yandexcloud = pytest.importorskip("yandexcloud")
grpc = pytest.importorskip("grpc")
json_format = pytest.importorskip("google.protobuf.json_format")
clusters = pytest.importorskip("yandex.cloud.mdb.redis.v1.cluster_service_pb2")
clusters_grpc = pytest.importorskip("yandex.cloud.mdb.redis.v1.cluster_service_pb2_grpc")
operations = pytest.importorskip("yandex.cloud.operation.operation_service_pb2")
operations_grpc = pytest.importorskip("yandex.cloud.operation.operation_service_pb2_grpc")
backups = pytest.importorskip("yandex.cloud.mdb.redis.v1.backup_service_pb2")
backups_grpc = pytest.importorskip("yandex.cloud.mdb.redis.v1.backup_service_pb2_grpc")


@pytest.fixture
def sdk(secure):
    with open(secure.ca_file, "rb") as ca, open(secure.key_file, encoding="utf-8") as key:
        return yandexcloud.SDK(
            endpoint=secure.grpc_address, root_certificates=ca.read(), service_account_key=json.load(key)
        )


def walk(call, kind, rows, **fields):
    found, token = [], ""
    while True:
        answer = call(kind(page_token=token, **fields))
        found += [json_format.MessageToDict(row) for row in getattr(answer, rows)]
        token = answer.next_page_token
        if not token:
            return found


def rest(emulator, path):
    headers = {"Authorization": f"Bearer {emulator.iam_token}"}
    with emulator._opener.open(urllib.request.Request(emulator.url + path, headers=headers), timeout=10) as response:
        return json.load(response)


def test_same_backups_as_rest(secure, sdk):
    stub = sdk.client(clusters_grpc.ClusterServiceStub)
    kind = clusters.ListClusterBackupsRequest
    found = walk(stub.ListBackups, kind, "backups", cluster_id=CLUSTER, page_size=7)
    assert found == rest(secure, f"/managed-redis/v1/clusters/{CLUSTER}/backups")["backups"]
    assert len(found) == 25


def test_same_folder_as_rest(secure, sdk):
    folder = secure.folder_id
    stub = sdk.client(backups_grpc.BackupServiceStub)
    found = walk(stub.List, backups.ListBackupsRequest, "backups", folder_id=folder)
    assert found == rest(secure, f"/managed-redis/v1/backups?folderId={folder}")["backups"]
    stub = sdk.client(clusters_grpc.ClusterServiceStub)
    found = walk(stub.List, clusters.ListClustersRequest, "clusters", folder_id=folder)
    assert found == rest(secure, f"/managed-redis/v1/clusters?folderId={folder}")["clusters"]


def test_log_and_exchange_are_seen(secure, sdk):
    stub = sdk.client(clusters_grpc.ClusterServiceStub)
    stub.Get(clusters.GetClusterRequest(cluster_id=CLUSTER))
    routes = [entry["route"] for entry in secure.requests()]
    assert routes == ["Discovery", "CreateIamToken", "GetCluster"]
    assert secure.state()["token_exchanges"] == 1


@pytest.mark.parametrize(
    ("cluster", "size", "code"),
    [("nope", 0, grpc.StatusCode.NOT_FOUND), (CLUSTER, 1001, grpc.StatusCode.INVALID_ARGUMENT)],
)
def test_errors_have_their_code(sdk, cluster, size, code):
    stub = sdk.client(clusters_grpc.ClusterServiceStub)
    with pytest.raises(grpc.RpcError) as caught:
        stub.ListBackups(clusters.ListClusterBackupsRequest(cluster_id=cluster, page_size=size))
    assert caught.value.code() == code


def test_fault_over_grpc(secure, sdk):
    secure.add_fault(route="GetCluster", kind="status", status=429)
    stub = sdk.client(clusters_grpc.ClusterServiceStub)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Get(clusters.GetClusterRequest(cluster_id=CLUSTER))
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def backup_over_grpc(sdk, key):
    stub = sdk.client(clusters_grpc.ClusterServiceStub)
    request = clusters.BackupClusterRequest(cluster_id=CLUSTER)
    return stub.Backup.with_call(request, metadata=(("idempotency-key", key),))


def test_operation_over_grpc(secure, sdk):
    secure.settings(poll_interval=3, backup_duration=600)
    operation, call = backup_over_grpc(sdk, "k1")
    assert dict(call.initial_metadata())["x-operation-poll-interval"] == "3"
    assert backup_over_grpc(sdk, "k1")[0].id == operation.id
    assert secure.started("BackupCluster") == 1
    assert rest(secure, f"/operations/{operation.id}") == json_format.MessageToDict(operation)
    stub = sdk.client(operations_grpc.OperationServiceStub)
    assert stub.Get(operations.GetOperationRequest(operation_id=operation.id)) == operation


def test_restore_over_grpc_is_logged_without_its_password(secure, sdk):
    stub = sdk.client(clusters_grpc.ClusterServiceStub)
    request = clusters.RestoreClusterRequest(backup_id=f"{CLUSTER}:b0003", name="drill", environment="PRODUCTION")
    request.config_spec.redis.password = "Drill-Passw0rd"
    stub.Restore(request)
    request.config_spec.redis.password = "********"
    logged = json_format.ParseDict(secure.requests("RestoreCluster")[0]["message"], clusters.RestoreClusterRequest())
    assert logged == request


def test_lost_answer_over_grpc(secure, sdk):
    secure.settings(backup_duration=600)
    secure.add_fault(route="BackupCluster", kind="status", code=14, retry_delay=2, after_effect=True)
    with pytest.raises(grpc.RpcError) as caught:
        backup_over_grpc(sdk, "k1")
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    (operation,) = secure.operations()
    assert secure.requests("BackupCluster")[0]["operation_id"] == operation["operation"]["id"]
    assert backup_over_grpc(sdk, "k1")[0].id == operation["operation"]["id"]


def test_without_tls():
    with testing.Emulator.start(args=["--grpc"], seed=SEED) as emulator:
        with grpc.insecure_channel(emulator.grpc_address) as channel:
            stub = clusters_grpc.ClusterServiceStub(channel)
            metadata = (("authorization", f"Bearer {emulator.iam_token}"),)
            request = clusters.GetClusterRequest(cluster_id=CLUSTER)
            assert stub.Get(request, metadata=metadata).name == "orders-prod"
            with pytest.raises(grpc.RpcError) as caught:
                stub.Get(request)
            assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
        assert Client(emulator).backups()[0] == 200
