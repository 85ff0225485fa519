# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service's response says: the JSON object of a success, or the error in words. No I/O."""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
import typing as t
from urllib.parse import unquote

from .errors import ApiError, InvalidResponse
from .redaction import Secrets

_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 429: 8, 499: 1, 500: 13, 501: 12, 502: 14, 503: 14, 504: 4}
_UNKNOWN = 2
_RESOURCE_EXHAUSTED = 8
_IDS = {"request_id": "x-request-id", "server_trace_id": "x-server-trace-id"}
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_SECONDS = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?s", re.ASCII).fullmatch


class Response(t.NamedTuple):
    """What a service responded.

    :ivar headers: by name, in any case
    :ivar option: the option that says where the request went
    :ivar direct: nothing was in between
    """

    status: int
    headers: t.Mapping[str, str]
    body: bytes
    option: str = "endpoint"
    direct: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the HTTP status says so."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The media type, printable."""
        return _printable(self.headers.get("Content-Type", ""))


def decode_object(response: Response, doing: str) -> dict[str, t.Any]:
    """The JSON object of a successful response.

    :raises InvalidResponse: the body is not a JSON object (RFC 8259), or holds what is not Unicode
    """
    try:
        text = response.body.decode("utf-8")
        content = json.loads(text, parse_constant=_finite, parse_float=_finite)
        if "\\u" in text:
            # An escape can spell half a surrogate pair, which nothing behind us could print.
            json.dumps(content, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise _invalid(response, doing, "the response is not JSON") from None
    if not isinstance(content, dict):
        raise _invalid(response, doing, "the response is JSON, but not an object")
    return content


def api_error(
    response: Response, doing: str, secrets: Secrets, hints: t.Mapping[int, str], **details: t.Any
) -> ApiError:
    """The error that a response states, for raising.

    :param hints: what to do, by code of google.rpc.Status
    """
    stated = _stated(response)
    code = stated.code or _CODES.get(response.status, _UNKNOWN)
    message = secrets.cleaned(stated.message)
    hint = hints.get(code) or (stated.by_gateway and _GATEWAY_HINTS.get(response.status)) or _HINTS.get(code, "")
    ids = _ids(response, secrets.cleaned)
    return ApiError(
        f"{doing}: {_worded(response, stated, message.rstrip('.'), hint)}".rstrip() + _in_words(ids),
        http_status=response.status,
        code=code,
        message=message or None,
        **ids,
        **details,
    )


def is_quota(response: Response) -> bool:
    """Whether a response says that a quota is used up, which no further try changes, unlike a limit of the request rate."""
    stated = _stated(response)
    return stated.code == _RESOURCE_EXHAUSTED and "quota" in stated.message.lower()


class _Stated(t.NamedTuple):
    """What a response says of an error.

    :ivar code: of google.rpc.Status, 0 where none is stated
    :ivar by_gateway: it is not the API that says so
    :ivar by_stranger: neither the API nor its gateway
    """

    code: int
    message: str
    by_gateway: bool = False
    by_stranger: bool = False


def _stated(response: Response) -> _Stated:
    """The body says what is wrong, or else headers that the API's gateway adds (RFC 3986 escapes in the message)."""
    status = _json_object(response)
    code, message = (status or {}).get("code"), (status or {}).get("message")
    if not isinstance(code, int) or isinstance(code, bool) or not code:
        header = response.headers.get("grpc-status", "")
        code = int(header) if header.isascii() and header.isdecimal() and len(header) < 4 else 0
    if not isinstance(message, str) or not message:
        message = unquote(response.headers.get("grpc-message", ""), errors="replace")
    is_foreign = status is None and not code and bool(response.body)
    if is_foreign and response.content_type.startswith("text/plain") and not response.direct:
        return _Stated(0, response.body.decode("utf-8", "replace"), by_gateway=True)
    return _Stated(code, message, by_stranger=is_foreign)


def _worded(response: Response, stated: _Stated, message: str, hint: str) -> str:
    status = f"HTTP status {response.status}"
    if 300 <= response.status < 400:
        return f"{status}, a redirect, which is not followed. {_in_between(response)}"
    if stated.by_gateway:
        return f"the gateway in front of the API answered {status}: {message or 'nothing else'}. {hint}"
    if message:
        return f"{status}: {message}. {hint}"
    if stated.by_stranger and response.status < 500 and not response.direct:
        hint = _in_between(response)
    return f"{status} without the API's own message ({_shape(response)}). {hint}"


def retry_after(response: Response) -> float | None:
    """Seconds that the service asks to wait: by the header Retry-After (RFC 9110 section 10.2.3) or RetryInfo in an error's details."""
    header = response.headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdecimal():
        return float(header)
    try:
        when = email.utils.parsedate_tz(header)
        if when is not None:
            return max(email.utils.mktime_tz(when) - time.time(), 0.0)
    except (ValueError, OverflowError):
        pass
    details = (_json_object(response) or {}).get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and detail.get("@type") == _RETRY_INFO:
            delay = detail.get("retryDelay")
            return float(delay[:-1]) if isinstance(delay, str) and _SECONDS(delay) else None
    return None


_HINTS = {  # what to do, by code of google.rpc.Status
    1: "The request was cancelled on its way; try again.",
    2: "The service does not say why; try later, or report it with the ids given here.",
    3: "The request was not understood; compare the options with the documentation.",
    4: "The service did not finish in its own time; try later, or ask for less at a time.",
    5: "It does not exist: check the id and the region (endpoint).",
    6: "It exists already: use what is there, or choose another name.",
    7: "The account behind the credential may not do this: grant it the role, or check the id.",
    8: "Too many requests, or a quota is used up; lower concurrency or try later.",
    9: "The resource is not in a state that allows this; look at its status, and try again when it has changed.",
    10: "Another change of the same resource came first; try again when it has ended.",
    11: "A value lies outside what the service has; compare the options with the documentation.",
    12: "The service does not offer this call; check the region (endpoint).",
    13: "The service has an internal fault; try later, or report it with the ids given here.",
    14: "The service is not available; try later, or see the cloud's status page.",
    15: "The service has lost or damaged data; report it with the ids given here.",
    16: "The credential was refused: renew it, or check that it belongs to this cloud.",
}

_GATEWAY_HINTS = {
    503: "The service behind it cannot be reached; try later, or see the cloud's status page.",
    504: "The service behind it did not respond in time; try later, or ask for less at a time.",
}


def _in_between(response: Response) -> str:
    return f"Check that {response.option} names the API, and what a proxy in between answers."


def _json_object(response: Response) -> dict[str, t.Any] | None:
    try:
        content = json.loads(response.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _invalid(response: Response, doing: str, problem: str) -> InvalidResponse:
    ids = _in_words(_ids(response, _printable))
    return InvalidResponse(f"{doing}: {problem} ({_shape(response)}). {_in_between(response)}{ids}")


def _shape(response: Response) -> str:
    if not response.body:
        return "an empty body"
    return f"{len(response.body)} bytes of {response.content_type or 'no stated type'}"


def _printable(header: str) -> str:
    return "".join(char for char in header if char.isprintable())[:80]


def _ids(response: Response, clean: t.Callable[[str], str]) -> dict[str, str]:
    """The ids by which the cloud's support finds the request."""
    headers = response.headers
    return {name: clean(headers[header]) for name, header in _IDS.items() if headers.get(header)}


def _in_words(ids: dict[str, str]) -> str:
    text = ", ".join(f"{_IDS[name]} {value}" for name, value in ids.items())
    return f" ({text})" if text else ""


def _finite(text: str) -> float:
    """A number of JSON, which knows neither NaN nor Infinity."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number
