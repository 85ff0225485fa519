# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How the page of :mod:`_report` looks. All pairs of colours reach the contrast of WCAG 2.2 AA in both schemes.

This file is private to the collection; its interface may change with any release.
"""

from __future__ import annotations

_LIGHT = """
--page:#f6f7f9;--card:#fff;--ink:#16191d;--dim:#545b64;--rule:#dfe3e8;
--bad:#a3180f;--bad-soft:#fdeceb;--warn:#7a4300;--warn-soft:#fff1dc;--good:#15602f;--good-soft:#e5f4ea;
--mark:#1d4f91;--band:#dcebdf;--limit:#3f6b4c;--line:#8a929c;
"""

_DARK = """
--page:#101418;--card:#181d23;--ink:#e9ecef;--dim:#a5aeb8;--rule:#2d353e;
--bad:#ff9d94;--bad-soft:#43191a;--warn:#ffc27a;--warn-soft:#3d2a10;--good:#8ddca6;--good-soft:#14341f;
--mark:#8dbcff;--band:#1c3a27;--limit:#7fb992;--line:#76808b;
"""

STYLE = f"""
:root{{{_LIGHT}color-scheme:light dark}}
@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:84rem;padding:1.25rem;background:var(--page);color:var(--ink);
font:1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}}
header{{padding:1.1rem 1.4rem;border-radius:.75rem;border-left:.6rem solid var(--dim);background:var(--card)}}
header.bad{{border-color:var(--bad);background:var(--bad-soft)}}
header.good{{border-color:var(--good);background:var(--good-soft)}}
.kind,.facts{{margin:0;color:var(--dim);font-size:.9rem}}
header.bad p,header.good p{{color:var(--ink)}}
h1{{margin:.15rem 0 .6rem;font-size:clamp(1.4rem,1rem + 2vw,2.1rem);line-height:1.2}}
.bad h1{{color:var(--bad)}}
.good h1{{color:var(--good)}}
.chips,.legend{{display:flex;flex-wrap:wrap;gap:.4rem .6rem;margin:0 0 .6rem;padding:0;list-style:none}}
.chips li,.badge{{padding:.15rem .65rem;border-radius:1rem;background:var(--card);font-weight:600;white-space:nowrap}}
.chips li{{border:1px solid currentColor}}
.never .badge,li.never{{color:#fff;background:#a3180f}}
li.never{{border-color:#a3180f}}
.stale .badge,li.stale{{color:var(--warn);background:var(--warn-soft)}}
.fresh .badge,li.fresh{{color:var(--good);background:var(--good-soft)}}
li.deleted{{color:var(--dim)}}
.legend{{margin:1rem 0 .5rem;color:var(--dim);font-size:.85rem;gap:.2rem 1.2rem}}
.sample{{width:1.5rem;height:1.75rem;vertical-align:middle}}
table{{width:100%;border-collapse:collapse;border-radius:.75rem;background:var(--card);overflow:hidden;font-size:.94rem}}
caption,h2{{padding:.4rem .2rem;text-align:left;font-weight:700;font-size:1.05rem}}
h2{{margin:1.5rem 0 0}}
section p{{margin:0 0 .6rem;color:var(--dim);max-width:60rem}}
th,td{{padding:.4rem .8rem;text-align:left;vertical-align:middle;font-weight:400}}
thead th{{color:var(--dim);font-size:.85rem;border-bottom:2px solid var(--rule);vertical-align:bottom}}
tbody tr+tr>*{{border-top:1px solid var(--rule)}}
small{{display:block;color:var(--dim);font-size:.8rem;overflow-wrap:anywhere}}
tbody th{{overflow-wrap:anywhere;min-width:13rem}}
.newest small:not(.id),.against b{{white-space:nowrap}}
small.id{{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.7rem}}
.never .against b{{color:var(--bad)}}
.stale .against b{{color:var(--warn)}}
.against,.newest b{{font-variant-numeric:tabular-nums}}
td.time,th.time{{width:34%;min-width:17rem}}
.line,.axis{{display:block;width:100%;height:auto}}
.axis text{{font-size:14px;fill:var(--dim)}}
svg path{{fill:none;stroke-linejoin:round}}
svg .band{{fill:var(--band)}}
.grid{{stroke:var(--rule);stroke-width:1}}
.base{{stroke:var(--line);stroke-width:1}}
.limit{{stroke:var(--limit);stroke-width:1.5;stroke-dasharray:3 2}}
svg .auto{{fill:var(--mark)}}
svg .manual{{fill:var(--card);stroke:var(--mark);stroke-width:2}}
svg .other{{fill:var(--card);stroke:var(--dim);stroke-width:1.5}}
.gap{{stroke:var(--bad);stroke-width:2.5}}
.older{{stroke:var(--dim);stroke-width:2}}
.ends{{display:none}}
footer{{margin-top:1rem;color:var(--dim);font-size:.85rem}}
@media screen and (max-width:72rem){{
body{{padding:.6rem}}
table,caption,tbody,tr,td,tbody th{{display:block;width:auto;min-width:0}}
thead{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
table{{background:none;border-radius:0}}
tbody tr{{position:relative;margin-bottom:.6rem;padding:.7rem .9rem;border-radius:.6rem;border-left:.35rem solid var(--rule);
background:var(--card)}}
tbody tr.never{{border-color:var(--bad)}}
tbody tr.stale{{border-color:var(--warn)}}
tbody tr.fresh{{border-color:var(--good)}}
tbody tr+tr>*{{border-top:0}}
tbody tr>*,td.time{{padding:.12rem 0;min-width:0;width:auto}}
.verdict{{float:right;margin-left:.6rem}}
.line,.ends{{max-width:34rem}}
.ends{{display:flex;justify-content:space-between;margin:0;color:var(--dim);font-size:.75rem}}
}}
@media print{{
@page{{size:landscape;margin:12mm}}
body{{max-width:none;padding:0;background:#fff;font-size:9pt}}
*{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
h1{{font-size:15pt}}
table{{overflow:visible;font-size:8.5pt}}
tr,header,.legend{{break-inside:avoid}}
h2{{break-after:avoid}}
th,td{{padding:.25rem .3rem}}
tbody th,td.time,th.time{{min-width:0}}
td.time,th.time{{width:32%}}
.sample{{height:1.2rem}}
.badge{{padding:0 .4rem;font-size:.9em}}
.id{{display:none}}
}}
"""
"""The page's style sheet, whose digest its policy names."""
