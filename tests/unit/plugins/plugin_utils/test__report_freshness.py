# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: what it says, what it must not do, and how it looks to a browser."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.yacloud.mdb.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.yacloud.mdb.plugins.plugin_utils import _report
from ansible_collections.yacloud.mdb.plugins.plugin_utils._report_freshness import MANY, freshness_page
from ansible_collections.yacloud.mdb.plugins.plugin_utils._timeline import Axis
from ansible_collections.yacloud.mdb.plugins.plugin_utils._verdict import judge
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.pages import HOSTILE, Page, check_loads_nothing
from ansible_collections.yacloud.mdb.tests.unit.plugins.plugin_utils.results import (
    CARTS,
    GONE,
    HOUR,
    ORDERS,
    SESSIONS,
    backups,
    counts,
    hours_ago,
    result,
)
from ansible_collections.yacloud.mdb.tests.unit.scripted_server import Server, failure

STYLE = Path(_report.__file__).with_name("_report.css").read_text(encoding="utf-8")


def page_of(given: dict[str, t.Any], **options: t.Any) -> str:
    return freshness_page(judge(given, "26h", **options), given["backups"])


def folder(orders: str = "orders-prod") -> dict[str, t.Any]:
    given = result(
        {
            ORDERS: [*backups(ORDERS, 3, 27, 51), *backups(ORDERS, 900, type="MANUAL")],
            SESSIONS: backups(SESSIONS, 30, type="MANUAL"),
            CARTS: [],
            GONE: backups(GONE, 50),
        },
        {orders: ORDERS, "sessions-prod": SESSIONS, "carts": CARTS},
        (GONE,),
        {SESSIONS: "STOPPED"},
        folder_id="b1g",
    )
    given["selection"][ORDERS] = counts(4, 1)
    return given


def many(count: int) -> dict[str, t.Any]:
    clusters = {
        f"c9q{number:04d}": backups(f"c9q{number:04d}", *(number / 10 + 24 * day for day in range(15)))
        for number in range(count)
    }
    return result(clusters, {f"cluster-{number}": cluster for number, cluster in enumerate(clusters)})


def test_the_worst_cluster_is_first_and_each_verdict_is_in_words() -> None:
    page = Page(page_of(folder()))
    rows = [attributes["class"] for attributes in page.all("tr") if attributes.get("class")]
    assert rows == ["never", "stale", "fresh", "skipped"]
    assert "2 of 3 clusters miss the objective of 26h" in page.text
    assert re.search(r"Never backed up.*carts.*None.*Nothing to restore.*no backup exists", page.text)
    assert re.search(
        r"Too old.*sessions-prod.*STOPPED: makes no backups.*30h old.*2026-11-19 04:00 UTC.*manual.*4h too old",
        page.text,
    )
    assert re.search(
        r"Fresh.*orders-prod.*1 backup running.*3h old.*2026-11-20 07:00 UTC.*automated.*23h to spare", page.text
    )
    assert re.search(r"1 cluster not judged.*c9qgone.*2d 2h old.*deleted, 1 backup left for at most 7 days", page.text)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (result({}), "No cluster was checked"),
        (result({ORDERS: backups(ORDERS, 3)}), "The cluster has a backup within the objective of 26h"),
        (result({ORDERS: []}), "The cluster misses the objective of 26h"),
        (many(300), "39 of 300 clusters miss the objective of 26h"),
    ],
)
def test_any_number_of_clusters(given: dict[str, t.Any], says: str) -> None:
    text = page_of(given)
    page = Page(text)
    assert says in page.text
    assert len(page.all("svg", role="img")) == len(given["selection"])
    assert len(text) < 12_000 + 2_000 * len(given["selection"])


def test_the_legend_explains_what_is_there() -> None:
    for kind, explained in (("AUTOMATED", False), (None, True)):
        given = result({ORDERS: [*backups(ORDERS, 3, type=kind), *backups(ORDERS, 400, type=None)]})
        assert ("backup of unknown type" in Page(page_of(given)).text) is explained


def older_signs(text: str) -> list[float]:
    """Where the lines say that older backups are not shown."""
    return [float(x) for x in re.findall(r'<svg class="line"[^\n]*class="older" d="M([\d.]+) ', text)]


