/* Guard: form[data-guard] with unsaved changes asks before the page is left. A submit, or the event "saved" on the
   form (fired by an autosave), makes it clean again. upload.js marks a form busy while a file is on its way.
   And no form is sent twice by an impatient finger. */
import { fresh } from "./dom.js";

const dirty = new Set();

export function dress(root) {
  for (const form of fresh(root, "form[data-guard]", "guardReady")) {
    const soil = () => dirty.add(form);
    form.addEventListener("input", soil);
    form.addEventListener("change", soil);
    form.addEventListener("submit", () => viaHtmx(form) || dirty.delete(form));
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt === form && event.detail.successful) dirty.delete(form);
    });
    form.addEventListener("saved", () => dirty.delete(form));
  }
}

function viaHtmx(form) {
  return form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]");
}

const AGAIN = 4000; // ms; a form whose answer is a download may be sent once more
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || viaHtmx(form)) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, AGAIN);
});

addEventListener("beforeunload", (event) => {
  const waiting = [...dirty].some((form) => form.isConnected) || document.querySelector("form[data-busy]");
  if (waiting) event.preventDefault();
});
