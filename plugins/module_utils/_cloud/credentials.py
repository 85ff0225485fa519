# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which credential is used. Everything is checked before the first request."""

from __future__ import annotations

import typing as t

from .authorized_key import AuthorizedKey
from .credential import CREDENTIAL_HELP, NOT_IN_LOOKUPS, ConfiguredCredential, Credential, Setting
from .errors import CredentialError, OptionError
from .iam_token import IamToken
from .instance_metadata import InstanceMetadata
from .text import quoted
from .workload_identity import WorkloadIdentity

_KINDS: tuple[type[ConfiguredCredential], ...] = (AuthorizedKey, WorkloadIdentity, IamToken)

METHODS = (*(kind.METHOD for kind in _KINDS), InstanceMetadata.METHOD)
"""The kinds of credential, in the order in which auth_method "auto" takes the first that is configured."""

OPTIONS = {option: variables for kind in _KINDS for option, variables in kind.VARIABLES.items()}
"""The options that hold a credential, and the environment variables behind each."""


class CredentialSource(t.NamedTuple):
    """The credentials that are set in one place of configuration.

    :ivar name: the place in words, such as "the options"
    :ivar values: option name to value; options without a value are absent
    :ivar variables: option name to the environment variable that it comes from; empty where the place is not the environment
    """

    name: str
    values: t.Mapping[str, t.Any]
    variables: t.Mapping[str, str] = {}


def environment_source(environ: t.Mapping[str, str]) -> CredentialSource:
    """The credentials of the environment variables; an empty variable is an unset one."""
    variables: dict[str, str] = {}
    for option, names in OPTIONS.items():
        for name in names:
            if environ.get(name, "").strip():
                variables.setdefault(option, name)
    return CredentialSource("the environment", {option: environ[name] for option, name in variables.items()}, variables)


def select_credential(
    method: str,
    sources: t.Sequence[CredentialSource],
    options: t.Mapping[str, t.Any],
    environ: t.Mapping[str, str],
) -> Credential:
    """The credential to use: the first source that holds one wins.

    :param method: auth_method
    :param sources: from the call itself down to the least of them
    :param options: service_account_id and workload_identity_endpoint, each already found
    :raises CredentialError: none, an unusable one, or two in one source
    :raises MissingLibrary: a key is used, and there is no cryptography
    :raises OptionError: method, workload_identity_endpoint or YC_METADATA_ADDR has a value that cannot be used
    """
    if method not in ("auto", *METHODS):
        raise OptionError(
            f"auth_method {quoted(method)} is unknown; it must be one of auto, {', '.join(METHODS)}.",
            option="auth_method",
        )
    if method == InstanceMetadata.METHOD:
        return InstanceMetadata(environ)
    wanted = {option: kind for kind in _KINDS if method in ("auto", kind.METHOD) for option in kind.VARIABLES}
    for source in sources:
        found = [option for option in wanted if option in source.values]
        if len(found) > 1 and not source.variables:
            raise CredentialError(
                f"{' and '.join(sorted(found))} are both set in {source.name}, and each is a credential of its own. Leave one of them out."
            )
        if found:
            option = found[0]
            variable = source.variables.get(option)
            return wanted[option](Setting(option, source.values[option], source.name, options, variable))
    if method != "auto":
        raise CredentialError(
            f"auth_method is {method}, but {' or '.join(wanted)} is not set, neither as an option nor as a variable."
            f" {CREDENTIAL_HELP} {NOT_IN_LOOKUPS}"
        )
    return InstanceMetadata(environ, is_fallback=True)
