/* Insert template (T2): a dialog with language, search by keyboard and preview. What is inserted joins what was typed:
   the text where one wrote last, the subject only where there is none, the files beside the others. All of it can be
   undone. What nobody knows of the recipient stays as a placeholder, and a notice leads to each.

   A combobox over a listbox (WAI-ARIA 1.2): the focus stays in the search, arrow keys choose, Enter inserts. */
import { announce, t } from "./dom.js";
import { confirmed, openDialog } from "./dialog.js";
import { toast } from "./toast.js";
import { composer, field } from "./compose.js";

const DELAY = 150; // ms after the last letter
const dialog = field("templates-dialog");
let asked = null;
let previewed = null;
let timer = 0;
let touchedByHand = false; // whether there is a place where one wrote last

const options = () => [...dialog.querySelectorAll("[role=option]")];
const chosen = () => dialog.querySelector("[role=option][aria-selected=true]");

function parameters(more = {}) {
  const { to, regarding, mailbox } = composer.typed();
  return new URLSearchParams({ to, regarding, mailbox, ...more });
}

async function fetched(url, signal) {
  const answer = await fetch(url, { signal, headers: { "HX-Request": "true" } }).catch((error) => error);
  if (answer.name === "AbortError") return null;
  if (answer.ok) return answer.text();
  toast(t(answer instanceof Error ? "no_connection" : answer.status === 401 ? "signed_out" : "server_error"), { tone: "error" });
  return null;
}

async function open() {
  composer.finish();
  const content = await fetched(`${dialog.dataset.url}?${parameters()}`);
  if (content === null) return;
  field("templates-content").innerHTML = content; // the server's own HTML, as htmx would put it there
  openDialog("templates-dialog");
  field("template-words")?.focus();
  choose(options()[0]);
}

async function search() {
  asked?.abort();
  asked = new AbortController();
  const given = { q: field("template-words").value, language: field("template-language").value, part: "options" };
  const found = await fetched(`${dialog.dataset.url}?${parameters(given)}`, asked.signal);
  if (found === null) return;
  field("template-options").innerHTML = found;
  choose(options()[0]);
  announce(options().length ? t("options", options().length) : t("nothing_found"));
}

async function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  field("template-insert")?.toggleAttribute("disabled", !option);
  previewed?.abort();
  if (!option) {
    field("template-words")?.removeAttribute("aria-activedescendant");
    field("template-shown")?.replaceChildren();
    return;
  }
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field("template-words").setAttribute("aria-activedescendant", option.id);
  previewed = new AbortController();
  const shown = await fetched(`${option.dataset.url}?${parameters()}`, previewed.signal);
  if (shown !== null && chosen() === option) field("template-shown").innerHTML = shown;
}

