/* Kept: what was typed into form[data-keeps] outlives a session that ended while it was written. The form is kept in the
   tab when it is sent; should the answer be the log-in page (or that of an expired form), it is sent once more after
   signing in, marked as more=kept, upon which the server shows it again and writes nothing. */
import { csrfToken, el, t } from "./dom.js";

const NAME = "odziv.kept";
const OURS = ["csrfmiddlewaretoken", "more"];

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null;
  }
}

function write(kept) {
  try {
    if (kept) sessionStorage.setItem(NAME, JSON.stringify(kept));
    else sessionStorage.removeItem(NAME);
  } catch {
    // No storage, or no room: the form is sent all the same.
  }
}

const here = () => location.pathname + location.search;

function keep(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-keeps]")) return;
  const entries = [...new FormData(form, event.submitter)].filter(([name]) => !OURS.includes(name));
  write({ path: here(), user: document.body.dataset.user, entries });
}

function sendAgain(kept) {
  const form = el("form", { method: "post", action: kept.path, hidden: true });
  for (const [name, value] of [...kept.entries, ["csrfmiddlewaretoken", csrfToken()], ["more", "kept"]]) {
    const field = el("textarea", { name });
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

/** Where the form led nowhere: what was typed, to be shown again or copied. */
function offer(kept) {
  const card = document.querySelector(".entrance-card");
  const typed = kept.entries.filter(([name, value]) => value && !/^(was|version|.*-(TOTAL|INITIAL)_FORMS)$/.test(name));
  const text = el("textarea", { readonly: true, rows: 6, class: "input", "aria-label": t("typed_kept") });
  text.value = typed.map(([name, value]) => `${name}: ${value}`).join("\n");
  card.append(el("p", {}, t("typed_kept")), text);
  if (document.body.dataset.page !== "expired") return;
  const again = el("a", { class: "button primary", href: kept.path }, t("typed_show"));
  card.append(el("div", { class: "row" }, again));
}

export function startKept() {
  document.addEventListener("submit", keep);
  const kept = read();
  if (!kept) return;
  const { page, user } = document.body.dataset;
  if (page === "login" || page === "expired") write({ ...kept, lost: true });
  else write(null);
  if ((page === "expired" || page === "missing") && kept.path === here()) offer(kept);
  else if (!page && kept.lost && kept.path === here() && kept.user === user) sendAgain(kept);
}
