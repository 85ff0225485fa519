# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants against protobuf's own parser, durations against a naive second implementation, and the edges of both."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

pytest.importorskip("hypothesis")
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.yacloud.mdb.plugins.module_utils._time import (
    SECOND,
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
    parse_instants,
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


@given(valid_times)
def test_right_times_are_read_as_protobuf_reads_them(text: str) -> None:
    agrees(text)
    assert ours(text) is not None or text[:4] in ("0001", "9999")


@given(nearly_times)
def test_verdicts_agree_with_protobuf_near_the_edge_of_what_is_a_time(text: str) -> None:
    agrees(text)


@given(damaged_times())
def test_verdicts_agree_with_protobuf_on_damaged_times(text: str) -> None:
    agrees(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
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
        "",
        "Z",
        "2026-11-20",
        "2026-11-20T10:00:00",
        "2026-11-20_10:00:00Z",
        "2026-11-20  10:00:00Z",
        "2026-11-20 10:00:00 Z",
        "2026-11-20T10:00Z",
        "2026-11-20T10:00:00.Z",
        "2026-11-20T10:00:00.1234567890Z",
        "2026-11-20T10:00:00.12-3Z",
        "2026-11-20T10:00:00.+12Z",
        "2026-11-20T10:00:00.1_2Z",
        "2026-11-20T10:00:00. 1Z",
        "2026-11-20T10:00:00,5Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T24:00:00.0Z",
        "2026-11-20T10:60:00Z",
        "2026-11-20T10:00:60Z",
        "2016-12-31T23:59:60Z",
        "2026-11-31T10:00:00Z",
        "2026-00-20T10:00:00Z",
        "2026-13-20T10:00:00Z",
        "2026-11-00T10:00:00Z",
        "2025-02-29T10:00:00Z",
        "1900-02-29T10:00:00Z",
        "0000-12-31T23:59:59Z",
        "0000-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+00:01",
        "0001-01-01T02:59:59.999999999+03:00",
        "9999-12-31T23:59:59.999999999-00:01",
        "10000-01-01T00:00:00Z",
        "2026-11-20T10:00:00+24:00",
        "2026-11-20T10:00:00+03:60",
        "2026-11-20T10:00:00+0300",
        "2026-11-20T10:00:00+03",
        "2026-11-20T10:00:00\u221203:00",
        "2026-11-20T10:00:00ZZ",
        "2026-11-20T10:00:00Z\n",
        "\n2026-11-20T10:00:00Z",
        " 2026-11-20T10:00:00Z",
        "2026-11-20T10:00:00Z ",
        "\uff12\uff10\uff12\uff16-11-20T10:00:00Z",
        "2026-11-20T1\u0660:00:00Z",
        "2026-11-20T10:00:00.\u0660Z",
        "2026-11-20T10:00:00.\u00b2Z",
        "2026-W47-5T10:00:00Z",
        "20261120T100000Z",
        "-026-11-20T10:00:00Z",
        "+026-11-20T10:00:00Z",
        "2026-11-20T10:00:0ZZ",
        "2026-11-20T1Z:00:00Z",
    ],
)
def test_what_is_no_time_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is no RFC 3339 time|is no date of the calendar|lies outside the years)"):
        parse_instant(text)


