# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in by a real exchange over TLS, in process, as a module and by the lookup, and none with a word too many."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    IAM_TOKEN,
    NEWEST,
    OIDC_TOKEN,
    ask,
    assert_silent,
    look_up,
)

if TYPE_CHECKING:
    from yacloud_mdb_emulator.testing import Emulator

    from ansible_collections.yacloud.mdb.tests.integration.system.runs import Ansible, Run


def _variables(emulator: Emulator, home: Path) -> dict[str, Any]:
    """What plays of this file know; secrets stand in no task."""
    text = Path(emulator.key_file).read_text(encoding="utf-8")
    (home / "oidc").write_text(f"{OIDC_TOKEN}\n", encoding="utf-8")
    return {
        "clusters": CLUSTERS[:1],
        "endpoint": emulator.url,
        "ca": emulator.ca_file,
        "oauth": f"{emulator.url}/oauth/token",
        "key_file": emulator.key_file,
        "key": json.loads(text),
        "key_text": text,
        "token": IAM_TOKEN,
        "oidc": OIDC_TOKEN,
        "oidc_file": str(home / "oidc"),
        "account": emulator.service_account_id,
    }


def _key_secrets(emulator: Emulator) -> list[str]:
    key = json.loads(Path(emulator.key_file).read_text(encoding="utf-8"))
    return [
        line
        for line in key["private_key"].splitlines()
        if len(line) > 30 and "-----" not in line and "PLEASE" not in line
    ]


def _each_way(**options: str) -> list[dict[str, Any]]:
    """The three ways to be answered, with these options, whose values are names of variables."""
    reach = {"endpoint": "endpoint", "ca_path": "ca", "api_retry_max_delay": "0.01", **options}
    written = {name: "{{ " + value + " }}" for name, value in reach.items()}
    tasks = [
        ask("in process", cluster_ids="{{ clusters }}", **written),
        ask("as a module", "module", cluster_ids="{{ clusters }}", **written),
        look_up(**reach),
    ]
    return [{**task, "ignore_errors": True} for task in tasks]


def _assert_answered(run: Run) -> None:
    assert run.code == 0, run.output
    assert run.result("in process")["newest"][CLUSTERS[0]]["id"] == NEWEST
    assert run.result("as a module")["newest"].keys() == {CLUSTERS[0]}
    assert run.result("look up")["msg"] == [NEWEST]


OPTIONS: dict[str, dict[str, str]] = {
    "key as a mapping": {"service_account_key": "key"},
    "workload identity": {
        "workload_identity_token": "oidc",
        "workload_identity_endpoint": "oauth",
        "service_account_id": "account",
    },
}


@pytest.mark.parametrize("way", OPTIONS)
def test_options(ansible: Ansible, tls: Emulator, way: str) -> None:
    run = ansible.play(_each_way(**OPTIONS[way]), "-vvvv", variables=_variables(tls, ansible.home))
    _assert_answered(run)
    assert_silent(run.output, *_key_secrets(tls))
    assert tls.state()["token_exchanges"] == 2  # the lookup takes the token of the in-process task


ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "key file": ("YC_SERVICE_ACCOUNT_KEY_FILE=key_file",),
    "key in the variable": ("YC_SERVICE_ACCOUNT_KEY_FILE=key_text",),
    "workload identity from a file": (
        "YC_WORKLOAD_IDENTITY_TOKEN_FILE=oidc_file",
        "YC_SERVICE_ACCOUNT_ID=account",
        "YC_WORKLOAD_IDENTITY_ENDPOINT=oauth",
    ),
    "token": ("YC_TOKEN=token",),
    "the first of several": ("YC_SERVICE_ACCOUNT_KEY_FILE=key_file", "YC_IAM_TOKEN=nobody", "YC_TOKEN=nobody"),
    "metadata": ("YC_METADATA_ADDR=endpoint",),
}


