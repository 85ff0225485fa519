# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for errors that a test's server cannot be brought to; those that it can are tried with the module."""

from __future__ import annotations

import pytest

exceptions = pytest.importorskip("redis.exceptions")

from ansible_collections.yacloud.mdb.plugins.module_utils._redis_failures import failure_of  # noqa: E402

NO_PASSWORD = "AUTH <password> called without any password configured for the default user. Are you sure?"


@pytest.mark.parametrize(
    ("exc", "kind", "said"),
    [
        (exceptions.ResponseError(NO_PASSWORD), "credential", "Redis at h:1 has no password for the user default."),
        (exceptions.AuthenticationError(NO_PASSWORD), "credential", "Leave out password, or check host and port."),
        (exceptions.ResponseError("WRONGPASS invalid"), "credential", "refused the password of the user default."),
        (exceptions.ResponseError("NOAUTH Authentication required."), "credential", "refused the password"),
        (exceptions.BusyLoadingError("Redis is loading"), "wait", "Redis at h:1 is still loading its data."),
        (exceptions.ResponseError("MOVED 1 h:2"), "state", "is moving keys, or a shard is down: 'MOVED 1 h:2'."),
        (exceptions.MovedError("1 h:2"), "state", "is moving keys, or a shard is down: '1 h:2'."),
        (exceptions.AskError("1 h:2"), "state", "is moving keys"),
        (exceptions.ClusterDownError("down"), "state", "Check again later."),
        (exceptions.ResponseError("CLUSTERDOWN The cluster is down"), "state", "Check again later."),
        (exceptions.TryAgainError(), "state", "is moving keys"),
        (
            exceptions.NoPermissionError("no\ninfo"),
            "redis",
            "does not permit a command that the check needs: 'no\ufffdinfo'.",
        ),
        (
            exceptions.ResponseError("WRONGTYPE other"),
            "redis",
            "answered with an error: 'WRONGTYPE other'. Check databases",
        ),
        (exceptions.ConnectionError("max number of clients reached"), "connection", "'max number of clients reached'."),
    ],
)
def test_words(exc: Exception, kind: str, said: str) -> None:
    failure = failure_of(exc, "h:1", tls=True, user="default")
    assert failure.kind == kind
    assert said in str(failure)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (ConnectionResetError(104, "Connection reset by peer"), "ended the connection: Connection reset by peer."),
        (BrokenPipeError(32, "Broken pipe"), "If the port is a plain one, set tls to false"),
        (OSError(113, "No route to host"), "cannot be reached: No route to host. Check hosts"),
        (OSError("something"), "cannot be reached: 'something'."),
        (TimeoutError("timed out"), "does not respond. Check that its security groups"),
    ],
)
def test_words_for_what_the_system_says(cause: OSError, said: str) -> None:
    exc = exceptions.ConnectionError("Error")
    exc.__context__ = cause
    failure = failure_of(exc, "h:1", tls=True, user=None)
    assert failure.kind == "connection"
    assert said in str(failure)
