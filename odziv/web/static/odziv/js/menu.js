/* Menus: <button popovertarget="m" data-menu> and <div class="menu" id="m" popover>. The browser opens and closes;
   here they get their place beside the button, and the arrow keys. */
const GAP = 4;

export function startMenus() {
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", onKey);
  addEventListener("resize", () => hideAll());
}

function opener(menu) {
  return document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

function onToggle(event) {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
  const button = opener(menu);
  button?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState === "open" && button) place(menu, button);
}

/** Under the button, at the side where there is room; above it when there is none below. */
function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = at.left + width > innerWidth - 8 ? at.right - width : at.left;
  const below = at.bottom + GAP + height < innerHeight;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? at.bottom + GAP : Math.max(8, at.top - GAP - height)}px`;
}

function hideAll() {
  for (const menu of document.querySelectorAll(".menu:popover-open")) menu.hidePopover();
}

function onKey(event) {
  const onButton = event.target.closest?.("[data-menu]");
  if (onButton && event.key === "ArrowDown") {
    const menu = document.getElementById(onButton.getAttribute("popovertarget"));
    menu.showPopover();
    items(menu)[0]?.focus();
    event.preventDefault();
    return;
  }
  const menu = event.target.closest?.(".menu:popover-open");
  if (!menu) return;
  const all = items(menu);
  const now = all.indexOf(event.target);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next === undefined) return;
  all.at(next % all.length)?.focus();
  event.preventDefault();
}

function items(menu) {
  return [...menu.querySelectorAll(".menu-item:not(:disabled)")].filter((item) => item.checkVisibility());
}
