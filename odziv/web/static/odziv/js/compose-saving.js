/* Saves what was typed on its own: what changed, field by field, one request at a time. Nothing typed is ever lost: what
   the server has not taken yet is kept in this browser (compose-copy.js). */
import { toast } from "./toast.js";
import { Copies } from "./compose-copy.js";
import { bytes, exceeds, megabytes, passed, post } from "./compose-server.js";

const QUIET = 1200; // ms without a key before it saves
const PATIENCE = 8000; // ms after which it saves even while somebody types on
const AGAIN = 15000; // ms before it tries again after a failure

export class Saving {
  constructor(composer) {
    this.composer = composer;
    this.config = composer.config;
    this.say = composer.say;
    this.notices = composer.notices;
    this.editor = composer.editor;
    this.version = this.config.version;
    this.saved = composer.typed(); // what the server has
    this.shown = document.getElementById("saved-state");
    this.lastSaved = this.shown.textContent;
    this.html = null; // the text that the server has; null until the editor is ready
    this.running = null;
    this.timer = 0;
    this.since = 0;
    this.halted = false; // a person must decide first
    this.ended = false; // sent or discarded: nothing is kept any more
    this.passing = false; // the draft was made for a dialog, and nothing has been written yet
    this.copies = new Copies(this.config.user);
  }

