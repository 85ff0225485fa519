#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_data_check
short_description: Check what data a Redis holds
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Counts the keys of a Redis or Valkey, and checks them against what is expected, such as what was recorded when a backup was taken.
    So it shows whether a restored cluster really holds its data.
  - A check that does not hold is a result, RV(passed=false), and not a failed task. What could not be asked always fails.
  - It runs wherever the Redis can be reached. A managed cluster is reached from its own network, or at hosts with a public
    address by TLS; so C(delegate_to) a host in that network is often needed.
  - Whether the cluster is sharded it finds out by itself; the keys of every master are counted then.
  - It only reads. To connect, it sends C(HELLO) or C(AUTH), C(CLIENT SETINFO) and C(SELECT); then C(INFO), C(DBSIZE), C(SCAN), C(PTTL), C(TYPE),
    C(EXISTS), C(STRLEN), C(GETRANGE), C(LLEN), C(LRANGE), C(SCARD), C(SSCAN), C(HLEN), C(HSCAN), C(ZCARD), C(ZSCAN), C(XLEN) and C(XRANGE),
    in a sharded cluster also C(CLUSTER INFO), C(CLUSTER MYID) and C(CLUSTER SLOTS). The user C(default) of a managed cluster may send all of them.
  - To choose the sample, the names of all keys are read. That takes some ten seconds for a million keys; each request is short and lets others through.
extends_documentation_fragment:
  - yacloud.mdb._attributes
attributes:
  diff_mode:
    description: Returns details on what has changed, when in diff mode.
    support: none
    details: Nothing is ever changed.
requirements:
  - redis >= 4.3 (Python library, on the host where the module runs)
