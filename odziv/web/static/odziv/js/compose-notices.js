/* Sentences above the sheet that stay until they are settled: one of each name. Problems of a field also stand at it. */
import { el, icon } from "./dom.js";

const FIELDS = { from: "mailbox", to: "to-input", cc: "cc-input", bcc: "bcc-input", subject: "subject" };

export class Notices {
  constructor(say) {
    this.say = say;
    this.place = document.getElementById("notices");
  }

  /** `actions`: {label, run} or {label, href, apart}; each ends the notice, a link that opens apart does not. */
  show(name, content, { tone = "bad", actions = [] } = {}) {
    const shown = el("div", { class: `notice ${tone}`, "data-name": name, role: tone === "bad" ? "alert" : false });
    const body = el("div", {}, ...(Array.isArray(content) ? content : [content]));
    const row = el("div", { class: "row" });
    for (const action of actions) row.append(this.button(action, shown));
    if (!actions.length) row.append(this.close(shown));
    shown.append(icon("circle-alert"), body, row);
    const old = this.find(name);
    if (old) old.replaceWith(shown);
    else this.place.append(shown);
  }

  problems(problems) {
    const items = problems.map((problem) => {
      this.mark(problem.field, problem.text);
      return el("li", {}, this.linked(problem));
    });
    this.show("problems", [el("ul", {}, ...items)]);
    this.find("problems").scrollIntoView({ block: "nearest" });
    const first = document.getElementById(FIELDS[problems[0]?.field] ?? "");
    first?.focus();
  }

  clear(...names) {
    for (const name of names) this.find(name)?.remove();
    if (!names.includes("problems")) return;
    for (const marked of document.querySelectorAll("#composer [aria-invalid]")) marked.removeAttribute("aria-invalid");
    for (const error of document.querySelectorAll("#composer .head-row .error")) error.hidden = true;
  }

  find(name) {
    return this.place.querySelector(`[data-name="${CSS.escape(name)}"]`);
  }

  mark(name, text) {
    const control = document.getElementById(FIELDS[name] ?? "");
    const error = document.getElementById(`${name}-error`);
    control?.setAttribute("aria-invalid", "true");
    if (!error) return;
    error.closest(".head-row").hidden = false;
    error.textContent = text;
    error.hidden = false;
  }

  linked(problem) {
    const target = document.getElementById(FIELDS[problem.field] ?? "");
    if (!target) return problem.text;
    const button = el("button", { type: "button", class: "linked" }, problem.text);
    button.addEventListener("click", () => target.focus());
    return button;
  }

  button({ label, run, href, apart }, shown) {
    if (href) return el("a", { class: "button small", href, target: "_blank", rel: apart ? "noopener" : false }, label);
    const button = el("button", { type: "button", class: "button small" }, label);
    button.addEventListener("click", () => {
      shown.remove();
      run();
    });
    return button;
  }

  close(shown) {
    const button = el("button", { type: "button", class: "button quiet square small" });
    button.setAttribute("aria-label", this.say("dismiss"));
    button.append(icon("x"));
    button.addEventListener("click", () => shown.remove());
    return button;
  }
}
