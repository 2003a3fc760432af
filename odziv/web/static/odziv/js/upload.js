/* Upload with progress. upload({url, file, form, onprogress, signal, fields}) resolves to the response text, rejects with
   an Error whose message is fit to be shown. While a file is on its way the form is busy, so guard.js keeps the page. */
import { csrfToken, t } from "./dom.js";

const busy = new WeakMap();

export function upload({ url, file, name = "file", form = null, onprogress = () => {}, signal = null, fields = {} }) {
  const body = new FormData();
  for (const [key, value] of Object.entries(fields)) body.append(key, value);
  body.append(name, file, file.name);
  mark(form, 1);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch() cannot tell how far an upload is
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (event) => event.lengthComputable && onprogress(event.loaded / event.total);
    request.onload = () => {
      if (request.status < 300) resolve(request.responseText);
      else if (request.status === 401) reject(new Error(t("signed_out")));
      else if (request.status === 413) reject(new Error(t("too_large", file.name)));
      else reject(new Error(shortText(request) || t("upload_failed", file.name)));
    };
    request.onerror = () => reject(new Error(t("no_connection")));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  }).finally(() => mark(form, -1));
}

function mark(form, step) {
  if (!form) return;
  const count = (busy.get(form) ?? 0) + step;
  busy.set(form, count);
  form.toggleAttribute("data-busy", count > 0);
}

/** What the server said, if it is a sentence and not a page. */
function shortText(request) {
  const text = request.responseText.trim();
  return text.length < 300 && !text.startsWith("<") ? text : "";
}
