/* The editor of a signature. Without TinyMCE its source can still be written; the values go where the cursor is. */
const form = document.querySelector("[data-signature-form]");
const source = form?.querySelector("textarea");

async function start() {
  const { language, base, paper, label } = form.dataset;
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const found = await window.tinymce?.init({
    target: source, license_key: "gpl", base_url: base, suffix: ".min", language, skin: dark ? "oxide-dark" : "oxide",
    content_css: paper, iframe_aria_text: label, plugins: "autolink autoresize code image link table", menubar: false,
    statusbar: false, branding: false, promotion: false, convert_urls: false, entity_encoding: "raw", min_height: 220,
    toolbar: "bold italic underline forecolor | link image table | removeformat code | undo redo",
    contextmenu: false, browser_spellcheck: true, paste_data_images: true, verify_html: false, valid_elements: "*[*]",
    setup: (made) => made.on("input change undo redo", () => {
      made.save();
      source.dispatchEvent(new Event("input", { bubbles: true }));
    }),
  }).catch(() => null);
  return found?.[0] ?? null;
}

if (form) {
  const editor = await start();
  form.addEventListener("submit", () => editor?.save());
  form.addEventListener("click", (event) => {
    const value = event.target.closest("[data-value]")?.dataset.value;
    if (!value) return;
    if (editor) {
      editor.insertContent(value);
      editor.focus();
    } else {
      source.setRangeText(value, source.selectionStart, source.selectionEnd, "end");
      source.focus();
    }
  });
}
