/* The editor: TinyMCE on the inner part of the text. It may keep everything that mail has (comments of Outlook, VML,
   old attributes); nothing is read back from it unless somebody changed the text. */
import { upload } from "./upload.js";
import { t } from "./dom.js";
import { megabytes, post } from "./compose-server.js";

const IMAGE = /^image\/(bmp|gif|jpeg|png|webp)$/; // what every mail program shows
const CHANGES = "input change undo redo ExecCommand ObjectResized";

export class Editor {
  constructor(source, config, composer) {
    Object.assign(this, { source, config, composer, touched: false, editor: null });
  }

  async start() {
    const given = this.config.editor;
    const found = await window.tinymce?.init(this.options(given)).catch(() => null);
    document.getElementById("editor-skeleton").remove();
    this.editor = found?.[0] ?? null;
    if (!this.editor) return this.asSource();
    this.editor.getBody().setAttribute("aria-label", given.aria);
    if (given.body_style) this.editor.getBody().style.cssText += given.body_style;
    this.editor.on(CHANGES, () => this.onChange());
    return null;
  }

  onChange() {
    this.touched = true;
    this.composer.touched();
  }

  /** Waits until images that were put in are on the server; until then they stand in the text as data. */
  async settle() {
    await this.editor?.uploadImages();
  }

  /** Whether there are such images. */
  get unsettled() {
    return Boolean(this.editor?.getBody().querySelector("img[src^='data:'], img[src^='blob:']"));
  }

  /** What stands in the editor, as HTML. */
  content() {
    return this.editor ? this.editor.getContent() : this.source.value;
  }

  /** Leads to the text, and where that is given, to the words, link or image in it. */
  show(near = "") {
    if (!this.editor) return this.source.focus();
    this.editor.focus();
    const found = near ? this.find(near) : null;
    if (found) this.editor.selection.setRng(found);
    (this.editor.selection.getNode() ?? this.editor.getBody()).scrollIntoView({ block: "center" });
    this.editor.getContainer().scrollIntoView({ block: "nearest" });
    this.editor.nodeChanged();
    return null;
  }

