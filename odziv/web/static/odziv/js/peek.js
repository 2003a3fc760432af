/* Tiles that open in place: [data-peek] shows and hides what its aria-controls names; htmx fetches it the first time. */
for (const button of document.querySelectorAll("[data-peek]")) button.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-peek]");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
});
