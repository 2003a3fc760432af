/* Guard: form[data-guard] with unsaved changes asks before the page is left. A submit, or the event "saved" on the
   form (fired by an autosave), makes it clean again. upload.js marks a form busy while a file is on its way. */
import { fresh } from "./dom.js";

const dirty = new Set();

export function dress(root) {
  for (const form of fresh(root, "form[data-guard]", "guardReady")) {
    const soil = () => dirty.add(form);
    form.addEventListener("input", soil);
    form.addEventListener("change", soil);
    form.addEventListener("submit", () => dirty.delete(form));
    form.addEventListener("saved", () => dirty.delete(form));
  }
}

addEventListener("beforeunload", (event) => {
  const waiting = [...dirty].some((form) => form.isConnected) || document.querySelector("form[data-busy]");
  if (waiting) event.preventDefault();
});
