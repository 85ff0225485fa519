# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which credential is used, and whether it can be. Everything is checked here before the first request.

Each kind is one class: what it is made of, checked when it is made, and :meth:`exchange`, the request for an IAM token by it. The
larger kinds have files of their own, loaded when they are used: a module's process compiles everything anew that it loads.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import os
import re
import typing as t

from .errors import CredentialError, OptionError
from .redaction import Secrets
from .text import quoted
from .urls import BaseUrl, parse_base_url

if t.TYPE_CHECKING:
    from .credential import Credential, Exchange

METHODS = ("service_account_key", "workload_identity", "iam_token", "instance_metadata")
"""The kinds of credential, in the order in which O(auth_method=auto) takes the first that is configured."""

OPTIONS = {
    "service_account_key": "service_account_key",
    "service_account_key_file": "service_account_key",
    "workload_identity_token": "workload_identity",
    "workload_identity_token_file": "workload_identity",
    "iam_token": "iam_token",
}
"""The options that hold a credential, and its kind."""

VARIABLES = {
    "service_account_key_file": ("YC_SERVICE_ACCOUNT_KEY_FILE",),
    "workload_identity_token": ("YC_WORKLOAD_IDENTITY_TOKEN",),
    "workload_identity_token_file": ("YC_WORKLOAD_IDENTITY_TOKEN_FILE",),
    "iam_token": ("YC_IAM_TOKEN", "YC_TOKEN"),
}
"""The environment variables behind those options."""

ENVIRONMENT = "the environment"

WAYS = (
    "Give one: a service account's authorized key (service_account_key_file or service_account_key, variable"
    " YC_SERVICE_ACCOUNT_KEY_FILE); an OIDC token of a CI system (workload_identity_token or workload_identity_token_file with"
    " service_account_id, variables YC_WORKLOAD_IDENTITY_TOKEN, YC_WORKLOAD_IDENTITY_TOKEN_FILE, YC_SERVICE_ACCOUNT_ID);"
    " an IAM token (iam_token, variables YC_IAM_TOKEN, YC_TOKEN); or run on a virtual machine with a linked service account"
    " (auth_method=instance_metadata)."
)
METADATA_ADDRESS = "169.254.169.254"

_PRINTABLE = re.compile(r"[\x21-\x7e]+").fullmatch
_OAUTH = re.compile(r"y[0-9]_[\w-]+|AQA[\w-]{30,}").fullmatch
_API_KEY = re.compile(r"AQVN[\w-]+").fullmatch


class IamToken:
    """A ready IAM token. Source: https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token"""

    last_resort = False

    def __init__(self, token: str, description: str) -> None:
        if _OAUTH(token):
            raise CredentialError(f"{description} holds an OAuth token; the service no longer takes those. {WAYS}")
        if _API_KEY(token):
            raise CredentialError(f"{description} holds an API key; Managed Databases take none. {WAYS}")
        self.token = token
        self.description = description

    @property
    def identity(self) -> tuple[str, ...]:
        return ("iam_token", self.token)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.token,)

    def exchange(self, iam: t.Callable[[], BaseUrl]) -> Exchange | str:
        return self.token


class InstanceMetadata:
    """The service account linked to this virtual machine.

    Source: https://yandex.cloud/en/docs/compute/operations/vm-connect/auth-inside-vm
    """

    def __init__(self, base: BaseUrl, description: str, last_resort: bool = False) -> None:
        self.base = base
        self.description = description
        self.last_resort = last_resort

    @property
    def identity(self) -> tuple[str, ...]:
        return ("instance_metadata", str(self.base))

    @property
    def secrets(self) -> tuple[str, ...]:
        return ()

    def exchange(self, iam: t.Callable[[], BaseUrl]) -> Exchange | str:
        from .credential import Exchange

        path = "/computeMetadata/v1/instance/service-accounts/default/token"
        # Off the cloud nobody answers: no proxy, little patience, one more try.
        content = {"headers": {"Metadata-Flavor": "Google"}, "direct": True, "timeout": 1.0, "retries": 1}
        return Exchange("GET", self.base, path, content, (), ("access_token", "expires_in"))


class Level(t.NamedTuple):
    """The credentials set at one place of configuration.

    :ivar name: the place in words, such as "the environment"
    :ivar values: option name to value; options without a value are absent
    """

    name: str
    values: dict[str, t.Any]


def environment_level(environ: t.Mapping[str, str]) -> Level:
    """The level of the environment variables; an empty variable is an unset one."""
    values = {}
    for option, names in VARIABLES.items():
        for name in names:
            if option not in values and environ.get(name, "").strip():
                values[option] = (name, environ[name])
    return Level(ENVIRONMENT, values)


