# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants against protobuf's own parser, and the edges."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.instants import (
    SECOND,
    format_instant,
    parse_instant,
)

FIRST = -62_135_596_800 * SECOND
LAST = 253_402_300_800 * SECOND - 1
HOUR = 3_600 * SECOND

two = st.integers(0, 99).map("{:02d}".format)
fractions = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=9).map(".{}".format))
valid_offsets = st.one_of(
    st.just("Z"), st.builds("{}{:02d}:{:02d}".format, st.sampled_from("+-"), st.integers(0, 23), st.integers(0, 59))
)
valid_times = st.builds(
    "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}{}{}".format,
    st.integers(1, 9999), st.integers(1, 12), st.integers(1, 28),
    st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), fractions, valid_offsets,
)  # fmt: skip
nearly_times = st.builds(
    "{}-{}-{}T{}:{}:{}{}{}".format,
    st.one_of(st.integers(0, 9999).map("{:04d}".format), st.sampled_from(["0000", "0001", "9999", "2000", "1900", "2024"])),
    st.one_of(st.integers(0, 14).map("{:02d}".format), two), st.one_of(st.integers(26, 33).map("{:02d}".format), two),
    st.one_of(st.integers(0, 26).map("{:02d}".format), two), two, st.one_of(st.integers(55, 62).map("{:02d}".format), two),
    st.one_of(fractions, st.text("0123456789", min_size=1, max_size=12).map(".{}".format)),
    st.one_of(valid_offsets, st.builds("{}{}:{}".format, st.sampled_from("+-"), two, two), st.sampled_from(["", "z", "UTC", "+03", "+0300"])),
)  # fmt: skip


@st.composite
def damaged_times(draw: st.DrawFn) -> str:
    """A right time with one character more, less or other."""
    text = draw(valid_times)
    place = draw(st.integers(0, len(text)))
    char = draw(st.sampled_from("0159TtZz:.,+- Wx\u0663\u2212\uff11\n\x00"))
    kind = draw(st.sampled_from(["in", "out", "other"]))
    return text[:place] + ("" if kind == "out" else char) + text[place + (kind != "in") :]


def by_protobuf(text: str) -> int | None:
    """What protobuf reads, None where it refuses."""
    timestamp_pb2 = pytest.importorskip("google.protobuf.timestamp_pb2")
    timestamp = timestamp_pb2.Timestamp()
    try:
        timestamp.FromJsonString(text)
    except (ValueError, OverflowError):
        return None
    return timestamp.seconds * SECOND + timestamp.nanos


def ours(text: str) -> int | None:
    """What we read, None where we refuse."""
    try:
        return parse_instant(text)
    except ValueError:
        return None


STRICT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII).fullmatch


def agrees(text: str) -> None:
    """Where both accept, the value is the same; where the shape is RFC 3339's, so is the verdict."""
    expected, got = by_protobuf(text), ours(text)
    if got is not None and expected is not None:
        assert got == expected
    if STRICT(text):
        assert got == expected
    elif got is not None:
        # RFC 3339 section 5.6 lets T and Z be lower case, and T a space; nothing else is taken that protobuf would not.
        spelt = f"{text[:10]}{text[10].replace(' ', 'T')}{text[11:]}".upper()
        assert STRICT(spelt), text
        assert got == by_protobuf(spelt)


@given(st.one_of(valid_times, nearly_times, damaged_times(), st.text()))
def test_verdict_and_value_agree_with_protobuf(text: str) -> None:
    agrees(text)


@given(st.integers(FIRST, LAST))
def test_an_instant_survives_formatting(instant: int) -> None:
    text = format_instant(instant)
    assert parse_instant(text) == instant
    assert STRICT(text)
    assert by_protobuf(text) == instant


