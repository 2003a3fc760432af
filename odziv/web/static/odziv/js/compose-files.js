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
    this.takesDrops(this.letter);
  }

  /** Files that are dropped on this element are attached. */
  takesDrops(place) {
    place.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      place.classList.add("drop-here");
    });
    place.addEventListener("dragleave", () => place.classList.remove("drop-here"));
    place.addEventListener("drop", (event) => {
      place.classList.remove("drop-here");
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  async add(files) {
    if (!files.length || !(await this.composer.ensure())) return;
    const waiting = files.map((file) => this.row(file)).filter(Boolean);
    for (const upload of waiting) await this.send(upload); // one by one: they keep their order
  }

  /** A line for the file, which can be stopped while it waits; null when it is too large to be sent at all. */
  row(file) {
    const row = el("li", {}, el("span", { class: "upload-name", dir: "auto" }, file.name));
    this.list.append(row);
    const limit = this.config.limits.file;
    if (file.size > limit) {
      this.fail(row, this.say("too_large_file", file.name, megabytes(limit)));
      return null;
    }
    const progress = el("progress", { class: "progress", max: "1", value: "0", "aria-label": file.name });
    const stop = new AbortController();
    row.append(progress, this.closer(this.say("cancel_upload", file.name), () => stop.abort()));
    stop.signal.addEventListener("abort", () => row.remove());
    return { file, row, progress, signal: stop.signal };
  }

  async send({ file, row, progress, signal }) {
    if (signal.aborted) return;
    try {
      const html = await upload({
        url: this.composer.url("attach"),
        file,
        form: this.form,
        signal,
        onprogress: (part) => (progress.value = part),
      });
      row.remove();
      this.show(html);
      announce(this.say("uploaded", file.name));
    } catch (error) {
      if (error.name !== "AbortError") this.fail(row, error.message);
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

  /** Puts what came from the server in the place of what is shown: the grid, and the list of its dialog. */
  show(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    for (const id of ["attachments", "managed"]) {
      const fresh = parsed.getElementById(id);
      if (!fresh) continue;
      fresh.removeAttribute("hx-swap-oob");
      document.getElementById(id).replaceWith(document.adoptNode(fresh));
      window.htmx.process(fresh);
    }
  }
}
