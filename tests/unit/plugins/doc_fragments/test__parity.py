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
from ansible_collections.yacloud.mdb.plugins.module_utils import _backup_info, _query
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud import (
    connection,
    credentials,
    transport,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._clusters import HEALTHS, ROLES, STATUSES
from ansible_collections.yacloud.mdb.plugins.module_utils._criteria import CRITERIA
from ansible_collections.yacloud.mdb.plugins.module_utils._engine import REDIS
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _newest
from ansible_collections.yacloud.mdb.tests.unit.samples import query

ROOT = Path(__file__).parents[4]
FRAGMENTS = {
    "yacloud.mdb._choosing": _choosing.ModuleDocFragment.DOCUMENTATION,
    "yacloud.mdb._connection": _connection.ModuleDocFragment.DOCUMENTATION,
    "yacloud.mdb._connection.plugins": _connection.ModuleDocFragment.PLUGINS,
}
ROLE_FILES = ("README.md", "meta/argument_specs.yml", "tasks/main.yml")
ARGUMENTS, CONNECTION = _backup_info.argument_spec(), connection.connection_spec(REDIS.service)
SECRETS = {name for name, spec in CONNECTION.items() if spec.get("no_log")}
CREDENTIALS = credentials.OPTIONS


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
LOOKUP = _documented("plugins/lookup/redis_newest_backup.py")
FILTER = _documented("plugins/filter/redis_newest_backup.py")


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_a_variable_that_is_read_is_documented(name: str) -> None:
    _function, variables = ARGUMENTS[name].get("fallback", (None, []))
    text = str(MODULE[name]["description"])
    for variable in (*variables, *CREDENTIALS.get(name, ())):
        assert f"E({variable})" in text


@pytest.mark.parametrize("name", sorted(CONNECTION))
def test_the_lookup_takes_each_connection_option_from_everywhere(name: str) -> None:
    spec, doc = CONNECTION[name], LOOKUP[name]
    _function, variables = spec.get("fallback", (None, []))
    assert doc["vars"] == [{"name": f"yacloud_mdb_{name}"}]
    assert {entry["name"] for entry in doc.get("env", [])} == {*variables, *CREDENTIALS.get(name, ())}
    assert doc.get("ini") == (None if name in SECRETS else [{"section": "yacloud_mdb", "key": name}])
    for key in ("type", "elements", "default", "choices"):
        assert spec.get(key) == doc.get(key), key


def test_the_lookup_has_no_option_of_which_the_core_knows_nothing() -> None:
    own = {"_terms", "by", "folder_id", "max_age", "on_missing", "return_format"}
    assert set(LOOKUP) == own | set(CRITERIA) | set(CONNECTION)


@pytest.mark.parametrize("plugin", [MODULE, LOOKUP, FILTER], ids=["module", "lookup", "filter"])
@pytest.mark.parametrize("option", CRITERIA)
def test_each_filter_is_an_option_everywhere(option: str, plugin: dict[str, dict[str, t.Any]]) -> None:
    spec = CRITERIA[option].spec
    assert {key: plugin[option].get(key) for key in spec} == spec


def test_the_filter_takes_what_it_documents() -> None:
    assert set(FILTER) - {"_input"} == set(_newest.FILTER_OPTIONS)


@pytest.mark.parametrize("role", ["redis_backup_select", "redis_backup_freshness"])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_each_filter_is_a_variable_of_both_roles_and_reaches_the_module(criterion: str, role: str) -> None:
    text = {name: (ROOT / "roles" / role / name).read_text(encoding="utf-8") for name in ROLE_FILES}
    variable = f"{role}_{criterion}"
    option = yaml.safe_load(text["meta/argument_specs.yml"])["argument_specs"]["main"]["options"][variable]
    for key in ("elements", "choices"):
        assert option.get(key) == CRITERIA[criterion].spec.get(key), key
    assert f'{criterion}: "{{{{ {variable} | default(omit) }}}}"' in text["tasks/main.yml"]
    assert f"`{criterion}`" in text["README.md"]


@pytest.mark.parametrize("role", ["redis_backup_select", "redis_backup_freshness"])
def test_a_role_variable_carries_the_name_of_its_role(role: str) -> None:
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    assert [name for name in options if not name.startswith(f"{role}_")] == []
    assert f"{role}_connection" in options
    said = options[f"{role}_connection"].get("options")
    assert said is None or set(said) == set(CONNECTION)


def test_versions_agree() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy["version"] == transport.VERSION


def test_the_module_returns_what_it_documents() -> None:
    returns = yaml.safe_load(_text("plugins/modules/redis_backup_info.py", "RETURN"))
    facts = _backup_info._result(query(cluster_ids=[]), _backup_info.Listing({}), 0, 0).facts
    assert set(returns) == {*facts, "error"}
    assert set(returns["backups"]["contains"]) == {*REDIS.fields.values(), "source_cluster_name", "age_seconds"}
    assert set(returns["backups"]["sample"][0]) == set(returns["backups"]["contains"])
    sample = returns["selection"]["sample"]["c9qe1abcd2fghij3klmn"]
    assert tuple(sample["filtered_out"]) == tuple(CRITERIA)
    assert sample["listed"] == sample["incomplete"] + sum(sample["filtered_out"].values()) + sample["matched"]


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
    assert sorted(set(fields) - set(REDIS.fields)) == [], "fields that the vendor has added"
    assert sorted(set(REDIS.fields) - set(fields)) == [], "fields that the vendor has dropped"
    assert fields == REDIS.fields


def test_the_types_of_a_backup(definitions: t.Any) -> None:
    assert _enum(definitions, "Backup.BackupType") == ["BACKUP_TYPE_UNSPECIFIED", *REDIS.types]


def test_the_states_of_a_cluster(definitions: t.Any) -> None:
    assert _enum(definitions, "Cluster.Status") == ["STATUS_UNKNOWN", *STATUSES]
    assert _enum(definitions, "Cluster.Health") == ["HEALTH_UNKNOWN", *HEALTHS]
    assert _enum(definitions, "Host.Role") == ["ROLE_UNKNOWN", *ROLES]


def _enum(definitions: t.Any, name: str) -> list[str]:
    """The names of an enum's values, of which the numbers have no gap."""
    values = definitions.FindEnumTypeByName(f"yandex.cloud.mdb.redis.v1.{name}").values
    assert [value.number for value in values] == list(range(len(values)))
    return [value.name for value in values]


def test_the_limits(definitions: t.Any) -> None:
    from yandex.cloud import validation_pb2

    request = definitions.FindMessageTypeByName("yandex.cloud.mdb.redis.v1.ListClusterBackupsRequest")

    def limit(field: str, kind: t.Any) -> str:
        return t.cast(str, request.fields_by_name[field].GetOptions().Extensions[kind])

    assert limit("page_size", validation_pb2.value) == "0-1000"
    assert _query._LIMITS["page_size"] == (1, 1000)
    assert limit("cluster_id", validation_pb2.length) == "<=50"
    assert _query.check_id("cluster_ids", "c" * 50)