def test_backups_that_were_not_returned_are_not_said_to_be_beyond_the_line() -> None:
    """20 of one week, of which the role asks for the newest 15 only."""
    given = result({ORDERS: backups(ORDERS, *range(1, 161, 8))}, limit=15)
    text = page_of(given)
    assert len(given["backups"]) == 15
    (label,) = [svg["aria-label"] for svg in Page(text).all("svg", role="img")]
    assert label == "The newest 15 backups: 15 automated; 5 older, not shown. The newest is 1h old."
    axis = Axis(26 * HOUR)
    assert older_signs(text) == [pytest.approx(axis.x(113 * HOUR) - 8)]
    whole = page_of(result({ORDERS: backups(ORDERS, *range(1, 161, 8))}))
    assert older_signs(whole) == []
    beyond = page_of(result({ORDERS: backups(ORDERS, 1, 400)}))
    assert older_signs(beyond)[0] < axis.x(axis.window)


def test_lines_are_told_in_words_to_those_who_cannot_see_them() -> None:
    page = Page(page_of(folder()))
    assert [svg["aria-label"] for svg in page.all("svg", role="img")] == [
        "No backup",
        "Backups of the last 7d 14h: 1 manual. The newest is 30h old.",
        "Backups of the last 7d 14h: 3 automated; 1 older, not shown. The newest is 3h old.",
        "Backups of the last 7d 14h: 1 automated. The newest is 2d 2h old.",
    ]
    page.check_roles()
    ahead = Page(page_of(result({ORDERS: backups(ORDERS, -0.25)})))
    assert (
        ahead.all("svg", role="img")[0]["aria-label"]
        == "Backups of the last 7d 14h: 1 automated. The newest is 15m ahead of the clock."
    )
    assert "15m ahead of the clock" in ahead.text
    assert page.all("html", lang="en")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_whatever_they_hold(name: str) -> None:
    hostile, tame = page_of(folder(name)), page_of(folder())
    elements = [[(tag, sorted(attributes)) for tag, attributes in Page(text).elements] for text in (hostile, tame)]
    assert elements[0] == elements[1]
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)
    assert shown in [data for tag, data in Page(hostile).texts if tag == "b"]


@pytest.mark.parametrize("field", ["id", "type"])
def test_other_fields_are_text_too(field: str) -> None:
    given = result({ORDERS: backups(ORDERS, 30, **{field: HOSTILE[0]})})
    page = Page(page_of(given))
    assert HOSTILE[0] in page.text
    assert not page.all("script")


