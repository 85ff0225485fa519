/* SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
   SPDX-License-Identifier: GPL-3.0-or-later
*/
"use strict";
const field = document.querySelector(".filter input");
const found = document.querySelector(".filter output");
const rows = [...document.querySelectorAll("tbody tr")];
const folds = [...document.querySelectorAll("details")];
field.closest(".filter").hidden = false;
field.addEventListener("input", () => {
  const wanted = field.value.trim().toLowerCase();
  for (const row of rows) {
    row.hidden = !row.querySelector("th").textContent.toLowerCase().includes(wanted);
  }
  for (const fold of folds) {
    fold.open = wanted !== "" && fold.querySelector("tbody tr:not([hidden])") !== null;
  }
  found.value = wanted && `${rows.filter((row) => !row.hidden).length} of ${rows.length} clusters`;
});
