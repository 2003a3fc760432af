/* Small help for the other modules: texts in the user's language, elements, storage that may be blocked. */
const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");

/** The text of that name in the page's language; {0}, {1} … are filled in. */
export function t(name, ...values) {
  return (texts[name] ?? name).replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");
}

/** An element with attributes and children (strings become text, never HTML). */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A copy of an icon that the page carries in <template id="icons">. */
export function icon(name) {
  const found = document.getElementById("icons")?.content.querySelector(`[data-icon="${CSS.escape(name)}"]`);
  return found ? found.cloneNode(true) : el("span");
}

/** All elements that match in `root`, itself included, each only once ever for this `mark`. */
export function fresh(root, selector, mark) {
  const found = root.matches?.(selector) ? [root] : [];
  found.push(...root.querySelectorAll(selector));
  const once = found.filter((element) => !element.dataset[mark]);
  for (const element of once) element.dataset[mark] = "1";
  return once;
}

export const store = {
  /** The names that begin so. */
  names(start) {
    try {
      const all = Object.keys(localStorage).filter((name) => name.startsWith(`odziv.${start}`));
      return all.map((name) => name.slice("odziv.".length));
    } catch {
      return [];
    }
  },
  get(name) {
    try {
      return localStorage.getItem(`odziv.${name}`);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value === null) localStorage.removeItem(`odziv.${name}`);
      else localStorage.setItem(`odziv.${name}`, value);
    } catch {
      // Private mode: the choice holds for this page only.
    }
  },
};

/** Says something to screen readers without showing it. */
export function announce(message) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = message));
}

/** The token that Django wants with every POST. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}
