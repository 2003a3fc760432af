/* Lists: the focus and the row under the cursor survive every swap, and empty fields do not come into the address.
   htmx gives the focus back to an element of the same id; here is what becomes of it when there is none any more. */

import { fresh } from "./dom.js";

const WHOLE = "#listing, #list, #rows";
let before = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const target = event.detail.target;
  if (!target?.matches?.(WHOLE)) return;
  const focused = document.activeElement;
  before = {
    cursor: target.querySelector("tr.cursor")?.id,
    chip: [...document.querySelectorAll("[data-chip]")].indexOf(focused),
    inside: focused !== document.body && target.contains(focused),
    paging: focused?.closest?.(".pager") != null,
  };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!before || !event.detail.elt?.matches?.(WHOLE)) return;
  const { cursor, chip, inside, paging } = before;
  before = null;
  if (cursor) document.getElementById(cursor)?.classList.add("cursor");
  if (!inside || (document.activeElement && document.activeElement !== document.body)) return;
  next(chip, paging)?.focus({ preventScroll: true });
});

/** Where the focus goes when its element is gone: the neighbour of a chip, the rows of a further page, else the view. */
function next(chip, paging) {
  if (paging) return document.getElementById("list");
  const chips = [...document.querySelectorAll("[data-chip]")];
  if (chip >= 0) return chips[Math.min(chip, chips.length - 1)] ?? document.getElementById("filter-button");
  return document.getElementById("view-button");
}

/* A table that is wider than its frame scrolls inside of it; one that fits keeps its head in sight. */
const measure = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wrap = target.closest(".table-wrap");
    wrap?.classList.toggle("scrolls", target.scrollWidth > wrap.clientWidth);
  }
});

export function dress(root) {
  for (const table of fresh(root, ".table-wrap > .table", "measured")) measure.observe(table);
}

dress(document);
document.addEventListener("htmx:load", (event) => dress(event.detail.elt));

/* A chip goes with Delete and Backspace too, as people know it from chips elsewhere. */
document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.("[data-chip]");
  if (!chip || (event.key !== "Delete" && event.key !== "Backspace")) return;
  event.preventDefault();
  chip.click();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-tidy]")) return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
});

/* The panel of the filters comes when it is opened for the first time; then its first field has the focus. */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id === "filters") event.detail.elt.querySelector("select, input:not([type=hidden])")?.focus();
});
