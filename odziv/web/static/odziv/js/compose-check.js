/* What is said before an e-mail is sent: what must be mended, what is asked, what is only told. Each line leads to its
   place. The dialog is the page's; its lines come from the server's answer. */
import { el, icon } from "./dom.js";
import { openDialog } from "./dialog.js";

const CONTROLS = { from: "mailbox", to: "to-input", cc: "cc-input", bcc: "bcc-input", subject: "subject" };
const BUTTONS = {
  regarding: "#regarding-name",
  attachments: "#attach",
  files: "#manage-files",
  following: "#follow button",
  delivery: "#delivery [data-timing]",
  reminder: "#reminder [data-timing]",
};
const OPENS = ["files", "delivery", "reminder"]; // their place is a dialog of its own

/** What is wrong with files that are there is mended where they are managed. */
const placeOf = ({ field }) => (field === "attachments" && document.querySelector("#attachments tbody") ? "files" : field);

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
    const place = placeOf(problem);
    if (this.leads(place)) {
      const go = el("button", { type: "button", class: "button small problem-go" }, this.say(`go_${place}`));
      go.addEventListener("click", () => this.go(place, problem.near));
      line.append(go);
    }
    return line;
  }

  leads(place) {
    return place in CONTROLS || place === "body" || (BUTTONS[place] && document.querySelector(BUTTONS[place]));
  }

  /** Closes the dialog and leads to where the problem can be mended. */
  go(name, near) {
    this.dialog.addEventListener("close", () => setTimeout(() => this.lead(name, near)), { once: true });
    this.dialog.close();
  }

  lead(name, near) {
    if (name === "body") return this.composer.editor.show(near);
    const place = document.querySelector(name in CONTROLS ? `#${CONTROLS[name]}` : BUTTONS[name]);
    const row = place?.closest(".head-row");
    if (row) row.hidden = false;
    place?.scrollIntoView({ block: "center" });
    place?.focus();
    if (OPENS.includes(name)) place?.click();
    return null;
  }
}