@given(st.integers(FIRST, LAST), st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_an_offset_shifts_and_nothing_else(instant: int, minutes: int) -> None:
    local = instant + minutes * 60 * SECOND
    if not FIRST <= local <= LAST:
        return
    hours, rest = divmod(abs(minutes), 60)
    text = f"{format_instant(local)[:-1]}{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("0001-01-01T00:00:00Z", FIRST),
        ("0001-01-01T00:00:00.000000000Z", FIRST),
        ("0001-01-01T03:00:00+03:00", FIRST),
        ("9999-12-31T23:59:59.999999999Z", LAST),
        ("9999-12-31T23:59:59.999999999-00:00", LAST),
        ("9999-12-31T20:59:59.999999999-03:00", LAST),
        ("2024-02-29T00:00:00Z", 1_709_164_800 * SECOND),
        ("2000-02-29t00:00:00z", 951_782_400 * SECOND),
        ("2026-11-20 10:00:00Z", 1_795_168_800 * SECOND),
        ("2026-11-20 10:00:00.5+03:00", 1_795_158_000 * SECOND + 500_000_000),
        ("2026-11-20T10:00:00+00:00", 1_795_168_800 * SECOND),
        ("2026-11-20T10:00:00+23:59", 1_795_082_460 * SECOND),
        ("2026-11-20T10:00:00-23:59", 1_795_255_140 * SECOND),
    ],
)
def test_boundaries(text: str, instant: int) -> None:
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "", "Z", "2026-11-20", "2026-11-20T10:00:00", "2026-11-20_10:00:00Z", "2026-11-20  10:00:00Z", "2026-11-20 10:00:00 Z",
        "2026-11-20T10:00Z", "2026-11-20T10:00:00.Z", "2026-11-20T10:00:00.1234567890Z", "2026-11-20T10:00:00.12-3Z",
        "2026-11-20T10:00:00.+12Z", "2026-11-20T10:00:00.1_2Z", "2026-11-20T10:00:00. 1Z", "2026-11-20T10:00:00,5Z",
        "2026-11-20T24:00:00Z", "2026-11-20T24:00:00.0Z", "2026-11-20T10:60:00Z", "2026-11-20T10:00:60Z", "2016-12-31T23:59:60Z",
        "2026-11-31T10:00:00Z", "2026-00-20T10:00:00Z", "2026-13-20T10:00:00Z", "2026-11-00T10:00:00Z", "2025-02-29T10:00:00Z",
        "1900-02-29T10:00:00Z", "0000-12-31T23:59:59Z", "0000-12-31T23:59:59-23:59", "0001-01-01T02:59:59.999999999+03:00",
        "9999-12-31T23:59:59.999999999-00:01", "10000-01-01T00:00:00Z", "2026-11-20T10:00:00+24:00", "2026-11-20T10:00:00+03:60",
        "2026-11-20T10:00:00+0300", "2026-11-20T10:00:00+03", "2026-11-20T10:00:00\u221203:00", "2026-11-20T10:00:00ZZ",
        "2026-11-20T10:00:00Z\n", "\n2026-11-20T10:00:00Z", " 2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z ",
        "\uff12\uff10\uff12\uff16-11-20T10:00:00Z", "2026-11-20T1\u0660:00:00Z", "2026-11-20T10:00:00.\u0660Z",
        "2026-11-20T10:00:00.\u00b2Z", "2026-W47-5T10:00:00Z", "20261120T100000Z", "-026-11-20T10:00:00Z", "+026-11-20T10:00:00Z",
        "2026-11-20T10:00:0ZZ", "2026-11-20T1Z:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_in_words(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"^(is not an RFC 3339 time|is not a date of the calendar|lies outside the years)"
    ):
        parse_instant(text)


def test_an_instant_that_an_offset_puts_out_of_range_is_told_so() -> None:
    with pytest.raises(ValueError, match=r"^lies outside the years 0001 to 9999 in UTC$"):
        parse_instant("0001-01-01T00:00:00+00:01")


def test_order_is_that_of_time_where_text_would_sort_otherwise() -> None:
    texts = [
        "2026-11-20T23:30:00+03:00",
        "2026-11-20T21:00:00Z",
        "2026-11-20T21:00:00.500Z",
        "2026-11-20T21:00:00.500000001Z",
    ]
    assert sorted(texts, key=parse_instant) == texts
    assert sorted(texts) != texts
    assert parse_instant("2026-11-20T21:00:00.5Z") == parse_instant("2026-11-20T21:00:00.500Z")


def test_whole_seconds_are_written_without_a_fraction_and_others_with_nine_digits() -> None:
    assert format_instant(1_795_168_800 * SECOND) == "2026-11-20T10:00:00Z"
    assert format_instant(1_795_168_800 * SECOND + 500_000_000) == "2026-11-20T10:00:00.500000000Z"
    assert format_instant(-1) == "1969-12-31T23:59:59.999999999Z"
    assert format_instant(FIRST) == "0001-01-01T00:00:00Z"
