# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which host serves what: known for the default region, asked once for any other.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

import threading

from .errors import MalformedAnswer
from .responses import api_error, decode_object, is_success
from .transport import Transport
from .urls import (
    DEFAULT_ENDPOINT,
    KNOWN_SERVICES,
    BaseUrl,
    parse_base_url,
)


class Services:
    """The base URLs of a region's services.

    :param endpoint: the region's discovery host
    :param mdb_endpoint: the base URL of the MDB API where it is given, so that it is not discovered
    """

    def __init__(self, endpoint: BaseUrl, mdb_endpoint: BaseUrl | None = None) -> None:
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._complete = str(endpoint) == DEFAULT_ENDPOINT
        known = KNOWN_SERVICES if self._complete else {}
        self._found = {service: parse_base_url(url, "endpoint") for service, url in known.items()}
        if mdb_endpoint:
            self._found["managed-redis"] = mdb_endpoint

    def find(self, service: str, transport: Transport) -> BaseUrl:
        """The base URL of a service.

        :param service: its id in the discovery answer, such as C(managed-redis)
        :raises MdbError: it cannot be discovered
        :source: https://yandex.cloud/en/docs/api-design-guide/concepts/endpoints
        """
        with self._lock:
            if service not in self._found and not self._complete:
                self._found = {**self._discover(transport), **self._found}
                self._complete = True
        if service not in self._found:
            raise MalformedAnswer(
                f"endpoint {self.endpoint} lists no service '{service}'. Check that it is a Yandex Cloud endpoint whose region has it,"
                " or set mdb_endpoint."
            )
        return self._found[service]

    def _discover(self, transport: Transport) -> dict[str, BaseUrl]:
        doing = f"asking endpoint {self.endpoint} for its services"
        answer = transport.send("GET", self.endpoint, "/endpoints", doing=doing)
        if not is_success(answer):
            raise api_error(answer, doing, transport.secrets, {})
        listed = decode_object(answer, doing).get("endpoints") or []
        if not isinstance(listed, list):
            raise MalformedAnswer(
                f"{doing}: the field 'endpoints' of the answer is no list. Check that endpoint is a discovery host."
            )
        scheme = self.endpoint.scheme if self.endpoint.explicit_scheme else "https"
        found = {}
        for entry in listed:
            if isinstance(entry, dict) and isinstance(entry.get("id"), str) and isinstance(entry.get("address"), str):
                found[entry["id"]] = entry["address"]
        return {
            service: parse_base_url(
                found[service], f"the address of {service} at endpoint {self.endpoint}", scheme=scheme
            )
            for service in KNOWN_SERVICES
            if service in found
        }