@pytest.mark.parametrize("way", ENVIRONMENT)
def test_environment(ansible: Ansible, tls: Emulator, way: str) -> None:
    values = {**_variables(tls, ansible.home), "nobody": "t1.no.body"}
    environ = {name: values[key] for name, key in (item.partition("=")[::2] for item in ENVIRONMENT[way])}
    run = ansible.play(_each_way(), "-vvvv", variables=values, environ=environ)
    _assert_answered(run)
    assert_silent(run.output, *_key_secrets(tls))
    assert tls.state()["token_exchanges"] == (0 if "token" in way else 2)


def test_one_exchange_serves_a_loop(ansible: Ansible, tls: Emulator) -> None:
    values = _variables(tls, ansible.home)
    options = {"endpoint": tls.url, "ca_path": tls.ca_file, "service_account_key_file": tls.key_file}
    run = ansible.play([{**ask(cluster_ids="{{ item }}", **options), "loop": CLUSTERS}], variables=values)
    assert run.code == 0, run.output
    assert tls.state()["token_exchanges"] == 1


@pytest.mark.parametrize("ending", ["revoked", "short-lived"])
def test_a_token_that_ends_in_the_middle(ansible: Ansible, tls: Emulator, ending: str) -> None:
    """Renewed, with the pages already read kept."""
    if ending == "revoked":
        tls.add_fault(route="ListClusterBackups", kind="status", status=401, page=3)
    else:
        tls.settings(token_lifetime=1.0, latency=0.3)
    options = {"endpoint": tls.url, "ca_path": tls.ca_file, "service_account_key_file": tls.key_file, "page_size": 3}
    run = ansible.play([ask(cluster_ids=CLUSTERS[:1], **options)], "-vvvv")
    assert len(run.result("ask")["backups"]) == 10, run.output
    assert [entry["page"] for entry in tls.requests("ListClusterBackups") if entry["status"] == 200] == [1, 2, 3, 4]
    assert tls.state()["token_exchanges"] >= 2
    assert_silent(run.output, *_key_secrets(tls))


def test_a_lasting_refusal_costs_two_exchanges(ansible: Ansible, tls: Emulator) -> None:
    tls.add_fault(route="ListClusterBackups", kind="status", status=401, times=-1)
    options = {"endpoint": tls.url, "ca_path": tls.ca_file, "service_account_key_file": tls.key_file}
    run = ansible.play([ask(cluster_ids=CLUSTERS, **options)], "-vvvv")
    assert run.code == 2
    assert run.result("ask")["error"]["code"] == 16
    assert tls.state()["token_exchanges"] == 2
    assert_silent(run.output, *_key_secrets(tls))


def test_without_any_credential(ansible: Ansible, tls: Emulator) -> None:
    """All ways are named at once."""
    environ = {"YC_METADATA_ADDR": "127.0.0.1:9"}
    run = ansible.play(_each_way(), variables=_variables(tls, ansible.home), environ=environ)
    for task in ("in process", "as a module", "look up"):
        said = run.result(task)["msg"]
        ways = (
            "YC_SERVICE_ACCOUNT_KEY_FILE",
            "YC_WORKLOAD_IDENTITY_TOKEN",
            "YC_IAM_TOKEN",
            "YC_TOKEN",
            "instance_metadata",
        )
        for name in ways:
            assert name in said


def test_without_any_credential_within_5_seconds(ansible: Ansible, plain: Emulator) -> None:
    """As off the cloud, where nobody answers at the address of the metadata."""
    plain.add_fault(route="Metadata", kind="stall", times=-1)
    clock = "{{ now().timestamp() - begun | default(0) | float }}"
    tasks = [
        {"name": "clock", "ansible.builtin.set_fact": {"begun": clock}},
        {**ask(cluster_ids=CLUSTERS, endpoint=plain.url), "ignore_errors": True},
        {"name": "after", "ansible.builtin.debug": {"msg": clock}},
    ]
    run = ansible.play(tasks, environ={"YC_METADATA_ADDR": plain.url})
    assert "No credential is set" in run.result("ask")["msg"]
    assert float(run.result("after")["msg"]) < 5