@given(
    st.one_of(
        st.lists(valid_times.map(lambda text: text[:19] + "Z"), max_size=4),
        st.lists(valid_times.map(lambda text: text.split("+")[0].rstrip("Z")[:26] + "Z"), max_size=4),
        st.lists(valid_times, max_size=4),
        st.lists(st.one_of(valid_times, nearly_times, damaged_times()), max_size=3),
    )
)
@example(["2026-11-20T10:00:00.5Z", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.123456789Z"])
@example(["2026-11-20T10:00:00.1234567Z", "2026-11-20T10:00:00.999999Z", "0001-01-01T00:00:00Z"])
@example(["2026-11-20T24:00:00Z"])
@example(["2026-11-20T10:00:00Z\n2026-11-20T10:00:00Z"])
@example(["2026-11-20T10:00:00", "2026-11-20T10:00:60Z"])
@example([""])
def test_many_times_at_once_are_read_as_each_alone(texts: list[str]) -> None:
    alone = [ours(text) for text in texts]
    if None in alone:
        with pytest.raises(
            ValueError, match=r"^(is no RFC 3339 time|is no date of the calendar|lies outside the years)"
        ):
            parse_instants(texts)
    else:
        assert parse_instants(texts) == alone


@pytest.mark.parametrize("fraction", ["", ".1", ".123", ".123456", ".1234567", ".12345678", ".123456789"])
def test_fractions_of_many_times_at_once(fraction: str) -> None:
    texts = [f"2026-11-20T10:00:0{second}{fraction}Z" for second in range(3)]
    nanos = int(fraction[1:].ljust(9, "0"))
    assert parse_instants(texts) == [(1_795_168_800 + second) * SECOND + nanos for second in range(3)]


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


UNITS = {"w": Decimal(604_800), "d": Decimal(86_400), "h": Decimal(3_600), "m": Decimal(60), "s": Decimal(1)}


def naive_duration(text: str) -> int | None:
    """Reads a unit form (no ISO) character by character, with decimals; None where it is no duration."""
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
    ("value", "seconds"),
    [
        ("90s", 90),
        ("26h", 26 * 3600),
        ("1d2h", 26 * 3600),
        ("1D2H", 26 * 3600),
        ("90m", 5400),
        ("1w", 604_800),
        ("PT26H", 26 * 3600),
        ("P1DT2H", 26 * 3600),
        ("p1dt2h", 26 * 3600),
        ("P2W", 1_209_600),
        ("P3D", 259_200),
        ("PT5M", 300),
        ("93600", 93_600),
        (93_600, 93_600),
        (93_600.0, 93_600),
        (" 26h ", 26 * 3600),
        ("0", 0),
        (0, 0),
        ("0s", 0),
    ],
)
def test_duration_forms(value: str | float, seconds: int) -> None:
    assert parse_duration(value) == seconds * SECOND


def test_fractions_of_seconds_are_exact() -> None:
    assert parse_duration("1.5s") == 1_500_000_000
    assert parse_duration(0.25) == 250_000_000
    assert parse_duration("0.000000001") == 1
    assert parse_duration("PT1.000000001S") == SECOND + 1


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "h", "26x", "X26H", "x1h", "1h1d", "1d1d", "1.5h", "1h 2m", "-1h", "+1h", "-5", "1e3", "26 h", "26hours", "P", "PT", "P1DT", "PT1D", "P1H",
        "P1M", "P1Y", "P1Y2M", "PT1W", "P1S", "PT1H1W", "XT1H", "1dT2h", "T1H", "inf", "nan", "s", ".5s", "5.s", "1.0000000001s", "0x10", "1_000",
        "\u0661h", True, False, float("nan"), float("inf"), -1, -0.5, 1e-7, [], {}, None, "1\n0", "1h\x00", "9" * 16, 10**15,
        "316000000000s", "9999999999999w",
    ],
)  # fmt: skip
def test_what_is_no_duration_is_refused_in_words(value: object) -> None:
    with pytest.raises(ValueError, match=r"^(is no duration|is longer than)"):
        parse_duration(value)  # type: ignore[arg-type]


def test_what_is_refused_shows_how_it_is_written() -> None:
    for text in ("", "soon"):
        with pytest.raises(
            ValueError, match=r"^is no duration; write 26h, 1d2h, 90m, 90s, PT26H, or a number of seconds$"
        ):
            parse_duration(text)
    with pytest.raises(ValueError, match=r"^lies outside the years 0001 to 9999 in UTC$"):
        parse_instant("0001-01-01T00:00:00+00:01")


@pytest.mark.parametrize("text", ["90\u017f", "PT90\u017f"])
def test_units_are_ascii_letters(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


def test_the_longest_duration_is_the_range_of_instants() -> None:
    longest = (LAST - FIRST) // SECOND
    assert parse_duration(longest) == longest * SECOND
    assert parse_duration(f"{longest}.999999999") == LAST - FIRST
    with pytest.raises(ValueError, match=r"^is longer than 9998 years$"):
        parse_duration(longest + 1)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "0s"),
        (SECOND - 1, "0s"),
        (45 * SECOND, "45s"),
        (60 * SECOND, "1m"),
        (61 * SECOND, "1m 1s"),
        (HOUR, "1h"),
        (HOUR + SECOND, "1h"),
        (HOUR + 60 * SECOND, "1h 1m"),
        (24 * HOUR, "1d"),
        (24 * HOUR + 60 * SECOND, "1d"),
        (27 * HOUR + 59 * SECOND, "1d 3h"),
        (20 * 24 * HOUR, "20d"),
        (100 * 24 * HOUR + 10 * HOUR, "100d 10h"),
        (-45 * SECOND, "-45s"),
    ],
)
def test_durations_for_people(nanoseconds: int, text: str) -> None:
    assert format_duration(nanoseconds) == text
