/* Dialogs: what htmx puts into #sheet-here opens as a dialog (web/sheets.py); [data-opens=id] opens, [data-closes] closes, a click beside closes. [data-confirm=sentence] on a form,
   a button or an htmx element asks first, in our own dialog instead of the browser's. */
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) openDialog(opener.dataset.opens);
    const closer = event.target.closest("dialog [data-closes]");
    if (closer) {
      event.preventDefault(); // a link leads back where the form is a page of its own
      closer.closest("dialog").close();
    }
    if (event.target instanceof HTMLDialogElement && !event.target.hasAttribute("data-stays")) closeIfBeside(event);
  });
  document.addEventListener("submit", askBeforeSubmit, true);
  document.addEventListener("htmx:confirm", askBeforeRequest);
  document.addEventListener("htmx:afterSwap", showSheet);
  document.getElementById("sheet")?.addEventListener("close", (event) => event.target.firstElementChild.replaceChildren());
}

/** Opens the dialog of that id as modal; focus goes to [autofocus] or its first control. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
  return dialog;
}

function showSheet(event) {
  if (event.detail.target.id !== "sheet-here" || !event.detail.target.childElementCount) return;
  const sheet = openDialog("sheet");
  (sheet.querySelector("[aria-invalid=true]") ?? sheet.querySelector("[autofocus]"))?.focus();
}

/** Asks `sentence`; resolves to true when the user agrees. */
export function confirmed(sentence, verb, danger = true) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("[data-sentence]").textContent = sentence;
  const yes = dialog.querySelector("[value=yes]");
  if (verb) yes.textContent = verb;
  else yes.textContent = yes.dataset.usual;
  yes.classList.toggle("danger", danger);
  yes.classList.toggle("primary", !danger);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function closeIfBeside(event) {
  const box = event.target.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && (event.clientX || event.clientY)) event.target.close();
}

async function askBeforeSubmit(event) {
  const asker = event.submitter?.dataset.confirm ? event.submitter : event.target;
  const sentence = asker.dataset?.confirm;
  if (!sentence || event.target.dataset.agreed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target, submitter } = event;
  if (await confirmed(sentence, asker.dataset.confirmVerb, !("confirmMild" in asker.dataset))) {
    // A live page may have exchanged the form while its question stood open; what was agreed to is sent all the same.
    if (!target.isConnected) document.body.append(Object.assign(target, { hidden: true }));
    target.dataset.agreed = "1";
    target.requestSubmit(submitter);
    delete target.dataset.agreed;
  }
}

async function askBeforeRequest(event) {
  if (!event.detail.question) return;
  event.preventDefault();
  const { elt, question, issueRequest } = event.detail;
  if (await confirmed(question, elt.dataset.confirmVerb, !("confirmMild" in elt.dataset))) issueRequest(true);
}
