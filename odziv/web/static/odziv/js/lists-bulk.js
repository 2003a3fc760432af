/* Rows that are chosen in a list, for the bulk bar (pages/lists/bulk.html). The check boxes hold the choice, so it is what
   one sees: a row that is gone from the page is not chosen any more. Live rows keep theirs.
     x                  the row under the cursor (keyboard.js); Shift+X, or Shift and a click: from the last one to here
     Ctrl+A, Cmd+A      the page; Escape none
   "All that match" sends the filter instead of rows; it holds until something else is chosen. */
import { announce, t } from "./dom.js";

let last = ""; // the row that was chosen last: where a range begins
let kept = []; // over a swap

const boxes = () => [...document.querySelectorAll("#list input[name=ids]")];
const chosen = () => boxes().filter((box) => box.checked);
const isAll = () => document.getElementById("bulk-all")?.value === "1";

function setAll(on) {
  const field = document.getElementById("bulk-all");
  if (field) field.value = on ? "1" : "";
}

/** Shows how many there are, marks their rows, and says it to screen readers. */
function count({ aloud = true } = {}) {
  const every = boxes();
  const picked = chosen();
  for (const box of every) box.closest("tr").classList.toggle("chosen", box.checked);
  const head = document.getElementById("pick-page");
  if (head) {
    head.checked = every.length > 0 && picked.length === every.length;
    head.indeterminate = picked.length > 0 && !head.checked;
  }
  const shown = document.getElementById("bulk-count");
  if (!shown) return;
  const whole = picked.length > 0 && picked.length === every.length;
  const words = isAll() ? t("all_chosen", shown.dataset.everything) : t("chosen", picked.length);
  const all = document.querySelector("[data-bulk=all]");
  if (all) all.hidden = !whole || isAll();
  if (shown.textContent !== words && aloud) announce(words);
  shown.textContent = words;
}

function choose(some, on) {
  setAll(false);
  for (const box of some) box.checked = on;
  count();
}

function range(box, on) {
  const every = boxes();
  const [from, to] = [every.findIndex((one) => one.value === last), every.indexOf(box)].sort((a, b) => a - b);
  choose(every.slice(Math.max(from, 0), to + 1), on);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("#list input[name=ids]");
  if (box) {
    if (event.shiftKey && last) range(box, box.checked);
    else choose([box], box.checked);
    last = box.value;
    return;
  }
  if (event.target.id === "pick-page") choose(boxes(), event.target.checked);
  // Beside the box is meant for it: nobody wants to open a row there.
  const cell = event.target.closest?.("#list td.pick");
  if (cell) {
    event.stopPropagation();
    cell.querySelector("input").click();
  }
  const what = event.target.closest?.("[data-bulk]")?.dataset.bulk;
  if (what === "page") choose(boxes(), true);
  if (what === "none") clear();
  if (what === "all") {
    setAll(true);
    count();
    document.querySelector(".bulk-actions button")?.focus();
  }
}, true);

function clear() {
  const focused = document.activeElement?.closest("#bulk");
  choose(boxes(), false);
  if (focused) document.getElementById("list")?.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog:modal, .menu:popover-open")) return;
  const field = event.target.matches?.("textarea, select, [contenteditable], input:not([type=checkbox])");
  if (event.key === "Escape" && chosen().length) return clear();
  if (field || !boxes().length) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "a") {
    event.preventDefault();
    choose(boxes(), true);
  } else if (event.key === "X" && document.body.dataset.keys !== "off" && !event.ctrlKey && !event.metaKey) {
    const box = document.querySelector("#list tr.cursor input[name=ids]");
    if (!box) return;
    event.preventDefault();
    if (last) range(box, true);
    else choose([box], true);
    last = box.value;
  }
});

/* Live rows come as new elements. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.matches?.("#listing, #list, #rows")) {
    kept = [chosen().map((box) => box.value), isAll() && event.detail.target.id === "rows"];
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.detail.elt?.matches?.("#listing, #list, #rows")) return;
  const [values = [], all = false] = kept;
  kept = [];
  for (const box of boxes()) box.checked ||= values.includes(box.value);
  setAll(all);
  count({ aloud: false });
});

/* Something was done: the list shows it, and nothing is chosen any more. */
document.addEventListener("bulk-done", (event) => {
  if (event.detail?.close) document.getElementById("sheet")?.close();
  if (!document.getElementById("under-way")) return;
  choose(boxes(), false);
  window.htmx.trigger("#under-way", "again"); // not the search field: somebody may be typing in it
});

addEventListener("pageshow", () => count({ aloud: false })); // Back gives the boxes as they were left
count({ aloud: false });
