# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in by a real exchange over TLS, in process, as a module and by the lookup, and none with a word too many."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    IAM_TOKEN,
    NEWEST,
    OIDC_TOKEN,
    Ansible,
    Run,
    ask,
    assert_silent,
    look_up,
)


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


def _each_way(way: str, **options: str) -> list[dict[str, Any]]:
    """The three ways to be answered, with these options, whose values are names of variables."""
    reach = {"endpoint": "endpoint", "ca_path": "ca", "api_retry_max_delay": "0.01", **options}
    written = {name: "{{ " + value + " }}" for name, value in reach.items()}
    return [
        ask(f"{way} in process", cluster_ids="{{ clusters }}", **written),
        ask(f"{way} as a module", "module", cluster_ids="{{ clusters }}", **written),
        look_up(f"{way} by the lookup", **reach),
    ]


def _assert_answered(run: Run, way: str) -> None:
    assert run.code == 0, run.output
    assert run.result(f"{way} in process")["newest"][CLUSTERS[0]]["id"] == NEWEST
    assert run.result(f"{way} as a module")["newest"].keys() == {CLUSTERS[0]}
    assert run.result(f"{way} by the lookup")["msg"] == [NEWEST]


OPTIONS: dict[str, dict[str, str]] = {
    "key as a mapping": {"service_account_key": "key"},
    "workload identity": {
        "workload_identity_token": "oidc",
        "workload_identity_endpoint": "oauth",
        "service_account_id": "account",
    },
}


def test_options(ansible: Ansible, tls: Emulator) -> None:
    tasks = [task for way, options in OPTIONS.items() for task in _each_way(way, **options)]
    run = ansible.play(tasks, "-vvvv", variables=_variables(tls, ansible.home))
    for way in OPTIONS:
        _assert_answered(run, way)
    assert_silent(run.output, *_key_secrets(tls))
    assert tls.state()["token_exchanges"] == 2 * len(OPTIONS)  # the lookup takes the token of the in-process task


ENVIRONMENT: dict[str, dict[str, str]] = {
    "key in the variable": {"YC_SERVICE_ACCOUNT_KEY_FILE": "key_text"},
    "workload identity from a file": {
        "YC_WORKLOAD_IDENTITY_TOKEN_FILE": "oidc_file",
        "YC_SERVICE_ACCOUNT_ID": "account",
        "YC_WORKLOAD_IDENTITY_ENDPOINT": "oauth",
    },
    "metadata": {"YC_METADATA_ADDR": "endpoint"},
}


@pytest.mark.parametrize("way", ENVIRONMENT)
def test_environment(ansible: Ansible, tls: Emulator, way: str) -> None:
    values = _variables(tls, ansible.home)
    environ = {name: values[variable] for name, variable in ENVIRONMENT[way].items()}
    run = ansible.play(_each_way(way), "-vvvv", variables=values, environ=environ)
    _assert_answered(run, way)
    assert_silent(run.output, *_key_secrets(tls))
    assert tls.state()["token_exchanges"] == 2


def test_without_any_credential_all_ways_are_named_within_5_seconds(ansible: Ansible, plain: Emulator) -> None:
    """As off the cloud, where nobody answers at the address of the metadata."""
    plain.add_fault(route="Metadata", kind="stall", times=-1)
    clock = "{{ now().timestamp() - begun | default(0) | float }}"
    tasks = [
        {"name": "clock", "ansible.builtin.set_fact": {"begun": clock}},
        {**ask(cluster_ids=CLUSTERS, endpoint=plain.url), "ignore_errors": True},
        {"name": "after", "ansible.builtin.debug": {"msg": clock}},
    ]
    run = ansible.play(tasks, environ={"YC_METADATA_ADDR": plain.url})
    said = run.result("ask")["msg"]
    assert "No credential is set" in said
    for way in ("YC_SERVICE_ACCOUNT_KEY_FILE", "YC_WORKLOAD_IDENTITY_TOKEN", "YC_IAM_TOKEN", "YC_TOKEN"):
        assert way in said
    assert "instance_metadata" in said
    assert float(run.result("after")["msg"]) < 5


def test_netrc_replaces_nothing(ansible: Ansible, tls: Emulator) -> None:
    (ansible.home / ".netrc").write_text("default login nobody password stolen\n", encoding="utf-8")
    (ansible.home / ".netrc").chmod(0o600)
    values = _variables(tls, ansible.home)
    tasks = [
        *_each_way("key", service_account_key_file="key_file"),
        look_up("by token", endpoint="endpoint", ca_path="ca", iam_token="token"),
    ]
    run = ansible.play(tasks, variables=values, environ={"NETRC": str(ansible.home / ".netrc")})
    assert run.code == 0, run.output
    schemes = {entry["authorization_scheme"] for entry in tls.requests()}
    assert schemes == {None, "Bearer"}
    assert {entry["route"] for entry in tls.requests() if entry["has_authorization"]} == {"ListClusterBackups"}
    assert tls.requests()[-1]["authorization_sha256"] == hashlib.sha256(IAM_TOKEN.encode()).hexdigest()


def test_certificates(ansible: Ansible, tls: Emulator) -> None:
    """An unknown authority is refused; a folder of authorities serves as a file does; nothing is checked if nothing shall be."""
    values = {**_variables(tls, ansible.home), **_authorities(str(tls.ca_file), ansible.home)}
    reach = {"endpoint": tls.url, "iam_token": "{{ token }}", "cluster_ids": CLUSTERS[:1]}
    tasks = [
        ask("folder", ca_path="{{ folder }}", **reach),
        ask("folder as a module", "module", ca_path="{{ folder }}", **reach),
        ask("unchecked", validate_certs=False, **reach),
        ask("unknown", **reach),
        ask("unknown as a module", "module", **reach),
        ask("none", ca_path="{{ bare }}", **reach),
        ask("absent", ca_path="{{ absent }}", **reach),
    ]
    run = ansible.play([{**task, "ignore_errors": True} for task in tasks], "-vvvv", variables=values)
    for name in ("folder", "folder as a module", "unchecked"):
        assert run.result(name)["newest"][CLUSTERS[0]]["id"] == NEWEST
    for name in ("unknown", "unknown as a module"):
        assert "Set ca_path to the authority that signed it" in run.result(name)["msg"]
    assert "holds no certificate" in run.result("none")["msg"]
    assert "ca_path" in run.result("absent")["msg"]
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
