# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a service's answer says: the JSON object of a success, or the error in words. No I/O.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import json
import math
import typing as t

from .errors import ApiError, MalformedAnswer
from .redaction import Secrets
from .transport import Answer

_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 429: 8, 499: 1, 500: 13, 501: 12, 502: 14, 503: 14, 504: 4}
_UNKNOWN = 2
_IDS = {"request_id": "x-request-id", "server_trace_id": "x-server-trace-id"}


def decode_object(answer: Answer, doing: str) -> dict[str, t.Any]:
    """The JSON object of a successful answer.

    :raises MalformedAnswer: the body is no JSON object (RFC 8259), or holds text that is no Unicode
    """
    try:
        text = answer.body.decode("utf-8")
        content = json.loads(text, parse_constant=_no_json, parse_float=_finite)
        if "\\u" in text:
            # An escape can spell half a surrogate pair, which nothing behind us could print.
            json.dumps(content, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise MalformedAnswer(
            f"{doing}: the answer is no JSON ({_shape(answer)}). {_PROXY}{_ids_in_words(answer)}"
        ) from None
    if not isinstance(content, dict):
        raise MalformedAnswer(
            f"{doing}: the answer is JSON, but no object ({_shape(answer)}). {_PROXY}{_ids_in_words(answer)}"
        )
    return content


def is_success(answer: Answer) -> bool:
    """Whether the HTTP status says so."""
    return 200 <= answer.status < 300


def api_error(answer: Answer, doing: str, secrets: Secrets, hints: t.Mapping[int, str], **details: t.Any) -> ApiError:
    """The error that an answer states, for raising.

    :param hints: what to do, by code of C(google.rpc.Status)
    :param details: further facts, such as C(cluster_id)
    """
    status = _status_object(answer)
    code = status.get("code")
    if not isinstance(code, int) or isinstance(code, bool) or not code:
        code = _CODES.get(answer.status, _UNKNOWN)
    said = status.get("message")
    message = secrets.cleaned(said) if isinstance(said, str) else ""
    if 300 <= answer.status < 400:
        text = f"HTTP status {answer.status}, a redirect, which is not followed"
    elif message:
        text = f"HTTP status {answer.status}: {message.rstrip('.')}"
    else:
        text = f"HTTP status {answer.status} without the API's own message ({_shape(answer)})"
    hint = hints.get(code) or _HINTS.get(code) or (_PROXY if not message else "")
    ids = {name: secrets.cleaned(answer.headers[header]) for name, header in _IDS.items() if answer.headers.get(header)}
    return ApiError(
        f"{doing}: {text}. {hint}".rstrip() + _in_words(ids),
        http_status=answer.status,
        code=code,
        message=message or None,
        **ids,
        **details,
    )


_PROXY = "Check that endpoint and mdb_endpoint name the API, and what a proxy in between answers."
_HINTS = {
    3: "The request was not understood; compare the options with the documentation.",
    8: "Too many requests, or a quota is used up; lower concurrency or try later.",
    13: "The service has an internal fault; try later, or report it with the ids given here.",
    14: "The service is not available; try later, or see the cloud's status page.",
}


def _status_object(answer: Answer) -> dict[str, t.Any]:
    try:
        content = json.loads(answer.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _shape(answer: Answer) -> str:
    kind = _printable(answer.headers.get("Content-Type", ""))
    return f"{len(answer.body)} bytes of {kind or 'no stated type'}" if answer.body else "an empty body"


def _ids_in_words(answer: Answer) -> str:
    ids = {name: _printable(answer.headers.get(header, "")) for name, header in _IDS.items()}
    return _in_words({name: value for name, value in ids.items() if value})


def _printable(header: str) -> str:
    return "".join(char for char in header if char.isprintable())[:80]


def _in_words(ids: dict[str, str]) -> str:
    text = ", ".join(f"{_IDS[name]} {value}" for name, value in ids.items())
    return f" ({text})" if text else ""


def _no_json(name: str) -> t.NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number
