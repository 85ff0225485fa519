# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that cannot serve: each is told what is wrong with it, at the greatest verbosity, and none is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import (
    CLUSTERS,
    IAM_TOKEN,
    OIDC_TOKEN,
    Ansible,
    ask,
    assert_silent,
    look_up,
)

SECRET = "U2VjcmV0LW9mLWEtdGVzdC10aGF0LW5vYm9keS1tYXktc2Vl"


def _elliptic_key() -> str:
    """A private key of another kind than the service's."""
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()).decode()


def _lines(key: str) -> list[str]:
    return [line for line in key.splitlines() if len(line) > 30 and "-----" not in line and "PLEASE" not in line]


def _credentials(emulator: Emulator, home: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Options that cannot serve, by what has to be said of them; and what must not be seen."""
    key = json.loads(Path(emulator.key_file).read_text(encoding="utf-8"))
    private, elliptic = key["private_key"], _elliptic_key()
    (home / "key.json").write_text(json.dumps({**key, "private_key": private[:900]}), encoding="utf-8")
    (home / "text").write_text(f"my password is {SECRET}", encoding="utf-8")
    exchange = {
        "workload_identity_endpoint": f"{emulator.url}/oauth/token",
        "service_account_id": "ajeemulatoraccount00",
    }
    cases = {
        "holds a character that no token has": {"iam_token": f"{IAM_TOKEN}\n{SECRET}"},
        "holds an OAuth token": {"iam_token": f"y0_{SECRET}"},
        "holds an API key": {"iam_token": f"AQVN{SECRET}"},
        "The credential was refused": {"iam_token": f"t1.{SECRET}.{SECRET}"},
        "not a complete private key": {"service_account_key_file": str(home / "key.json")},
        "is not JSON": {"service_account_key_file": str(home / "text")},
        "cannot be read: No such file": {"service_account_key_file": str(home / "absent")},
        "private_key is not an RSA key": {"service_account_key": {**key, "private_key": elliptic}},
        "the field 'private_key' is missing": {
            "service_account_key": {"id": "ajkspoilt", "service_account_id": "ajespoilt", "privateKey": private}
        },
        "The key was not accepted": {"service_account_key": {**key, "id": "ajkanother"}},
        "are both set": {"service_account_key": key, "iam_token": IAM_TOKEN},
        "needs the service account that it stands for": {"workload_identity_token": OIDC_TOKEN},
        "HTTP status 400": {"workload_identity_token": f"{OIDC_TOKEN}{SECRET}", **exchange},
        "neither HTTPS nor loopback": {"iam_token": IAM_TOKEN, "endpoint": "http://mdb.example.org"},
        "no token is sent there": {
            "workload_identity_token": OIDC_TOKEN,
            **exchange,
            "workload_identity_endpoint": "http://oauth.example.org/token",
        },
    }
    return cases, [SECRET, *_lines(private), *_lines(elliptic)]


def test_each_is_told_and_not_shown(ansible: Ansible, tls: Emulator) -> None:
    """In process and by the lookup; as a module, one case of each option, since a task shows a module's options."""
    cases, secrets = _credentials(tls, ansible.home)
    reach = {"endpoint": tls.url, "ca_path": tls.ca_file, "api_retries": 0}
    told = {said: {**reach, **options} for said, options in cases.items()}
    as_module = {next(iter(options)): said for said, options in cases.items()}.values()
    tasks = []
    for said, options in told.items():
        values = {name: f"cases[{said!r}][{name!r}]" for name in options}
        written = {name: "{{ " + value + " }}" for name, value in values.items()}
        tasks += [
            ask(f"in process: {said}", cluster_ids=CLUSTERS[:1], **written),
            look_up(f"look up: {said}", **values),
        ]
        if said in as_module:
            tasks.append(ask(f"as a module: {said}", "module", cluster_ids=CLUSTERS[:1], **written))
    run = ansible.play(
        [{**task, "ignore_errors": True} for task in tasks],
        "-vvvv",
        variables={"cases": told, "clusters": CLUSTERS[:1]},
    )
    for said in cases:
        assert said in run.result(f"look up: {said}")["msg"]
        for way in ("in process", "as a module") if said in as_module else ("in process",):
            assert said in run.result(f"{way}: {said}")["msg"]
            assert run.result(f"{way}: {said}")["error"]["kind"] in ("credential", "option", "api")
    assert_silent(run.output, *secrets)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"YC_TOKEN": f"y0_{SECRET}"}, "the variable YC_TOKEN"),
        ({"YC_SERVICE_ACCOUNT_KEY_FILE": '{"private_key": "' + SECRET}, "is not JSON"),
    ],
)
def test_by_the_environment(ansible: Ansible, plain: Emulator, environ: dict[str, str], said: str) -> None:
    tasks = [
        ask("in process", cluster_ids=CLUSTERS[:1]),
        ask("as a module", "module", cluster_ids=CLUSTERS[:1]),
        look_up(),
    ]
    run = ansible.play(
        [{**task, "ignore_errors": True} for task in tasks],
        "-vvvv",
        variables={"clusters": CLUSTERS[:1]},
        environ={"YC_ENDPOINT": plain.url, **environ},
    )
    for task in ("in process", "as a module", "look up"):
        assert said in run.result(task)["msg"]
    assert plain.requests() == []
    assert_silent(run.output, SECRET)
