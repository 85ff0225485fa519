# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `redis_backup` answers: a backup taken on demand, or one deleted."""

from __future__ import annotations

import typing as t

from ._backup_deletion import delete
from ._backup_job import Job
from ._backup_taking import take
from ._cloud.connection import connection_spec, from_environment
from ._cloud.durations import duration_option
from ._cloud.errors import OptionError
from ._engine import REDIS
from ._query import FOLDER_VARIABLE, check_backup_id, check_id, check_name
from ._writing import Progress, check_wait, open_client, wait_spec

FACTS = {"backup": None, "cluster_id": None}
"""What the module returns beside every writing module's own, before anything is known."""


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The module's argument spec; what goes with what is checked by :func:`backup`, in words that help."""
    return {
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        "cluster_id": {"type": "str"},
        "cluster_name": {"type": "str"},
        "folder_id": from_environment(FOLDER_VARIABLE, type="str"),
        "min_age": {"type": "str"},
        "backup_id": {"type": "str"},
        "force": {"type": "bool", "default": False},
        "allow_newest": {"type": "bool", "default": False},
        **wait_spec(timeout=1800),
        **connection_spec(REDIS.service),
    }


def backup(options: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> str:
    """Does what `redis_backup` is asked for, and returns what was done in words.

    :param options: values by option name, validated and converted by the argument spec
    :param progress: told of everything as it becomes known
    :raises CloudError: an option is invalid, or what was asked for could not or must not be done
    """
    _check(options)
    with open_client(options) as client:
        job = Job(options, check_mode, progress, client)
        return take(job) if options["state"] == "present" else delete(job)


def _check(options: t.Mapping[str, t.Any]) -> None:
    """Looks whether the options go together."""
    check_wait(options)
    present = options["state"] == "present"
    for option, belongs in (("min_age", present), ("backup_id", not present)):
        if options[option] is not None and not belongs:
            other = "absent" if present else "present"
            raise OptionError(f"{option} goes with state {other} only; leave it out, or set state.", option=option)
    if options["cluster_id"] is not None and options["cluster_name"] is not None:
        raise OptionError("cluster_id and cluster_name exclude each other; give one of them.", option="cluster_id")
    if options["cluster_id"] is not None:
        check_id("cluster_id", options["cluster_id"])
    elif options["cluster_name"] is not None:
        check_name("cluster_name", options["cluster_name"])
        if not options["folder_id"]:
            raise OptionError(
                f"cluster_name needs folder_id (variable {FOLDER_VARIABLE}), the folder in which the name is looked up."
            )
        check_id("folder_id", options["folder_id"])
    elif present:
        raise OptionError("no cluster is named: set cluster_id, or cluster_name with folder_id.")
    if not present:
        check_backup_id("backup_id", options["backup_id"])
    duration_option(options["min_age"], "min_age")
