#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_restored_cluster
short_description: Restore a backup of Managed Redis into a new cluster, or remove such a cluster
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Restores a backup of Yandex Managed Service for Redis (now sold as Valkey) into a new cluster, waits until that is ready for use, and
    returns it with its hosts. The cluster that was backed up is not touched.
  - It is idempotent by O(name) in the folder and by O(backup_id). A cluster of that name that was restored from that backup is left as it
    is; one that is still being restored, as by a run that was interrupted, is waited for. Any other cluster of that name is an error.
    Nothing is ever replaced or modified, and the password of an existing cluster is not compared.
  - Where a cluster came from is read from the operations that the cloud keeps for it, never from its description or its labels.
  - With O(state=absent) it removes a cluster that was restored from a backup, and refuses any other.
extends_documentation_fragment:
  - yacloud.mdb._attributes
  - yacloud.mdb._attributes.writing
  - yacloud.mdb._attributes.api
  - yacloud.mdb._writing
  - yacloud.mdb._connection
options:
  state:
    description:
      - V(present) makes sure that there is a cluster O(name) that was restored from O(backup_id) and is ready.
      - V(absent) removes the cluster O(cluster_id) that has the name O(name). One that does not exist any more is fine.
    type: str
    choices: [present, absent]
    default: present
  backup_id:
    description:
      - The backup to restore, as RV(yacloud.mdb.redis_backup_info#module:newest) names it. A backup that is still being taken is refused.
      - Required with O(state=present).
      - With O(state=absent), only a cluster that was restored from this backup is removed.
    type: str
  name:
    description:
      - The name of the restored cluster, unique in its folder.
    type: str
    required: true
  cluster_id:
    description:
      - The cluster to remove. Required with O(state=absent), and of no use otherwise.
    type: str
  folder_id:
    description:
      - The folder of the restored cluster; without it, that of the backup.
      - Set it where the backup may have expired by the next run, which then needs the folder to find the cluster.
    type: str
  inherit:
    description:
      - Whether the options from O(environment) to O(persistence_mode) that are not set are copied from the cluster that was backed up, while
        that exists. RV(inherited) names what was copied.
      - Where that cluster does not exist any more, O(environment), O(network_id), O(hosts), O(version), O(resource_preset_id) and
        O(disk_size_gib) have to be set.
      - With V(false), O(environment) has to be set, and the API decides on whatever else is left out.
    type: bool
    default: true
  environment:
    description:
      - The environment, which decides how early the cluster gets updates of the service.
    type: str
    choices: [PRODUCTION, PRESTABLE]
  network_id:
    description:
      - The network of the hosts. With another one than the source has, neither its subnets nor its security groups are copied.
    type: str
  hosts:
    description:
      - The hosts of the restored cluster. Without it they are like those of the source.
    type: list
    elements: dict
    suboptions:
      zone_id:
        description: The availability zone, such as V(ru-central1-a).
        type: str
        required: true
      subnet_id:
        description: The subnet; needed where the network has several in the zone.
        type: str
      shard_name:
        description: The shard that the host belongs to.
        type: str
      replica_priority:
        description: How much the host is preferred as the next master. The API takes V(100) where it is left out.
        type: int
      assign_public_ip:
        description: Whether the host can be reached from the internet, which needs O(tls_enabled).
        type: bool
        default: false
  security_group_ids:
    description:
      - The security groups of the hosts. An empty list is none, and none are copied then.
    type: list
    elements: str
  version:
    description:
      - The version of the database, such as V(8.1-valkey).
    type: str
  resource_preset_id:
    description:
      - The class of the hosts, such as V(hm3-c2-m8).
    type: str
  disk_size_gib:
    description:
      - The size of each host's disk in GiB, which has to be at least twice the host's memory.
    type: int
  disk_type_id:
    description:
      - The type of the disks, such as V(network-ssd).
    type: str
  config:
    description:
      - Further Redis settings by their names in the API, in either spelling, such as V(maxmemory_policy) or V(maxmemoryPolicy).
      - Settings that are not among them are copied one by one, as far as they had been set on the source; V(null) copies none.
      - The API ignores a setting that it does not know; then this module warns.
    type: dict
  tls_enabled:
    description:
      - Whether the cluster takes connections with TLS. It can be set only when a cluster is made.
    type: bool
  sharded:
    description:
      - Whether the cluster is sharded, for which the backup has to be one of a sharded cluster.
    type: bool
  announce_hostnames:
    description:
      - Whether the cluster tells clients the names of its hosts rather than their addresses. Clients that check certificates, or that come
        from outside the network, need it.
    type: bool
  persistence_mode:
    description:
      - Whether data are written to disk, V(ON_REPLICAS) only on replicas.
      - V(ON) is the default of the API, which cannot tell it from an option that is not set.
      - Quote V(ON) and V(OFF), which YAML otherwise takes for booleans.
    type: str
    choices: ["ON", "OFF", ON_REPLICAS]
  password:
    description:
      - The password of the restored cluster, 8 to 128 characters. It is never copied from the source and appears in no output.
    type: str
  description:
    description:
      - A description of the restored cluster.
    type: str
  labels:
    description:
      - Labels of the restored cluster. The id of a backup holds a colon, so that it cannot be the value of one.
    type: dict
  disk_encryption_key_id:
    description:
      - The KMS key that encrypts the disks. Without it the API decides, which may keep the source's key; V("") asks for disks that are not
        encrypted.
    type: str
  deletion_protection:
    description:
      - Whether the restored cluster is protected from deletion.
    type: bool
    default: false
  force:
    description:
      - With O(state=absent), also remove a cluster whose operations do not show that it was restored from a backup.
      - What O(backup_id) says holds all the same, and so does that the source of a backup is never removed.
    type: bool
    default: false
  lift_deletion_protection:
    description:
      - With O(state=absent), switch the cluster's deletion protection off first. Without it, a protected cluster is an error.
    type: bool
    default: false
  wait_timeout:
    description:
      - How long to wait, in seconds, for everything together. The service restores about 10 MB a second, so that 100 GB take nearly three
        hours.
    type: float
    default: 3600
notes:
  - To restore, the credential's account needs C(managed-redis.restorer) on the backup's folder and on that of the new cluster, and
    C(vpc.user) on the folder of the network. That role can neither take a backup nor remove a cluster.
  - To remove a cluster, it needs C(managed-redis.editor) on the cluster's folder. With C(managed-redis.restorer) on production's folder and
    C(managed-redis.editor) on a folder of its own for restored clusters, an account cannot remove production.
  - Of the data, keys whose time to live has passed since the backup are not in the restored cluster. Users of the source other than
    C(default), and every password, are not restored by this module. Neither are maintenance windows, the time of the daily backup, access
    from other services, and autoscaling.
  - The restored cluster is charged as any other from the moment that it is made, counts against the quotas of the cloud, and makes backups
    of its own, which stay in the folder for 7 days after the cluster was removed.
  - A restore that fails may leave a cluster behind. The message of the failure then names it, with what to do to remove it.
seealso:
  - module: yacloud.mdb.redis_backup_info
  - module: yacloud.mdb.redis_backup
  - module: yacloud.mdb.redis_data_check
  - name: Restore, the API behind it
    description: The reference page of the vendor.
    link: https://yandex.cloud/en/docs/managed-redis/api-ref/Cluster/restore
"""

EXAMPLES = r"""
- name: Find the newest backup
  yacloud.mdb.redis_backup_info:
    cluster_id: c9qe1abcd2fghij3klmn
    on_missing: error
    limit: 1
  register: redis

- name: Make a password that is stored nowhere
  ansible.builtin.set_fact:
    redis_password: "{{ lookup('ansible.builtin.password', '/dev/null', length=32, chars=['ascii_letters', 'digits']) }}"
  no_log: true

- name: Restore it beside production
  yacloud.mdb.redis_restored_cluster:
    backup_id: "{{ redis.newest['c9qe1abcd2fghij3klmn'].id }}"
    name: orders-copy
    password: "{{ redis_password }}"
  register: restored

- name: Show its masters
  ansible.builtin.debug:
    msg: "{{ restored.hosts | selectattr('role', 'eq', 'MASTER') | map(attribute='name') }}"

- name: Restore into another folder and network, on smaller hosts
  yacloud.mdb.redis_restored_cluster:
    backup_id: "c9qe1abcd2fghij3klmn:mdb-backup-1"
    folder_id: b1gqrstuvwxyz0abcdef
    network_id: enpabcdefghij0klmnop
    hosts:
      - zone_id: ru-central1-a
        subnet_id: e9babcdefghij0klmnop
    resource_preset_id: hm3-c2-m8
    disk_size_gib: 32
    name: orders-staging
    password: "{{ redis_password }}"
    config:
      maxmemory_policy: NOEVICTION
  register: staging

- name: Remove it again
  yacloud.mdb.redis_restored_cluster:
    state: absent
    cluster_id: "{{ staging.cluster.id }}"
    name: orders-staging
    backup_id: "c9qe1abcd2fghij3klmn:mdb-backup-1"
"""

RETURN = r"""
msg:
  description: What was done, or what went wrong, in words.
  returned: always
  type: str
  sample: "cluster orders-copy: c9qv5restored00000ab is restored from backup c9qe1abcd2fghij3klmn:mdb-backup-1."
cluster:
  description:
    - The cluster as the API last showed it, its own fields in snake_case; V(null) where there is none, as in check mode before the restore and
      after a removal. Passwords are masked.
  returned: always, in failures where it is known
  type: dict
  sample:
    id: c9qv5restored00000ab
    name: orders-copy
    folder_id: b1gabcdefghij0klmnop
    status: RUNNING
    health: ALIVE
    created_at: "2026-11-20T10:00:01Z"
  contains:
    id:
      description: The cluster's id.
      type: str
      returned: always
    name:
      description: The cluster's name.
      type: str
      returned: always
    status:
      description: Such as V(CREATING) or V(RUNNING); V(null) where it is not known.
      type: str
      returned: always
    health:
      description: Such as V(ALIVE); V(null) where it is not known.
      type: str
      returned: always
hosts:
  description: The cluster's hosts, by name, likewise.
  returned: always, in failures where they are known
  type: list
  elements: dict
  sample:
    - name: rc1a-abcdefghij0klmno.mdb.yandexcloud.net
      cluster_id: c9qv5restored00000ab
      zone_id: ru-central1-a
      subnet_id: e9babcdefghij0klmnop
      shard_name: shard1
      role: MASTER
      health: ALIVE
      assign_public_ip: false
  contains:
    name:
      description: The name under which the host is reached.
      type: str
      returned: always
    role:
      description: V(MASTER) or V(REPLICA); V(null) where it is not known yet.
      type: str
      returned: always
    shard_name:
      description: The shard that the host belongs to.
      type: str
      returned: always
    assign_public_ip:
      description: Whether the host can be reached from the internet.
      type: bool
      returned: always
backup_id:
  description: The backup that the cluster was restored from, or is to be; V(null) where it is not known.
  returned: always
  type: str
  sample: "c9qe1abcd2fghij3klmn:mdb-backup-1"
inherited:
  description: The options whose values were copied from the cluster that was backed up. Empty where nothing was asked for.
  returned: O(state=present)
  type: list
  elements: str
  sample: [environment, network_id, hosts, version, resource_preset_id, disk_size_gib]
request:
  description: The body of the request for a restore, its password masked.
  returned: where a restore was asked for, and in check mode where it would be
  type: dict
  sample:
    backupId: "c9qe1abcd2fghij3klmn:mdb-backup-1"
    name: orders-copy
    configSpec: {redis: {password: "********"}}
operation:
  description: The operation in the cloud; V(null) where nothing was asked for, or no operation is known that came of it.
  returned: always
  type: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: always
    description:
      description: What it does, in the API's words.
      type: str
      returned: always
    created_at:
      description: When it began, as the API wrote it.
      type: str
      returned: always
    modified_at:
      description: When it last changed; of one that is done, when it ended.
      type: str
      returned: always
    done:
      description: Whether it had ended when it was last looked at.
      type: bool
      returned: always
    error:
      description: Why it failed, by C(code) of C(google.rpc.Status) and C(message); V(null) otherwise.
      type: dict
      returned: always
  sample:
    id: c9qj2operation0000ab
    description: Create new Redis cluster from the backup
    created_at: "2026-11-20T10:00:00Z"
    modified_at: "2026-11-20T10:07:12Z"
    done: true
    error: null
seconds:
  description:
    - How long each phase took that there was. V(restore) is the operation that made the cluster, V(ready) the time from its end until
      the cluster was ready; V(unprotect) and V(remove) are the operations that switched its deletion protection off and removed it. An
      operation is measured by its own times where it is done.
  returned: always
  type: dict
  sample: {restore: 432.0, ready: 21.3}
error:
  description: The failure as data, beside RV(msg). It never holds a secret.
  returned: failure
  type: dict
  contains:
    kind:
      description: >-
        V(operation) for an operation that failed, V(wait) for a cluster that was not ready, or not gone, in time, V(state) for a cluster of
        that name that is another one or cannot be used, for one that must not be removed, and for a backup that is not finished, or a kind
        of M(yacloud.mdb.redis_backup_info).
      type: str
      returned: always
    cluster_id:
      description: The cluster that it is about.
      type: str
      returned: if one is known
    missing:
      description: The options that have to be set.
      type: list
      elements: str
      returned: if there is nothing to copy them from
  sample: {kind: state, cluster_id: c9qv5restored00000ab, status: ERROR}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._restored_cluster import FACTS, argument_spec, restored_cluster
from ..module_utils._writing import run_module


def main() -> None:
    """The module's process: reads the arguments, prints the result, ends."""
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    # A password among the settings is refused, and until then no output may show it either.
    settings = (module.params["config"] or {}).items()
    module.no_log_values.update(str(value) for name, value in settings if str(name).lower() == "password")
    run_module(module, FACTS, restored_cluster)


if __name__ == "__main__":
    main()
