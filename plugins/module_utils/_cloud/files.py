# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that options and environment variables name: which file a path means, and what it holds."""

from __future__ import annotations

import os

from .errors import CredentialError
from .redaction import Secrets


def absolute_path(path: str) -> str:
    """The file that a path means, "~" expanded."""
    return os.path.abspath(os.path.expanduser(path))


def read_secret(path: str, description: str) -> str:
    """The text of a file that holds a credential.

    :param description: what named the file, for messages
    :raises CredentialError: it cannot be read, or is encrypted; the message shows the path unless it looks like a secret
    """
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, ValueError) as exc:
        problem = exc.strerror if isinstance(exc, OSError) and exc.strerror else "it is not a text file"
        raise CredentialError(
            f"{description} names the file {_shown(path)}, which cannot be read: {problem}."
        ) from None
    if is_vaulted(text):
        raise CredentialError(f"{description} names the file {_shown(path)}, which {VAULTED}")
    return text


def is_vaulted(text: str) -> bool:
    """Whether a text is what ansible-vault writes."""
    return text.lstrip().startswith("$ANSIBLE_VAULT")


VAULTED = (
    "is encrypted by ansible-vault and is not decrypted here. Give the decrypted content as an option instead, such as"
    " service_account_key: \"{{ lookup('ansible.builtin.file', 'key.json') }}\", which decrypts it."
)


def looks_like_path(text: str) -> bool:
    """Whether a text may be shown as a path: nothing in it looks like a secret."""
    return len(text) < 512 and text.isprintable() and not set('{}"') & set(text) and Secrets().masked(text) == text


def _shown(path: str) -> str:
    return f"'{path}'" if looks_like_path(path) else "(not shown: it looks more like a secret than like a path)"
