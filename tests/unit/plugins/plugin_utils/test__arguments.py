# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a role's variables, each problem by its sentence."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._query import connection_spec
from ansible_collections.yacloud.mdb.plugins.plugin_utils._arguments import ROLES, argument_problems

SELECT, FRESHNESS = "redis_backup_select", "redis_backup_freshness"
SECRET = "t1.c2VjcmV0.c2VjcmV0"  # an IAM token


class _OmitType:
    """Stands in for what C(omit) is."""


def problems(role: str, **variables: t.Any) -> list[str]:
    needed = {"max_age": "26h"} if role == FRESHNESS else {}
    return argument_problems({f"{role}_{name}": value for name, value in {**needed, **variables}.items()}, role)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"clusters": []},
        {"clusters": ["c9q1", "c9q2"], "max_age": "1d2h"},
        {"clusters": "c9q1,c9q2", "max_age": 3600},
        {"clusters": [12345], "max_age": 0.5},
        {"cluster_names": ["orders_PROD"], "folder_id": "b1g1"},
        {"cluster_names": ["orders"]},
        {
            "created_before": "2026-11-20T10:00:00Z",
            "created_after": datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC),
        },
        {"type": "MANUAL", "shards": []},
        {"type": ["MANUAL", "AUTOMATED"], "shards": "shard1"},
        {"connection": {}},
        {
            "connection": {
                "iam_token": SECRET,
                "api_timeout": "7.5",
                "api_retries": "0",
                "validate_certs": "no",
                "ca_path": None,
            }
        },
        {"connection": {"service_account_key": {"id": "x"}, "endpoint": "http://127.0.0.1:8080"}},
        {"connection": {"iam_token": SECRET, "service_account_key_file": "key.json", "auth_method": "iam_token"}},
        {"connection": {"iam_token": _OmitType()}, "clusters": _OmitType(), "max_age": "1h"},
        {"connection": None, "folder_id": None},
        {"result": {"c9q1": {}}, "internal_note": "of the play's own"},
    ],
)
@pytest.mark.parametrize("role", ROLES)
def test_what_can_be_worked_with(role: str, variables: dict[str, t.Any]) -> None:
    assert problems(role, **variables) == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"clusters": None}, "clusters is null; leave it out, or give a list ([] asks nothing)."),
        ({"clusters": {"a": 1}}, "clusters is a mapping instead of a list."),
        ({"clusters": True}, "clusters is a truth value instead of a list."),
        ({"clusters": [["a"]]}, "clusters holds a list instead of a text (element 1)."),
        ({"clusters": ["a", None]}, "clusters holds null instead of a text (element 2)."),
        ({"clusters": ["a b"]}, "clusters: 'a b' is no cluster id"),
        ({"clusters": ""}, "clusters: '' is no cluster id"),
        ({"clusters": ["a"], "cluster_names": ["b"]}, "clusters and ROLE_cluster_names exclude each other"),
        ({"cluster_names": [""]}, "cluster_names: '' is no cluster name"),
        ({"folder_id": ["b1g"]}, "folder_id is a list instead of a text."),
        ({"folder_id": "b1g x"}, "folder_id: 'b1g x' is no folder id"),
        ({"created_before": "yesterday"}, "created_before 'yesterday' is no RFC 3339 time"),
        ({"created_after": ["2026-11-20T10:00:00Z"]}, "created_after is a list instead of a text."),
        (
            {"created_before": datetime.date(2026, 11, 20)},
            'created_before is a date without a time of day; write a time in quotes, such as "2026-11-20T10:00:00Z".',
        ),
        ({"created_after": 20261120}, "created_after is a number instead of a text."),
        ({"type": ["FULL"]}, "type holds 'FULL'; the types are AUTOMATED and MANUAL"),
        ({"shards": {"a": 1}}, "shards is a mapping instead of a list."),
        ({"max_age": ["26h"]}, "max_age is a list instead of a text."),
        ({"max_age": {"hours": 26}}, "max_age is a mapping instead of a text."),
        ({"max_age": True}, "max_age is a truth value instead of a text."),
        ({"max_age": "26 hours"}, "max_age '26 hours' is no duration"),
        ({"max_age": ""}, "max_age is empty, which would leave the guard out"),
        ({"max_ages": "26h"}, "max_ages is no variable of this role; did you mean ROLE_max_age?"),
        ({"cluster_id": "c9q1"}, "cluster_id is no variable of this role; did you mean ROLE_clusters?"),
        ({"cluster_ids": ["c9q1"]}, "cluster_ids is no variable of this role; did you mean ROLE_clusters?"),
        ({"cluster_name": "a"}, "cluster_name is no variable of this role; did you mean ROLE_cluster_names?"),
        ({"cluster": ["c9q1"]}, "cluster is no variable of this role; did you mean ROLE_clusters?"),
        ({"connection": [SECRET]}, "connection is a list instead of a mapping of connection options."),
        ({"connection": f"iam_token={SECRET}"}, "connection is a text instead of a mapping of connection options."),
        (
            {"connection": {"iam_tokn": SECRET}},
            "connection has 'iam_tokn', which is no connection option; did you mean iam_token?",
        ),
        ({"connection": {SECRET: 1}}, "connection has a key that is no option's name"),
        ({"connection": {"iam_token": [SECRET]}}, "connection has iam_token, which is a list instead of a text."),
        ({"connection": {"iam_token": 12}}, "connection has iam_token, which is a number instead of a text."),
        (
            {"connection": {"service_account_key": [SECRET]}},
            "connection has service_account_key, which is a list instead of a text or a mapping.",
        ),
        ({"connection": {"api_timeout": SECRET}}, "connection has api_timeout, which is no number."),
        ({"connection": {"api_retries": 1.5}}, "connection has api_retries, which is no whole number."),
        ({"connection": {"validate_certs": SECRET}}, "connection has validate_certs, which is neither true nor false."),
        ({"connection": {"auth_method": SECRET}}, "connection has auth_method, which can be auto, "),
        ({"connection": {"api_retries": 1000}}, "connection: api_retries is 1000; it can be 0 to 100."),
        (
            {"connection": {"endpoint": "http://192.0.2.1"}},
            "connection: endpoint http://192.0.2.1 is neither HTTPS nor loopback",
        ),
        (
            {"connection": {"iam_token": SECRET, "service_account_key_file": "key.json"}},
            "connection has iam_token and service_account_key_file, each a credential of its own.",
        ),
    ],
)
@pytest.mark.parametrize("role", ROLES)
def test_what_cannot(role: str, variables: dict[str, t.Any], problem: str) -> None:
    found = problems(role, **variables)
    assert len(found) == 1
    assert found[0].startswith(f"{role}_{problem.replace('ROLE', role)}")
    assert SECRET not in found[0]


