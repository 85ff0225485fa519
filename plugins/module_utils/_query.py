# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The options that every plugin shares: their argument spec, their environment variables, and what becomes of their values.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import math
import os
import re
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ._cloud.credentials import (
    METHODS,
    OPTIONS,
    Level,
    choose,
    environment_level,
)
from ._cloud.errors import OptionError
from ._cloud.text import quoted
from ._cloud.urls import DEFAULT_ENDPOINT, BaseUrl, parse_base_url
from ._selection import CRITERIA, Criteria

if t.TYPE_CHECKING:
    from ._cloud.credential import Credential

FOLDER_VARIABLE = "YC_FOLDER_ID"

_ID = re.compile(r"[A-Za-z0-9_-]{1,50}").fullmatch
_NAME_LENGTH = 63
_LIMITS = {
    "api_timeout": (0.001, 3600),
    "api_retries": (0, 100),
    "api_retry_max_delay": (0, 3600),
    "api_deadline": (0.001, 86_400),
    "concurrency": (1, 64),
    "page_size": (1, 1000),
    "limit": (1, None),
}


def _environment(*names: str, **spec: t.Any) -> dict[str, t.Any]:
    return {**spec, "fallback": (_set_variable, list(names))}


def _set_variable(*names: str) -> str:
    """The first variable that is set; an empty one is not."""
    return t.cast(str, env_fallback(*(name for name in names if os.environ.get(name))))


def connection_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the connection options. Credentials' variables are read by :func:`choose`, which ranks them."""
    return {
        "endpoint": _environment("YC_ENDPOINT", type="str", default="api.cloud.yandex.net"),
        "mdb_endpoint": _environment("YC_MDB_ENDPOINT", type="str"),
        "auth_method": _environment("YC_AUTH_METHOD", type="str", default="auto", choices=["auto", *METHODS]),
        "iam_token": {"type": "str", "no_log": True},
        "service_account_key_file": {"type": "str", "no_log": False},
        "service_account_key": {"type": "raw", "no_log": True},
        "workload_identity_token": {"type": "str", "no_log": True},
        "workload_identity_token_file": {"type": "str", "no_log": False},
        "workload_identity_endpoint": _environment(
            "YC_WORKLOAD_IDENTITY_ENDPOINT", type="str", default="https://auth.yandex.cloud/oauth/token"
        ),
        "service_account_id": _environment("YC_SERVICE_ACCOUNT_ID", type="str"),
        "api_timeout": _environment("YC_API_TIMEOUT", type="float", default=30.0),
        "api_retries": _environment("YC_API_RETRIES", type="int", default=5),
        "api_retry_max_delay": _environment("YC_API_RETRY_MAX_DELAY", type="float", default=20.0),
        "api_deadline": _environment("YC_API_DEADLINE", type="float", default=300.0),
        "concurrency": _environment("YC_API_CONCURRENCY", type="int", default=8),
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": _environment("YC_CA_PATH", type="str"),
    }


def question_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of what is asked: clusters, the filters of :data:`CRITERIA`, and how much is returned."""
    return {
        "cluster_ids": {"type": "list", "elements": "str", "aliases": ["cluster_id"]},
        "cluster_names": {"type": "list", "elements": "str", "aliases": ["cluster_name"]},
        "folder_id": _environment(FOLDER_VARIABLE, type="str"),
        **{criterion.option: dict(criterion.spec) for criterion in CRITERIA},
        "max_age": {"type": "str"},
        "limit": {"type": "int"},
        "page_size": {"type": "int", "default": 1000},
    }


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The whole argument spec of the module; what excludes what is checked by :class:`Question`, in words that help."""
    return {**question_spec(), **connection_spec()}


class TransportOptions(t.NamedTuple):
    """How requests are made; times in seconds, each named as the option that sets it."""

    api_timeout: float = 30.0
    api_retries: int = 5
    api_retry_max_delay: float = 20.0
    api_deadline: float = 300.0
    concurrency: int = 8
    validate_certs: bool = True
    ca_path: str | None = None


class Connection(t.NamedTuple):
    """How the API is reached.

    :ivar endpoint: the discovery host
    :ivar mdb_endpoint: the MDB API's own base URL, where it is given
    :ivar credential: what is exchanged for an IAM token
    :ivar transport: timeouts, retries, TLS
    """

    endpoint: BaseUrl
    mdb_endpoint: BaseUrl | None
    credential: Credential
    transport: TransportOptions

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], levels: t.Sequence[Level] | None = None) -> Connection:
        """The connection that a plugin's options describe.

        :param options: values by option name, each already found among call, variables, environment and defaults
        :param levels: where credentials are set; without it, among the options and then in the environment
        :raises OptionError: a value cannot be worked with
        :raises CredentialError: there is no credential, none that can be used, or two in one place
        :raises MissingLibrary: a key is used, and there is no C(cryptography)
        """
        _check_limits(options)
        if levels is None:
            levels = [option_level("the options", options), environment_level(os.environ)]
        endpoint = parse_base_url(options["endpoint"] or DEFAULT_ENDPOINT, "endpoint")
        mdb_endpoint = options.get("mdb_endpoint")
        mdb = parse_base_url(mdb_endpoint, "mdb_endpoint", path_allowed=True) if mdb_endpoint else None
        for name, base in (("endpoint", endpoint), ("mdb_endpoint", mdb)):
            if base and not base.is_private:
                raise OptionError(
                    f"{name} {base} is neither HTTPS nor loopback, and a credential is sent there. Use https://.",
                    option=name,
                )
        transport = TransportOptions(**{name: options[name] for name in TransportOptions._fields})
        credential = choose(options["auth_method"], levels, options, os.environ)
        return cls(endpoint, mdb, credential, transport._replace(ca_path=transport.ca_path or None))


