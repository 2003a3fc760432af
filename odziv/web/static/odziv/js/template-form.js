/* The form of a template: the composer's editor and attachments, in a form that is saved as a whole; a preview that
   follows while one writes; and the picker of values. */
import { Attachments } from "./compose-files.js";
import { Editor } from "./compose-editor.js";
import { Notices } from "./compose-notices.js";
import { exceeds } from "./compose-server.js";

const QUIET = 500; // ms without a key before the preview follows

const field = (id) => document.getElementById(id);

/** Files are lines of the form itself: a line for each upload, no grid from the server. */
class Files extends Attachments {
  show(html) {
    const line = new DOMParser().parseFromString(`<table><tbody>${html}</tbody></table>`, "text/html").querySelector("tr");
    if (line) this.body.append(document.adoptNode(line));
    this.count();
  }

  get body() {
    return document.querySelector("#attachments tbody");
  }

  remove(line) {
    const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("[data-file-remove]");
    line.remove();
    this.count();
    (next ?? field("attach")).focus();
  }

  count() {
    const some = this.body.rows.length > 0;
    document.querySelector("#attachments table").hidden = !some;
    document.querySelector("#attachments .no-files").hidden = some;
    this.form.dispatchEvent(new Event("change"));
  }
}

/** What the editor and the attachments need of the page around them; the composer is the other one. */
class TemplateForm {
  constructor() {
    this.form = field("template-form");
    this.config = JSON.parse(field("template-config").textContent);
    this.say = (name, ...values) => this.config.texts[name].replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");
    this.notices = new Notices(this.say);
    this.editor = new Editor(field("html"), this.config, this);
    this.attachments = new Files(this);
    this.into = "html"; // where one wrote last: the text or the subject
    this.timer = 0;
    this.asked = null;
    this.ready = false;
  }

  async start() {
    this.form.addEventListener("submit", (event) => this.submit(event));
    for (const name of ["subject", "id_language", "preview-record"]) {
      field(name).addEventListener("input", () => this.later());
      field(name).addEventListener("change", () => this.later());
    }
    field("subject").addEventListener("focus", () => (this.into = "subject"));
    field("attachments").addEventListener("click", (event) => {
      const remove = event.target.closest("[data-file-remove]");
      if (remove) this.attachments.remove(remove.closest("tr"));
    });
    // Not before it is closed: a modal dialog keeps the focus from what is below it.
    field("values-dialog").addEventListener("close", (event) => {
      const wanted = event.target.returnValue === "insert";
      event.target.returnValue = "";
      if (wanted) this.insertValue();
    });
    await this.editor.start();
    this.editor.editor?.on("focus", () => (this.into = "html"));
    if (!field("id_title").value) field("id_title").focus();
    this.form.dataset.ready = "";
    this.preview();
  }

  /** The editor's text changed: the page is not to be left by accident, and the preview follows. */
  touched() {
    this.form.dispatchEvent(new Event("input"));
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.preview(), QUIET);
  }

  async preview() {
    const html = this.editor.content();
    if (exceeds(html, this.config.limits.body * 4)) return this.tooLarge();
    const body = new FormData(this.form);
    body.set("html", html);
    body.set("record", field("preview-record").value);
    for (const name of ["file", "followed", "was"]) body.delete(name);
    this.asked?.abort();
    this.asked = new AbortController();
    const answer = await fetch(this.config.urls.preview, {
      method: "POST",
      body,
      signal: this.asked.signal,
      headers: { "HX-Request": "true" },
    }).catch(() => null);
    if (!answer?.ok) return; // a preview that does not come is no loss; saving says what is wrong
    field("preview-here").innerHTML = await answer.text(); // the server's own HTML, as htmx would put it there
  }

  tooLarge() {
    this.notices.show("body", this.say("too_long_template", this.config.limits.body.toLocaleString()), {});
  }

  /** Images that were put in go to the server first; then the form goes as any other. */
  async submit(event) {
    if (this.ready) return;
    event.preventDefault();
    const { submitter } = event;
    if ("busy" in this.form.dataset) return this.notices.show("busy", this.say("busy_template"), { tone: "warn" });
    await this.editor.settle();
    const html = this.editor.content();
    if (exceeds(html, this.config.limits.body * 4)) return this.tooLarge();
    if (this.editor.editor) field("html").value = html;
    await new Promise((resolve) => setTimeout(resolve)); // a form that is still being submitted is not submitted again
    this.ready = true;
    this.form.requestSubmit(submitter);
    setTimeout(() => (this.ready = false), 4000); // as guard.js: afterwards it may be sent again
  }

  insertValue() {
    const fallback = field("value-fallback").value.trim().replaceAll('"', "'");
    const value = field("value-name").value;
    const text = fallback ? `{{ ${value} | default: "${fallback}" }}` : `{{ ${value} }}`;
    field("value-fallback").value = "";
    const { editor } = this.editor;
    if (this.into === "html" && editor) {
      editor.focus();
      editor.insertContent(editor.dom.encode(text));
      return;
    }
    const into = this.into === "html" ? field("html") : field("subject");
    into.focus();
    into.setRangeText(text, into.selectionStart, into.selectionEnd, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What the editor and the attachments ask of the page.
  send() {
    this.form.requestSubmit(field("save"));
  }

  ensure() {
    return true;
  }

  url(name) {
    return this.config.urls[name];
  }
}

new TemplateForm().start();
