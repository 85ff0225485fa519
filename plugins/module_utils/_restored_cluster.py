# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `redis_restored_cluster` answers: its options, what they have to say together, and the state that they ask for."""

from __future__ import annotations

import time
import typing as t

from ._cloud.connection import connection_spec
from ._cloud.errors import OptionError
from ._engine import REDIS
from ._query import check_backup_id, check_id, check_name
from ._restore_absent import ensure_absent
from ._restore_job import Job
from ._restore_present import ensure_present
from ._writing import Progress, check_wait, open_client, wait_spec

FACTS: dict[str, t.Any] = {"cluster": None, "hosts": [], "backup_id": None, "inherited": []}
"""What the module returns beside every writing module's own, before anything is known."""

_HOST_SPEC = {
    "zone_id": {"type": "str", "required": True},
    "subnet_id": {"type": "str"},
    "shard_name": {"type": "str"},
    "replica_priority": {"type": "int"},
    "assign_public_ip": {"type": "bool", "default": False},
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The module's argument spec; what goes with what is checked by :func:`restored_cluster`, in words that help."""
    return {
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        "backup_id": {"type": "str"},
        "name": {"type": "str", "required": True},
        "cluster_id": {"type": "str"},
        "folder_id": {"type": "str"},
        "inherit": {"type": "bool", "default": True},
        "environment": {"type": "str", "choices": ["PRODUCTION", "PRESTABLE"]},
        "network_id": {"type": "str"},
        "hosts": {"type": "list", "elements": "dict", "options": _HOST_SPEC},
        "security_group_ids": {"type": "list", "elements": "str"},
        "version": {"type": "str"},
        "resource_preset_id": {"type": "str"},
        "disk_size_gib": {"type": "int"},
        "disk_type_id": {"type": "str"},
        "config": {"type": "dict"},
        "tls_enabled": {"type": "bool"},
        "sharded": {"type": "bool"},
        "announce_hostnames": {"type": "bool"},
        "persistence_mode": {"type": "str", "choices": ["ON", "OFF", "ON_REPLICAS"]},
        "password": {"type": "str", "no_log": True},
        "description": {"type": "str"},
        "labels": {"type": "dict"},
        "disk_encryption_key_id": {"type": "str", "no_log": False},
        "deletion_protection": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "lift_deletion_protection": {"type": "bool", "default": False},
        **wait_spec(timeout=3600),
        **connection_spec(REDIS.service),
    }


def restored_cluster(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
    """Does what `redis_restored_cluster` is asked for, and returns what was done in words.

    :param options: values by option name, validated and converted by the argument spec
    :param progress: told of everything as it becomes known
    :raises CloudError: an option is invalid, or what was asked for could not or must not be done
    """
    _check(options)
    progress.facts["backup_id"] = options["backup_id"]
    with open_client(options) as client:
        if options["password"]:
            client.secrets.remember(options["password"])
        job = Job(options, check_mode, progress, client, time.monotonic() + options["wait_timeout"])
        return ensure_present(job) if options["state"] == "present" else ensure_absent(job)


def _check(options: t.Mapping[str, t.Any]) -> None:
    """Looks whether the options go together."""
    check_wait(options)
    check_name("name", options["name"])
    needed, useless = ("backup_id", "cluster_id") if options["state"] == "present" else ("cluster_id", None)
    if options[needed] is None:
        raise OptionError(f"{needed} is missing, which state {options['state']} needs.", option=needed)
    if useless and options[useless] is not None:
        raise OptionError(
            f"{useless} goes with state absent only: a restored cluster gets its id from the cloud. Leave it out.",
            option=useless,
        )
    if options["backup_id"] is not None:
        check_backup_id("backup_id", options["backup_id"])
    for option in ("cluster_id", "folder_id"):
        if options[option] is not None:
            check_id(option, options[option])
