# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why Redis could not be asked: exceptions of redis-py become the collection's own, each cause in its own words."""

from __future__ import annotations

import socket
import ssl

try:
    from redis import exceptions
except ImportError:
    exceptions = None  # type: ignore[assignment]

from ._cloud.errors import CloudError, ConnectionFailed, CredentialError, StateError
from ._cloud.text import quoted

# Verify codes of OpenSSL. Source: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
_OUT_OF_DATE = (9, 10)
_OTHER_NAME = (62, 64)


class ConnectionRefused(ConnectionFailed):
    """Nothing listens there, or not yet."""


class StillLoading(CloudError):
    """Redis answers, and does not serve its data yet."""

    kind = "wait"


class CommandRefused(CloudError):
    """Redis answered a command with an error."""

    kind = "redis"


def failure_of(exc: Exception, where: str, *, tls: bool, user: str | None) -> CloudError:
    """The exception of redis-py in our words.

    :param where: the host, for the message
    :param tls: whether TLS was spoken
    :param user: the user whose password was sent; None where no password was sent
    """
    # redis-py 4 has no classes for some of these errors, and newer ones take the code out of the message.
    code = str(exc).partition(" ")[0]
    if isinstance(exc, exceptions.AuthenticationError) or code in ("WRONGPASS", "NOAUTH", "AUTH"):
        return _authentication_failure(exc, where, user)
    if isinstance(exc, exceptions.BusyLoadingError):
        return StillLoading(f"Redis at {where} is still loading its data.")
    cause = _os_error(exc)
    if cause is not None:
        return _network_failure(cause, where, tls)
    if isinstance(exc, exceptions.InvalidResponse):
        return ConnectionFailed(f"What listens at {where} is not Redis: {quoted(str(exc))}. Check host and port.")
    if isinstance(exc, exceptions.ConnectionError):
        return ConnectionFailed(f"Redis at {where} ended the connection: {quoted(str(exc))}. {_check_tls(tls)}")
    return _answered_error(exc, where, code)


def _authentication_failure(exc: Exception, where: str, user: str | None) -> CloudError:
    if user is None:
        return CredentialError(
            f"Redis at {where} asks for a password. Set password, and username if it is not of the user default."
        )
    if "without any password" in str(exc) or "no password is set" in str(exc):
        return CredentialError(
            f"Redis at {where} has no password for the user {user}. Leave out password, or check host and port."
        )
    return CredentialError(
        f"Redis at {where} refused the password of the user {user}. It was tried once. Check username and password, and that "
        "the user is enabled."
    )


def _network_failure(cause: OSError, where: str, tls: bool) -> CloudError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate_failure(cause, where)
    if isinstance(cause, ssl.SSLError) or "handshake" in str(cause):
        reason = getattr(cause, "reason", None) or cause
        return ConnectionFailed(f"Redis at {where} cannot be reached by TLS: {quoted(str(reason))}. {_check_tls(tls)}")
    if isinstance(cause, socket.gaierror):
        return ConnectionFailed(f"The host name of Redis at {where} cannot be resolved: {cause.strerror}. Check hosts.")
    if isinstance(cause, ConnectionRefusedError):
        return ConnectionRefused(
            f"Redis at {where} refused the connection: nothing listens on this port. Check host and port."
        )
    if isinstance(cause, (socket.timeout, TimeoutError)):
        return ConnectionFailed(
            f"Redis at {where} does not respond. Check that its security groups and the network let this host in: a managed cluster "
            "is reached from its own network, or by TLS at hosts with a public address."
        )
    if isinstance(cause, (ConnectionResetError, BrokenPipeError)):
        return ConnectionFailed(f"Redis at {where} ended the connection: {cause.strerror}. {_check_tls(tls)}")
    return ConnectionFailed(
        f"Redis at {where} cannot be reached: {cause.strerror or quoted(str(cause))}. Check hosts, and the network between."
    )


def _certificate_failure(cause: ssl.SSLCertVerificationError, where: str) -> CloudError:
    if cause.verify_code in _OTHER_NAME:
        advice = "Name the host in hosts as its certificate does."
    elif cause.verify_code in _OUT_OF_DATE:
        advice = "Renew the certificate, or check the clock of this host."
    else:
        advice = "Set ca_path to the certificate of the authority that signed it."
    return ConnectionFailed(f"The certificate of Redis at {where} is not trusted: {cause.verify_message}. {advice}")


def _answered_error(exc: Exception, where: str, code: str) -> CloudError:
    if isinstance(exc, exceptions.NoPermissionError) or code == "NOPERM":
        return CommandRefused(
            f"Redis at {where} does not permit a command that the check needs: {quoted(str(exc))}. Give the user read access to all keys "
            "and the commands that the module's documentation lists; INFO is in the category @dangerous."
        )
    moving = (exceptions.AskError, exceptions.ClusterDownError, exceptions.TryAgainError)  # MovedError is an AskError
    if isinstance(exc, moving) or code in ("MOVED", "ASK", "CLUSTERDOWN", "TRYAGAIN"):
        return StateError(
            f"The sharded cluster of Redis at {where} is moving keys, or a shard is down: {quoted(str(exc))}. Check again later."
        )
    return CommandRefused(
        f"Redis at {where} answered with an error: {quoted(str(exc))}. Check databases, and the log of Redis."
    )


def _check_tls(tls: bool) -> str:
    if tls:
        return "If the port is a plain one, set tls to false; 6380 is the port for TLS of a managed cluster."
    return "If the port is one for TLS, set tls to true; 6379 is the plain port of a managed cluster."


def _os_error(exc: BaseException) -> OSError | None:
    """The error of the operating system or of TLS behind an exception of redis-py."""
    seen: BaseException | None = exc
    while seen is not None and not isinstance(seen, OSError):
        seen = seen.__cause__ or seen.__context__
    return seen