options:
  hosts:
    description:
      - The hosts of one Redis, as names or IP addresses, each with or without a port, such as V(rc1a-abc.mdb.yandexcloud.net),
        V(10.0.0.5:6380) or V([2001:db8::1]:6380).
      - Without a port, V(6380) with O(tls), and V(6379) without.
      - Of several hosts the one that is the master is used; the others need not be reachable.
      - Of a sharded cluster one host is enough if the addresses that the cluster announces can be reached from here. With TLS, or from outside
        its network, that needs C(announceHostnames) of the cluster; or name all hosts here.
    type: list
    elements: str
    required: true
  tls:
    description:
      - Whether to connect by TLS. The host's certificate is checked, its name included.
      - Without TLS, a O(password) is sent to loopback addresses only.
    type: bool
    default: true
  ca_path:
    description:
      - Path of the file with the certificate of the authority that signed the hosts' certificates, on the host where the module runs.
        Without it, the authorities of that system are trusted.
      - For managed clusters that is U(https://storage.yandexcloud.net/cloud-certs/CA.pem).
    type: path
  username:
    description: The Redis user. Without it, the user C(default).
    type: str
  password:
    description:
      - The user's password. A wrong one is tried once.
      - Keys whose names contain the password are not sampled, since Ansible would mask their names.
    type: str
  databases:
    description: The numbers of the databases to look at. Without it, all that hold keys. A sharded cluster has only V(0).
    type: list
    elements: int
  wait_timeout:
    description:
      - How many seconds to wait for a Redis that is still loading its data, or a sharded cluster of which a part is not there yet. After that
        the task fails.
      - A refused connection is waited for no longer than 10 seconds, in which a Redis that starts would listen.
      - Nothing else is waited for, such as a wrong password, a host that does not respond or an unknown host name.
    type: int
    default: 300
  min_keys:
    description: Check that there are at least so many keys, in O(databases) together.
    type: int
  required_keys:
    description: Check that keys of these names exist in database 0.
    type: list
    elements: str
  manifest:
    description:
      - Check that nothing of what an earlier run returned as RV(manifest) is lost or changed. In each database, there must be no fewer persistent
        keys (those without a time to live), and each sampled key must have the same value. More keys than recorded are no difference.
      - Keys with a time to live are not compared, as they may have expired since.
      - Record the manifest when the backup is taken, while nobody writes to the sampled keys. Of databases that are not in O(databases)
        nothing is compared.
    type: dict
seealso:
  - module: yacloud.mdb.redis_backup_info
  - name: Connecting to a managed cluster
    description: The vendor's page on hosts, ports and certificates.
    link: https://yandex.cloud/en/docs/managed-redis/operations/connect/
"""

EXAMPLES = r"""
- name: Check that a restored cluster holds data
  yacloud.mdb.redis_data_check:
    hosts: [rc1a-abcdefgh12345678.mdb.yandexcloud.net]
    ca_path: ~/.redis/YandexInternalRootCA.crt
    password: "{{ redis_password }}"
    min_keys: 100000
    required_keys: ["config:version"]
  delegate_to: vm-in-the-vpc
  register: data

- name: Fail unless it does
  ansible.builtin.assert:
    that: data.passed
    fail_msg: "{{ data.checks | rejectattr('passed') | map(attribute='detail') | join('; ') }}"

- name: Record what the source holds when its backup is taken
  yacloud.mdb.redis_data_check:
    hosts: "{{ source_hosts }}"
    ca_path: ~/.redis/YandexInternalRootCA.crt
    password: "{{ source_password }}"
  register: source

- name: Keep the record
  ansible.builtin.copy:
    content: "{{ source.manifest | to_json }}"
    dest: /var/backups/redis/manifest.json
    mode: "0600"

- name: Compare a restored cluster with the record
  yacloud.mdb.redis_data_check:
    hosts: "{{ restored_hosts }}"
    ca_path: ~/.redis/YandexInternalRootCA.crt
    password: "{{ restored_password }}"
    manifest: "{{ lookup('ansible.builtin.file', '/var/backups/redis/manifest.json') | from_json }}"
  register: restored
"""

RETURN = r"""
key_count:
  description: The keys of all databases looked at, on all masters.
  returned: success
  type: int
  sample: 200005
persistent_key_count:
  description: Those of RV(key_count) without a time to live.
  returned: success
  type: int
  sample: 180000
databases:
  description: Both counts for each database, by its number as a string.
  returned: success
  type: dict
  sample:
    "0": {key_count: 200005, persistent_key_count: 180000}
manifest:
  description:
    - What O(manifest) of a later run takes. It holds the counts of each database, and for up to 100 persistent keys of each their names and a
      SHA-256 digest of type and value. The order of a list counts, that of a set, a hash or a sorted set does not.
    - The keys are chosen by a hash of their names, so that another run chooses the same ones. Names that are not UTF-8 are written as base64.
    - Of a string of more than 64 MiB and a collection of more than 100,000 elements only type and size count, and only the type where a module
      brings it. Fields of a hash that have a time to live of their own count like others, and differ once they have expired.
  returned: success
  type: dict
  sample:
    version: 1
    databases:
      "0":
        key_count: 200005
        persistent_key_count: 180000
        sample:
          - name: "orders:17"
            digest: 5f3b1d5cf6a1f6a7a1c1e0a4d8f9b2c3e4d5f6a7b8c9d0e1f2a3b4c5d6e7f809
checks:
  description: What became of each of O(min_keys), O(required_keys) and O(manifest) that was given, in this order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The option's name.
      type: str
      returned: always
    passed:
      description: Whether the check holds.
      type: bool
      returned: always
    detail:
      description: What was found, in words.
      type: str
      returned: always
  sample:
    - name: min_keys
      passed: true
      detail: 200005 keys, and at least 100000 are required
passed:
  description: Whether all of RV(checks) hold; V(true) if there are none.
  returned: success
  type: bool
  sample: true
loaded:
  description:
    - How many keys the masters loaded from their files when they started.
    - V(null) where Redis does not tell, as before version 7.0, or after a replica has become the master.
  returned: success
  type: int
  sample: 200005
expired_on_load:
  description: How many further keys were in these files and had expired by then, which is no loss. V(null) where RV(loaded) is.
  returned: success
  type: int
  sample: 312
masters:
  description: The hosts whose keys were counted.
  returned: success
  type: list
  elements: str
  sample: ["rc1a-abcdefgh12345678.mdb.yandexcloud.net:6380"]
seconds:
  description: How long all of it took, waiting included.
  returned: success
  type: float
  sample: 2.318
error:
  description: The failure as data, beside RV(ignore:msg). It never holds a secret.
  returned: failure
  type: dict
  contains:
    kind:
      description: >-
        V(option); V(missing_library); V(connection) for a host that is not reached, or not by TLS; V(credential); V(wait) for data still loading
        after O(wait_timeout); V(state) for hosts of which none is a master, or that are not of one cluster; V(redis) for an error that Redis
        answered, such as a command that is not permitted.
      type: str
      returned: always
    option:
      description: The option that is invalid.
      type: str
      returned: if it is one
  sample:
    kind: credential
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._cloud.errors import CloudError
from ..module_utils._data_check import argument_spec, check_data


def main() -> None:
    """The module's process: reads the arguments, prints the result, ends."""
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        result = check_data(module.params)
    except CloudError as exc:
        module.fail_json(msg=str(exc), error=exc.as_dict())
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
