/* Attachments: chosen, pasted or dragged; each with its progress, and what is wrong with it when it cannot be stored. */
import { announce, el, icon } from "./dom.js";
import { upload } from "./upload.js";
import { megabytes } from "./compose-server.js";

export class Attachments {
  constructor(composer) {
    Object.assign(this, { composer, form: composer.form, config: composer.config, say: composer.say });
    this.list = document.getElementById("uploads");
    this.letter = document.getElementById("letter");
    const chooser = document.getElementById("files");
    document.getElementById("attach").addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      this.add([...chooser.files]);
      chooser.value = "";
    });
    this.letter.addEventListener("dragover", (event) => this.onDrag(event));
    this.letter.addEventListener("dragleave", () => this.letter.classList.remove("drop-here"));
    this.letter.addEventListener("drop", (event) => this.onDrop(event));
  }

  onDrag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.letter.classList.add("drop-here");
  }

  onDrop(event) {
    this.letter.classList.remove("drop-here");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.add([...event.dataTransfer.files]);
  }

  async add(files) {
    if (!files.length || !(await this.composer.ensure())) return;
    const rows = files.map((file) => el("li", {}, el("span", { class: "upload-name", dir: "auto" }, file.name)));
    this.list.append(...rows);
    for (const [index, file] of files.entries()) await this.send(file, rows[index]); // one by one: they keep their order
  }

  async send(file, row) {
    const limit = this.config.limits.file;
    if (file.size > limit) return this.fail(row, this.say("too_large_file", file.name, megabytes(limit)));
    const progress = el("progress", { class: "progress", max: "1", value: "0", "aria-label": file.name });
    const stop = new AbortController();
    row.append(progress, this.closer(this.say("cancel_upload", file.name), () => stop.abort()));
    try {
      const html = await upload({
        url: this.composer.url("attach"),
        file,
        form: this.form,
        signal: stop.signal,
        onprogress: (part) => (progress.value = part),
      });
      row.remove();
      this.show(html);
      announce(this.say("uploaded", file.name));
    } catch (error) {
      if (error.name === "AbortError") row.remove();
      else this.fail(row, error.message);
    }
  }

  fail(row, text) {
    row.className = "failed";
    row.setAttribute("role", "alert");
    row.replaceChildren(
      el("span", { class: "upload-name" }, text),
      this.closer(this.say("dismiss"), () => row.remove()),
    );
  }

  closer(label, run) {
    const button = el("button", { type: "button", class: "button quiet square small", "aria-label": label, title: label });
    button.append(icon("x"));
    button.addEventListener("click", run);
    return button;
  }

  /** Puts a grid that came from the server in the place of the shown one. */
  show(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html").getElementById("attachments");
    if (!parsed) return;
    const grid = document.adoptNode(parsed);
    document.getElementById("attachments").replaceWith(grid);
    window.htmx.process(grid);
  }
}
