# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that one emulator holds, and how a seed document becomes it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from typing import Any

from .clusters import make_id
from .data_plane import DataPlane
from .errors import ConfigError
from .faults import Facts, Fault
from .generate import Amount, fill
from .launch import Launch
from .paging import TokenCodec
from .plane import Plane
from .request_log import Entry, RequestLog
from .seed import (
    read_amount,
    read_clusters,
    read_credentials,
    read_faults,
    read_folders,
    read_operations,
    read_settings,
)
from .settings import Settings
from .storage import Store
from .tokens import KEY_ID, SERVICE_ACCOUNT_ID, Credentials


class State:
    """The data, credentials, faults, settings and log. Requests and connections outlive a new seed.

    With a data plane, new data are served once ``plane.replaced`` has returned.
    """

    def __init__(self, launch: Launch, data_plane: DataPlane | None = None) -> None:
        self.launch = launch
        self.plane = Plane(data_plane)
        self.request_log = RequestLog()
        self._started = time.time_ns()
        self._ids = itertools.count(1)
        #: How far the emulator's time is ahead of the clock, in nanoseconds.
        self._ahead = 0
        self.settings = Settings()
        self.store = Store(launch.folder)
        self.reset()

    def now_ns(self) -> int:
        """The time, in nanoseconds since 1970: the clock, or one that starts at the knob ``now``."""
        return time.time_ns() + self._ahead

    def new_id(self, prefix: str) -> str:
        """An id that no other thing has."""
        return make_id(prefix, f"emulated {next(self._ids)}")

    def advance(self) -> None:
        """Let operations come to where they are by now."""
        self.operations.advance(self.now_ns())

    def receive(self, facts: Facts, authorization: str | None, **values: Any) -> tuple[Entry, Fault | None]:
        """Log a request as it arrives; gives its entry and the fault that strikes it."""
        fault = next((fault for fault in self.faults if fault.strikes(facts)), None)
        values |= {"route": facts.route, "cluster_id": facts.cluster_id, "page": facts.page}
        return self.request_log.add(authorization, fault=fault and fault.kind, **values), fault

    def change_settings(self, values: Mapping[str, Any], origin: str) -> None:
        """Turn knobs; raises ConfigError and then changes nothing."""
        self.settings = self.settings.changed(values, origin)
        if "now" in values:
            self._set_clock()

    def _set_clock(self) -> None:
        clock = time.time_ns()
        self._ahead = self.settings.now_ns(clock) - clock

    def reset(self) -> None:
        """Everything as it was at the start, the log empty."""
        document, origin = self.launch.document, "seed file"
        settings = Settings().changed(read_settings(document, origin), origin)
        settings = settings.changed(self.launch.settings, "command line")
        amount = Amount(**{**read_amount(document, origin), **self.launch.amount})
        # The time of the start, not the clock, or made-up data would move on.
        self._load(document, origin, settings, amount, settings.now_ns(self._started))
        self.request_log.clear()

    def load(self, document: Mapping[str, Any], origin: str) -> None:
        """Replace all data by a seed document's; raises ConfigError and then changes nothing.

        Settings go back to those of the command line first, so that one test's never reach the next.
        """
        settings = Settings().changed(self.launch.settings, "command line")
        settings = settings.changed(read_settings(document, origin), origin)
        self._load(document, origin, settings, Amount(**read_amount(document, origin)), settings.now_ns())

    def _load(self, document: Mapping[str, Any], origin: str, settings: Settings, amount: Amount, now: int) -> None:
        store, credentials = Store(self.launch.folder), self._credentials()
        fill(store, amount, settings, now)
        for cluster in read_clusters(document, self.launch.folder, origin):
            if cluster.id in store.clusters:
                raise ConfigError(f"{origin}: cluster '{cluster.id}' was generated too; give it another id")
            store.add_cluster(cluster)
        self.plane.check_size(store.clusters.values())
        operations = read_operations(document, origin)
        store.folders.update(read_folders(document, origin))
        read_credentials(document, credentials, origin)
        faults = read_faults(document, origin)
        self.settings, self.store, self.credentials = settings, store, credentials
        self.operations, self.faults = operations, faults
        self._set_clock()
        self.codec = TokenCodec(f"page tokens {settings.random_seed}")
        self.plane.replace(store.clusters.values())

    def _credentials(self) -> Credentials:
        launch = self.launch
        keys = {KEY_ID: launch.key.public} if launch.key else {}
        return Credentials({launch.iam_token}, set(), {launch.oidc_token}, {SERVICE_ACCOUNT_ID: keys})
