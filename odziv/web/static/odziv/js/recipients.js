/* Recipients as chips over a text field that keeps an RFC 5322 address list, which is all that the server reads:
     <textarea name="to" data-recipients data-url="completion" data-check-url="preferences">
   GET data-url?q=  ->  {"options": [{"value": "Maja Novak <maja@…>", "label", "detail", "note", "icon", "preference"}]}
   POST data-check-url {"addresses": […]}  ->  {"maja@…": {"preference": "allow|deny|unknown", "name", "title"}}
   Paste many, edit one by F2 or a double click, remove by Backspace, walk by the arrow keys. */
import { announce, csrfToken, el, fresh, icon, t } from "./dom.js";
import { parseAddresses } from "./addresses.js";
import { Completion } from "./combobox.js";

const SHOWN = 60; // chips drawn at once; 2,000 recipients stay quick
const ASKED = 200; // addresses asked about in one request
const ICONS = { allow: "eye", deny: "eye-off", wrong: "triangle-alert", returned: "mail-x" };

export function dress(root) {
  for (const field of fresh(root, "[data-recipients]", "recipientsReady")) new Recipients(field);
}

class Recipients {
  constructor(field) {
    this.field = field;
    this.people = parseAddresses(field.value);
    this.known = new Map(); // address -> what the server said of it
    this.all = false;
    const name = field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent.trim() ?? "";
    this.box = el("div", { class: "chips", role: "group", "aria-label": name });
    this.input = el("input", { type: "text", id: `${field.id}-input`, autocomplete: "off", spellcheck: "false" });
    this.input.setAttribute("aria-label", name);
    for (const kept of ["aria-describedby", "aria-invalid", "placeholder"]) {
      if (field.hasAttribute(kept)) this.input.setAttribute(kept, field.getAttribute(kept));
    }
    this.box.append(this.input);
    field.before(this.box);
    field.hidden = true;
    for (const label of field.labels ?? []) label.htmlFor = this.input.id;
    if (field.dataset.url) {
      this.completion = new Completion(this.input, { url: field.dataset.url, choose: (option) => this.chosen(option) });
    }
    this.listen();
    this.draw();
    this.check();
    field.addEventListener("recipients:set", () => this.read());
    field.addEventListener("recipients:take", () => this.takeTyped(true)); // before the mail is saved or sent
  }

  listen() {
    this.input.addEventListener("keydown", (event) => this.onInputKey(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.takeTyped(), 160));
    this.input.addEventListener("paste", (event) => this.onPaste(event));
    this.box.addEventListener("click", (event) => this.onClick(event));
    this.box.addEventListener("keydown", (event) => this.onChipKey(event));
    this.box.addEventListener("dblclick", (event) => this.edit(event.target.closest(".chip")));
  }

  /** Takes over what another script wrote into the field. */
  read() {
    this.people = parseAddresses(this.field.value);
    this.draw();
    this.check();
  }

  add(text, known = null) {
    const here = new Set(this.people.map((person) => person.address.toLowerCase()));
    const added = parseAddresses(text).filter((person) => !here.has(person.address.toLowerCase()));
    if (!added.length) return;
    if (known) this.known.set(added[0].address.toLowerCase(), known);
    this.people.push(...added);
    this.changed();
    announce(added.length === 1 ? t("added", added[0].name || added[0].address) : t("added_many", added.length));
  }

  remove(index) {
    const [gone] = this.people.splice(index, 1);
    this.changed();
    announce(t("removed", gone.name || gone.address));
    const buttons = this.removers();
    (buttons[Math.min(index, buttons.length - 1)] ?? this.input).focus();
  }

  changed() {
    this.field.value = this.people.map((person) => person.text).join(", ");
    this.draw();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.check();
  }

  draw() {
    for (const old of this.box.querySelectorAll(".chip, .chips-more")) old.remove();
    const drawn = this.all ? this.people : this.people.slice(0, SHOWN);
    const chips = document.createDocumentFragment();
    chips.append(...drawn.map((person, index) => this.chip(person, index)));
    const rest = this.people.length - drawn.length;
    if (rest > 0) chips.append(el("button", { type: "button", class: "chip chips-more" }, t("more", rest)));
    this.box.insertBefore(chips, this.input);
  }

