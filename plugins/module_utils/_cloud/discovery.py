# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host serves what: known for the default region, asked once for any other."""

from __future__ import annotations

import threading

from .errors import InvalidResponse
from .responses import api_error, decode_object
from .sharing import once
from .transport import Request, Transport
from .urls import DEFAULT_ENDPOINT, DEFAULT_SERVICES, BaseUrl, Service, parse_base_url


class Services:
    """The base URLs of a region's services.

    :param endpoint: the region's discovery host
    :param service: the service that the product is about
    :param service_url: its base URL where that is given, so that it is not discovered
    """

    def __init__(self, endpoint: BaseUrl, service: Service, service_url: BaseUrl | None = None) -> None:
        self.endpoint = endpoint
        self.service = service
        self._lock = threading.Lock()
        self._complete = str(endpoint) == DEFAULT_ENDPOINT
        known = {**DEFAULT_SERVICES, service.id: service.default_url} if self._complete else {}
        self._found = {service_id: parse_base_url(url, "endpoint") for service_id, url in known.items()}
        if service_url:
            self._found[service.id] = service_url

    def find(self, service_id: str, transport: Transport) -> BaseUrl:
        """The base URL of a service.

        :param service_id: its id in discovery, such as "iam"
        :raises CloudError: it cannot be discovered
        :source: https://yandex.cloud/en/docs/api-design-guide/concepts/endpoints
        """
        with self._lock:
            if service_id not in self._found and not self._complete:
                self._found = {**self._discover(transport), **self._found}
                self._complete = True
        if service_id not in self._found:
            otherwise = f", or set {self.service.endpoint_option}" if service_id == self.service.id else ""
            raise InvalidResponse(
                f"endpoint {self.endpoint} lists no service '{service_id}'. Check that it is a Yandex Cloud endpoint whose region"
                f" has it{otherwise}."
            )
        return self._found[service_id]

    def _discover(self, transport: Transport) -> dict[str, BaseUrl]:
        addresses = once(f"endpoints {self.endpoint}", bool, lambda: self._addresses(transport))
        scheme = self.endpoint.scheme if self.endpoint.explicit_scheme else "https"
        found: dict[str, BaseUrl] = {}
        for service_id in addresses.keys() & {*DEFAULT_SERVICES, self.service.id}:
            where = f"the address of {service_id} at endpoint {self.endpoint}"
            found[service_id] = parse_base_url(addresses[service_id], where, scheme=scheme)._replace(option="endpoint")
        return found

    def _addresses(self, transport: Transport) -> dict[str, str]:
        """What the discovery host says of each service, as host and port."""
        doing = f"asking endpoint {self.endpoint} for its services"
        response = transport.send(Request("GET", self.endpoint, "/endpoints", doing))
        if not response.is_success:
            raise api_error(response, doing, transport.secrets, {})
        listed = decode_object(response, doing).get("endpoints") or []
        if not isinstance(listed, list):
            raise InvalidResponse(
                f"{doing}: the field 'endpoints' of the response is not a list. Check that endpoint is a discovery host."
            )
        return {
            entry["id"]: entry["address"]
            for entry in listed
            if isinstance(entry, dict) and isinstance(entry.get("id"), str) and isinstance(entry.get("address"), str)
        }
