/* What is said before an e-mail is sent: what must be mended, what is asked, what is only told. Each line leads to its
   place. The dialog is the page's; its lines come from the server's answer. */
import { el, icon } from "./dom.js";
import { openDialog } from "./dialog.js";

const CONTROLS = { from: "mailbox", to: "to-input", cc: "cc-input", bcc: "bcc-input", subject: "subject" };
const BUTTONS = {
  regarding: "#regarding-name",
  attachments: "#manage-files, #attach",
  following: "#follow button",
  delivery: "#delivery [data-timing]",
  reminder: "#reminder [data-timing]",
};
const OPENS = ["delivery", "reminder"]; // their place is a dialog of its own

export class Check {
  constructor(composer) {
    Object.assign(this, { composer, say: composer.say, dialog: document.getElementById("send-check") });
    this.anyway = this.dialog.querySelector("[value=yes]");
  }

  /** Shows the problems; resolves to whether the e-mail is to be sent all the same. */
  ask(problems) {
    const blocked = problems.some((problem) => problem.blocking);
    const [stuck, asked] = [this.dialog.querySelector("[data-stuck]"), this.dialog.querySelector("[data-asked]")];
    stuck.hidden = !blocked;
    asked.hidden = blocked;
    this.dialog.setAttribute("aria-describedby", blocked ? stuck.id : asked.id);
    this.anyway.hidden = blocked;
    this.dialog.querySelector("[data-problems]").replaceChildren(...problems.map((problem) => this.line(problem)));
    for (const problem of problems) if (problem.blocking) this.composer.notices.mark(problem.field, problem.text);
    this.dialog.returnValue = "";
    openDialog(this.dialog.id);
    this.dialog.querySelector(".problem-go")?.focus();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => resolve(this.dialog.returnValue === "yes"), { once: true });
    });
  }

  line(problem) {
    const tone = problem.blocking ? "bad" : problem.note ? "note" : "warn";
    const sign = icon(tone === "bad" ? "circle-alert" : tone === "warn" ? "triangle-alert" : "info");
    const word = el("span", { class: "visually-hidden" }, `${this.say(`check_${tone}`)}: `);
    const line = el("li", { class: `problem ${tone}` }, sign, el("span", {}, word, problem.text));
    if (this.config(problem)) {
      const go = el("button", { type: "button", class: "button small problem-go" }, this.say(`go_${problem.field}`));
      go.addEventListener("click", () => this.go(problem));
      line.append(go);
    }
    return line;
  }

  config({ field }) {
    return field in CONTROLS || field === "body" || (BUTTONS[field] && document.querySelector(BUTTONS[field]));
  }

  /** Closes the dialog and leads to where the problem can be mended. */
  go({ field, near }) {
    this.dialog.addEventListener("close", () => setTimeout(() => this.lead(field, near)), { once: true });
    this.dialog.close();
  }

  lead(field, near) {
    if (field === "body") return this.composer.editor.show(near);
    const place = document.querySelector(field in CONTROLS ? `#${CONTROLS[field]}` : BUTTONS[field]);
    const row = place?.closest(".head-row");
    if (row) row.hidden = false;
    place?.scrollIntoView({ block: "center" });
    place?.focus();
    if (OPENS.includes(field)) place?.click();
    return null;
  }
}