def policy_of(text: str) -> str:
    (policy,) = (
        found["content"] for found in Page(text).all("meta") if found.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy
    return policy


@pytest.mark.parametrize(("given", "scripts"), [(folder(), 0), (many(30), 1)])
def test_it_loads_nothing_and_runs_no_more_than_its_policy_allows(given: dict[str, t.Any], scripts: int) -> None:
    text = page_of(given)
    check_loads_nothing(text)
    assert len(Page(text).all("script")) == scripts
    policy = policy_of(text)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.count("script-src 'sha256-") == scripts
    assert "unsafe" not in policy


def colours(scheme: str) -> dict[str, str]:
    found = re.findall(r":root\{([^}]*)\}", STYLE)
    light = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", found[0]))
    return light if scheme == "light" else light | dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", found[1]))


def contrast(one: str, other: str) -> float:
    """Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(scheme: str) -> None:
    colour = colours(scheme) | {"white": "#ffffff", "never": "#a3180f"}
    texts = [
        *itertools.product(("ink", "dim"), ("page", "card")),
        *itertools.product(("bad", "warn"), ("card",)),
        *itertools.product(("ink",), ("bad-soft", "good-soft", "warn-soft")),
        *(("bad", "bad-soft"), ("good", "good-soft"), ("warn", "warn-soft"), ("white", "never")),
    ]
    marks = [*itertools.product(("mark", "limit", "bad"), ("card", "band")), ("dim", "card"), ("line", "card")]
    for pairs, least in ((texts, 4.5), (marks, 3.0)):
        for one, other in pairs:
            assert contrast(colour[one], colour[other]) >= least, (scheme, one, other)


@pytest.mark.parametrize("rows", ["x", {}, [1], [{"id": "x"}], [{"source_cluster_id": ORDERS, "created_at": "now"}]])
def test_what_are_no_backups(rows: t.Any) -> None:
    with pytest.raises(OptionError):
        freshness_page(judge(folder(), "26h"), rows)


@pytest.mark.parametrize(("count", "folded"), [(MANY, 0), (MANY + 1, 1)])
def test_many_fresh_clusters_fold_away_below_those_that_are_not(count: int, folded: int) -> None:
    text = page_of(
        result({f"c{number}": backups(f"c{number}", 3) for number in range(count)} | {"old": backups("old", 30)})
    )
    page = Page(text)
    assert len(page.all("details")) == folded
    assert not folded or text.index("<b>old</b>") < text.index("<details>") < text.index("<b>c0</b>")


def test_before_an_incident_the_line_ends_there() -> None:
    given = result({ORDERS: backups(ORDERS, 30)}, created_before=hours_ago(10), type=["AUTOMATED"])
    page = Page(page_of(given))
    assert "Before created_before" in page.text
    assert "Ages count from created_before" in page.text
    assert f"measured from {hours_ago(10)}" in page.text
    assert "counting only backups with created_before 2026-11-20T00:00:00Z; type AUTOMATED" in page.text
    assert "20h old" in page.text


# --- in a browser ---


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium")
    if not found:
        pytest.skip("there is no Chromium; on Debian: apt-get install chromium")
    return found


def browse(chromium: str, folder_: Path, text: str, *flags: str) -> str:
    """The page's content once it is loaded."""
    (folder_ / "page.html").write_text(text, encoding="utf-8")
    quiet = ["gpu", "quic", "background-networking", "component-update", "sync", "extensions"]
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        *(f"--disable-{name}" for name in quiet),
        f"--user-data-dir={folder_ / 'profile'}",
        *flags,
        "--virtual-time-budget=2000",
        "--dump-dom",
        (folder_ / "page.html").as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


LOADED = ("/img", "/js", "/css")


def hostile_name(address: str) -> str:
    return f"<img src={address}/img onerror=\"document.title='owned'\"><script src={address}/js></script><style>@import '{address}/css'</style>"


@pytest.mark.browser
def test_a_browser_runs_and_asks_for_nothing(chromium: str, tmp_path: Path, server: Server) -> None:
    shown = browse(chromium, tmp_path, page_of(folder(hostile_name(server.url))))
    assert "<title>2 of 3 clusters miss the objective of 26h · Redis backups</title>" in shown
    assert not Page(shown).all("img")
    assert server.requests == []


@pytest.mark.browser
def test_the_policy_would_stop_what_slipped(chromium: str, tmp_path: Path, server: Server) -> None:
    unescaped = page_of(folder("NAME")).replace("<b>NAME</b>", f"<b>{hostile_name(server.url)}</b>")
    assert hostile_name(server.url) in unescaped
    shown = browse(chromium, tmp_path, unescaped)
    assert "<title>2 of 3" in shown
    assert server.requests == []
    for path in LOADED:
        server.always(path, failure(404, 5, "none"))
    # Without the policy they run, so that this test would see it.
    shown = browse(chromium, tmp_path, re.sub(r"<meta http-equiv[^>]*>", "", unescaped))
    assert "<title>owned</title>" in shown
    assert {request.path for request in server.requests} == set(LOADED)


@pytest.mark.browser
def test_the_filter_hides_rows_and_opens_what_it_finds(chromium: str, tmp_path: Path) -> None:
    text = page_of(many(60))
    assert '<p class="filter" hidden' in text
    # Nothing but the page's own script shows the field, so that its policy allows it.
    assert '<p class="filter">' in browse(chromium, tmp_path, text)
    typing = """<script>field.value = "Cluster-5 "; field.dispatchEvent(new Event("input"));</script></body>"""
    shown = Page(browse(chromium, tmp_path, re.sub(r"<meta http-equiv[^>]*>", "", text).replace("</body>", typing)))
    rows = [found for found in shown.all("tr") if found.get("class")]
    assert sum("hidden" not in found for found in rows) == 11
    assert len(rows) == 60
    assert [found for found in shown.all("details") if "open" in found]
    assert "11 of 60 clusters" in shown.text


@pytest.mark.browser
def test_without_scripts_there_is_no_field_and_all_can_be_read(chromium: str, tmp_path: Path) -> None:
    text = re.sub(r"script-src '[^']*';", "", page_of(many(60)))
    shown = Page(browse(chromium, tmp_path, text))
    assert "hidden" in shown.all("p", **{"class": "filter"})[0]
    assert not [found for found in shown.all("tr") if "hidden" in found]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("count", [1, 300])
def test_nothing_sticks_out(chromium: str, tmp_path: Path, count: int, width: int) -> None:
    probe = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth</script></body>"
    text = re.sub(r"<meta http-equiv[^>]*>", "", page_of(many(count))).replace("</body>", probe)
    # A window is never narrower than some 500 pixels, so the page is shown in a frame.
    framed = text.replace("document.title =", "parent.document.title =").replace("&", "&amp;").replace('"', "&quot;")
    shown = browse(
        chromium,
        tmp_path,
        f'<iframe width="{width}" height="800" srcdoc="{framed}"></iframe>',
        "--window-size=1600,900",
    )
    found = re.search(r"<title>(\d+) of (\d+)</title>", shown)
    assert found
    assert int(found[1]) <= int(found[2])
