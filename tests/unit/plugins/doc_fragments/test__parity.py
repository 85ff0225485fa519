# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written down twice is the same in both places: options, filters, versions, and the API's own definitions."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.yacloud.mdb.plugins.doc_fragments import _choosing, _connection
from ansible_collections.yacloud.mdb.plugins.module_utils import _api, _backup_info, _backups, _files, _query
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import credentials as _credentials
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import transport as _transport
from ansible_collections.yacloud.mdb.plugins.module_utils._selection import CRITERIA

ROOT = Path(__file__).parents[4]
FRAGMENTS = {
    "yacloud.mdb._choosing": _choosing.ModuleDocFragment.DOCUMENTATION,
    "yacloud.mdb._connection": _connection.ModuleDocFragment.DOCUMENTATION,
    "yacloud.mdb._connection.plugins": _connection.ModuleDocFragment.PLUGINS,
}
ROLE_FILES = ("README.md", "meta/argument_specs.yml", "tasks/main.yml")
SECRETS = {name for name, spec in _query.connection_spec().items() if spec.get("no_log")}
CREDENTIALS = dict(_credentials.VARIABLES)


def _text(path: str, name: str) -> str:
    """A text that a plugin's file assigns to a name, such as DOCUMENTATION; the file is not imported."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    values = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == name]  # type: ignore[attr-defined]
    return t.cast(str, ast.literal_eval(values[0]))


def _documented(path: str) -> dict[str, dict[str, t.Any]]:
    """The options of a plugin's documentation, those of its fragments included."""
    doc = yaml.safe_load(_text(path, "DOCUMENTATION"))
    found: dict[str, dict[str, t.Any]] = {}
    for fragment in doc["extends_documentation_fragment"]:
        for name, option in yaml.safe_load(FRAGMENTS.get(fragment, "{}")).get("options", {}).items():
            found.setdefault(name, {}).update(option)
    for name, option in doc["options"].items():
        found.setdefault(name, {}).update(option)
    return found


MODULE = _documented("plugins/modules/redis_backup_info.py")
FILE = _documented("plugins/modules/redis_backup_file.py")
LOOKUP = _documented("plugins/lookup/redis_newest_backup.py")
FILTER = _documented("plugins/filter/redis_newest_backup.py")


@pytest.mark.parametrize(
    ("documented", "specified"), [(MODULE, _query.argument_spec()), (FILE, _files.file_spec())], ids=["info", "file"]
)
def test_an_option_is_what_it_is_documented_to_be(
    documented: dict[str, dict[str, t.Any]], specified: dict[str, dict[str, t.Any]]
) -> None:
    assert set(documented) == set(specified)
    for name, spec in specified.items():
        _same(name, spec, documented[name])


def _same(name: str, spec: dict[str, t.Any], doc: dict[str, t.Any]) -> None:
    for key in ("type", "elements", "default", "choices", "aliases", "required"):
        assert spec.get(key) == doc.get(key), (name, key)


@pytest.mark.parametrize("name", sorted(_query.argument_spec()))
def test_a_variable_that_is_read_is_documented(name: str) -> None:
    _function, variables = _query.argument_spec()[name].get("fallback", (None, []))
    text = " ".join(MODULE[name]["description"])
    for variable in (*variables, *CREDENTIALS.get(name, ())):
        assert f"E({variable})" in text


@pytest.mark.parametrize("name", sorted(_query.connection_spec()))
def test_the_lookup_takes_each_connection_option_from_everywhere(name: str) -> None:
    spec, doc = _query.connection_spec()[name], LOOKUP[name]
    _function, variables = spec.get("fallback", (None, []))
    assert doc["vars"] == [{"name": f"yacloud_mdb_{name}"}]
    assert {entry["name"] for entry in doc.get("env", [])} == {*variables, *CREDENTIALS.get(name, ())}
    assert doc.get("ini") == (None if name in SECRETS else [{"section": "yacloud_mdb", "key": name}])
    for key in ("type", "elements", "default", "choices"):
        assert spec.get(key) == doc.get(key), key


def test_the_lookup_has_no_option_of_which_the_core_knows_nothing() -> None:
    own = {"_terms", "by", "folder_id", "max_age", "on_missing", "return_format"}
    assert set(LOOKUP) == own | {criterion.option for criterion in CRITERIA} | set(_query.connection_spec())


def test_what_looks_like_a_secret_says_whether_it_is_one() -> None:
    unclear = [
        name
        for name, spec in _query.argument_spec().items()
        if any(word in name for word in ("token", "key", "secret")) and "no_log" not in spec
    ]
    assert unclear == []
    assert sorted(SECRETS) == ["iam_token", "service_account_key", "workload_identity_token"]


@pytest.mark.parametrize("plugin", [MODULE, LOOKUP, FILTER], ids=["module", "lookup", "filter"])
@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.option)
def test_each_filter_is_an_option_everywhere(criterion: t.Any, plugin: dict[str, dict[str, t.Any]]) -> None:
    doc = plugin[criterion.option]
    assert {key: doc.get(key) for key in criterion.spec} == criterion.spec


def test_the_filter_takes_what_it_documents() -> None:
    from ansible_collections.yacloud.mdb.plugins.plugin_utils import _offline

    assert set(FILTER) - {"_input"} == set(_offline.OPTIONS)


