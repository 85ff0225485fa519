#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Starts an emulated cloud, runs the playbook beside this file against it, and stops the cloud whatever happens.
set -euo pipefail

# Nothing of the real cloud is for the emulated one.
unset "${!YC_@}"
export YC_FOLDER_ID=b1gdemofolder0000000 YC_IAM_TOKEN=t1.emulator.local
coproc EMULATOR {
  exec yacloud-mdb-emulator --quiet --folder "$YC_FOLDER_ID" --clusters 60 --backups-per-cluster 40 --large-cluster 2345
}
trap 'kill "$emulator" 2>/dev/null && wait "$emulator" || true' EXIT
emulator=$EMULATOR_PID

# Its first line is its URL, printed as soon as it listens.
if ! read -r -t 30 YC_ENDPOINT <&"${EMULATOR[0]}"; then
  echo 'The emulator did not start.' >&2
  exit 1
fi
export YC_ENDPOINT

# Text of several lines stays text of several lines.
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_INVENTORY_UNPARSED_WARNING=false ANSIBLE_LOCALHOST_WARNING=false
ansible-playbook "$(dirname "${BASH_SOURCE[0]}")/demo.yml" "$@"
