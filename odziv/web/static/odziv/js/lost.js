/* Text of an e-mail that was typed and never saved (a session that ended, a browser that was closed) is found again: any
   page says so, once in each tab, and leads to it. What somebody else left in this browser is deleted first. */
import { store, t } from "./dom.js";
import { forgetOthers, kept } from "./compose-copy.js";
import { toast } from "./toast.js";

const SAID = "odziv.lost-said";

export async function startLost() {
  const { user } = document.body.dataset;
  if (!user) return;
  if (store.get("user") !== user) await forgetOthers(user);
  store.set("user", user);
  if (document.getElementById("composer") || wasSaid()) return;
  const [first] = await kept(user);
  if (!first) return;
  const compose = document.getElementById("toasts").dataset.compose;
  const href = first === "new" ? compose : `${compose}${first}/`;
  toast(t("lost_found"), { tone: "warning", action: { label: t("lost_show"), run: () => location.assign(href) } });
}

function wasSaid() {
  try {
    if (sessionStorage.getItem(SAID)) return true;
    sessionStorage.setItem(SAID, "1");
  } catch {
    return true; // without storage there are no copies either
  }
  return false;
}
