/* Toasts. From a script: toast("Draft saved"), toast("Deleted", {undo: "/url"}) – Undo POSTs to that address.
   From the server: Django's messages in the page, or the header HX-Trigger: {"toast": {"text": …, "undo": …}}. */
import { csrfToken, el, icon, t } from "./dom.js";

const STAYS = 6000; // ms; a toast with an action stays longer (WCAG 2.2.1), an error until it is closed

export function startToasts() {
  for (const shown of document.querySelectorAll("#toasts > .toast")) arm(shown);
  document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail));
  document.addEventListener("htmx:responseError", (event) => {
    const { status, responseText } = event.detail.xhr;
    if (status !== 422) toast(status === 401 ? t("signed_out") : (reason(status, responseText) ?? t("server_error")), { tone: "error" });
  });
  document.addEventListener("htmx:sendError", () => toast(t("no_connection"), { tone: "error" }));
  document.addEventListener("click", (event) => {
    event.target.closest(".toast-close")?.closest(".toast").remove();
    const undo = event.target.closest(".toast [data-undo]");
    if (!undo) return;
    undo.closest(".toast").remove();
    postUndo(undo.dataset.undo);
  });
}

/** What the server says of itself when it cannot do anything now (web/failing.py). */
function reason(status, text) {
  if (status !== 503) return null;
  try {
    return JSON.parse(text).message;
  } catch {
    return null; // a proxy's own page
  }
}

/** Shows `text`; `tone` is success, info, warning or error; `undo` an address, `action` {label, run}. */
export function toast(text, { tone = "success", undo = "", action = null } = {}) {
  const shown = el("div", { class: `toast ${tone}`, role: tone === "error" ? "alert" : false });
  shown.append(icon(tone === "success" ? "check" : "circle-alert"), el("span", {}, text));
  const offered = undo ? { label: t("undo"), run: () => postUndo(undo) } : action;
  if (offered) {
    const button = el("button", { type: "button", class: "toast-action" }, offered.label);
    button.addEventListener("click", () => {
      shown.remove();
      offered.run();
    });
    shown.append(button);
  }
  const close = el("button", { type: "button", class: "toast-close", "aria-label": t("close") });
  close.append(icon("x"));
  shown.append(close);
  document.getElementById("toasts").append(shown);
  arm(shown);
  return shown;
}

function arm(shown) {
  if (shown.matches(".error, .warning, .held")) return; // what waits after Send goes when it has left (held.js)
  const stays = shown.querySelector(".toast-action") ? 2 * STAYS : STAYS;
  let timer = setTimeout(() => shown.remove(), stays);
  const wait = () => clearTimeout(timer);
  const go = () => (timer = setTimeout(() => shown.remove(), stays));
  shown.addEventListener("pointerenter", wait);
  shown.addEventListener("focusin", wait);
  shown.addEventListener("pointerleave", go);
  shown.addEventListener("focusout", go);
}

async function postUndo(address) {
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": csrfToken() } }).catch(() => null);
  if (answer?.ok) location.reload();
  else toast(t("undo_failed"), { tone: "error" });
}
