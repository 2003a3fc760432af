/* Completion after WAI-ARIA 1.2 (combobox with listbox popup). The server answers
     GET data-url?q=…  ->  {"options": [{"value", "label", "detail", "note", "icon", "mark"}]}
   As a field: <input data-combobox data-url="…" data-for="id_regarding" value="Lipa d.o.o."> beside the (hidden) field
   that keeps the value; data-go instead of data-for opens the chosen option's address. Without scripts it stays a text
   field. Other modules use Completion directly. */
import { announce, el, fresh, icon, t } from "./dom.js";

let serial = 0;

export function dress(root) {
  for (const input of fresh(root, "input[data-combobox]", "comboboxReady")) {
    const kept = document.getElementById(input.dataset.for ?? "");
    new Completion(input, {
      url: input.dataset.url,
      eager: !("go" in input.dataset), // Enter in the search leads to all that was found
      choose(option) {
        if ("go" in input.dataset) return location.assign(option.value);
        input.value = option.label;
        if (kept) keep(kept, option.value);
        input.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true, detail: option }));
      },
    });
    input.addEventListener("input", () => kept && keep(kept, ""));
  }
}

function keep(field, value) {
  if (field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

export class Completion {
  /** `choose(option)` is called with what the user took; `eager`: the first option is chosen unless the user moves. */
  constructor(input, { url, choose, eager = true, least = 1, delay = 120 }) {
    Object.assign(this, { input, url, choose, eager, least, delay, options: [], active: -1, timer: 0, asked: null });
    this.list = el("div", { class: "listbox", role: "listbox", id: `listbox-${++serial}`, hidden: true });
    this.list.setAttribute("aria-label", input.getAttribute("aria-label") ?? input.labels?.[0]?.textContent.trim() ?? "");
    const place = input.closest(".combobox, .chips, .search") ?? input.parentElement;
    place.append(this.list);
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) input.setAttribute(name, value);
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
    this.list.addEventListener("click", (event) => {
      const shown = event.target.closest("[role=option]");
      if (shown) this.take(Number(shown.dataset.index));
    });
  }

  later() {
    clearTimeout(this.timer);
    if (this.input.value.trim().length < this.least) return this.close();
    this.timer = setTimeout(() => this.ask(), this.delay);
  }

  async ask() {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const address = new URL(this.url, location.href);
    address.searchParams.set("q", this.input.value.trim());
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show((await answer.json()).options);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // completion is a help; typing on works without it
    }
  }

  show(options) {
    if (document.activeElement !== this.input) return;
    this.options = options;
    this.list.replaceChildren(...options.map((option, index) => this.draw(option, index)));
    if (!options.length) this.list.append(el("div", { class: "listbox-none" }, t("nothing_found")));
    this.list.hidden = false;
    this.keepInside();
    this.input.setAttribute("aria-expanded", "true");
    // A typed address must not turn into somebody else's by Enter: then the first option waits to be chosen.
    const typed = this.input.value.trim().toLowerCase();
    const fits = !typed.includes("@") || String(options[0]?.value).toLowerCase().includes(typed);
    this.activate(options.length && fits && this.eager ? 0 : -1);
    announce(options.length ? t("options", options.length) : t("nothing_found"));
  }

  /** On a narrow screen the list moves left as far as it would stick out at the right. */
  keepInside() {
    this.list.style.left = "0px";
    const out = this.list.getBoundingClientRect().right - (document.documentElement.clientWidth - 8);
    if (out > 0) this.list.style.left = `${-out}px`;
  }

  draw(option, index) {
    const id = `${this.list.id}-${index}`;
    return el(
      "div",
      { role: "option", id, "data-index": index, "aria-selected": "false" },
      icon(option.icon ?? "user"),
      el("span", { class: "option-name" }, option.label),
      el("span", { class: "option-detail" }, option.detail ?? ""),
      el("span", { class: "option-note" }, option.note ?? ""),
      option.mark ? el("span", { class: `option-mark ${option.dead ? "returned" : option.preference}` }, option.mark) : null,
    );
  }

  activate(index) {
    this.active = index;
    for (const [position, shown] of this.list.querySelectorAll("[role=option]").entries()) {
      shown.setAttribute("aria-selected", String(position === index));
      if (position === index) {
        shown.scrollIntoView({ block: "nearest" });
        this.input.setAttribute("aria-activedescendant", shown.id);
      }
    }
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
  }

  onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (this.list.hidden) {
      if (event.key === "ArrowDown" && this.input.value.trim()) this.ask();
      return;
    }
    const count = this.options.length;
    if (event.key === "ArrowDown" && count) this.activate((this.active + 1) % count);
    else if (event.key === "ArrowUp" && count) this.activate((Math.max(this.active, 0) - 1 + count) % count);
    else if ((event.key === "Enter" || event.key === "Tab") && this.active >= 0) this.take(this.active);
    else if (event.key === "Escape") this.close();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }

  take(index) {
    const option = this.options[index];
    this.close();
    if (option) this.choose(option);
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
