# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must never be seen again: secrets are remembered here, and taken out of any text that comes from outside."""

from __future__ import annotations

import re

try:  # since ansible-core 2.22: masks the value in everything that Ansible prints
    from ansible.module_utils.secrets import register_secret
except ImportError:

    def register_secret(value: str, /) -> str:
        """Stands in where ansible-core masks nothing by itself."""
        return value


_TOKEN_LIKE = re.compile(
    r"\bt1\.[\w.=-]{10,}|\bey[\w-]{8,}\.[\w-]+\.[\w-]+|-----BEGIN [^-]*PRIVATE KEY-----.*", re.DOTALL
)
_LONGEST_QUOTE = 500
_SHORTEST = 8  # nothing shorter is a secret, and taking it out would garble the words


class Secrets:
    """The secrets of one call, and the way to quote a foreign text without them."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def remember(self, secret: str) -> str:
        """Keeps the secret out of every message from now on, and returns it."""
        if secret not in self._known and len(secret) >= _SHORTEST:
            self._known.add(secret)
            register_secret(secret)
        return secret

    def masked(self, text: str) -> str:
        """The text without any secret that is known, or anything that looks like one."""
        for secret in tuple(self._known):  # other threads may add to it
            text = text.replace(secret, "********")
        return _TOKEN_LIKE.sub("********", text)

    def cleaned(self, text: str) -> str:
        """A foreign text on one line, printable, at most 500 characters, without any secret."""
        text = self.masked(text)
        text = "".join(char if char.isprintable() else " " for char in text)
        text = " ".join(text.split())
        return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