function onKey(event) {
  if (event.isComposing || event.target.id !== "template-words") return;
  const all = options();
  const now = all.indexOf(chosen());
  const { key } = event;
  if (key === "ArrowDown") choose(all[(now + 1) % all.length]);
  else if (key === "ArrowUp") choose(all.at((now < 0 ? 0 : now) - 1));
  else if (key === "PageDown") choose(all[Math.min(now + 5, all.length - 1)]);
  else if (key === "PageUp") choose(all[Math.max(now - 5, 0)]);
  else if (key === "Enter") insert(chosen()?.dataset.template);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

async function insert(template) {
  if (!template) return;
  dialog.close();
  if (!(await composer.saving.save({ create: true }))) return; // a notice above the sheet says why
  const body = new FormData();
  body.append("template", template);
  const answer = await composer.saving.ask(composer.url("insert"), body);
  if (!answer) return;
  const { status, said } = answer;
  if (status === 200) merge(said);
  else if (said?.problems) composer.notices.problems(said.problems);
  else if (said?.faults) composer.notices.show("template", said.faults.join(" "));
  else if (status === 409) composer.notices.show("gone", composer.say("gone"));
  else composer.notices.show("template", composer.say("template_failed"));
}

function merge(said) {
  const { editor } = composer;
  const before = { subject: field("subject").value, html: editor.content() };
  const keeps = before.subject.trim() !== "";
  if (!keeps) field("subject").value = said.subject;
  put(said.html);
  composer.attachments.show(said.attachments);
  editor.onChange();
  const after = editor.content();
  fillIn(said.missing);
  toast(composer.say(keeps && said.subject ? "template_subject_kept" : "template_inserted", said.title), {
    action: { label: t("undo"), run: () => takeOut(said.undo, before, after) },
  });
}

/** Where one wrote last; at the top while nobody has written yet. */
function put(html) {
  const { editor } = composer.editor;
  if (!editor) return composer.editor.replace(html + field("html").value);
  editor.focus();
  if (!touchedByHand) {
    editor.selection.select(editor.getBody(), true);
    editor.selection.collapse(true);
  }
  editor.undoManager.transact(() => editor.insertContent(html));
}

async function takeOut(undo, before, after) {
  const { editor } = composer;
  const changed = editor.content() !== after;
  if (changed && !(await confirmed(composer.say("template_written_since"), composer.say("template_take_out")))) return;
  const body = new FormData();
  for (const file of undo.files) body.append("file", file);
  body.append("before", undo.before);
  const answer = await composer.saving.ask(composer.url("insert-undo"), body);
  if (answer?.status !== 200) return toast(t("undo_failed"), { tone: "error" });
  editor.replace(before.html);
  field("subject").value = before.subject;
  composer.attachments.show(answer.said.attachments);
  composer.notices.clear("missing");
  composer.touched();
  toast(composer.say("template_taken_out"));
}

/** A notice with a button for each value that is to be filled in by hand; it leads to the placeholder and marks it. */
function fillIn(missing) {
  composer.notices.clear("missing");
  if (!missing.length) return;
  const list = document.createElement("span");
  list.append(composer.say("template_missing"), " ");
  for (const [index, { value, words }] of missing.entries()) {
    if (index) list.append(", ");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "linked", textContent: words });
    button.addEventListener("click", () => lead(value));
    list.append(button);
  }
  composer.notices.show("missing", [list], { tone: "warn" });
}

function lead(value) {
  const pattern = new RegExp(`\\{\\{[^{}]*${value.replace(".", "\\.")}[^{}]*\\}\\}`);
  const subject = field("subject");
  const inSubject = subject.value.match(pattern);
  if (inSubject) {
    subject.focus();
    return subject.setSelectionRange(inSubject.index, inSubject.index + inSubject[0].length);
  }
  const { editor } = composer.editor;
  if (!editor) return field("html").focus();
  const walker = editor.getDoc().createTreeWalker(editor.getBody(), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const found = walker.currentNode.data.match(pattern);
    if (!found) continue;
    const range = editor.dom.createRng();
    range.setStart(walker.currentNode, found.index);
    range.setEnd(walker.currentNode, found.index + found[0].length);
    editor.focus();
    editor.selection.setRng(range);
    return editor.selection.scrollIntoView();
  }
  return composer.editor.editor.focus(); // it was filled in already
}

field("insert-template").addEventListener("click", open);
dialog.addEventListener("keydown", onKey);
dialog.addEventListener("input", (event) => {
  if (event.target.id !== "template-words") return;
  clearTimeout(timer);
  timer = setTimeout(search, DELAY);
});
dialog.addEventListener("change", (event) => event.target.id === "template-language" && search());
dialog.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) choose(option);
  if (event.target.closest("#template-insert")) insert(chosen()?.dataset.template);
});
dialog.addEventListener("dblclick", (event) => insert(event.target.closest("[role=option]")?.dataset.template));

/** The page of a template leads here with ?template=…: it is inserted as soon as one can write. */
async function begin() {
  await composer.started;
  composer.editor.editor?.on("focus keydown", () => (touchedByHand = true));
  const wanted = new URLSearchParams(location.search).get("template");
  if (wanted) insert(wanted);
}
begin();
