# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON text as the vendor's gateway writes it: compact, UTF-8, with the escapes of protobuf's C++ printer."""

from __future__ import annotations

import json
import re
from typing import Any

#: Characters that JSON allows in a string, but that the printer escapes to protect what reads it.
_ESCAPED = re.compile(
    "[<>\x7f-\x9f\xad\u0600-\u0603\u06dd\u070f\u17b4\u17b5\u200b-\u200f\u2028-\u202e\u2060-\u2064\u206a-\u206f"
    "\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


def dumps(document: Any) -> bytes:
    """The document as JSON."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return _ESCAPED.sub(_escape, text).encode()


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}" if match[0] in "<>" else json.dumps(match[0])[1:-1]
