# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a function of the collection becomes a filter of Ansible's.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import functools
import typing as t

import jinja2
from ansible.errors import AnsibleFilterError

from ..module_utils._cloud.errors import CloudError

T = t.TypeVar("T")


def as_filter(function: t.Callable[..., T]) -> t.Callable[..., T]:
    """The function as a filter of its name, for which an option that is "omit" is one that was not given.

    :raises AnsibleFilterError: where the function raises an error of the collection; Ansible puts the filter's name before it
    """

    @jinja2.pass_environment
    @functools.wraps(function)
    def filtering(environment: jinja2.Environment, /, *args: t.Any, **options: t.Any) -> T:
        omit = environment.globals.get("omit", jinja2.Undefined)
        given = {name: value for name, value in options.items() if value is not omit}
        try:
            return function(*args, **given)
        except CloudError as exc:
            raise AnsibleFilterError(str(exc)) from None

    return filtering
