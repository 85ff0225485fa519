# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A credential is exchanged once for all hosts and tasks of a run, and a region asked once for its hosts."""

from __future__ import annotations

from yacloud_mdb_emulator.testing import Emulator

from ansible_collections.yacloud.mdb.tests.integration.system.runs import CLUSTERS, Ansible, ask

HOSTS = ",".join(f"host{number}" for number in range(6)) + ","
PYTHON = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}


def test_one_exchange_for_all_hosts_and_tasks_of_a_run_and_one_more_for_a_refused_token(
    ansible: Ansible, plain: Emulator
) -> None:
    options = {"cluster_ids": CLUSTERS[:1], "endpoint": plain.url, "service_account_key_file": plain.key_file}
    lookup = (
        "{{ query('yacloud.mdb.redis_newest_backup', '" + CLUSTERS[0] + "', endpoint='" + plain.url + "',"
        " service_account_key_file='" + plain.key_file + "') }}"
    )
    revoke = {"ansible.builtin.uri": {"url": f"{plain.url}/emulator/tokens/revoke", "method": "POST"}, "run_once": True}
    tasks = [ask("first", **options), {"ansible.builtin.debug": {"msg": lookup}}, revoke, ask("after", **options)]
    keywords = {"hosts": "all", "connection": "local"}
    run = ansible.play(tasks, "-i", HOSTS, keywords=keywords, variables=PYTHON)
    assert run.code == 0, run.output
    assert plain.state()["token_exchanges"] == 2
    assert len(plain.requests("Discovery")) == 1
