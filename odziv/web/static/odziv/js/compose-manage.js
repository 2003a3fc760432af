/* Manage attachments: the dialog in which several files are dropped, marked, followed and removed. Its list comes from the
   server with each change; uploads show in the dialog while it is open, and below the text when it is not. */
export function startManaging(attachments) {
  const dialog = document.getElementById("files-dialog");
  const below = attachments.list;
  const within = document.getElementById("managed-uploads");

  const moveUploads = (to) => {
    to.append(...attachments.list.children);
    attachments.list = to;
  };
  document.addEventListener("click", (event) => event.target.closest("[data-opens=files-dialog]") && moveUploads(within));
  dialog.addEventListener("close", () => moveUploads(below));

  document.getElementById("choose-files").addEventListener("click", () => document.getElementById("files").click());
  attachments.takesDrops(dialog);
  dialog.addEventListener("change", (event) => {
    const all = event.target.closest("[data-mark-all]");
    if (all) for (const mark of marks()) mark.checked = all.checked;
    if (all || event.target.closest("[data-mark]")) showMarks();
  });
  // What had the focus may be gone with its row: then it goes to what brings the row back.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "attachments" || document.activeElement !== document.body) return;
    const place = dialog.open ? dialog : document.getElementById("attachments");
    const next = ["[data-files-back]", "[data-mark]", "#choose-files", "#manage-files"];
    next.map((one) => place.querySelector(one)).find(Boolean)?.focus();
  });

  const marks = () => [...dialog.querySelectorAll("[data-mark]")];
  function showMarks() {
    const marked = marks().filter((mark) => mark.checked).length;
    for (const button of dialog.querySelectorAll("[data-needs-marks]")) {
      button.disabled = !marked || "never" in button.dataset;
    }
    const all = dialog.querySelector("[data-mark-all]");
    all.checked = marked > 0 && marked === marks().length;
    all.indeterminate = marked > 0 && !all.checked;
  }
}