  async start() {
    document.getElementById("save").addEventListener("click", () => this.byHand());
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => this.save());
    this.html = this.editor.content();
    const copy = await this.copies.get(this.composer.id);
    if (copy && this.differs(copy)) this.offer(copy);
    else if (copy) await this.copies.forget(this.composer.id);
  }

  changes() {
    const now = this.composer.typed();
    const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== this.saved[name]));
    if (this.html !== null && this.editor.touched) {
      const html = this.editor.content();
      if (html === this.html) this.editor.touched = false;
      else if (this.composer.id || !this.editor.unsettled) changed.html = html; // an image needs a draft to hang on
    }
    return changed;
  }

  differs(copy) {
    const now = { ...this.composer.typed(), html: this.html };
    return Object.entries(copy.fields).some(([name, value]) => value !== now[name] && (value || now[name]));
  }

  /** Something may have changed: remember it here soon, and on the server when it is quiet. */
  touched() {
    this.since ||= Date.now();
    const wait = Math.max(0, Math.min(QUIET, this.since + PATIENCE - Date.now()));
    this.saveIn(wait);
    this.status("changed");
  }

  saveIn(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  /** Saves what changed; one request at a time. Resolves to whether the server has everything. With `create` a new draft
      is made of whatever there is; a `passing` one only for what is looked at meanwhile: nothing of it remains when it is
      left as it was. */
  async save({ create = false, passing = false } = {}) {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (this.halted) return this.keep();
    this.since = 0;
    if (this.composer.id && this.editor.unsettled) await this.editor.settle();
    const changes = this.changes();
    if (!Object.keys(changes).length && (this.composer.id || !(create || this.editor.unsettled))) {
      this.status("", this.lastSaved);
      this.composer.form.dispatchEvent(new Event("saved"));
      return true;
    }
    const untouched = !Object.keys(changes).length && !this.editor.unsettled;
    this.passing = (this.composer.id ? this.passing : passing) && untouched;
    this.running = this.put(changes);
    try {
      return await this.running;
    } finally {
      this.running = null;
    }
  }

  /** A copy in this browser until the writer has decided. */
  async keep() {
    const changes = this.changes();
    if (!this.ended && Object.keys(changes).length) await this.copies.put(this.composer.id, this.copy(changes));
    return false;
  }

  /** The page goes, and waits for nothing: what the server may not have got is offered the next time. */
  leave() {
    const changes = this.changes();
    if (this.ended) return;
    if (!Object.keys(changes).length) return this.passing && this.forget();
    this.copies.putNow(this.composer.id, this.copy(changes));
  }

  /** The draft is one from now on, and the page has its address. */
  remains() {
    const { composer } = this;
    this.passing = false;
    if (composer.id && location.pathname !== composer.url("compose")) history.replaceState(null, "", composer.url("compose"));
  }

  /** The draft in which nobody has written goes too; should the page come back, it begins anew. */
  forget() {
    const { composer } = this;
    const body = new FormData();
    body.append("version", this.version);
    passed(composer.url("forget"), body);
    composer.id = null;
    this.passing = false;
  }

  copy({ html }) {
    return { version: this.version, fields: { ...this.composer.typed(), ...(html === undefined ? {} : { html }) } };
  }

  /** What a save sends: of a stored draft what changed, of a new one all. */
  form(changes) {
    const { composer } = this;
    const body = new FormData();
    const sent = composer.id ? { ...changes, version: this.version } : { ...composer.typed(), ...changes };
    for (const [name, value] of Object.entries(sent)) body.append(name, value);
    return body;
  }

  async put(changes) {
    const { composer, config } = this;
    if (exceeds(changes.html, config.limits.body)) {
      this.failed("body", this.say("too_large_body", megabytes(bytes(changes.html)), megabytes(config.limits.body)));
      return false;
    }
    const body = this.form(changes);
    // A page that is hidden may be closed at once: then only what does not wait is done.
    if (document.hidden) this.copies.putNow(composer.id, this.copy(changes));
    else await this.copies.put(composer.id, this.copy(changes));
    this.status("saving");
    const answer = await this.ask(composer.id ? composer.url("save") : config.urls.create, body);
    return answer ? this.answered(answer, changes) : false;
  }

  async answered({ status, said }, changes) {
    if (status === 200) return this.stored(said, changes);
    if (status === 409 || status === 404) this.askAboutOther(said?.version ?? null);
    else if (said?.problems) this.showProblems(said.problems);
    else this.later("server_error", status === 503 ? said?.message : null);
    return false;
  }

  stored(said, changes) {
    const { composer } = this;
    const { html, ...fields } = changes;
    Object.assign(this.saved, composer.id ? fields : { ...composer.typed(), ...fields });
    if (html !== undefined) {
      this.html = html;
      this.editor.touched = false;
    }
    const first = !composer.id;
    composer.id = said.id;
    this.version = said.version;
    if (!this.passing) this.remains();
    this.copies.forget(first ? null : composer.id);
    this.lastSaved = said.saved;
    this.notices.clear("save", "body", "to", "cc", "bcc", "subject", "problems");
    this.status("", said.saved);
    if (said.attachments) composer.attachments.show(said.attachments);
    if (said.notice) toast(said.notice, { tone: "info" });
    composer.form.dispatchEvent(new Event("saved"));
    if (Object.keys(this.changes()).length) this.touched();
    return true;
  }

  /** Nothing is to be saved any more: the draft was sent or discarded. */
  async end() {
    this.halted = this.ended = true;
    clearTimeout(this.timer);
    await this.copies.forget(this.composer.id);
    this.composer.form.dispatchEvent(new Event("saved"));
  }

  /** POSTs and gives {status, said}, or null after saying what is in the way (no connection, signed out). */
  async ask(url, body) {
    const answer = await post(url, body, this.config.csrf);
    if (answer.status !== 0 && answer.status !== 401) return answer;
    if (answer.status === 0) this.later("offline");
    else this.signedOut();
    return null;
  }

  later(text, reason = null) {
    this.failed("save", reason ?? this.say(text), "warn");
    this.saveIn(AGAIN);
  }

  signedOut() {
    const { composer } = this;
    const next = encodeURIComponent(composer.id ? composer.url("compose") : location.pathname + location.search);
    this.status("not_saved", null, true);
    this.notices.show("save", this.say("signed_out"), {
      tone: "warn",
      actions: [
        { label: this.say("sign_in"), href: `${this.config.urls.login}?next=${next}` },
        { label: this.say("retry"), run: () => this.save({ create: true }) },
      ],
    });
    this.saveIn(AGAIN);
  }

  askAboutOther(version) {
    this.halted = true;
    this.status("not_saved", null, true);
    return version === null ? this.composer.versions.gone() : this.composer.versions.show();
  }

  /** Saves all that is here over the version that the writer has seen; a yet newer one asks again. */
  keepMine(seen) {
    this.halted = false;
    this.version = seen;
    this.saved = {}; // all of it, not only what changed since
    this.editor.touched = true;
    this.html = this.html === null ? null : "\u0000";
    this.notices.clear("save");
    return this.save();
  }

  offer(copy) {
    this.notices.show("copy", this.say("restore_found", copy.at.toLocaleString(document.documentElement.lang)), {
      tone: "info",
      actions: [
        { label: this.say("restore"), run: () => this.restore(copy) },
        { label: this.say("forget"), run: () => this.copies.forget(this.composer.id) },
      ],
    });
  }

  restore(copy) {
    const { html, ...fields } = copy.fields;
    if (this.composer.id && copy.version !== undefined) this.version = copy.version; // a newer one is compared with it
    this.composer.fill(fields);
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

  /** What stands in the command bar: the text of that name, or `text`. */
  status(name, text = null, bad = false) {
    this.shown.textContent = text ?? (name ? this.say(name) : this.shown.textContent);
    this.shown.classList.toggle("bad", bad);
  }

  /** Back to what it said when all was saved. */
  rest() {
    this.status("", this.lastSaved);
  }

  async byHand() {
    this.composer.finish();
    this.remains();
    if (await this.save({ create: true })) toast(this.say("saved_now"));
  }
}
