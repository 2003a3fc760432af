/* The chooser of columns: a line moves up and down with its buttons; the focus stays on the one that was pressed. */
import { announce } from "./dom.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-columns] [data-move]");
  if (!button) return;
  const line = button.closest("li");
  const up = button.dataset.move === "-1";
  const other = up ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (up) other.before(line);
  else other.after(line);
  button.focus();
  const place = [...line.parentElement.children].indexOf(line) + 1;
  announce(`${line.querySelector("label").textContent.trim()}: ${place} / ${line.parentElement.children.length}`);
});
