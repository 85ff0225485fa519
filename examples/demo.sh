#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Starts an emulated cloud, runs the playbook beside this file against it, and stops it again, whatever happens.
set -euo pipefail

coproc EMULATOR { exec yacloud-mdb-emulator --clusters 60 --backups-per-cluster 40 --large-cluster 2345; }
emulator=$EMULATOR_PID
trap 'kill "$emulator" 2>/dev/null && wait "$emulator" || true' EXIT

# Its first line is the URL, printed once it listens.
read -r -t 30 YC_ENDPOINT <&"${EMULATOR[0]}" || { echo 'the emulator did not start' >&2; exit 1; }
export YC_ENDPOINT YC_IAM_TOKEN=t1.emulator.local

export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
ansible-playbook "$(dirname "${BASH_SOURCE[0]}")/demo.yml" "$@"