@pytest.mark.parametrize(
    ("export", "problem"),
    [
        ({"path": "x", "format": "json"}, "export is a mapping instead of a list of path and format."),
        (["x"], "export entry 1 is a text instead of a mapping of path and format."),
        ([{"path": ["x"], "format": "json"}], "export entry 1 has path, which is a list instead of a file's path."),
        ([{"path": "x/", "format": "json"}], "export entry 1 has path, which is no file's path."),
        ([{"path": " ", "format": "json"}], "export entry 1 has path, which is no file's path."),
        ([{"format": "json"}], "export entry 1 has path, which is null instead of a file's path."),
        ([{"path": "x"}], "export entry 1 has no usable format; it can be json, yaml, dotenv, tfvars_json."),
        ([{"path": "x", "format": ["json"]}], "export entry 1 has no usable format"),
        ([{"path": "x", "format": "xml"}], "export entry 1 has no usable format"),
        (
            [{"path": "x", "format": "json", "modes": "0644"}],
            "export entry 1 has 'modes', which is none of path, format, mode.",
        ),
        (
            [{"path": "x", "format": "json", "mode": 420}],
            "export entry 1 has mode, which is no octal text such as '0644' (in quotes).",
        ),
        ([{"path": "x", "format": "json", "mode": "rw"}], "export entry 1 has mode"),
        (
            [{"path": "x", "format": "json"}, {"path": "x", "format": "yaml"}],
            "export names the path 'x' more than once.",
        ),
    ],
)
def test_exports(export: t.Any, problem: str) -> None:
    (found,) = problems(SELECT, export=export)
    assert found.startswith(f"{SELECT}_{problem}")


@pytest.mark.parametrize("mode", ["644", "0644", "4640", "01777", None])
def test_modes_of_exports(mode: str | None) -> None:
    assert problems(SELECT, export=[{"path": "x", "format": "json", "mode": mode}]) == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"max_age": None}, "max_age is empty"),
        ({"max_age": _OmitType()}, "max_age is missing."),
        ({"on_stale": "shout"}, "on_stale can be fail or warn."),
        ({"on_stale": ["fail"]}, "on_stale can be fail or warn."),
        ({"json_path": ["x"]}, "json_path is a list instead of a file's path."),
        ({"metrics_path": "dir/"}, "metrics_path is no file's path."),
        (
            {"metrics_path": "x", "report_path": "x"},
            "report_path is the same file as redis_backup_freshness_metrics_path.",
        ),
    ],
)
def test_variables_of_freshness(variables: dict[str, t.Any], problem: str) -> None:
    (found,) = problems(FRESHNESS, **variables)
    assert found.startswith(f"{FRESHNESS}_{problem}")


def test_all_problems_are_told_at_once() -> None:
    found = problems(SELECT, clusters=["a b"], max_age="soon", on_missing="shout", export=[{}], connection={"x": 1})
    assert [line.split()[0].rstrip(":") for line in found] == [
        f"{SELECT}_{name}" for name in ("clusters", "max_age", "on_missing", "connection", "export", "export")
    ]


@pytest.mark.parametrize("option", connection_spec())
@pytest.mark.parametrize("value", [[SECRET], {SECRET: SECRET}, SECRET, f"{SECRET}\n", 1e400, -1, True])
def test_no_value_of_a_connection_is_ever_shown(option: str, value: t.Any) -> None:
    shown = "".join(problems(SELECT, connection={option: value}))
    # What is no secret by its nature may be quoted: addresses are.
    assert SECRET not in shown or option in ("endpoint", "mdb_endpoint", "workload_identity_endpoint")
