/* How the composer speaks to the server, and how large things are. */
import { csrfToken } from "./dom.js";

/** POSTs a form; resolves to {status, said}: status 0 when there is no connection, 401 when nobody is signed in any
    more, `said` what came as JSON. Never rejects. */
export async function post(url, body, tokenCookie, again = true) {
  const keepalive = document.hidden && isSmall(body);
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body,
      keepalive,
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json", "HX-Request": "true" },
    });
  } catch {
    return { status: 0, said: null };
  }
  if (answer.status === 403 && again && renewToken(tokenCookie)) return post(url, body, tokenCookie, false);
  const json = answer.headers.get("Content-Type")?.includes("json");
  return { status: answer.status, said: json ? await answer.json().catch(() => null) : null };
}

/** POSTs a small form of a page that is being left, and hears of no answer. */
export function passed(url, body) {
  fetch(url, { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": csrfToken() } }).catch(() => {});
}

/** Whether a browser sends it even if the page is closed meanwhile: it takes 64 kB in all. */
function isSmall(body) {
  const texts = [...body.values()];
  return texts.every((text) => typeof text === "string") && bytes(texts.join("")) < 50_000;
}

/** After signing in in another tab the page's token is an old one; the cookie has the new one. */
function renewToken(name) {
  const found = document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]+)`));
  if (!found || found[1] === csrfToken()) return false;
  document.querySelector('meta[name="csrf-token"]').content = found[1];
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": found[1] }));
  return true;
}

/** Size in bytes of UTF-8. */
export function bytes(text) {
  return new Blob([text]).size;
}

export function exceeds(text, limit) {
  // A character takes one to three bytes for each unit of its length, so most texts need not be measured.
  return text !== undefined && text.length * 3 > limit && bytes(text) > limit;
}

/** "26.4", in the page's language. */
export function megabytes(size) {
  return (size / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
}
