# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How the API is reached: the options of `module_utils/_cloud/connection.py`."""

    DOCUMENTATION = r"""
options:
  endpoint:
    description:
      - "The region's discovery host, with or without scheme and port."
      - "The MDB host of the default is known and used without asking. Any other endpoint, such as V(api.yandexcloud.kz), is asked once for its services."
      - "A scheme given here also holds for what is discovered. V(http) is accepted for loopback only, as for the emulator."
      - "E(YC_ENDPOINT) is used if it is not set."
    type: str
    default: api.cloud.yandex.net
  mdb_endpoint:
    description:
      - "The base URL of the MDB API itself, for a proxy or a private link; a path in front of the API's own is kept."
      - "With it the MDB host is not discovered. IAM and operations still come from O(endpoint)."
      - "E(YC_MDB_ENDPOINT) is used if it is not set."
    type: str
  auth_method:
    description:
      - "Which kind of credential to use. Any value but V(auto) looks for its own kind only. Two credentials given as options are an error."
      - "V(auto) takes the first in the order of these choices that is configured, an option before any variable."
      - "E(YC_AUTH_METHOD) is used if it is not set."
    type: str
    choices: [auto, service_account_key, workload_identity, iam_token, instance_metadata]
    default: auto
  iam_token:
    description:
      - "A ready IAM token. It is not renewed."
      - "E(YC_IAM_TOKEN) is used if no credential is given as an option, then E(YC_TOKEN), which has to hold an IAM token."
      - "OAuth tokens and API keys are refused; the service does not take them."
    type: str
  service_account_key_file:
    description:
      - "The path of a service account's authorized key, as C(yc iam key create) writes it. Needs the Python library C(cryptography)."
      - "E(YC_SERVICE_ACCOUNT_KEY_FILE) is used if no credential is given as an option. Only the variable may hold the JSON itself."
    type: str
  service_account_key:
    description: "The content of a service account's authorized key, as JSON text or as a mapping. Needs the Python library C(cryptography)."
    type: raw
  workload_identity_token:
    description:
      - "An OIDC token of another system, such as GitLab or GitHub CI, which is exchanged for an IAM token. Needs O(service_account_id)."
      - "E(YC_WORKLOAD_IDENTITY_TOKEN) is used if no credential is given as an option."
    type: str
  workload_identity_token_file:
    description:
      - "The path of a file with such a token, read anew for each exchange. Needs O(service_account_id)."
      - "E(YC_WORKLOAD_IDENTITY_TOKEN_FILE) is used if no credential is given as an option."
    type: str
  workload_identity_endpoint:
    description: "The URL at which the OIDC token is exchanged. E(YC_WORKLOAD_IDENTITY_ENDPOINT) is used if it is not set."
    type: str
    default: https://auth.yandex.cloud/oauth/token
  service_account_id:
    description: "The service account that the OIDC token stands for. E(YC_SERVICE_ACCOUNT_ID) is used if it is not set."
    type: str
  api_timeout:
    description: "Seconds to connect, and for each read, of one request. E(YC_API_TIMEOUT) is used if it is not set."
    type: float
    default: 30.0
  api_retries:
    description: "How many further tries one request gets when it meets a fault that passes. E(YC_API_RETRIES) is used if it is not set."
    type: int
    default: 5
  api_retry_max_delay:
    description:
      - "The longest wait between two tries, in seconds. A longer C(Retry-After) of the service is kept all the same."
      - "E(YC_API_RETRY_MAX_DELAY) is used if it is not set."
    type: float
    default: 20.0
  api_deadline:
    description: "Seconds for everything together: discovery, token exchange, all clusters, all waits. E(YC_API_DEADLINE) is used if it is not set."
    type: float
    default: 300.0
  concurrency:
    description: "How many clusters are read at the same time. E(YC_API_CONCURRENCY) is used if it is not set."
    type: int
    default: 8
  validate_certs:
    description: "Whether the servers' certificates are checked. Setting it to V(false) hands the credential to whoever answers."
    type: bool
    default: true
  ca_path:
    description:
      - "A file or folder with the certificates of trusted authorities, in PEM form."
      - "E(YC_CA_PATH) is used if it is not set, then E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE)."
    type: str
requirements:
  - requests >= 2.31, < 3
  - cryptography >= 42, only for service account keys
notes:
  - A relative path in an environment variable counts from the folder in which Ansible was started.
  - The credential's account needs the role C(managed-redis.viewer) on the folder. A guide on authentication is part of the collection's
    documentation.
"""

    # Beside the above, for plugins on the controller. Secrets are not read from ansible.cfg.
    PLUGINS = r"""
options:
  endpoint:
    env: [{name: YC_ENDPOINT}]
    vars: [{name: yacloud_mdb_endpoint}]
    ini: [{section: yacloud_mdb, key: endpoint}]
  mdb_endpoint:
    env: [{name: YC_MDB_ENDPOINT}]
    vars: [{name: yacloud_mdb_mdb_endpoint}]
    ini: [{section: yacloud_mdb, key: mdb_endpoint}]
  auth_method:
    env: [{name: YC_AUTH_METHOD}]
    vars: [{name: yacloud_mdb_auth_method}]
    ini: [{section: yacloud_mdb, key: auth_method}]
  iam_token:
    env: [{name: YC_TOKEN}, {name: YC_IAM_TOKEN}]
    vars: [{name: yacloud_mdb_iam_token}]
  service_account_key_file:
    env: [{name: YC_SERVICE_ACCOUNT_KEY_FILE}]
    vars: [{name: yacloud_mdb_service_account_key_file}]
    ini: [{section: yacloud_mdb, key: service_account_key_file}]
  service_account_key:
    vars: [{name: yacloud_mdb_service_account_key}]
  workload_identity_token:
    env: [{name: YC_WORKLOAD_IDENTITY_TOKEN}]
    vars: [{name: yacloud_mdb_workload_identity_token}]
  workload_identity_token_file:
    env: [{name: YC_WORKLOAD_IDENTITY_TOKEN_FILE}]
    vars: [{name: yacloud_mdb_workload_identity_token_file}]
    ini: [{section: yacloud_mdb, key: workload_identity_token_file}]
  workload_identity_endpoint:
    env: [{name: YC_WORKLOAD_IDENTITY_ENDPOINT}]
    vars: [{name: yacloud_mdb_workload_identity_endpoint}]
    ini: [{section: yacloud_mdb, key: workload_identity_endpoint}]
  service_account_id:
    env: [{name: YC_SERVICE_ACCOUNT_ID}]
    vars: [{name: yacloud_mdb_service_account_id}]
    ini: [{section: yacloud_mdb, key: service_account_id}]
  api_timeout:
    env: [{name: YC_API_TIMEOUT}]
    vars: [{name: yacloud_mdb_api_timeout}]
    ini: [{section: yacloud_mdb, key: api_timeout}]
  api_retries:
    env: [{name: YC_API_RETRIES}]
    vars: [{name: yacloud_mdb_api_retries}]
    ini: [{section: yacloud_mdb, key: api_retries}]
  api_retry_max_delay:
    env: [{name: YC_API_RETRY_MAX_DELAY}]
    vars: [{name: yacloud_mdb_api_retry_max_delay}]
    ini: [{section: yacloud_mdb, key: api_retry_max_delay}]
  api_deadline:
    env: [{name: YC_API_DEADLINE}]
    vars: [{name: yacloud_mdb_api_deadline}]
    ini: [{section: yacloud_mdb, key: api_deadline}]
  concurrency:
    env: [{name: YC_API_CONCURRENCY}]
    vars: [{name: yacloud_mdb_concurrency}]
    ini: [{section: yacloud_mdb, key: concurrency}]
  validate_certs:
    vars: [{name: yacloud_mdb_validate_certs}]
    ini: [{section: yacloud_mdb, key: validate_certs}]
  ca_path:
    env: [{name: YC_CA_PATH}]
    vars: [{name: yacloud_mdb_ca_path}]
    ini: [{section: yacloud_mdb, key: ca_path}]
"""
