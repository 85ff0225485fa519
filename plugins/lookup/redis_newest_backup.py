# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_newest_backup
short_description: The newest matching backup of each Managed Redis cluster named
version_added: 1.0.0
author:
  - The yacloud.mdb authors (@yacloud)
description:
  - Returns the newest backup that matches, for each cluster named, in the order named; a cluster named twice is returned twice.
  - All pages of all clusters are read, several clusters at the same time. The choice is that of M(yacloud.mdb.redis_backup_info).
extends_documentation_fragment:
  - yacloud.mdb._choosing
  - yacloud.mdb._connection
  - yacloud.mdb._connection.plugins
options:
  _terms:
    description:
      - Cluster ids, or names with O(by=name). A list given as a term is flattened.
      - Without a term, every cluster of O(folder_id) that has a matching backup, by id; but only if that option stands in the call itself
        and the clusters are not asked for by name.
        Otherwise no term asks nothing and returns nothing, so that a loop over an empty list never widens to a folder. An empty list given as
        a term always asks nothing.
    type: list
    elements: str
  by:
    description: Whether the terms are ids or names. Names are looked up in O(folder_id).
    type: str
    choices: [id, name]
    default: id
  folder_id:
    description: The folder to read whole, that of the names, or the one in which the backups of a deleted cluster are looked for.
    type: str
    env: [{name: YC_FOLDER_ID}]
    vars: [{name: yacloud_mdb_folder_id}]
    ini: [{section: yacloud_mdb, key: folder_id}]
  max_age:
    description:
      - How old a newest backup may be, such as V(26h), V(1d2h), V(90m), V(PT26H), or a number of seconds. An older one is an error that
        names the cluster, the age and this limit. Where a whole folder is read, that of a deleted cluster counts too.
      - Measured from O(created_before) where that is given and past, otherwise from now.
    type: raw
  on_missing:
    description:
      - What to do about a cluster of which no backup matches. V(warn) and V(skip) leave it out of the result.
      - Anything else that goes wrong, such as a wrong id, a refused credential or an outage, is always an error.
    type: str
    choices: [error, warn, skip]
    default: error
  return_format:
    description: V(backup) for the whole backup, V(id) for its id alone.
    type: str
    choices: [backup, id]
    default: backup
notes:
  - C(lookup) and C(query) differ in what they hand over. C(query) always gives a list. C(lookup) gives the element itself if there is just one,
    the ids joined by commas if there are several with O(return_format=id), and a list if there are several backups.
  - Lookups run on the controller, in check mode too, and are evaluated again wherever a variable that holds one is used, for each host. To ask
    once, use M(yacloud.mdb.redis_backup_info) with C(run_once) and C(register), or M(ansible.builtin.set_fact).
seealso:
  - module: yacloud.mdb.redis_backup_info
  - plugin: yacloud.mdb.redis_newest_backup
    plugin_type: filter
"""

EXAMPLES = r"""
- name: The newest backup of a cluster
  ansible.builtin.debug:
    msg: "{{ lookup('yacloud.mdb.redis_newest_backup', 'c9qe1abcd2fghij3klmn') }}"

- name: The id of the last backup before an incident, if it was at most a day old then
  ansible.builtin.debug:
    msg: >-
      {{ lookup('yacloud.mdb.redis_newest_backup', 'c9qe1abcd2fghij3klmn', created_before='2026-11-20T10:00:00Z',
                created_after='2026-11-19T10:00:00Z', return_format='id') }}

- name: The newest manual backup of each of several clusters, a list whatever their number
  ansible.builtin.debug:
    msg: "{{ query('yacloud.mdb.redis_newest_backup', clusters, type=['MANUAL'], on_missing='warn') }}"
  vars:
    clusters: [c9qe1abcd2fghij3klmn, c9qf2bcde3ghijk4lmno]

- name: The newest backup that covers all shards, by the cluster's name
  ansible.builtin.debug:
    msg: >-
      {{ lookup('yacloud.mdb.redis_newest_backup', 'orders-cache-prod', by='name', folder_id='b1gabcdefghij0klmnop',
                shards=['shard1', 'shard2'], max_age='26h') }}

- name: Every cluster of a folder
  ansible.builtin.debug:
    msg: "{{ item.source_cluster_id }}: {{ item.id }}"
  loop: "{{ query('yacloud.mdb.redis_newest_backup', folder_id='b1gabcdefghij0klmnop') }}"
  loop_control:
    label: "{{ item.source_cluster_id }}"
"""

RETURN = r"""
_raw:
  description: One element for each cluster, in the order of the terms. A backup has the keys that M(yacloud.mdb.redis_backup_info) returns.
  type: list
  elements: raw
"""

import typing as t

from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._cloud.errors import CloudError
from ..plugin_utils._lookup_options import credential_sources, find_options
from ..plugin_utils._newest import newest_backups

display = Display()


class LookupModule(LookupBase):
    """Finds each cluster's newest backup when a template is evaluated."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """An element for each cluster, in the order asked.

        :param terms: cluster ids or names; none reads the folder in `kwargs`
        :raises AnsibleOptionsError: nothing is named to read
        :raises AnsibleLookupError: an option is invalid, the API could not be asked, or a cluster has no backup that qualifies
        """
        options = find_options(self, variables, kwargs)
        # Where the call holds null, Ansible takes the folder of the environment.
        if not terms and "folder_id" in kwargs and not kwargs["folder_id"]:
            raise AnsibleOptionsError("folder_id is empty, and no cluster is named; give one of them.")
        whole_folder = not terms and "folder_id" in kwargs and options["by"] != "name"
        try:
            elements, warnings = newest_backups(terms, options, credential_sources(self), whole_folder=whole_folder)
        except CloudError as exc:
            raise AnsibleLookupError(str(exc)) from None
        for warning in warnings:
            display.warning(warning)
        return elements
