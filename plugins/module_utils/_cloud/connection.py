# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say how a service is reached: their argument spec, their environment variables, and what becomes of them."""

from __future__ import annotations

import math
import os
import re
import ssl
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from .credential import Credential
from .credentials import METHODS, OPTIONS, CredentialSource, environment_source, select_credential
from .errors import OptionError
from .files import absolute_path
from .transport import TransportOptions
from .urls import DEFAULT_ENDPOINT, BaseUrl, Service, parse_base_url
from .workload_identity import DEFAULT_URL

_CA_VARIABLE = "YC_CA_PATH"
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
PATH_VARIABLES = ("YC_SERVICE_ACCOUNT_KEY_FILE", "YC_WORKLOAD_IDENTITY_TOKEN_FILE", _CA_VARIABLE, *_BUNDLE_VARIABLES)
"""The environment variables that hold a path."""

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", re.ASCII).search

_LIMITS: dict[str, tuple[float, float | None]] = {
    "api_timeout": (0.001, 3600),
    "api_retries": (0, 100),
    "api_retry_max_delay": (0, 3600),
    "api_deadline": (0.001, 86_400),
    "concurrency": (1, 64),
}


def from_environment(*names: str, **spec: t.Any) -> dict[str, t.Any]:
    """An option's spec with environment variables behind it: the first that is set counts, and an empty one is not."""
    return {**spec, "fallback": (_set_variable, list(names))}


def _set_variable(*names: str) -> str:
    return t.cast(str, env_fallback(*(name for name in names if os.environ.get(name))))


def connection_spec(service: Service) -> dict[str, dict[str, t.Any]]:
    """The argument spec of the connection options. Credentials' variables are read by select_credential, which ranks them."""
    usual = TransportOptions()
    return {
        "endpoint": from_environment("YC_ENDPOINT", type="str", default="api.cloud.yandex.net"),
        service.endpoint_option: from_environment(service.endpoint_variable, type="str"),
        "auth_method": from_environment("YC_AUTH_METHOD", type="str", default="auto", choices=["auto", *METHODS]),
        "iam_token": {"type": "str", "no_log": True},
        "service_account_key_file": {"type": "str", "no_log": False},
        "service_account_key": {"type": "raw", "no_log": True},
        "workload_identity_token": {"type": "str", "no_log": True},
        "workload_identity_token_file": {"type": "str", "no_log": False},
        "workload_identity_endpoint": from_environment(
            "YC_WORKLOAD_IDENTITY_ENDPOINT", type="str", default=DEFAULT_URL
        ),
        "service_account_id": from_environment("YC_SERVICE_ACCOUNT_ID", type="str"),
        "api_timeout": from_environment("YC_API_TIMEOUT", type="float", default=usual.api_timeout),
        "api_retries": from_environment("YC_API_RETRIES", type="int", default=usual.api_retries),
        "api_retry_max_delay": from_environment(
            "YC_API_RETRY_MAX_DELAY", type="float", default=usual.api_retry_max_delay
        ),
        "api_deadline": from_environment("YC_API_DEADLINE", type="float", default=usual.api_deadline),
        "concurrency": from_environment("YC_API_CONCURRENCY", type="int", default=usual.concurrency),
        "validate_certs": {"type": "bool", "default": usual.validate_certs},
        "ca_path": from_environment(_CA_VARIABLE, type="str"),
    }


class Connection(t.NamedTuple):
    """How a service is reached.

    :ivar endpoint: the discovery host
    :ivar service_url: the service's own base URL, where it is given
    :ivar credential: what is exchanged for an IAM token
    :ivar transport: timeouts, retries, TLS
    """

    endpoint: BaseUrl
    service_url: BaseUrl | None
    credential: Credential
    transport: TransportOptions

    @classmethod
    def from_options(
        cls,
        options: t.Mapping[str, t.Any],
        service: Service,
        sources: t.Sequence[CredentialSource] | None = None,
    ) -> Connection:
        """The connection that a plugin's options describe.

        :param options: values by option name, each already found among call, variables, environment and defaults
        :param sources: where credentials are set; without it, among the options and then in the environment
        :raises OptionError: a value is invalid
        :raises CredentialError: there is no credential, none that can be used, or two in one place
        :raises MissingLibrary: a key is used, and there is no cryptography
        """
        check_limits(options, _LIMITS)
        if sources is None:
            given = {option: options[option] for option in OPTIONS if options.get(option) not in (None, "")}
            sources = [CredentialSource("the options", given), environment_source(os.environ)]
        endpoint = _private_url(options["endpoint"] or DEFAULT_ENDPOINT, "endpoint")
        own = options.get(service.endpoint_option)
        service_url = _private_url(own, service.endpoint_option, path_allowed=True) if own else None
        credential = select_credential(options["auth_method"], sources, options, os.environ)
        transport = TransportOptions(**{name: options[name] for name in TransportOptions._fields})
        return cls(endpoint, service_url, credential, transport._replace(ca_path=_authorities(options, os.environ)))


def check_limits(options: t.Mapping[str, t.Any], limits: t.Mapping[str, tuple[float, float | None]]) -> None:
    """Looks whether numbers lie within their limits, both included; None as the upper one is no limit.

    :raises OptionError: one does not
    """
    for option, (low, high) in limits.items():
        value = options.get(option)
        if value is None or (low <= value and (value < math.inf if high is None else value <= high)):
            continue
        span = f"at least {low}" if high is None else f"{low} to {high}"
        raise OptionError(f"{option} must be {span}, got {value}.", option=option)


def _private_url(text: str, option: str, *, path_allowed: bool = False) -> BaseUrl:
    base = parse_base_url(text, option, path_allowed=path_allowed)
    if not base.is_private:
        raise OptionError(
            f"{option} {base} is neither HTTPS nor loopback, and a credential is sent there. Use https://.",
            option=option,
        )
    return base


def _authorities(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> str | None:
    """The file or folder of trusted authorities: ca_path, or else the variables that other programs know; None for the usual ones.

    :raises OptionError: it does not hold any
    """
    if not options["validate_certs"]:
        return None
    given = options.get("ca_path")
    name = f"the variable {_CA_VARIABLE}" if given == environ.get(_CA_VARIABLE) else "ca_path"
    places = {name: given, **{f"the variable {variable}": environ.get(variable) for variable in _BUNDLE_VARIABLES}}
    for place, path in places.items():
        if path:
            return _checked_authorities(absolute_path(path), place)
    return None


def _checked_authorities(path: str, name: str) -> str:
    try:
        if not os.path.isdir(path):
            with open(path, encoding="ascii", errors="replace") as file:
                first = _CERTIFICATE(file.read())
            # To parse all that a system trusts takes fifty times as long, in every task.
            content = {"cadata": first.group()} if first else {"cafile": path}
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**content)
    except OSError as exc:  # ssl.SSLError is one
        is_file_error = isinstance(exc, (FileNotFoundError, PermissionError))
        problem = exc.strerror if is_file_error else "holds no certificate in PEM form"
        raise OptionError(
            f"{name} {path}: {problem}. Name a file or folder with the certificates of trusted authorities.",
            option="ca_path",
        ) from None
    return path
