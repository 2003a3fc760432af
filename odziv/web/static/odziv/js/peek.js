/* Tiles that open in place: [data-peek] shows and hides what its aria-controls names; htmx fetches it the first time.
   Without scripts the button would do nothing, so it comes hidden. */
import { fresh } from "./dom.js";

function dress(root) {
  for (const button of fresh(root, "[data-peek]", "peekReady")) button.hidden = false;
}

dress(document);
document.addEventListener("htmx:load", (event) => dress(event.detail.elt));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-peek]");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
});
