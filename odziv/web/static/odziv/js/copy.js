/* [data-copy=id]: puts the value of that field onto the clipboard. Where the browser does not let us (no https), the
   text is marked, so that Ctrl+C does it. */
import { t } from "./dom.js";
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const field = document.getElementById(event.target.closest("[data-copy]")?.dataset.copy ?? "");
  if (!field) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    toast(t("copied"));
  } catch {
    toast(t("copy_yourself"));
  }
});