  chip(person, index) {
    const said = this.known.get(person.address.toLowerCase()) ?? {};
    const state = !person.valid ? "wrong" : said.dead ? "returned" : (said.preference ?? "unknown");
    const name = said.name || person.name || person.address;
    const told = [said.dead, said.title].filter(Boolean).join(" – ");
    const title = person.valid ? [person.address, told].filter(Boolean).join(" – ") : t("wrong_address");
    const chip = el("span", { class: `chip ${state}`, "data-index": index, title });
    if (ICONS[state]) chip.append(icon(ICONS[state]));
    chip.append(el("span", {}, name));
    if (told || !person.valid) chip.append(el("span", { class: "visually-hidden" }, ` (${told || title})`));
    const remove = el("button", { type: "button", class: "chip-remove", tabindex: "-1" });
    remove.setAttribute("aria-label", t("remove", name));
    remove.append(icon("x"));
    chip.append(remove);
    return chip;
  }

  /** Asks the server, in portions, about those it has not spoken of yet. */
  async check() {
    const url = this.field.dataset.checkUrl;
    const open = this.people.filter((person) => person.valid && !this.known.has(person.address.toLowerCase()));
    if (!url || !open.length) return;
    for (let from = 0; from < open.length; from += ASKED) {
      const addresses = open.slice(from, from + ASKED).map((person) => person.address.toLowerCase());
      const answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ addresses }),
      }).catch(() => null);
      const said = answer?.ok && (await answer.json().catch(() => null));
      if (!said) return; // chips stay without colour; the server checks again at sending
      for (const address of addresses) this.known.set(address, said[address] ?? { preference: "unknown" });
    }
    this.draw();
    this.field.dispatchEvent(new CustomEvent("recipients:checked", { bubbles: true, detail: this.known }));
  }

  chosen(option) {
    this.input.value = "";
    const { preference, label: name, title, dead } = option;
    const known = preference ? { preference, name, title, dead } : null;
    this.add(option.value, known);
    this.input.focus();
  }

  takeTyped(anyway = false) {
    if (!this.input.value.trim() || (!anyway && document.activeElement === this.input)) return;
    const typed = this.input.value;
    this.completion?.close();
    this.input.value = "";
    this.add(typed);
  }

  onInputKey(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return;
    const typed = this.input.value.trim();
    const quoted = (typed.match(/"/g) ?? []).length % 2 === 1;
    if (typed && !quoted && (event.key === "Enter" || event.key === "," || event.key === ";")) {
      event.preventDefault();
      this.completion?.close();
      this.input.value = "";
      this.add(typed);
    } else if (event.key === "Enter") {
      event.preventDefault(); // Enter in an empty field must not send the mail
    } else if (!this.input.selectionEnd && (event.key === "Backspace" || event.key === "ArrowLeft")) {
      this.removers().at(-1)?.focus();
    }
  }

  onPaste(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!/[\n,;@]/.test(text)) return;
    event.preventDefault();
    const before = this.input.value;
    this.input.value = "";
    this.completion?.close();
    this.add(`${before}${text}`);
  }

  onClick(event) {
    const remove = event.target.closest(".chip-remove");
    if (remove) return this.remove(Number(remove.closest(".chip").dataset.index));
    if (event.target.closest(".chips-more")) {
      this.all = true;
      this.draw();
    } else if (event.target === this.box) this.input.focus();
  }

  onChipKey(event) {
    const button = event.target.closest(".chip-remove");
    if (!button) return;
    const buttons = this.removers();
    const now = buttons.indexOf(button);
    if (event.key === "ArrowLeft") buttons[Math.max(0, now - 1)].focus();
    else if (event.key === "ArrowRight") (buttons[now + 1] ?? this.input).focus();
    else if (event.key === "Backspace" || event.key === "Delete") this.remove(now);
    else if (event.key === "F2") this.edit(button.closest(".chip"));
    else return;
    event.preventDefault();
  }

  edit(chip) {
    if (!chip?.dataset.index) return;
    const [person] = this.people.splice(Number(chip.dataset.index), 1);
    this.changed();
    this.input.value = person.text;
    this.input.focus();
  }

  removers() {
    return [...this.box.querySelectorAll(".chip-remove")];
  }
}
