/* The composer: gathers what was typed, saves it on its own, sends, previews, discards. Nothing typed is ever lost: what
   the server has not taken yet is kept in this browser (compose-copy.js). */
import { announce } from "./dom.js";
import { confirmed, openDialog } from "./dialog.js";
import { toast } from "./toast.js";
import { Attachments } from "./compose-files.js";
import { Copies } from "./compose-copy.js";
import { Editor } from "./compose-editor.js";
import { Notices } from "./compose-notices.js";
import { bytes, exceeds, megabytes, post } from "./compose-server.js";

const QUIET = 1200; // ms without a key before it saves
const PATIENCE = 8000; // ms after which it saves even while somebody types on
const AGAIN = 15000; // ms before it tries again after a failure
const FIELDS = ["to", "cc", "bcc", "subject", "mailbox", "regarding"];

const form = document.getElementById("composer");
const config = JSON.parse(document.getElementById("composer-config").textContent);
const field = (id) => document.getElementById(id);
const say = (name, ...values) => config.texts[name].replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");

class Composer {
  constructor() {
    this.id = config.id;
    this.version = config.version;
    this.saved = this.typed(); // what the server has
    this.lastSaved = field("saved-state").textContent;
    this.html = null; // the text that the server has; null until the editor is ready
    this.running = null;
    this.timer = 0;
    this.since = 0;
    this.halted = false; // a person must decide first
    this.notices = new Notices(say);
    this.copies = new Copies(config.user);
    this.editor = new Editor(field("html"), config, this);
    this.attachments = new Attachments(form, config, this, say);
  }

  async start() {
    this.listen();
    await this.editor.start();
    this.html = this.editor.content();
    const copy = await this.copies.get(this.id);
    if (copy && this.differs(copy)) this.offer(copy);
    if (!this.id && !field("to").value) field("to-input")?.focus();
    form.dataset.ready = "";
  }

  listen() {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    form.addEventListener("input", () => this.touched());
    form.addEventListener("change", () => this.touched());
    field("save").addEventListener("click", () => this.saveByHand());
    field("preview").addEventListener("click", () => this.preview());
    field("discard").addEventListener("click", () => this.discard());
    for (const button of form.querySelectorAll("[data-shows]")) {
      button.addEventListener("click", () => this.showLine(button));
    }
    document.addEventListener("htmx:afterSettle", (event) => event.target.id === "follow" && this.followChanged());
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    addEventListener("online", () => this.save());
  }

  showLine(button) {
    const row = form.querySelector(`[data-field=${button.dataset.shows}]`);
    row.hidden = false;
    button.remove();
    field(`${button.dataset.shows}-input`)?.focus();
  }

  /** The panel came new from the server: its wish may be another one, and files may be followable or not. */
  followChanged() {
    const state = field("follow").dataset.state;
    form.dataset.follow = state;
    for (const toggle of form.querySelectorAll("#attachments input[role=switch]")) toggle.disabled = state !== "on";
    this.touched();
  }

  typed() {
    const values = {};
    for (const name of FIELDS) values[name] = field(name)?.value ?? "";
    const wish = field("wants-following");
    if (wish) values.wants_following = wish.value;
    return values;
  }

