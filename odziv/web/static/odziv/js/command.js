/* The command menu: Ctrl+K or Cmd+K, or [data-opens=command]. A combobox over a listbox (WAI-ARIA 1.2): the focus stays
   in the field, arrow keys move, Enter opens, with Ctrl in a new tab. The server finds the lines (views/search.py). */
import { announce, t } from "./dom.js";
import { openDialog } from "./dialog.js";

const DELAY = 90; // ms after the last letter

export function startCommand() {
  const dialog = document.getElementById("command");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  let asked = null;
  let timer = 0;
  let offered = ""; // what shows before anything is typed; the same as long as the page stands
  let shown = null; // the words that the list answers
  let wanted = null; // Enter was pressed before that answer was there

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    const first = option === options()[0];
    (first ? list.firstElementChild : option).scrollIntoView({ block: "nearest" });
  }

  const typed = () => input.value.trim();

  async function ask() {
    clearTimeout(timer);
    asked?.abort();
    asked = new AbortController();
    const words = typed();
    if (!words && offered) return show(offered, words);
    const address = `${dialog.dataset.url}?${new URLSearchParams({ q: words })}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status === 401 ? "signed_out" : "server_error");
      const lines = await answer.text();
      if (!words) offered = lines;
      show(lines, words);
    } catch (error) {
      if (error.name === "AbortError") return;
      wanted = null;
      list.textContent = t(["signed_out", "server_error"].includes(error.message) ? error.message : "no_connection");
    }
  }

  function show(lines, words) {
    list.innerHTML = lines; // the server's own HTML, as htmx would put it there
    shown = words;
    choose(options()[0]);
    if (wanted) open(chosen(), wanted.elsewhere);
    wanted = null;
    announce(options().length ? t("options", options().length) : t("nothing_found"));
  }

  /* Whoever types quickly has pressed Enter for what they typed, not for what the list showed until then. */
  function take(elsewhere) {
    if (shown === typed()) return open(chosen(), elsewhere);
    wanted = { elsewhere };
    ask();
  }

  function open(option, elsewhere) {
    if (!option) return;
    const { href } = option.dataset;
    if (href.startsWith("#")) {
      dialog.close();
      openDialog(href.slice(1));
    } else if (elsewhere) window.open(href, "_blank", "noopener");
    else location.assign(href);
  }

  function onKey(event) {
    if (event.isComposing) return;
    const all = options();
    const now = all.indexOf(chosen());
    const { key } = event;
    if (key === "ArrowDown") choose(all[(now + 1) % all.length]);
    else if (key === "ArrowUp") choose(all.at((now < 0 ? 0 : now) - 1));
    else if (key === "PageDown") choose(all[Math.min(now + 8, all.length - 1)]);
    else if (key === "PageUp") choose(all[Math.max(now - 8, 0)]);
    else if (key === "Enter") take(event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Before it opens: the event after it comes late, and would take away the first letters of quick fingers.
  dialog.addEventListener("beforetoggle", ({ newState }) => {
    wanted = null;
    if (newState !== "open") return;
    input.value = "";
    ask();
  });
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", () => {
    wanted = null;
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
  list.addEventListener("click", (event) => {
    open(event.target.closest("[role=option]"), event.ctrlKey || event.metaKey);
  });
}
