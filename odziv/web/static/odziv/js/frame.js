/* Frame: folds the navigation and switches the theme; both are remembered on this device. */
import { store } from "./dom.js";

const root = document.documentElement;

export function startFrame() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-fold-nav]")) foldNavigation();
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) chooseTheme(choice.dataset.themeChoice);
  });
  showState();
}

function foldNavigation() {
  const closed = root.dataset.nav !== "closed";
  if (closed) root.dataset.nav = "closed";
  else delete root.dataset.nav;
  store.set("nav", closed ? "closed" : null);
  showState();
}

function chooseTheme(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  store.set("theme", theme === "system" ? null : theme);
  showState();
  document.dispatchEvent(new CustomEvent("odziv:theme"));
}

function showState() {
  const theme = root.dataset.theme ?? "system";
  for (const choice of document.querySelectorAll("[data-theme-choice]")) {
    choice.setAttribute("aria-pressed", String(choice.dataset.themeChoice === theme));
  }
  for (const fold of document.querySelectorAll("[data-fold-nav]")) {
    fold.setAttribute("aria-expanded", String(root.dataset.nav !== "closed"));
  }
}
