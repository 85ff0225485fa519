# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as a Prometheus textfile. Pure functions.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

import re
import typing as t

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.instants import SECOND, parse_instant
from ..module_utils._cloud.text import quoted, type_name

PREFIX = "yacloud_redis_backup_"

_OWN_LABELS = ("cluster_id", "cluster_name", "folder_id")
_LABEL_NAME = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*").fullmatch
"""Names that begin with two underscores are Prometheus' own."""

_Facts = t.Mapping[str, t.Any]


class Gauge(t.NamedTuple):
    """One metric.

    :ivar name: without the prefix
    :ivar help: what it means
    :ivar value: its sample of a cluster's facts and those of the whole verdict; None where there is none
    :ivar judges: whether clusters that are not judged have no sample
    """

    name: str
    help: str
    value: t.Callable[[_Facts, _Facts], t.Any]
    judges: bool = True


GAUGES = (
    Gauge(
        "newest_completion_timestamp_seconds",
        "When the newest matching backup was completed; absent without one.",
        lambda cluster, _verdict: unix_seconds(cluster["newest"]["created_at"]) if cluster["newest"] else None,
    ),
    Gauge(
        "age_seconds",
        "Age of the newest matching backup at the time of the check; absent without one.",
        lambda cluster, _verdict: cluster["age_seconds"],
    ),
    Gauge("matching_backups", "Completed backups that match.", lambda cluster, _verdict: cluster["matched"]),
    Gauge(
        "objective_seconds",
        "How old the newest backup may be.",
        lambda _cluster, verdict: verdict["objective_seconds"],
    ),
    Gauge(
        "fresh",
        "1 where the newest matching backup is within the objective, 0 where it is older or there is none.",
        lambda cluster, _verdict: int(cluster["status"] == "fresh"),
    ),
    Gauge(
        "last_check_timestamp_seconds",
        "When the cluster's backups were read; it stands still while they cannot be.",
        lambda _cluster, verdict: unix_seconds(verdict["evaluated_at"]),
        judges=False,
    ),
)


def metrics_text(verdict: _Facts, labels: t.Any = None) -> str:
    """The whole content of a textfile, the clusters by id.

    :param labels: further labels of each series by name
    :raises OptionError: a label is invalid
    """
    further = _further_labels(labels)
    clusters = sorted(verdict["clusters"].values(), key=lambda cluster: str(cluster["cluster_id"]))
    labelled = [
        (series_labels({name: cluster[name] for name in _OWN_LABELS} | further), cluster) for cluster in clusters
    ]
    lines: list[str] = []
    for gauge in GAUGES:
        samples = [
            f"{PREFIX}{gauge.name}{{{series}}} {value}"
            for series, cluster in labelled
            if not (gauge.judges and cluster["status"] == "skipped")
            and (value := gauge.value(cluster, verdict)) is not None
        ]
        lines += gauge_lines(f"{PREFIX}{gauge.name}", gauge.help, samples)
    return "".join(f"{line}\n" for line in lines)


def gauge_lines(name: str, help_text: str, samples: list[str]) -> list[str]:
    """A gauge as it stands in a textfile; nothing where it has no sample."""
    return [f"# HELP {name} {help_text}", f"# TYPE {name} gauge", *samples] if samples else []


def _further_labels(labels: t.Any) -> dict[str, str]:
    if labels is None:
        return {}
    if not isinstance(labels, t.Mapping):
        raise OptionError(f"labels must be a mapping of names to values, got {type_name(labels)}.", option="labels")
    for name, value in labels.items():
        if name in _OWN_LABELS:
            raise OptionError(f"labels must not hold {name}, which each series has already.", option="labels")
        if not isinstance(name, str) or not _LABEL_NAME(name):
            raise OptionError(
                f"labels: {quoted(str(name))} is not a name of a label; use letters, digits and _, no digit first, no __ first.",
                option="labels",
            )
        if not isinstance(value, (str, int, float)) or value == "":
            got = "an empty string" if value == "" else type_name(value)
            raise OptionError(f"labels: {name} must be a string, got {got}.", option="labels")
    return {str(name): str(value) for name, value in sorted(labels.items())}


def series_labels(values: t.Mapping[str, str | None]) -> str:
    """The labels of a series as they stand between its braces; those without a value are left out."""
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items() if value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def unix_seconds(instant: str) -> str:
    """An instant as Prometheus writes it."""
    seconds, nanos = divmod(parse_instant(instant), SECOND)
    return f"{seconds}.{nanos:09d}".rstrip("0") if nanos else str(seconds)
