#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_backup_info
short_description: List the backups of Managed Redis clusters and name the newest of each
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Reads every page of the backups of one cluster, several clusters or a folder of Yandex Managed Service for Redis (now sold as Valkey),
    and returns them as facts, newest first, with the newest of each cluster and how the others fell.
  - There are three outcomes, which are never blurred. A backup was found (RV(newest)); none qualifies (RV(missing)); or the API could not be
    asked, or contradicts itself, which always fails.
  - On the controller itself (a local connection, no C(become), C(async) or C(environment), Ansible's own Python) the task runs within
    Ansible's process. Everywhere else it is a module as any other. The result is the same.
extends_documentation_fragment:
  - yacloud.mdb._attributes
  - yacloud.mdb._attributes.info
  - yacloud.mdb._attributes.api
  - yacloud.mdb._choosing
  - yacloud.mdb._connection
options:
  cluster_ids:
    description:
      - The clusters to read. An empty list asks nothing and returns nothing.
      - O(cluster_ids), O(cluster_names) and O(backup_ids) exclude each other. With none of them the whole of O(folder_id) is read.
    type: list
    elements: str
    aliases: [cluster_id]
  cluster_names:
    description:
      - The clusters to read, by their exact names in O(folder_id), which is required then. An empty list asks nothing and returns nothing.
      - A name that the folder does not have, or has twice, is an error.
    type: list
    elements: str
    aliases: [cluster_name]
  backup_ids:
    description:
      - Single backups to read, each by itself. One that does not exist any more is named in RV(missing), by its own id.
      - O(folder_id), O(limit) and the filters do not go with it; E(YC_FOLDER_ID) is ignored.
    type: list
    elements: str
    aliases: [backup_id]
  folder_id:
    description:
      - With neither clusters nor backups named, the folder to read whole, with the backups of clusters deleted meanwhile.
      - With O(cluster_ids), the folder in which the backups of a cluster are looked for that cannot be read directly, as after its deletion.
      - E(YC_FOLDER_ID) is used if it is not set.
    type: str
  max_age:
    description:
      - How old the newest backup of a cluster may be, such as V(26h), V(1d2h), V(90m), V(PT26H), or a number of seconds. Where it is older,
        the cluster is in RV(stale).
      - It is measured from O(created_before) where that is given and past, since that is how much was lost at an incident; otherwise
        from RV(evaluated_at).
    type: str
  on_missing:
    description:
      What to do about a cluster, or a single backup, that is in RV(missing). V(error) fails and returns no backup at all, V(warn) warns.
    type: str
    choices: [error, warn, skip]
    default: skip
  on_stale:
    description: What to do about a cluster that is in RV(stale), likewise.
    type: str
    choices: [error, warn, skip]
    default: skip
  limit:
    description:
      - How many backups of each cluster are returned in RV(backups), the newest first; at least 1. Without it, all that match.
      - Large results cost more in Ansible than reading them costs; V(1) is enough for a choice.
    type: int
  page_size:
    description: How many backups are asked for in one request, V(1) to V(1000). All pages are read, whatever it is.
    type: int
    default: 1000
seealso:
  - plugin: yacloud.mdb.redis_newest_backup
    plugin_type: lookup
  - plugin: yacloud.mdb.redis_newest_backup
    plugin_type: filter
  - name: ListBackups, the API behind it
    description: The reference page of the vendor.
    link: https://yandex.cloud/en/docs/managed-redis/api-ref/Cluster/listBackups
"""

EXAMPLES = r"""
- name: Read all backups of a cluster
  yacloud.mdb.redis_backup_info:
    cluster_id: c9qe1abcd2fghij3klmn
    service_account_key_file: ~/.config/yandex-cloud/restore-key.json
  register: redis

- name: Show the newest one
  ansible.builtin.debug:
    msg: "{{ redis.newest['c9qe1abcd2fghij3klmn'].id }} of {{ redis.newest['c9qe1abcd2fghij3klmn'].created_at }}"

- name: Pick the last backup before an incident
  yacloud.mdb.redis_backup_info:
    cluster_id: c9qe1abcd2fghij3klmn
    created_before: "2026-11-20T10:00:00Z"
    max_age: 26h
    on_missing: error
    on_stale: error
    limit: 1
  register: before_incident

- name: See whether a backup that was noted is still there
  yacloud.mdb.redis_backup_info:
    backup_id: "c9qe1abcd2fghij3klmn:mdb-backup-1"
    on_missing: error

- name: Read several clusters in one task, once for all hosts
  yacloud.mdb.redis_backup_info:
    cluster_names: [orders-cache-prod, sessions-cache-prod]
    folder_id: b1gabcdefghij0klmnop
    type: [MANUAL]
    limit: 1
  run_once: true
  register: manual

- name: Find the clusters of a folder without a backup from the last 26 hours
  yacloud.mdb.redis_backup_info:
    folder_id: b1gabcdefghij0klmnop
    max_age: 26h
    limit: 1
  register: folder

- name: Name them
  ansible.builtin.debug:
    msg: "{{ (folder.stale + folder.missing) | difference(folder.deleted) }}"
"""

RETURN = r"""
backups:
  description: The backups that match, of all clusters together, newest first by RV(ignore:created_at), RV(ignore:started_at) and RV(ignore:id).
  returned: success
  type: list
  elements: dict
  sample:
    - id: "c9qe1abcd2fghij3klmn:mdb-backup-1"
      folder_id: b1gabcdefghij0klmnop
      created_at: "2026-11-19T22:21:09.123456Z"
      started_at: "2026-11-19T22:04:30Z"
      source_cluster_id: c9qe1abcd2fghij3klmn
      source_cluster_name: null
      source_shard_names: [shard1]
      type: AUTOMATED
      age_seconds: 41931
  contains:
    id:
      description: The backup's id. Nothing can be read from it.
      type: str
    folder_id:
      description: The folder that the backup belongs to.
      type: str
    created_at:
      description: When the backup was completed, as the API wrote it; V(null) for one in RV(incomplete) to which the API gave no time.
      type: str
    started_at:
      description: When the backup was started, as the API wrote it; V(null) where it gave no time.
      type: str
    source_cluster_id:
      description: The cluster that was backed up.
      type: str
    source_cluster_name:
      description: Its name; V(null) where the clusters' list was not read, or does not have it any more.
      type: str
    source_shard_names:
      description: The shards that the backup covers.
      type: list
      elements: str
    type:
      description: V(AUTOMATED) or V(MANUAL), or what the API may add; V(null) where it gave none.
      type: str
    age_seconds:
      description: Whole seconds from RV(ignore:created_at) to RV(evaluated_at), rounded down; V(null) for one in RV(incomplete).
      type: int
newest:
  description: The newest matching backup by cluster id, as in RV(backups). Clusters without one are left out.
  returned: success
  type: dict
newest_by_name:
  description: The same by the cluster's name, where the clusters' list was read.
  returned: success
  type: dict
missing:
  description:
    - The ids of the clusters without a matching backup, in the order asked, each once; for a folder by id, those in RV(deleted)
      included. With O(backup_ids), the ids of the backups that do not exist any more.
  returned: success
  type: list
  elements: str
stale:
  description: The ids of the clusters whose newest matching backup is older than O(max_age), those in RV(deleted) included; empty without that option.
  returned: success
  type: list
  elements: str
incomplete:
  description: The rows without a completion time, whatever the filters, newest start first. They never count as newest.
  returned: success
  type: list
  elements: dict
cluster_ids:
  description: The cluster id by name, where names were given or a folder was read; empty otherwise.
  returned: success
  type: dict
  sample: {orders-cache-prod: c9qe1abcd2fghij3klmn}
clusters:
  description: The clusters by id, where their list was read, which is for a folder and for names; of clusters asked for by name only those.
  returned: success
  type: dict
  sample:
    c9qe1abcd2fghij3klmn: {name: orders-cache-prod, status: RUNNING, health: ALIVE, deleted: false}
deleted:
  description:
    - The ids of the clusters of which a folder that was read whole still lists backups, but which it does not list any more, by id.
      Empty where clusters were named.
  returned: success
  type: list
  elements: str
selection:
  description: What became of each cluster's rows, by cluster id, so that a choice can be explained.
  returned: success
  type: dict
  sample:
    c9qe1abcd2fghij3klmn:
      listed: 14
      incomplete: 1
      filtered_out: {created_after: 0, created_before: 0, type: 9, shards: 0}
      matched: 4
explanation:
  description: One line for each cluster, by its id. What was chosen, how old it is, what would come next, and how many were filtered out by what.
  returned: success
  type: dict
  sample:
    c9qe1abcd2fghij3klmn: >-
      c9qe1abcd2fghij3klmn: newest match is c9qe1abcd2fghij3klmn:mdb-backup-1, completed 2026-11-19T22:21:09.123456Z, 11h 38m old, AUTOMATED;
      next is c9qe1abcd2fghij3klmn:mdb-backup-2, completed 2026-11-18T22:20:41.5Z, 35h 39m old, AUTOMATED; 14 listed, 4 match, 1 unfinished,
      9 not of type AUTOMATED
query:
  description: What was asked, by the options' names and exactly as given. Clusters or backups, folder, filters, O(max_age).
  returned: success
  type: dict
  sample: {cluster_ids: [c9qe1abcd2fghij3klmn], type: [AUTOMATED], max_age: 26h}
pages:
  description: How many list requests were needed, those for clusters included. Further tries of the same request do not count.
  returned: success
  type: int
evaluated_at:
  description: The one instant from which ages are counted, in RFC 3339, taken before the first request.
  returned: success
  type: str
  sample: "2026-11-20T10:00:00.123456789Z"
error:
  description: The failure as data, beside RV(ignore:msg). It never holds a secret.
  returned: failure
  type: dict
  contains:
    kind:
      description: >-
        V(option), V(credential), V(connection), V(deadline), V(malformed_answer), V(missing_library), V(selection) for what O(on_missing)
        and O(on_stale) refuse and for a name that no cluster has, or V(api) for an error that the API answered.
      type: str
    http_status:
      description: The HTTP status of an answer that says no.
      type: int
    code:
      description: That answer's code of C(google.rpc.Status), such as V(5) for not found, V(7) for permission denied, V(16) for unauthenticated.
      type: int
    message:
      description: The API's own message, if there was one.
      type: str
    cluster_id:
      description: The cluster being read, if it was one.
      type: str
    missing:
      description: As RV(ignore:missing) of a success, where O(on_missing) or O(on_stale) refuses.
      type: list
      elements: str
    stale:
      description: As RV(ignore:stale) of a success, likewise.
      type: list
      elements: str
    request_id:
      description: The answer's C(x-request-id), if there was one, for which the vendor's support asks.
      type: str
    server_trace_id:
      description: The answer's C(x-server-trace-id), likewise.
      type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._backup_info import argument_spec, backup_info
from ..module_utils._cloud.errors import CloudError


def main() -> None:
    """The module's process: reads the arguments, prints the result, ends."""
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        result = backup_info(module.params)
    except CloudError as exc:
        module.fail_json(msg=str(exc), error=exc.as_dict())
    for warning in result.warnings:
        module.warn(warning)
    module.exit_json(changed=False, **result.facts)


if __name__ == "__main__":
    main()
