# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which credential is used. Everything is checked before the first request.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import typing as t

from . import authorized_key, iam_token, instance_metadata, workload_identity
from .credential import CREDENTIAL_HELP, NOT_IN_LOOKUPS, Credential, Setting
from .errors import CredentialError, OptionError
from .instance_metadata import InstanceMetadata
from .text import quoted


class _Kind(t.NamedTuple):
    """A kind of credential that is set by options.

    :ivar variables: its options, and the environment variables behind each
    """

    method: str
    variables: t.Mapping[str, tuple[str, ...]]
    make: t.Callable[[Setting], Credential]


_KINDS = (
    _Kind(authorized_key.METHOD, authorized_key.VARIABLES, authorized_key.AuthorizedKey.from_setting),
    _Kind(workload_identity.METHOD, workload_identity.VARIABLES, workload_identity.WorkloadIdentity.from_setting),
    _Kind(iam_token.METHOD, iam_token.VARIABLES, iam_token.IamToken.from_setting),
)

METHODS = (*(kind.method for kind in _KINDS), instance_metadata.METHOD)
"""The kinds of credential, in the order in which auth_method "auto" takes the first that is configured."""

OPTIONS = {option: kind.method for kind in _KINDS for option in kind.variables}
"""The options that hold a credential, and the kind of each."""


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
    for kind in _KINDS:
        for option, names in kind.variables.items():
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
    if method == instance_metadata.METHOD:
        return InstanceMetadata.from_environment(environ)
    kinds = [kind for kind in _KINDS if method in ("auto", kind.method)]
    for source in sources:
        found = [(kind, option) for kind in kinds for option in kind.variables if option in source.values]
        if len(found) > 1 and not source.variables:
            names = " and ".join(sorted(option for _kind, option in found))
            raise CredentialError(
                f"{names} are both set in {source.name}, and each is a credential of its own. Leave one of them out."
            )
        if found:
            kind, option = found[0]
            variable = source.variables.get(option)
            return kind.make(Setting(option, source.values[option], source.name, options, variable))
    if method != "auto":
        wanted = " or ".join(option for kind in kinds for option in kind.variables)
        raise CredentialError(
            f"auth_method is {method}, but {wanted} is not set, neither as an option nor as a variable. {CREDENTIAL_HELP}"
            f" {NOT_IN_LOOKUPS}"
        )
    return InstanceMetadata.from_environment(environ, is_fallback=True)
