# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster with its hosts as the API shows them at one moment, and whether it is ready for use. No I/O."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

from ._clusters import ROLES, Cluster, parse_cluster, state_name
from ._restore_request import without_passwords

_USELESS = frozenset({"ERROR", "STOPPED", "STOPPING"})
"""The statuses from which a cluster does not become ready by itself."""

_SWITCHES = {"deletion_protection": False, "sharded": False, "tls_enabled": False}
"""Which the API leaves out where they are off."""


class View(t.NamedTuple):
    """A cluster and its hosts.

    :ivar cluster: what decides
    :ivar row: the cluster as the API returns it
    :ivar hosts: its hosts, likewise
    """

    cluster: Cluster
    row: dict[str, t.Any]
    hosts: list[dict[str, t.Any]]

    @property
    def is_ready(self) -> bool:
        """Whether it is running and alive, with hosts of which each has a role."""
        state = self.cluster.status, self.cluster.health
        return state == ("RUNNING", "ALIVE") and bool(self.hosts) and all(_role(host) for host in self.hosts)

    @property
    def is_useless(self) -> bool:
        """Whether it does not become ready by itself."""
        return self.cluster.status in _USELESS

    @property
    def is_protected(self) -> bool:
        """Whether its deletion protection is on."""
        return self.row.get("deletionProtection") is True

    @property
    def settings(self) -> set[str]:
        """The names of the Redis settings that it shows, as the API writes them."""
        redis = (self.row.get("config") or {}).get("redis") or {}
        return {name for part in ("userConfig", "effectiveConfig") for name in redis.get(part) or {}}

    @property
    def how_to_remove(self) -> str:
        """What to do to remove it, as a sentence."""
        lift = ", lift_deletion_protection: true" if self.is_protected else ""
        return f"Remove it by state: absent, cluster_id: {self.cluster.id}, name: {self.cluster.name}{lift}."

    @property
    def state(self) -> str:
        """Its state in words."""
        roles = sum(1 for host in self.hosts if _role(host))
        return (
            f"status {self.cluster.status or 'unknown'}, health {self.cluster.health or 'unknown'},"
            f" {roles} of {len(self.hosts)} hosts with a role"
        )

    def facts(self) -> dict[str, t.Any]:
        """What is returned as "cluster" and "hosts": own fields in snake_case, passwords masked."""
        state = {"name": self.cluster.name, "status": self.cluster.status, "health": self.cluster.health}
        hosts = [
            {"shard_name": None, "assign_public_ip": False, **_snake_case(host), "role": _role(host)}
            for host in self.hosts
        ]
        return {
            "cluster": {**_SWITCHES, **_snake_case(self.row), **state},
            "hosts": sorted(hosts, key=lambda host: str(host.get("name"))),
        }


def view(row: t.Any, hosts: list[dict[str, t.Any]], source: str) -> View:
    """A cluster of the API's own data.

    :param source: what was read, for messages, such as "cluster c9q1"
    :raises InvalidResponse: the row is not a cluster
    """
    return View(parse_cluster(row, source), row, hosts)


def _role(host: dict[str, t.Any]) -> str | None:
    return state_name(host.get("role"), ROLES)


def _snake_case(row: dict[str, t.Any]) -> dict[str, t.Any]:
    """Only the row's own keys: those below are the user's, or the API's for its own use."""
    return {
        next(iter(camel_dict_to_snake_dict({field: None}))): value for field, value in without_passwords(row).items()
    }
