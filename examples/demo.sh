#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs the playbooks beside this file, each against an emulated cloud that is stopped whatever happens.
set -euo pipefail
examples=$(dirname "${BASH_SOURCE[0]}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Nothing of the real cloud is for the emulated one.
unset "${!YC_@}"
export YC_FOLDER_ID=b1gdemofolder0000000 YC_IAM_TOKEN=t1.emulator.local
# Text of several lines stays text of several lines.
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_INVENTORY_UNPARSED_WARNING=false ANSIBLE_LOCALHOST_WARNING=false

# Starts a cloud with the flags given, and runs "${play[@]}" against it.
with_cloud() (
  coproc EMULATOR { exec yacloud-mdb-emulator --quiet --folder "$YC_FOLDER_ID" "$@"; }
  trap 'kill "$emulator" 2>/dev/null && wait "$emulator" || true' EXIT
  emulator=$EMULATOR_PID
  # Its first line is its URL, printed as soon as it listens.
  if ! read -r -t 30 YC_ENDPOINT <&"${EMULATOR[0]}"; then
    echo 'The emulator did not start.' >&2
    exit 1
  fi
  export YC_ENDPOINT
  "${play[@]}"
)

play=(ansible-playbook "$examples/demo.yml" "$@")
with_cloud --clusters 60 --backups-per-cluster 40 --large-cluster 2345

play=(ansible-playbook "$examples/demo_restore.yml" "$@")
flags=(--seed "$examples/demo_seed.yml" --restore-duration 2)
if { command -v redis-server || command -v valkey-server; } >/dev/null; then
  flags+=(--data-plane --ca-file "$scratch/ca.pem")
  play+=(--extra-vars "redis_ca_path=$scratch/ca.pem")
  with_cloud "${flags[@]}"
else
  with_cloud "${flags[@]}"
  echo 'No Redis server is installed here, so the restored cluster had no data to look at.'
  echo "Debian's package redis-server (or valkey-server) makes the demo complete."
fi
