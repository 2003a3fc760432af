/* Send later and Set reminder: their panels' buttons open one dialog, or act at once. In the composer a draft is stored
   first, for the panels speak of a stored message; on a message's page there is one. */
import { csrfToken } from "./dom.js";
import { openDialog } from "./dialog.js";

const dialog = document.getElementById("timing-dialog");

/** The address of a panel's dialog; null when the draft could not be stored. `passing`: it is only looked at so far. */
async function address(name, passing = false) {
  let { message } = dialog.dataset;
  if (!message) {
    const { composer } = await import("./compose.js");
    if (!(await composer.saving.save({ create: true, passing }))) return null;
    message = composer.id;
  }
  return dialog.dataset[`${name}Url`].replace(dialog.dataset.none || message, message);
}

async function open(name) {
  const url = await address(name, true);
  if (!url) return;
  await window.htmx.ajax("GET", url, { target: "#timing-content", swap: "innerHTML" });
  document.getElementById("timing-title").textContent = dialog.dataset[name];
  openDialog("timing-dialog");
}

async function act(name, button) {
  const url = await address(name);
  if (!url) return;
  const values = name === "delay" ? { wall: button.dataset.wall ?? "" } : { remove: "1" };
  const target = name === "delay" ? "#delivery" : "#reminder";
  await window.htmx.ajax("POST", url, { target, swap: "outerHTML", values, headers: { "X-CSRFToken": csrfToken() } });
}

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-timing]");
  if (opens) open(opens.dataset.timing);
  const acts = event.target.closest("[data-timing-post]");
  if (acts) act(acts.dataset.timingPost, acts);
});
// What was refused stays in the dialog, beside what was typed; what was taken closes it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 422 || !dialog.contains(event.detail.requestConfig.elt)) return;
  event.detail.target = document.getElementById("timing-content");
  event.detail.swapOverride = "innerHTML";
});
document.body.addEventListener("timing-saved", () => {
  dialog.close();
  document.querySelector("#engagement [data-timing]")?.focus();
  if (!dialog.dataset.message) import("./compose.js").then(({ composer }) => composer.saving.remains());
});
