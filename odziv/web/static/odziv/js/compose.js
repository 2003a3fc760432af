/* The composer: its parts, and what they share: the form, the draft's identifier, and what stands in the fields.
     compose-saving.js     saves on its own; nothing typed is lost
     compose-copy.js       what the server has not taken yet, kept in this browser
     compose-versions.js   two windows wrote the same draft
     compose-sending.js    send, discard
     compose-check.js      what is asked before it leaves
     compose-editor.js     the text
     compose-files.js      attachments
     compose-manage.js     several attachments at once
     compose-templates.js  templates come into the text
     compose-signature.js  the signature changes with the mailbox
     compose-notices.js    sentences above the sheet
     compose-server.js     how they all speak to the server
   Another module of the page takes the composer from here:  import { composer } from "./compose.js"  */
import { openDialog } from "./dialog.js";
import { Attachments } from "./compose-files.js";
import { startManaging } from "./compose-manage.js";
import { Editor } from "./compose-editor.js";
import { Notices } from "./compose-notices.js";
import { Saving } from "./compose-saving.js";
import { Sending } from "./compose-sending.js";
import { Versions } from "./compose-versions.js";
import { exchangeSignatures } from "./compose-signature.js";

const FIELDS = ["to", "cc", "bcc", "subject", "mailbox", "regarding"];

export const field = (id) => document.getElementById(id);

class Composer {
  constructor() {
    this.form = field("composer");
    this.config = JSON.parse(field("composer-config").textContent);
    this.id = this.config.id;
    this.say = (name, ...values) => this.config.texts[name].replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");
    this.notices = new Notices(this.say);
    this.editor = new Editor(field("html"), this.config, this);
    this.saving = new Saving(this);
    this.versions = new Versions(this);
    this.sending = new Sending(this);
    this.attachments = new Attachments(this);
    startManaging(this.attachments);
  }

  async start() {
    this.listen();
    await this.editor.start();
    await this.saving.start();
    if (!this.id && !field("to").value) field("to-input")?.focus();
    this.form.dataset.ready = "";
  }

  listen() {
    this.form.addEventListener("input", () => this.touched());
    this.form.addEventListener("change", () => this.touched());
    document.addEventListener("click", (event) => this.wish(event.target.closest("[data-wish]")), true);
    field("preview").addEventListener("click", () => this.preview());
    for (const button of this.form.querySelectorAll("[data-shows]")) {
      button.addEventListener("click", () => this.showLine(button));
    }
    document.addEventListener("htmx:afterSettle", (event) => event.target.id === "follow" && this.followChanged());
    this.overtaken();
    exchangeSignatures(field("mailbox"), this.editor, this.config);
  }

  showLine(button) {
    const row = this.form.querySelector(`[data-field=${button.dataset.shows}]`);
    row.hidden = false;
    button.remove();
    field(`${button.dataset.shows}-input`)?.focus();
  }

  /** The wish stands in the form before anybody asks the server: so a request that overtakes this one carries it too. */
  wish(button) {
    if (button) field("wants-following").value = button.dataset.wish;
  }

  /** A panel that is replaced takes with it what it waited to ask: a new one that answers other recipients than stand here asks at once. */
  overtaken() {
    document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
      const asked = detail.requestConfig?.formData;
      if (!asked || (target.id !== "follow" && target.id !== "delivery")) return;
      if (["to", "cc", "bcc"].some((name) => (asked.get(name) ?? "") !== field(name).value)) htmx.trigger(target, "refresh");
    });
  }

  /** The panel came new from the server: its wish may be another one, and files may be followable or not. */
  followChanged() {
    const state = field("follow").dataset.state;
    this.form.dataset.follow = state;
    for (const toggle of document.querySelectorAll("#attachments input[role=switch], #managed input[role=switch]")) toggle.disabled = state !== "on";
    this.touched();
  }

  /** What stands in the fields now; the text is the editor's. */
  typed() {
    const values = {};
    for (const name of FIELDS) values[name] = field(name)?.value ?? "";
    const wish = field("wants-following");
    if (wish) values.wants_following = wish.value;
    return values;
  }

  /** Puts values into the fields, as if somebody had typed them. */
  fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const control = name === "wants_following" ? field("wants-following") : field(name);
      if (!control || control.value === value) continue;
      control.value = value;
      if (!control.matches("[data-recipients]")) continue;
      if (value) this.form.querySelector(`[data-shows=${name}]`)?.click();
      control.dispatchEvent(new Event("recipients:set"));
      control.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  /** Addresses that were typed without Enter count too, and a regarding that was typed but not chosen does not. */
  finish() {
    for (const name of ["to", "cc", "bcc"]) field(name).dispatchEvent(new Event("recipients:take"));
    if (!field("regarding").value) field("regarding-name").value = "";
  }

  /** Something may have changed. */
  touched() {
    this.saving.touched();
  }

  send() {
    this.sending.send();
  }

  async preview() {
    this.finish();
    if (!(await this.saving.save({ create: true, passing: true }))) return;
    await window.htmx.ajax("GET", this.url("preview"), { target: "#preview-content", swap: "innerHTML" });
    openDialog("preview-dialog");
  }

  /** The address of that name for this draft. */
  url(name) {
    return this.config.urls[name].replace(this.config.none, this.id);
  }

  /** Makes sure that there is a draft on the server; what hangs on it (files, images) needs one. */
  async ensure() {
    this.saving.remains();
    return Boolean(this.id) || (await this.saving.save({ create: true }));
  }
}

export const composer = new Composer();
composer.started = composer.start(); // for those who need the editor