def option_level(name: str, options: t.Mapping[str, t.Any]) -> Level:
    """The level of the credentials among options that were set in one place."""
    return Level(name, {option: options[option] for option in OPTIONS if options.get(option) not in (None, "")})


class Question(t.NamedTuple):
    """What is asked.

    :ivar cluster_ids: the clusters, each once, in the order asked; None where they are not given so
    :ivar cluster_names: the clusters by name, likewise
    :ivar folder_id: the folder of the names, of clusters that cannot be read directly, or to read whole
    :ivar criteria: what a backup has to satisfy
    :ivar max_age: nanoseconds beyond which a newest backup is stale, if that is asked
    :ivar limit: how many backups of each cluster are returned, the newest first
    :ivar page_size: rows asked for in one request
    """

    cluster_ids: tuple[str, ...] | None
    cluster_names: tuple[str, ...] | None
    folder_id: str | None
    criteria: Criteria
    max_age: int | None
    limit: int | None
    page_size: int

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Question:
        """The question that a plugin's options ask.

        :raises OptionError: a value cannot be worked with, or the options do not fit together
        """
        _check_limits(options)
        ids, names = options.get("cluster_ids"), options.get("cluster_names")
        folder_id = options.get("folder_id") or None
        if ids is not None and names is not None:
            raise OptionError("cluster_ids and cluster_names exclude each other; give the clusters by one of them.")
        if ids is None and names is None and not folder_id:
            raise OptionError(
                f"nothing is asked: set cluster_ids, cluster_names with folder_id, or folder_id (variable {FOLDER_VARIABLE})."
            )
        if names and not folder_id:
            raise OptionError(
                f"clusters given by name need folder_id (variable {FOLDER_VARIABLE}), the folder in which names are looked up."
            )
        if folder_id:
            check_id("folder_id", folder_id)
        return cls(
            cluster_ids=_each_once(ids, lambda value: check_id("cluster_ids", value)),
            cluster_names=_each_once(names, _check_name),
            folder_id=folder_id,
            criteria=Criteria.from_options(options),
            max_age=_max_age(options.get("max_age")),
            limit=options.get("limit"),
            page_size=options.get("page_size") or 1000,
        )

    @property
    def asks_nothing(self) -> bool:
        """Whether the clusters were given as an empty list, which never widens to a folder."""
        return self.cluster_ids == () or self.cluster_names == ()


def _max_age(value: str | None) -> int | None:
    if value is None:
        return None
    from ._cloud.durations import duration_option

    return duration_option(value, "max_age")


def check_id(option: str, value: t.Any) -> str:
    """The value, if it can be a resource's id.

    :raises OptionError: it cannot
    :source: the length stands in the definitions (yandex.cloud.length), the characters are those of all ids so far
    """
    if isinstance(value, str) and _ID(value):
        return value
    shown = quoted(value) if isinstance(value, str) else f"a value of type {type(value).__name__}"
    kind, name = ("folder", "folder_id: ") if option == "folder_id" else ("cluster", "")
    raise OptionError(
        f"{name}{shown} is no {kind} id; those have 1 to 50 letters, digits, '-' and '_', such as c9qe1abcd2fghij3klmn.",
        option=option,
    )


def _check_name(value: str) -> str:
    if not value or len(value) > _NAME_LENGTH:
        raise OptionError(
            f"{quoted(value)} is no cluster name; those have 1 to {_NAME_LENGTH} characters.",
            option="cluster_names",
        )
    return value


def _each_once(values: t.Sequence[str] | None, check: t.Callable[[str], str]) -> tuple[str, ...] | None:
    return None if values is None else tuple(dict.fromkeys(check(value) for value in values))


def _check_limits(options: t.Mapping[str, t.Any]) -> None:
    for option, (least, most) in _LIMITS.items():
        value = options.get(option)
        if value is None:
            continue
        if (
            (isinstance(value, float) and not math.isfinite(value))
            or value < least
            or (most is not None and value > most)
        ):
            span = f"at least {least}" if most is None else f"{least} to {most}"
            raise OptionError(f"{option} is {value}; it can be {span}.", option=option)
