"use strict";
/* The queue by keyboard, and the selection kept while the list renews itself. Everything works without this too. */
(() => {
  const rows = document.getElementById("rows");
  const bulk = document.getElementById("bulk");
  const chosen = new Set();
  let at = "", waitsForGo = false;

  const all = () => [...rows.querySelectorAll("[data-row]")];
  const link = (row) => row.querySelector("th a");
  const box = (row) => row.querySelector("input[name=chosen]");
  const current = () => all().find((row) => row.dataset.row === at);

  function stand(row) {
    for (const other of all()) other.classList.toggle("here", other === row);
    at = row ? row.dataset.row : "";
    if (row) link(row).focus();
  }

  function move(by) {
    const known = all();
    const from = known.findIndex((row) => row.dataset.row === at);
    const to = from < 0 ? (by > 0 ? 0 : known.length - 1) : Math.min(Math.max(from + by, 0), known.length - 1);
    if (known[to]) stand(known[to]);
  }

  function count() {
    const many = document.getElementById("many");
    if (many) many.textContent = chosen.size || "";
  }

  function select(row) {
    const found = row && box(row);
    if (!found) return;
    found.checked = !found.checked;
    found.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function go(key) {
    const wanted = { q: "queue", m: "mine", u: "unverified", d: "to-decide", n: "unassigned", a: "answered" }[key];
    const tab = wanted && document.querySelector(`[data-key="${wanted}"]`);
    if (tab) tab.click();
  }

  const deeds = {
    j: () => move(1), k: () => move(-1), x: () => select(current()), o: () => current() && link(current()).click(),
    "/": () => document.getElementById("sought").focus(),
    "?": () => { const keys = document.getElementById("keys"); keys.open = !keys.open; keys.querySelector("summary").focus(); },
    a: () => { const to = document.getElementById("to"); if (to && chosen.size) to.focus(); },
    g: () => { waitsForGo = true; },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (waitsForGo) { waitsForGo = false; event.preventDefault(); go(event.key); return; }
    if (!(event.key in deeds)) return;
    event.preventDefault();
    deeds[event.key]();
  });

  rows.addEventListener("change", (event) => {
    if (event.target.name !== "chosen") return;
    if (event.target.checked) chosen.add(event.target.value); else chosen.delete(event.target.value);
    count();
  });
  rows.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) { for (const other of all()) other.classList.toggle("here", other === row); at = row.dataset.row; }
  });

  // The list renews itself: who was selected stays so, and the focus stays where it was.
  let focused = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const here = document.activeElement;
    focused = rows.contains(here) ? { row: at, box: here.name === "chosen" } : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const row of all()) { const found = box(row); if (found) found.checked = chosen.has(found.value); }
    const there = new Set(all().map((row) => row.dataset.row));
    for (const gone of [...chosen].filter((one) => !there.has(one))) chosen.delete(gone);
    count();
    const row = current();
    if (row) row.classList.add("here");
    if (focused && row) (focused.box && box(row) ? box(row) : link(row)).focus({ preventScroll: true });
  });

  // Coming back by the browser's own button brings boxes back that are ticked.
  for (const found of bulk.querySelectorAll("input[name=chosen]:checked")) chosen.add(found.value);
  count();
})();