  changes() {
    const now = this.typed();
    const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== this.saved[name]));
    if (this.html !== null && this.editor.touched) {
      const html = this.editor.content();
      if (html === this.html) this.editor.touched = false;
      else if (this.id || !this.editor.unsettled) changed.html = html; // an image needs a draft to hang on
    }
    return changed;
  }

  differs(copy) {
    const now = { ...this.typed(), html: this.html };
    return Object.entries(copy.fields).some(([name, value]) => value !== now[name] && (value || now[name]));
  }

  /** Something may have changed: remember it here soon, and on the server when it is quiet. */
  touched() {
    this.since ||= Date.now();
    clearTimeout(this.timer);
    const wait = Math.max(0, Math.min(QUIET, this.since + PATIENCE - Date.now()));
    this.timer = setTimeout(() => this.save(), wait);
    this.status("changed");
  }

  /** Addresses that were typed without Enter count too, and a regarding that was typed but not chosen does not. */
  finish() {
    for (const name of ["to", "cc", "bcc"]) field(name).dispatchEvent(new Event("recipients:take"));
    if (!field("regarding").value) field("regarding-name").value = "";
  }

  /** Saves what changed; one request at a time. Resolves to whether the server has everything. */
  async save({ create = false, force = false } = {}) {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (this.halted && !force) return false;
    this.since = 0;
    if (this.id && this.editor.touched) await this.editor.settle();
    const changes = this.changes();
    if (!Object.keys(changes).length && (this.id || !(create || this.editor.unsettled)) && !force) {
      this.status("", this.lastSaved);
      form.dispatchEvent(new Event("saved"));
      return true;
    }
    this.running = this.put(changes, force);
    try {
      return await this.running;
    } finally {
      this.running = null;
    }
  }

  async put(changes, force) {
    if (exceeds(changes.html, config.limits.body)) {
      this.failed("body", say("too_large_body", megabytes(bytes(changes.html)), megabytes(config.limits.body)));
      return false;
    }
    await this.copies.put(this.id, { ...this.typed(), ...(changes.html === undefined ? {} : { html: changes.html }) });
    this.status("saving");
    const body = new FormData();
    for (const [name, value] of Object.entries(this.id ? changes : { ...this.typed(), ...changes })) body.append(name, value);
    if (this.id) body.append("version", this.version);
    if (force) body.append("force", "1");
    const answer = await this.ask(this.id ? this.url("save") : config.urls.create, body);
    return answer ? this.answered(answer, changes) : false;
  }

  async answered({ status, said }, changes) {
    if (status === 200) return this.stored(said, changes);
    if (status === 409) {
      this.halted = true;
      this.status("not_saved", null, true);
      this.askAboutOther(said.version);
    } else if (status === 404) {
      this.halted = true;
      this.failed("gone", say("gone"));
    } else if (said?.problems) this.showProblems(said.problems);
    else this.later("server_error");
    return false;
  }

  stored(said, changes) {
    const { html, ...fields } = changes;
    Object.assign(this.saved, this.id ? fields : { ...this.typed(), ...fields });
    if (html !== undefined) {
      this.html = html;
      this.editor.touched = false;
    }
    const first = !this.id;
    this.id = said.id;
    this.version = said.version;
    if (first) history.replaceState(null, "", this.url("compose"));
    this.copies.forget(first ? null : this.id);
    this.lastSaved = said.saved;
    this.notices.clear("save", "body", "to", "cc", "bcc", "subject", "problems");
    this.status("", said.saved);
    if (said.attachments) this.attachments.show(said.attachments);
    if (said.notice) toast(said.notice, { tone: "info" });
    form.dispatchEvent(new Event("saved"));
    if (Object.keys(this.changes()).length) this.touched();
    return true;
  }

  /** POSTs and gives {status, said}, or null after saying what is in the way (no connection, signed out). */
  async ask(url, body) {
    const answer = await post(url, body, config.csrf);
    if (answer.status !== 0 && answer.status !== 401) return answer;
    if (answer.status === 0) this.later("offline");
    else this.signedOut();
    return null;
  }

  later(text) {
    this.failed("save", say(text), "warn");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AGAIN);
  }

  signedOut() {
    const next = encodeURIComponent(this.id ? this.url("compose") : location.pathname + location.search);
    this.status("not_saved", null, true);
    this.notices.show("save", say("signed_out"), {
      tone: "warn",
      actions: [
        { label: say("sign_in"), href: `${config.urls.login}?next=${next}` },
        { label: say("retry"), run: () => this.save({ create: true }) },
      ],
    });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AGAIN);
  }

  askAboutOther(version) {
    if (version === null) return this.failed("gone", say("gone"));
    this.notices.show("save", say("stale"), {
      tone: "warn",
      actions: [
        { label: say("keep_mine"), run: () => this.keepMine() },
        { label: say("show_other"), href: this.url("compose"), apart: true },
      ],
    });
    return false;
  }

  keepMine() {
    this.halted = false;
    this.saved = {}; // all of it, not only what changed since
    this.editor.touched = true;
    this.html = this.html === null ? null : "\u0000";
    this.notices.clear("save");
    return this.save({ force: true });
  }

  offer(copy) {
    this.notices.show("copy", say("restore_found", copy.at.toLocaleString(document.documentElement.lang)), {
      tone: "info",
      actions: [
        { label: say("restore"), run: () => this.restore(copy) },
        { label: say("forget"), run: () => this.copies.forget(this.id) },
      ],
    });
  }

  restore(copy) {
    const { html, ...fields } = copy.fields;
    for (const [name, value] of Object.entries(fields)) {
      const control = name === "wants_following" ? field("wants-following") : field(name);
      if (!control || control.value === value) continue;
      control.value = value;
      if (control.matches("[data-recipients]")) {
        if (value) form.querySelector(`[data-shows=${name}]`)?.click();
        control.dispatchEvent(new Event("recipients:set"));
        control.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    if (html !== undefined) this.editor.replace(html);
    this.touched();
  }

  showProblems(problems) {
    this.status("not_saved", null, true);
    this.notices.problems(problems);
  }

  failed(name, text, tone = "bad") {
    this.status("not_saved", null, true);
    this.notices.show(name, text, { tone });
  }

  status(name, text = null, bad = false) {
    const shown = field("saved-state");
    shown.textContent = text ?? (name ? say(name) : shown.textContent);
    shown.classList.toggle("bad", bad);
  }

  async saveByHand() {
    this.finish();
    if (await this.save({ create: true })) toast(say("saved_now"));
  }

  async preview() {
    this.finish();
    if (!(await this.save({ create: true }))) return;
    await window.htmx.ajax("GET", this.url("preview"), { target: "#preview-content", swap: "innerHTML" });
    openDialog("preview-dialog");
  }

  async send(agreed = false) {
    const button = field("send");
    if (button.disabled) return;
    if ("busy" in form.dataset) return this.failed("send", say("busy"), "warn");
    this.notices.clear("send", "problems");
    this.finish();
    button.disabled = true;
    this.status("sending");
    try {
      if (!(await this.save({ create: true }))) return;
      const body = new FormData();
      if (agreed) body.append("confirmed", "1");
      const answer = await this.ask(this.url("send"), body);
      if (answer) await this.sent(answer);
    } finally {
      button.disabled = false;
    }
  }

  async sent({ status, said }) {
    if (status === 200) {
      this.halted = true;
      await this.copies.forget(this.id);
      form.dispatchEvent(new Event("saved"));
      location.assign(said.url);
    } else if (status === 422 && said.problems.some((problem) => problem.blocking)) {
      this.notices.problems(said.problems.filter((problem) => problem.blocking));
      this.status("", this.lastSaved);
    } else if (status === 422) {
      this.status("", this.lastSaved);
      const questions = said.problems.map((problem) => problem.text).join(" ");
      if (await confirmed(questions, say("send_anyway"), false)) setTimeout(() => this.send(true));
    } else if (status === 409 || status === 404) this.failed("gone", say("gone"));
    else this.failed("send", say("server_error"));
  }

  async discard() {
    if (!(await confirmed(say("discard"), say("discard_verb")))) return;
    clearTimeout(this.timer);
    while (this.running) await this.running;
    this.halted = true;
    let next = document.referrer && new URL(document.referrer).origin === location.origin ? document.referrer : "/";
    if (this.id) {
      const answer = await this.ask(this.url("discard"), new FormData());
      if (answer?.status !== 200) {
        this.halted = false;
        if (answer) this.failed("gone", say("gone"));
        return;
      }
      next = answer.said.url;
    }
    await this.copies.forget(this.id);
    form.dispatchEvent(new Event("saved"));
    location.assign(next);
  }

  /** The address of that name for this draft. */
  url(name) {
    return config.urls[name].replace(config.none, this.id);
  }

  /** Makes sure that there is a draft on the server; what hangs on it (files, images) needs one. */
  async ensure() {
    return Boolean(this.id) || (await this.save({ create: true }));
  }

  announce(text) {
    announce(text);
  }
}

new Composer().start();
