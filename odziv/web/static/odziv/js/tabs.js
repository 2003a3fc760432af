/* Tabs within a page: [role=tablist] of button[role=tab][aria-controls]. Arrow keys move, one tab stop for all. */
import { fresh } from "./dom.js";

export function dress(root) {
  for (const list of fresh(root, "[role=tablist]", "tabsReady")) {
    const tabs = [...list.querySelectorAll("[role=tab]")];
    const chosen = tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0];
    if (chosen) choose(tabs, chosen);
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tabs, tab);
    });
    list.addEventListener("keydown", (event) => move(event, tabs));
  }
}

function choose(tabs, chosen) {
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    if (panel) panel.hidden = !on;
  }
  chosen.dispatchEvent(new CustomEvent("tab:shown", { bubbles: true }));
}

function move(event, tabs) {
  const now = tabs.indexOf(event.target);
  const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined || now < 0) return;
  const tab = tabs.at(next % tabs.length);
  choose(tabs, tab);
  tab.focus();
  event.preventDefault();
}
