/* The draft was saved elsewhere meanwhile: both versions side by side, and the writer decides. Closing the dialog decides
   nothing: a notice leads back to it, and until then nothing is saved and nothing is lost. */
import { openDialog } from "./dialog.js";
import { csrfToken } from "./dom.js";

export class Versions {
  constructor(composer) {
    Object.assign(this, { composer, say: composer.say, config: composer.config });
    this.dialog = document.getElementById("versions");
    this.content = document.getElementById("versions-content");
    this.content.addEventListener("click", (event) => this.onClick(event));
  }

  /** Says that there are two versions, and shows them. */
  async show() {
    this.composer.notices.show("save", this.say("stale"), {
      tone: "warn",
      actions: [{ label: this.say("compare"), run: () => this.show() }],
    });
    const { status, text } = await this.differences();
    if (status === 404) return this.gone();
    if (status !== 200) return null;
    this.content.innerHTML = text; // our own page, which shows what was typed as text
    return openDialog(this.dialog.id);
  }

  /** Sent or discarded elsewhere: what is here can become an e-mail of its own. */
  gone() {
    this.composer.notices.show("gone", this.say("gone"), {
      actions: [{ label: this.say("keep_as_new"), run: () => this.copy() }],
    });
  }

  async differences() {
    const answer = await fetch(this.composer.url("versions"), {
      method: "POST",
      body: this.everything(),
      headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
    }).catch(() => null);
    return { status: answer?.status ?? 0, text: answer ? await answer.text() : "" };
  }

  everything() {
    const body = new FormData();
    const { composer } = this;
    for (const [name, value] of Object.entries(composer.typed())) body.append(name, value);
    body.append("html", composer.editor.content());
    return body;
  }

  onClick(event) {
    const chosen = event.target.closest("[data-version]")?.dataset.version;
    if (!chosen) return;
    this.dialog.close();
    if (chosen === "mine") this.composer.saving.keepMine(Number(this.content.querySelector("[data-seen]").dataset.seen));
    else if (chosen === "other") this.other();
    else this.copy();
  }

  async other() {
    await this.composer.saving.end();
    location.reload();
  }

  /** An e-mail of its own from what is here, with the same files; the other version stays as it is. */
  async copy() {
    const { saving } = this.composer;
    const body = this.everything();
    body.append("copy_of", this.composer.id);
    let answer = await saving.ask(this.config.urls.create, body);
    if (answer?.status === 404) {
      body.delete("copy_of"); // it was discarded, and its files with it
      answer = await saving.ask(this.config.urls.create, body);
    }
    if (answer?.status === 200) {
      await saving.end();
      location.assign(this.config.urls.compose.replace(this.config.none, answer.said.id));
    } else if (answer?.said?.problems) saving.showProblems(answer.said.problems);
    else if (answer) saving.failed("save", this.say("server_error"), "warn");
  }
}
