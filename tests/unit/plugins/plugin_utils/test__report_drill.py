# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page on a restore drill: what it says, to those who cannot see it too, and what it must not do."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.yacloud.mdb.plugins.plugin_utils._report_drill import drill_page
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.drills import (
    CLUSTER,
    NAME,
    SKIPPED,
    checked,
    drill,
    failed,
    leftover,
    restored,
    swept,
)
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.pages import HOSTILE, Page, check_loads_nothing

COMMAND = f"state=absent cluster_id={CLUSTER} name={NAME}"


def page(**other: t.Any) -> Page:
    return Page(drill_page(drill(**other)))


def chips(shown: Page) -> list[str | None]:
    return [found.get("class") for found in shown.all("li") if found.get("class")]


@pytest.mark.parametrize(
    ("other", "header", "expected"),
    [
        ({}, "good", ["fresh", "fresh"]),
        ({"rto": None}, "good", ["fresh"]),
        ({"rto": "1m"}, "unsure", ["fresh", "never"]),
        ({"removed": failed()}, "unsure", ["fresh", "fresh", "never"]),
        ({"checked": checked(passed=False)}, "bad", ["never", "fresh"]),
        ({"checked": failed()}, "unsure", ["stale"]),
        ({"checked": failed(), "removed": SKIPPED, "keep_on_failure": True}, "unsure", ["stale", "stale"]),
    ],
)
def test_the_head_says_what_came_of_it(other: dict[str, t.Any], header: str, expected: list[str]) -> None:
    shown = page(**other)
    assert [found["class"] for found in shown.all("header")] == [header]
    assert chips(shown) == expected


def test_the_phases_are_told_in_words_to_those_who_cannot_see_them() -> None:
    lines = [svg["aria-label"] for svg in page(rto="7m10s").all("svg", role="img")]
    assert lines == [
        "From 0s to 0s after the start, within the objective.",
        "From 0s to 7m after the start, within the objective.",
        "From 7m to 7m 30s after the start, beyond the objective.",
        "From 7m 30s to 7m 33s after the start, beyond the objective.",
        "From 7m 33s to 9m 3s after the start.",
    ]
    shown = page()
    shown.check_roles()
    named = {found["aria-labelledby"] for found in shown.all("section") if "aria-labelledby" in found}
    assert named == {found["id"] for found in shown.all("h2")}


def bars(text: str) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in re.findall(r'class="bar[^"]*" d="M([\d.]+) 8H([\d.]+)V', text)]


@pytest.mark.parametrize("rto", [None, "1s", "7m", "10m", "30d"])
def test_bars_follow_each_other_within_the_line(rto: str | None) -> None:
    found = bars(drill_page(drill(rto=rto)))[:5]
    assert len(found) == 5
    for start, end in found:
        assert 4 <= start < end <= 476
    assert [start for start, _end in found] == sorted(start for start, _end in found)


def test_a_phase_has_the_share_of_the_line_that_it_took() -> None:
    start, end = bars(drill_page(drill(rto=None)))[1]
    assert (end - start) / 472 == pytest.approx(420 / 543, abs=0.002)


def test_what_is_still_in_the_cloud_stands_with_the_command_that_removes_it() -> None:
    assert COMMAND in page(removed=failed("No right to.")).text
    kept = page(checked=failed(), removed=SKIPPED, keep_on_failure=True).text
    assert COMMAND in kept
    assert "as keep_on_failure asks" in kept
    assert "Still in the cloud" not in page().text
    unknown = page(restored=failed("Timed out."), found=failed("It is down."), removed=SKIPPED).text
    assert f"Perhaps a cluster named {NAME}" in unknown
    assert "Look there, and remove it." in unknown


def test_leftovers_are_listed() -> None:
    assert "Clusters of earlier drills" not in page().text
    assert "They could not be looked for." in page(folder=failed("403")).text
    listed = page(leftovers={"results": [leftover("c9qold1"), leftover("c9qold2", 2)]}, sweep_after="1d").text
    assert "c9qold1" in listed
    assert "c9qold2" in listed
    gone = page(
        leftovers={"results": [leftover("c9qold1")]}, swept={"results": [swept("c9qold1")]}, sweep_after="1d"
    ).text
    assert re.search(r"c9qold1 .*: removed\.", gone)


def test_what_was_checked_and_what_was_not() -> None:
    shown = page(checked=checked(passed=False)).text
    assert re.search(r"Not right min_keys 2 keys, and at least 10 are required", shown)
    assert re.search(r"What was not tested .*without a manifest no value was compared", shown)
    untested = page(checked=failed("A wrong password.")).text
    assert "What was checked" not in untested
    assert "Why: A wrong password" in untested


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_came_from_outside_is_text(text: str) -> None:
    def shown(value: str) -> Page:
        check = {"name": value, "passed": False, "detail": value}
        cluster = {"id": value, "name": NAME, "status": "RUNNING", "health": "ALIVE"}
        old = leftover("c9qold1", failed=True, msg=value, error={"kind": "api"})
        return page(
            query={"cluster_names": [value], "folder_id": value},
            restored=restored(cluster=cluster),
            checked=checked(passed=False, checks=[check]),
            removed=failed(value),
            leftovers={"results": [old]},
        )

    elements = [[(tag, sorted(found)) for tag, found in shown(value).elements] for value in (text, "tame")]
    assert elements[0] == elements[1]


@pytest.mark.parametrize("other", [{}, {"checked": failed()}, {"removed": failed()}])
def test_it_loads_nothing_and_runs_nothing(other: dict[str, t.Any]) -> None:
    text = drill_page(drill(**other))
    check_loads_nothing(text)
    assert not Page(text).all("script")
    assert "script-src" not in text
