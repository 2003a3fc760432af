/* The page of a message: its frame is as tall as its mail, and what the reader opened stays open when parts are swapped. */
import "./frames.js";

let opened = new Set();
document.addEventListener("htmx:beforeSwap", (event) => {
  opened = new Set([...event.detail.target.querySelectorAll("details[open][id]")].map((shown) => shown.id));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) {
    const shown = document.getElementById(id);
    if (shown) shown.open = true;
  }
});