def test_netrc_replaces_nothing(ansible: Ansible, plain: Emulator) -> None:
    (ansible.home / ".netrc").write_text("default login nobody password stolen\n", encoding="utf-8")
    (ansible.home / ".netrc").chmod(0o600)
    values = _variables(plain, ansible.home)
    tasks = [
        {**task, "ignore_errors": False} for task in _each_way(service_account_key_file="key_file", ca_path="omit")
    ]
    tasks[2] = look_up(endpoint="endpoint", service_account_key_file="key_file")
    tasks.append(look_up("by token", endpoint="endpoint", iam_token="token"))
    run = ansible.play(tasks, variables=values, environ={"NETRC": str(ansible.home / ".netrc")})
    assert run.code == 0, run.output
    schemes = {entry["authorization_scheme"] for entry in plain.requests()}
    assert schemes == {None, "Bearer"}
    assert {entry["route"] for entry in plain.requests() if entry["has_authorization"]} == {"ListClusterBackups"}
    assert plain.requests()[-1]["authorization_sha256"] == hashlib.sha256(IAM_TOKEN.encode()).hexdigest()


def test_redirects_are_not_followed(ansible: Ansible, tls: Emulator, plain: Emulator) -> None:
    tls.add_fault(route="ListClusterBackups", kind="redirect", location=f"{plain.url}/stolen", times=-1)
    run = ansible.play(_each_way(iam_token="token"), "-vvvv", variables=_variables(tls, ansible.home))
    for task in ("in process", "as a module", "look up"):
        assert "a redirect, which is not followed" in run.result(task)["msg"]
    assert plain.requests() == []
    assert_silent(run.output)


def test_certificates(ansible: Ansible, tls: Emulator) -> None:
    """An unknown authority is refused; a folder of authorities serves as a file does; nothing is checked if nothing shall be."""
    values = {**_variables(tls, ansible.home), **_authorities(str(tls.ca_file), ansible.home)}
    reach = {"endpoint": tls.url, "iam_token": "{{ token }}", "cluster_ids": CLUSTERS[:1]}
    tasks = []
    for path in ("in_process", "module"):
        tasks += [
            ask(f"folder {path}", path, ca_path="{{ folder }}", **reach),
            ask(f"unchecked {path}", path, validate_certs=False, **reach),
            ask(f"unknown {path}", path, **reach),
            ask(f"none {path}", path, ca_path="{{ bare }}", **reach),
            ask(f"absent {path}", path, ca_path="{{ absent }}", **reach),
        ]
    run = ansible.play([{**task, "ignore_errors": True} for task in tasks], "-vvvv", variables=values)
    for path in ("in_process", "module"):
        assert run.result(f"folder {path}")["newest"][CLUSTERS[0]]["id"] == NEWEST
        assert run.result(f"unchecked {path}")["newest"][CLUSTERS[0]]["id"] == NEWEST
        assert "Set ca_path to the authority that signed it" in run.result(f"unknown {path}")["msg"]
        assert "holds no certificate" in run.result(f"none {path}")["msg"]
        assert "ca_path" in run.result(f"absent {path}")["msg"]
    assert_silent(run.output)


def _authorities(ca_file: str, home: Path) -> dict[str, str]:
    """A folder as OpenSSL wants it, with the authority's certificate; a file without any; and no file."""
    if not shutil.which("openssl"):
        pytest.skip("needs the command openssl to make a folder of authorities")
    command = ["openssl", "x509", "-noout", "-subject_hash", "-in", ca_file]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (home / "authorities").mkdir()
    shutil.copy(ca_file, home / "authorities" / f"{name}.0")
    (home / "bare.pem").write_text("no certificate", encoding="utf-8")
    return {"folder": str(home / "authorities"), "bare": str(home / "bare.pem"), "absent": str(home / "absent.pem")}
