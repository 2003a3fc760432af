/* The preview shows the e-mail at the width of a computer or of a phone; the frame itself is as narrow, so that the rules
   for small screens in the e-mail hold. */
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-preview-width]");
  if (!chosen) return;
  for (const button of chosen.parentElement.children) button.setAttribute("aria-pressed", String(button === chosen));
  chosen.closest(".preview-pane").classList.toggle("as-phone", chosen.dataset.previewWidth === "phone");
});
