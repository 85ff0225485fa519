# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations against a naive second implementation, and the edges."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.durations import (
    duration_option,
    format_duration,
    parse_duration,
)
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import SECOND

FIRST = -62_135_596_800 * SECOND
LAST = 253_402_300_800 * SECOND - 1
HOUR = 3_600 * SECOND

UNITS = {"w": Decimal(604_800), "d": Decimal(86_400), "h": Decimal(3_600), "m": Decimal(60), "s": Decimal(1)}


def naive_duration(text: str) -> int | None:
    """Reads a unit form (no ISO) character by character, with decimals; None where it is not a duration."""
    total, digits, left, last_fraction = Decimal(0), "", list(UNITS), False
    if not text:
        return None
    for char in text.lower():
        if char.isdigit() or char == ".":
            digits += char
            continue
        if char not in left or not digits or last_fraction:
            return None
        if "." in digits and (char != "s" or not re.fullmatch(r"\d+\.\d{1,9}", digits)):
            return None
        total += Decimal(digits) * UNITS[char]
        left = left[left.index(char) + 1 :]
        digits = ""
    return None if digits else int(total * SECOND)


counts = st.integers(0, 10_000).map(str)
unit_forms = st.lists(st.tuples(counts, st.sampled_from("wdhmsDHS")), min_size=1, max_size=5).map(
    lambda parts: "".join(f"{count}{unit}" for count, unit in parts)
)


@given(st.one_of(unit_forms, st.text("0123wdhms.S", max_size=12)))
def test_durations_agree_with_a_naive_reading(text: str) -> None:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return
    try:
        got = parse_duration(text)
    except ValueError:
        got = None
    assert got == naive_duration(text)


@given(st.decimals(0, 10**9, places=9))
def test_plain_seconds_are_exact(seconds: Decimal) -> None:
    assert parse_duration(f"{seconds:f}") == int(seconds * SECOND)
    assert parse_duration(f"{seconds:f}s") == int(seconds * SECOND)


@given(st.integers(0, 9), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_iso_form_means_the_same_as_the_unit_form(days: int, hours: int, minutes: int, seconds: int) -> None:
    assert parse_duration(f"P{days}DT{hours}H{minutes}M{seconds}S") == parse_duration(
        f"{days}d{hours}h{minutes}m{seconds}s"
    )


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        ("90s", 90 * SECOND), ("26h", 26 * HOUR), ("1d2h", 26 * HOUR), ("1D2H", 26 * HOUR), ("90m", 5400 * SECOND), ("1w", 168 * HOUR),
        ("PT26H", 26 * HOUR), ("P1DT2H", 26 * HOUR), ("p1dt2h", 26 * HOUR), ("P2W", 336 * HOUR), ("P3D", 72 * HOUR),
        ("PT5M", 300 * SECOND), ("93600", 26 * HOUR), (93_600, 26 * HOUR), (93_600.0, 26 * HOUR), (" 26h ", 26 * HOUR), ("0", 0),
        (0, 0), ("0s", 0), ("1.5s", 1_500_000_000), (0.25, 250_000_000), ("0.000000001", 1), ("PT1.000000001S", SECOND + 1),
    ],
)  # fmt: skip
def test_duration_forms(value: str | float, nanoseconds: int) -> None:
    assert parse_duration(value) == nanoseconds


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "h", "26x", "X26H", "x1h", "1h1d", "1d1d", "1.5h", "1h 2m", "-1h", "+1h", "-5", "1e3", "26 h", "26hours", "P", "PT", "P1DT", "PT1D", "P1H",
        "P1M", "P1Y", "P1Y2M", "PT1W", "P1S", "PT1H1W", "XT1H", "1dT2h", "T1H", "inf", "nan", "s", ".5s", "5.s", "1.0000000001s", "0x10", "1_000",
        "\u0661h", "90\u017f", "PT90\u017f", True, False, float("nan"), float("inf"), -1, -0.5, 1e-7, [], {}, None, "1\n0", "1h\x00", "9" * 16, 10**15,
        "316000000000s", "9999999999999w",
    ],
)  # fmt: skip
def test_what_is_no_duration_is_refused_in_words(value: object) -> None:
    with pytest.raises(ValueError, match=r"^(is not a duration|is longer than)"):
        parse_duration(value)  # type: ignore[arg-type]


def test_the_longest_duration_is_the_range_of_instants() -> None:
    longest = (LAST - FIRST) // SECOND
    assert parse_duration(longest) == longest * SECOND
    assert parse_duration(f"{longest}.999999999") == LAST - FIRST
    with pytest.raises(ValueError, match=r"^is longer than 9998 years$"):
        parse_duration(longest + 1)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"), (SECOND - 1, "0s"), (45 * SECOND, "45s"), (60 * SECOND, "1m"), (61 * SECOND, "1m 1s"), (HOUR, "1h"),
        (HOUR + SECOND, "1h"), (HOUR + 60 * SECOND, "1h 1m"), (24 * HOUR, "24h"), (24 * HOUR + 60 * SECOND, "24h 1m"),
        (27 * HOUR + 59 * SECOND, "27h"), (48 * HOUR - 1, "47h 59m"), (48 * HOUR, "2d"), (480 * HOUR, "20d"),
        (2410 * HOUR, "100d 10h"), (-45 * SECOND, "-45s"),
    ],
)  # fmt: skip
def test_durations_for_people(nanoseconds: int, text: str) -> None:
    assert format_duration(nanoseconds) == text


@given(
    st.one_of(st.sampled_from([0, 45 * SECOND, 26 * HOUR, 48 * HOUR]), st.integers(0, 10**17)), st.integers(1, 10**14)
)
def test_a_duration_never_reads_like_the_limit_that_it_exceeds(limit: int, excess: int) -> None:
    shown = format_duration(limit + excess, beyond=limit)
    *parts, last = shown.split()
    nanoseconds = int(last[:-2]) if last.endswith("ns") else parse_duration(last)
    assert limit < parse_duration("".join(parts) or 0) + nanoseconds <= limit + excess


def test_an_option_is_named_where_its_duration_is_none() -> None:
    assert (duration_option(None, "max_age"), duration_option("26h", "max_age")) == (None, 26 * HOUR)
    words = r"^max_age 'soon' is not a duration; write 26h, 1d2h, 90m, 90s, PT26H, or a number of seconds\.$"
    with pytest.raises(OptionError, match=words) as caught:
        duration_option("soon", "max_age")
    assert caught.value.details == {"option": "max_age"}
