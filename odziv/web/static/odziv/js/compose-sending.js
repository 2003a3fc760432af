/* Send and discard. */
import { Check } from "./compose-check.js";
import { confirmed } from "./dialog.js";

export class Sending {
  constructor(composer) {
    this.composer = composer;
    this.saving = composer.saving;
    this.say = composer.say;
    this.check = new Check(composer);
    this.button = document.getElementById("send");
    composer.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    document.getElementById("discard").addEventListener("click", () => this.discard());
  }

  async send(agreed = false) {
    const { composer, saving, button } = this;
    if (button.disabled) return;
    if ("busy" in composer.form.dataset) return saving.failed("send", this.say("busy"), "warn");
    composer.notices.clear("send", "problems");
    composer.finish();
    button.disabled = true;
    saving.status("sending");
    try {
      if (!(await saving.save({ create: true }))) return;
      const body = new FormData();
      body.append("version", saving.version); // what is sent is what stands here
      if (agreed) body.append("confirmed", "1");
      const answer = await saving.ask(composer.url("send"), body);
      if (answer) await this.answered(answer);
    } finally {
      button.disabled = false;
    }
  }

  async answered({ status, said }) {
    const { saving } = this;
    if (status === 200) {
      await saving.end();
      location.assign(said.url);
    } else if (status === 422) {
      saving.rest();
      if (await this.check.ask(said.problems)) setTimeout(() => this.send(true));
    } else if (status === 409 || status === 404) saving.askAboutOther(said?.version ?? null);
    else saving.failed("send", this.say("server_error"));
  }

  async discard() {
    const { composer, saving } = this;
    // Undo brings back what the server has; what it cannot get is asked about.
    if (!(await saving.save()) && !(await confirmed(this.say("discard"), this.say("discard_verb")))) return;
    clearTimeout(saving.timer);
    while (saving.running) await saving.running;
    saving.halted = true;
    let next = document.referrer && new URL(document.referrer).origin === location.origin ? document.referrer : "/";
    if (composer.id) {
      const answer = await saving.ask(composer.url("discard"), new FormData());
      if (answer?.status !== 200) {
        saving.halted = false;
        if (answer) saving.failed("gone", this.say("gone"));
        return;
      }
      next = answer.said.url;
    }
    await saving.end();
    location.assign(next);
  }
}
