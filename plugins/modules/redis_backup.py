#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_backup
short_description: Take a backup of a Managed Redis cluster on demand, or delete one
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Takes a backup of a cluster of Yandex Managed Service for Redis (now sold as Valkey), or makes sure that there is a recent one, and
    returns it once it is finished and listed. With O(state=absent) it deletes one backup.
  - The role C(managed-redis.editor) on the folder is the least that may do this. To only see what is there, use
    M(yacloud.mdb.redis_backup_info), for which C(managed-redis.viewer) is enough.
  - While a backup is being taken the cluster may be slower, and under heavy writing its hosts may run out of memory.
  - A backup on demand may live no longer than 7 days, as the vendor documents for all backups. Nothing marks it as yours, since it can have
    neither a name nor a label; keep its id.
extends_documentation_fragment:
  - yacloud.mdb._attributes
  - yacloud.mdb._attributes.writing
  - yacloud.mdb._attributes.api
  - yacloud.mdb._writing
  - yacloud.mdb._connection
attributes:
  idempotent:
    support: partial
    details:
      - A backup is taken at each run, unless O(min_age) finds one that is young enough. One that is being taken already, by an earlier run or
        by anybody else, is waited for instead of taking another.
      - Deleting a backup that does not exist any more changes nothing.
options:
  state:
    description:
      - V(present) takes a backup, V(absent) deletes the one of O(backup_id).
    type: str
    choices: [present, absent]
    default: present
  cluster_id:
    description:
      - The cluster to back up. It has to be RUNNING.
      - With O(state=absent) it need not be given. If it is, a backup of another cluster is refused.
    type: str
  cluster_name:
    description:
      - The same by the cluster's exact name in O(folder_id), which is required then. O(cluster_id) and O(cluster_name) exclude each other.
    type: str
  folder_id:
    description:
      - The folder in which O(cluster_name) is looked up.
      - E(YC_FOLDER_ID) is used if it is not set.
    type: str
  min_age:
    description:
      - If the cluster's newest finished backup, of whatever type, is younger than this, none is taken, and that one is returned. Such as V(1h),
        V(1d2h), V(90m), V(PT26H), or a number of seconds.
    type: str
  backup_id:
    description:
      - The one backup to delete, with O(state=absent), by its full id.
    type: str
  force:
    description:
      - With O(state=absent), also delete a backup whose type is not C(MANUAL). Whether the service allows that is another question.
    type: bool
    default: false
  allow_newest:
    description:
      - With O(state=absent), also delete the newest finished backup of the cluster.
    type: bool
    default: false
  wait_timeout:
    description:
      - How long to wait, in seconds, until the backup is finished and listed, or is gone.
    type: float
    default: 1800
seealso:
  - module: yacloud.mdb.redis_backup_info
  - name: Managing backups
    description: The vendor's guide, which says what a backup costs the cluster.
    link: https://yandex.cloud/en/docs/managed-redis/operations/cluster-backups
"""

EXAMPLES = r"""
- name: Take a backup
  yacloud.mdb.redis_backup:
    cluster_id: c9qe1abcd2fghij3klmn
    service_account_key_file: ~/.config/yandex-cloud/backup-key.json
  register: taken

- name: Show its id
  ansible.builtin.debug:
    msg: "{{ taken.backup.id }}"

- name: Make sure that there is a backup younger than an hour before changing anything
  yacloud.mdb.redis_backup:
    cluster_name: orders-cache-prod
    folder_id: b1gabcdefghij0klmnop
    min_age: 1h

- name: Delete a backup that was taken by hand
  yacloud.mdb.redis_backup:
    state: absent
    backup_id: "c9qe1abcd2fghij3klmn:mdb-backup-1"
    cluster_id: c9qe1abcd2fghij3klmn
"""

RETURN = r"""
msg:
  description: What was done, or what went wrong, in words.
  returned: always
  type: str
  sample: "cluster c9qe1abcd2fghij3klmn: backup c9qe1abcd2fghij3klmn:mdb-backup-2 was taken by operation c9q2operation0000000."
backup:
  description:
    - The backup that was taken, that O(min_age) found young enough, or that was to be deleted, as M(yacloud.mdb.redis_backup_info) returns
      backups. Null while it is not known, as in check mode, without O(wait), or in most failures.
  returned: always
  type: dict
  sample:
    id: "c9qe1abcd2fghij3klmn:mdb-backup-2"
    folder_id: b1gabcdefghij0klmnop
    created_at: "2026-11-20T10:04:11.5Z"
    started_at: "2026-11-20T10:00:02Z"
    source_cluster_id: c9qe1abcd2fghij3klmn
    source_cluster_name: null
    source_shard_names: [shard1]
    type: MANUAL
    age_seconds: 1
cluster_id:
  description: The cluster; null where it is not known.
  returned: always
  type: str
  sample: c9qe1abcd2fghij3klmn
operation:
  description: The operation in the cloud; null where nothing was asked for, or no operation is known that came of it.
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
      description: Why it failed, by C(code) of C(google.rpc.Status) and C(message); null otherwise.
      type: dict
      returned: always
  sample:
    id: c9q2operation0000000
    description: Create a backup of Redis cluster
    created_at: "2026-11-20T10:00:01Z"
    modified_at: "2026-11-20T10:04:12Z"
    done: true
    error: null
seconds:
  description:
    - How long each phase took, as far as the module got. V(backup) or V(deletion) is the operation, by its own times where it is done;
      V(listing) is the time until the result was seen.
  returned: always
  type: dict
  sample: {backup: 251.0, listing: 0.2}
error:
  description: The failure as data, beside RV(msg). It never holds a secret.
  returned: failure
  type: dict
  contains:
    kind:
      description: >-
        V(operation) for an operation that failed, V(wait) for one that was not done in time or whose backup is not listed, V(state) for a
        cluster that is not RUNNING and a backup that must not be deleted, or a kind of M(yacloud.mdb.redis_backup_info).
      type: str
      returned: always
  sample: {kind: wait, operation_id: c9q2operation0000000}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._backup import FACTS, argument_spec, backup
from ..module_utils._writing import run_module


def main() -> None:
    """The module's process: reads the arguments, does the work, prints the result, ends."""
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    run_module(module, FACTS, backup)


if __name__ == "__main__":
    main()