def choose(
    method: str, levels: t.Sequence[Level], companions: t.Mapping[str, t.Any], environ: t.Mapping[str, str]
) -> Credential:
    """The credential to use: the first level that holds one wins.

    :param method: O(auth_method)
    :param levels: from the call itself down to the least of them
    :param companions: O(service_account_id) and O(workload_identity_endpoint), each already found
    :raises CredentialError: none, an unusable one, or two on one level
    :raises MissingLibrary: a key is used, and there is no C(cryptography)
    :raises OptionError: O(workload_identity_endpoint) or E(YC_METADATA_ADDR) is no address
    """
    if method == "instance_metadata":
        return _metadata(environ)
    for level in levels:
        values = {name: value for name, value in level.values.items() if method in ("auto", OPTIONS[name])}
        if len(values) > 1 and level.name != ENVIRONMENT:
            raise CredentialError(
                f"{' and '.join(sorted(values))} are both set in {level.name}, and each is a credential of its own. Leave one of them out."
            )
        for option in OPTIONS:
            if option in values:
                return _make(option, values[option], level, companions)
    if method != "auto":
        raise CredentialError(
            f"auth_method is {method}, but {_wanted(method)} is not set, neither as an option nor as a variable."
        )
    return _metadata(environ, last_resort=True)


def _make(option: str, value: t.Any, level: Level, companions: t.Mapping[str, t.Any]) -> Credential:
    description = f"{option} of {level.name}"
    variable = None
    if level.name == ENVIRONMENT:
        variable, value = value
        description = f"the variable {variable}"
    if option == "iam_token":
        token = _clean_token(value, description)
        if variable == "YC_TOKEN" and not (token.startswith("t1.") and token.count(".") == 2):
            raise CredentialError(
                f"{description} holds no IAM token (t1.….…); OAuth tokens are no longer taken. {WAYS}"
            )
        return IamToken(token, description)
    if OPTIONS[option] == "service_account_key":
        return _authorized_key(option, value, description)
    return _workload_identity(option, value, description, companions)


def _authorized_key(option: str, value: t.Any, description: str) -> Credential:
    from .authorized_key import AuthorizedKey

    if option == "service_account_key" or value.lstrip().startswith("{"):
        return AuthorizedKey.parse(value, description)
    return AuthorizedKey.parse(_read_file(value, description), f"{description} ({value})")


def _workload_identity(option: str, value: str, description: str, companions: t.Mapping[str, t.Any]) -> Credential:
    from .workload_identity import WorkloadIdentity

    account = companions.get("service_account_id")
    if not account:
        raise CredentialError(
            f"{description} needs the service account that it stands for: set service_account_id or YC_SERVICE_ACCOUNT_ID as well."
        )

    def read_token() -> str:
        text = _read_file(value, description) if option == "workload_identity_token_file" else value
        return _clean_token(text, description)

    base = parse_base_url(companions["workload_identity_endpoint"], "workload_identity_endpoint", path_allowed=True)
    if not base.is_private:
        raise OptionError(
            f"workload_identity_endpoint {base} is neither HTTPS nor loopback; no token is sent there. Use https://."
        )
    return WorkloadIdentity(account, read_token, base, description)


def _metadata(environ: t.Mapping[str, str], last_resort: bool = False) -> Credential:
    address = environ.get("YC_METADATA_ADDR") or METADATA_ADDRESS
    base = parse_base_url(address, "the variable YC_METADATA_ADDR", scheme="http")
    return InstanceMetadata(base, "the instance metadata service", last_resort)


def _wanted(method: str) -> str:
    options = [option for option, kind in OPTIONS.items() if kind == method]
    return " or ".join(options)


def _clean_token(value: t.Any, description: str) -> str:
    token = value.strip() if isinstance(value, str) else ""
    if not token:
        raise CredentialError(f"{description} is empty. {WAYS}")
    if not _PRINTABLE(token):
        raise CredentialError(
            f"{description} holds a character that no token has (a space, a line break or another control character)."
            " Look for a broken copy or a second line; the value is not shown here."
        )
    return token


def _read_file(path: str, description: str) -> str:
    try:
        with open(os.path.expanduser(path), encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError) as exc:
        problem = exc.strerror if isinstance(exc, OSError) and exc.strerror else "it is no text file"
        shown = quoted(path) if _looks_like_path(path) else "(not shown: it looks more like a secret than like a path)"
        raise CredentialError(f"{description} names the file {shown}, which cannot be read: {problem}.") from None


def _looks_like_path(text: str) -> bool:
    return len(text) < 256 and text.isprintable() and not set('{}"') & set(text) and Secrets().masked(text) == text