@pytest.mark.parametrize("role", ["redis_backup_select", "redis_backup_freshness"])
@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.option)
def test_each_filter_is_a_variable_of_both_roles_and_reaches_module_and_explanation(
    criterion: t.Any, role: str
) -> None:
    text = {name: (ROOT / "roles" / role / name).read_text(encoding="utf-8") for name in ROLE_FILES}
    variable = f"{role}_{criterion.option}"
    option = yaml.safe_load(text["meta/argument_specs.yml"])["argument_specs"]["main"]["options"][variable]
    for key in ("elements", "choices"):
        assert option.get(key) == criterion.spec.get(key), key
    assert text["tasks/main.yml"].count(f"{variable} | default(omit)") == 2
    assert f"`{criterion.option}`" in text["README.md"]


@pytest.mark.parametrize("role", ["redis_backup_select", "redis_backup_freshness"])
def test_a_role_variable_carries_the_name_of_its_role(role: str) -> None:
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    assert [name for name in options if not name.startswith(f"{role}_")] == []
    assert f"{role}_connection" in options
    said = options[f"{role}_connection"].get("options")
    assert said is None or set(said) == set(_query.connection_spec())


def test_versions_agree() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy["version"] == _transport.VERSION


def test_the_action_group_holds_every_module_that_asks() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    modules = sorted(path.stem for path in (ROOT / "plugins/modules").glob("[!_]*_info.py"))
    assert sorted(runtime["action_groups"]["mdb"]) == modules
    for module in modules:
        doc = yaml.safe_load(_text(f"plugins/modules/{module}.py", "DOCUMENTATION"))
        assert "yacloud.mdb._attributes.info" in doc["extends_documentation_fragment"]


def test_the_module_returns_what_it_documents() -> None:
    returns = yaml.safe_load(_text("plugins/modules/redis_backup_info.py", "RETURN"))
    facts = set(
        _backup_info._result(_query.Query.from_options({"cluster_ids": []}), _backup_info.Listing({}, {}), 0, 0).facts
    )
    assert set(returns) == facts | {"error"}
    assert set(returns["backups"]["contains"]) == {*_backups._FACTS.values(), "age_seconds"}
    assert set(returns["selection"]["sample"]["c9qe1abcd2fghij3klmn"]["filtered_out"]) == {c.option for c in CRITERIA}


# --- the vendor's definitions -------------------------------------------------------------------------------------


@pytest.fixture
def definitions() -> t.Any:
    """The services' descriptors by full name; a newer yandexcloud brings newer ones."""
    pytest.importorskip("yandexcloud")
    from google.protobuf import descriptor_pool
    from yandex.cloud.mdb.redis.v1 import backup_service_pb2, cluster_service_pb2

    assert backup_service_pb2.DESCRIPTOR.pool is cluster_service_pb2.DESCRIPTOR.pool
    return descriptor_pool.Default()


def test_the_fields_of_a_backup(definitions: t.Any) -> None:
    """A field that is new here is a fact to name, to document and to test."""
    message = definitions.FindMessageTypeByName("yandex.cloud.mdb.redis.v1.Backup")
    fields = {field.json_name: field.name for field in message.fields}
    assert sorted(set(fields) - set(_backups._FACTS)) == [], "fields that the vendor has added"
    assert sorted(set(_backups._FACTS) - set(fields)) == [], "fields that the vendor has dropped"
    assert fields == _backups._FACTS


def test_the_types_of_a_backup(definitions: t.Any) -> None:
    values = definitions.FindEnumTypeByName("yandex.cloud.mdb.redis.v1.Backup.BackupType").values
    assert [(value.number, value.name) for value in values] == [
        (0, "BACKUP_TYPE_UNSPECIFIED"),
        *((number, name) for number, name in enumerate(_backups.TYPES, start=1)),
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("ClusterService.ListBackups", _api.LIST_CLUSTER_BACKUPS),
        ("BackupService.List", _api.LIST_BACKUPS),
        ("ClusterService.List", _api.LIST_CLUSTERS),
    ],
)
def test_the_routes(definitions: t.Any, method: str, path: str) -> None:
    from google.api import annotations_pb2

    service, name = method.split(".")
    found = definitions.FindServiceByName(f"yandex.cloud.mdb.redis.v1.{service}").methods_by_name[name]
    assert found.GetOptions().Extensions[annotations_pb2.http].get == path
    names = {field.json_name for field in found.input_type.fields}
    assert {"pageSize", "pageToken"} <= names
    assert {field.json_name for field in found.output_type.fields} == {
        "nextPageToken",
        "clusters" if path == _api.LIST_CLUSTERS else "backups",
    }


def test_the_limits(definitions: t.Any) -> None:
    from yandex.cloud import validation_pb2

    request = definitions.FindMessageTypeByName("yandex.cloud.mdb.redis.v1.ListClusterBackupsRequest")

    def limit(field: str, kind: t.Any) -> str:
        return t.cast(str, request.fields_by_name[field].GetOptions().Extensions[kind])

    assert limit("page_size", validation_pb2.value) == "0-1000"
    assert _query._LIMITS["page_size"] == (1, 1000)
    assert limit("cluster_id", validation_pb2.length) == "<=50"
    assert _query.check_id("cluster_ids", "c" * 50)
