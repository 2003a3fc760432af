/* Keyboard. Keys live in the HTML, so each page brings its own and the help lists what is there:
     data-key="c"            the key presses the element, or puts the cursor into a field
     data-key="g a"          first g, then a
     data-key="Ctrl+Enter"   with Ctrl or Cmd, within fields too; Ctrl+K and Ctrl+Shift+ any letter likewise
     data-key-label          words for the help when the element's own do not fit
   Rows of [data-rows] move with j and k, Enter or o opens, x presses the row's check box.
   Single-letter keys can be switched off (WCAG 2.1.4): in the help, and in the profile. */
import { csrfToken, el, t } from "./dom.js";
import { openDialog } from "./dialog.js";
import { toast } from "./toast.js";

const PATIENCE = 1200; // ms between g and the letter after it
let first = "";
let timer = 0;

export function startKeyboard() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onRowClick);
  const help = document.getElementById("keys-help");
  help?.addEventListener("toggle", () => help.open && fillHelp(help));
  document.querySelector("[data-keys-switch]")?.addEventListener("change", switchKeys);
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return press(event, "Ctrl+Enter");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return press(event, "Ctrl+K");
  if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.length === 1) {
    return press(event, `Ctrl+Shift+${event.key.toUpperCase()}`);
  }
  if (event.ctrlKey || event.metaKey || inField(event.target) || document.body.dataset.keys === "off") return;
  if (document.querySelector("dialog:modal, .menu:popover-open")) return;
  const { key } = event;
  const wanted = first ? `${first} ${key}` : key;
  first = "";
  clearTimeout(timer);
  if (press(event, wanted)) return;
  if (key === "?") return stop(event, () => openDialog("keys-help"));
  if (moveRows(event, key)) return;
  if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
    first = key;
    timer = setTimeout(() => (first = ""), PATIENCE);
  }
}

/** The choice is the user's, whatever the device: it stands in the profile too. */
async function switchKeys(event) {
  const { target } = event;
  const body = new URLSearchParams({ on: target.checked ? "1" : "0" });
  const headers = { "X-CSRFToken": csrfToken() };
  const show = () => (document.body.dataset.keys = target.checked ? "on" : "off");
  show();
  // Kept alive: who switches and goes on at once has switched.
  const sent = { method: "POST", headers, body, keepalive: true };
  const answer = await fetch(target.dataset.url, sent).catch(() => null);
  if (!answer?.ok) {
    target.checked = !target.checked;
    show();
    toast(t(answer?.status === 401 ? "signed_out" : "no_connection"), { tone: "error" });
  }
}

function inField(target) {
  return (
    target.isContentEditable ||
    target.matches?.("select, textarea, input:not([type=checkbox], [type=radio], [type=button], [type=submit])")
  );
}

function press(event, wanted) {
  const within = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
  const found = [...within.querySelectorAll(`[data-key="${CSS.escape(wanted)}"]`)];
  const target = found.find((element) => !element.disabled && element.checkVisibility()) ?? found[0];
  if (!target || target.disabled) return false;
  stop(event, () => {
    if (target.matches("input, textarea, select")) {
      target.focus();
      target.select?.();
    } else target.click();
  });
  return true;
}

function stop(event, run) {
  event.preventDefault();
  run();
  return true;
}

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-href]")].filter((row) => row.checkVisibility());
}

function moveRows(event, key) {
  const all = rows();
  if (!all.length) return false;
  const now = all.findIndex((row) => row.classList.contains("cursor"));
  if (key === "j") return stop(event, () => setCursor(all, Math.min(now + 1, all.length - 1)));
  if (key === "k") return stop(event, () => setCursor(all, Math.max(now - 1, 0)));
  if (now < 0) return false;
  // The cursor's own link has the focus: Enter is its own, the letters are the row's.
  if (key === "x") return stop(event, () => all[now].querySelector("input[type=checkbox]")?.click());
  if (key === "o") return stop(event, () => open(all[now]));
  if (key === "Enter" && !event.target.closest("a, button, input")) return stop(event, () => open(all[now]));
  return false;
}

function setCursor(all, index) {
  for (const row of all) row.classList.toggle("cursor", row === all[index]);
  all[index].scrollIntoView({ block: "nearest" });
  // The focus follows, so that a screen reader says where the cursor is and Tab goes on from there.
  all[index].querySelector("a")?.focus({ preventScroll: true });
}

function open(row, newTab = false) {
  if (newTab) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
}

/** A click anywhere on a row opens it, unless it was meant for something inside, or text was being selected. */
function onRowClick(event) {
  const row = event.target.closest("[data-rows] [data-href]");
  if (!row || event.target.closest("a, button, input, label, select, summary")) return;
  if (String(getSelection())) return;
  open(row, event.ctrlKey || event.metaKey);
}

function fillHelp(help) {
  const list = help.querySelector("[data-keys]");
  const known = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    const label = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent;
    if (!known.has(element.dataset.key)) known.set(element.dataset.key, label.trim().replace(/\s+/g, " "));
  }
  if (rows().length) {
    known.set("j", t("key_next"));
    known.set("k", t("key_previous"));
    known.set("Enter", t("key_open"));
    if (document.querySelector("#bulk")) {
      known.set("x", t("key_choose"));
      known.set("Shift+X", t("key_choose_range"));
      known.set("Ctrl+A", t("key_all"));
    }
  }
  known.set("?", t("key_help"));
  list.replaceChildren(
    ...[...known].map(([keys, label]) => {
      const shown = keys.split(/([ +])/).filter((part) => part.trim());
      const caps = shown.map((part) => (part === "+" ? " + " : el("kbd", {}, part)));
      return el("li", {}, el("span", {}, label), el("span", {}, ...caps.flatMap((cap) => [cap, " "])));
    }),
  );
}
