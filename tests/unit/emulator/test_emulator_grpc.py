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


@pytest.fixture
def stub(sdk):
    """The SDK's client of the clusters' service."""
    return sdk.client(clusters_grpc.ClusterServiceStub)


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


def refused(call, request, **more):
    """The code of a refusal."""
    with pytest.raises(grpc.RpcError) as caught:
        call(request, **more)
    return caught.value.code()


def test_same_rows_as_rest(secure, sdk, stub):
    folder, path = {"folder_id": secure.folder_id}, "/managed-redis/v1"
    found = walk(stub.ListBackups, clusters.ListClusterBackupsRequest, "backups", cluster_id=CLUSTER, page_size=7)
    assert found == rest(secure, f"{path}/clusters/{CLUSTER}/backups")["backups"]
    assert len(found) == 25
    found = walk(stub.List, clusters.ListClustersRequest, "clusters", **folder)
    assert found == rest(secure, f"{path}/clusters?folderId={secure.folder_id}")["clusters"]
    backups_stub = sdk.client(backups_grpc.BackupServiceStub)
    found = walk(backups_stub.List, backups.ListBackupsRequest, "backups", **folder)
    assert found == rest(secure, f"{path}/backups?folderId={secure.folder_id}")["backups"]


def test_log_and_exchange_are_seen(secure, stub):
    stub.Get(clusters.GetClusterRequest(cluster_id=CLUSTER))
    entries = secure.requests()
    assert [entry["route"] for entry in entries] == ["Discovery", "CreateIamToken", "GetCluster"]
    assert {(entry["protocol"], entry["status"]) for entry in entries} == {("grpc", 200)}
    assert secure.state()["token_exchanges"] == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "status": 429}, "RESOURCE_EXHAUSTED"),
        ({"kind": "bare_error", "code": 9}, "FAILED_PRECONDITION"),
        ({"kind": "html", "status": 504}, "DEADLINE_EXCEEDED"),
        ({"kind": "truncated"}, "UNAVAILABLE"),
    ],
)
def test_fault_over_grpc(secure, stub, fault, code):
    secure.add_fault(route="GetCluster", **fault)
    assert refused(stub.Get, clusters.GetClusterRequest(cluster_id=CLUSTER)).name == code
    entry = secure.requests("GetCluster")[0]
    assert (entry["fault"], entry["operation_id"]) == (fault["kind"], None)


@pytest.mark.parametrize(("cluster", "size", "code"), [("nope", 0, "NOT_FOUND"), (CLUSTER, 1001, "INVALID_ARGUMENT")])
def test_errors_have_their_code(stub, cluster, size, code):
    request = clusters.ListClusterBackupsRequest(cluster_id=cluster, page_size=size)
    assert refused(stub.ListBackups, request).name == code


def backup(stub, key):
    request = clusters.BackupClusterRequest(cluster_id=CLUSTER)
    return stub.Backup.with_call(request, metadata=(("idempotency-key", key),))


def test_operation_over_grpc(secure, sdk, stub):
    secure.settings(poll_interval=3, backup_duration=600)
    operation, call = backup(stub, "k1")
    assert dict(call.initial_metadata())["x-operation-poll-interval"] == "3"
    assert backup(stub, "k1")[0].id == operation.id
    assert secure.started("BackupCluster") == 1
    assert rest(secure, f"/operations/{operation.id}") == json_format.MessageToDict(operation)
    operations_stub = sdk.client(operations_grpc.OperationServiceStub)
    assert operations_stub.Get(operations.GetOperationRequest(operation_id=operation.id)) == operation


def test_restore_over_grpc_is_logged_without_its_password(secure, stub):
    request = clusters.RestoreClusterRequest(backup_id=f"{CLUSTER}:b0003", name="drill", environment="PRODUCTION")
    request.config_spec.redis.password = "Drill-Passw0rd"
    stub.Restore(request)
    request.config_spec.redis.password = "********"
    logged = json_format.ParseDict(secure.requests("RestoreCluster")[0]["message"], clusters.RestoreClusterRequest())
    assert logged == request


def test_lost_answer_over_grpc(secure, stub):
    secure.settings(backup_duration=600)
    secure.add_fault(route="BackupCluster", kind="status", code=14, retry_delay=2, after_effect=True)
    assert refused(stub.Backup, clusters.BackupClusterRequest(cluster_id=CLUSTER)).name == "UNAVAILABLE"
    (operation,) = secure.operations()
    assert secure.requests("BackupCluster")[0]["operation_id"] == operation["operation"]["id"]


def test_without_tls():
    with testing.Emulator.start(args=["--grpc"], seed=SEED) as emulator:
        with grpc.insecure_channel(emulator.grpc_address) as channel:
            stub = clusters_grpc.ClusterServiceStub(channel)
            metadata = (("authorization", f"Bearer {emulator.iam_token}"),)
            request = clusters.GetClusterRequest(cluster_id=CLUSTER)
            assert stub.Get(request, metadata=metadata).name == "orders-prod"
            assert refused(stub.Get, request).name == "UNAUTHENTICATED"
        assert Client(emulator).backups()[0] == 200