  /** The range of the first words, link or image that are `near`; null when there is none. */
  find(near) {
    const body = this.editor.getBody();
    const range = this.editor.dom.createRng();
    const words = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const at = words.currentNode.data.replaceAll("\u00a0", " ").indexOf(near);
      if (at < 0) continue;
      range.setStart(words.currentNode, at);
      range.setEnd(words.currentNode, at + near.length);
      return range;
    }
    const is = (element) => [element.getAttribute("href"), element.getAttribute("src")].includes(near);
    const element = [...body.querySelectorAll("a[href], img[src]")].find(is);
    if (element) range.selectNode(element);
    return element ? range : null;
  }

  replace(html) {
    if (this.editor) this.editor.setContent(html);
    else this.source.value = html;
    this.onChange();
  }

  /** Without the editor the source can still be written. */
  asSource() {
    this.source.hidden = false;
    this.source.className = "editor-source";
    this.source.addEventListener("input", () => this.onChange());
    this.composer.notices.show("editor", this.config.texts.editor_failed, { tone: "warn" });
  }

  options(given) {
    return {
      target: this.source,
      license_key: "gpl",
      base_url: given.base_url,
      suffix: given.suffix,
      language: given.language,
      skin: isDark() ? "oxide-dark" : "oxide",
      content_css: given.content_css,
      content_style: given.content_style,
      iframe_aria_text: given.aria,
      plugins: "autolink autoresize code image link lists table",
      menubar: false,
      statusbar: false,
      branding: false,
      promotion: false,
      toolbar:
        "blocks bold italic underline forecolor | bullist numlist | link image table | align removeformat code | undo redo",
      toolbar_mode: "floating",
      min_height: 380,
      autoresize_bottom_margin: 24,
      autoresize_overflow_padding: 16,
      browser_spellcheck: true,
      contextmenu: false,
      // Mail is not a web page: everything in it has a reason.
      valid_elements: "*[*]",
      extended_valid_elements: "*[*]",
      valid_children: "+body[style|link|meta|title],+p[style],+div[style],+td[style]",
      custom_elements: "~o:p,~w:sdt",
      verify_html: false,
      allow_conditional_comments: true,
      allow_html_in_named_anchor: true,
      allow_unsafe_link_target: true,
      convert_urls: false,
      convert_fonts_to_spans: false,
      fix_list_elements: false,
      entity_encoding: "raw",
      element_format: "html",
      schema: "html5",
      formats: { underline: { inline: "u", exact: true } },
      link_default_protocol: "https",
      link_assume_external_targets: "https",
      link_target_list: false,
      link_title: false,
      image_dimensions: true,
      paste_data_images: true,
      automatic_uploads: true,
      block_unsupported_drop: false,
      images_upload_handler: (blob, progress) => this.store(blob, progress),
      setup: (editor) => this.setUp(editor),
    };
  }

  setUp(editor) {
    editor.on("paste", (event) => this.onPaste(event), true);
    editor.on("drop", (event) => this.onDrop(event), true);
    editor.on("keydown", (event) => this.passOn(event), true);
    editor.on("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.composer.send();
    }, true);
    editor.on("PastePreProcess", (event) => this.onFollowedCopy(editor, event));
    if (this.config.engagement) this.addFollowButton(editor);
  }

  /** What comes out of a copy that is followed must not count as its reader's: the server gives back the originals. */
  onFollowedCopy(editor, event) {
    const { edge, pasted } = this.config.editor;
    if (!event.content.toLowerCase().includes(edge.toLowerCase())) return;
    event.preventDefault();
    const body = new FormData();
    body.set("html", event.content);
    post(pasted, body, this.config.csrf).then(({ said }) => {
      if (!editor.removed) editor.insertContent(said?.html ?? withoutAddresses(event.content, edge));
    });
  }

  /** Keys of the page with Ctrl and Shift (keyboard.js) work from within the editor's frame too. */
  passOn(event) {
    const { key, code, ctrlKey, metaKey, shiftKey } = event;
    if (!(ctrlKey || metaKey) || !shiftKey || key.length !== 1) return;
    const told = { key, code, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true };
    if (!document.body.dispatchEvent(new KeyboardEvent("keydown", told))) event.preventDefault();
  }

  /** A link can be left alone: the sender's mark of SPEC I2. */
  addFollowButton(editor) {
    const at = () => editor.dom.getParent(editor.selection.getNode(), "a[href]");
    editor.ui.registry.addToggleButton("followlink", {
      text: this.config.texts.follow_link,
      onAction: () => {
        const link = at();
        if (!link) return;
        const left = link.getAttribute("data-odziv-follow") === "no";
        editor.undoManager.transact(() => editor.dom.setAttrib(link, "data-odziv-follow", left ? null : "no"));
        editor.nodeChanged();
      },
      onSetup: (api) => {
        const update = () => api.setActive(at()?.getAttribute("data-odziv-follow") !== "no");
        update();
        editor.on("NodeChange", update);
        return () => editor.off("NodeChange", update);
      },
    });
    editor.ui.registry.addContextToolbar("link-of-mail", {
      predicate: (node) => node.nodeName === "A" && node.hasAttribute("href"),
      items: "link unlink openlink followlink",
      position: "node",
      scope: "node",
    });
  }

  onPaste(event) {
    const data = event.clipboardData;
    if (this.attachOthers(data, event)) return;
    const size = Math.max(data?.getData("text/html").length ?? 0, data?.getData("text/plain").length ?? 0);
    if (size <= this.config.limits.body) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const [is, may] = [size, this.config.limits.body].map(megabytes);
    const text = this.config.texts.too_large_paste.replace("{0}", is).replace("{1}", may);
    this.composer.notices.show("paste", text, { tone: "warn" });
  }

  onDrop(event) {
    this.attachOthers(event.dataTransfer, event);
  }

  /** Files that cannot stand in the text become attachments, wherever they were dropped or pasted. */
  attachOthers(data, event) {
    const files = [...(data?.files ?? [])];
    if (files.every((file) => IMAGE.test(file.type))) return false;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.composer.attachments.add(files);
    return true;
  }

  async store(blob, progress) {
    if (!(await this.composer.ensure())) throw new Error(t("upload_failed", blob.filename()));
    const answer = await upload({
      url: this.composer.url("image"),
      file: new File([blob.blob()], blob.filename(), { type: blob.blob().type }),
      form: this.source.form,
      onprogress: (part) => progress(Math.round(part * 100)),
    }).catch((error) => Promise.reject({ message: error.message, remove: true }));
    return JSON.parse(answer).location;
  }
}

/** Without a connection: the same without whatever would be loaded from there. */
function withoutAddresses(html, edge) {
  const { body } = new DOMParser().parseFromString(html, "text/html"); // loads nothing
  for (const element of body.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (name !== "href" && value.toLowerCase().includes(edge.toLowerCase())) element.removeAttribute(name);
    }
  }
  for (const image of body.querySelectorAll("img:not([src])")) image.remove();
  for (const style of body.querySelectorAll("style")) style.remove();
  return body.innerHTML;
}

function isDark() {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
