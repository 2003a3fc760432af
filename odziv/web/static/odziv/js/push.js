/* Notifications of the browser: turned on and off by a button, never asked for by themselves (A1). Where the browser has a
   push service they come while no page is open; else, or when that service is out of reach, while one is. */
import { csrfToken, store, t } from "./dom.js";
import { toast } from "./toast.js";

const HOUR = 3600_000;
const user = document.body.dataset.user;

export const canNotify = "Notification" in window;
const canPush = canNotify && "serviceWorker" in navigator && "PushManager" in window && window.isSecureContext;

/** "blocked", "none" (cannot show any), "off", "push" (always) or "open" (while a page is open). */
export function state() {
  if (!canNotify) return "none";
  if (Notification.permission === "denied") return "blocked";
  if (Notification.permission !== "granted" || store.get("notify") !== user) return "off";
  return store.get("push") === user ? "push" : "open";
}

export function startPush() {
  if (!user) return void leaveQuietly();
  document.addEventListener("click", clicked);
  confirm();
  show();
}

/** What the page says of this browser: elements with data-notify-state are shown in the states that they name. */
export function show(root = document) {
  const now = state();
  for (const part of root.querySelectorAll("[data-notify-state]")) {
    const refused = part.matches("[data-notify-offer]") && store.get("notify-offer") === "no";
    part.hidden = refused || !part.dataset.notifyState.split(" ").includes(now);
  }
}

async function clicked(event) {
  const button = event.target.closest("[data-notify]");
  if (!button) return;
  if (button.dataset.notify === "later") store.set("notify-offer", "no");
  else {
    button.disabled = true;
    await (button.dataset.notify === "on" ? turnOn() : turnOff());
    button.disabled = false;
  }
  show();
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return toast(t("notifications_off"));
  store.set("notify", user);
  const failed = canPush ? await subscribe() : "";
  if (failed) return toast(failed, { tone: "error" });
  toast(state() === "push" ? t("notifications_on") : t("notifications_open"));
}

async function turnOff() {
  const found = await subscription();
  const answer = await send(address("leave"), { endpoint: found?.endpoint });
  if (!answer?.ok) return toast(t("no_connection"), { tone: "error" });
  await found?.unsubscribe().catch(() => null);
  store.set("push", null);
  store.set("notify", null);
  toast(t("notifications_off"));
}

/* Returns what the server says against it; a browser without a push service within reach says it while a page is open. */
async function subscribe() {
  store.set("push", null);
  store.set("push-at", String(Date.now()));
  let made;
  try {
    await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
    const worker = await navigator.serviceWorker.ready;
    made = await fitting(worker.pushManager);
  } catch {
    return "";
  }
  const answer = await send(address("keep"), made.toJSON());
  if (answer?.ok) {
    store.set("push", user);
    return "";
  }
  return answer?.status === 422 ? (await answer.json()).error : t("no_connection");
}

/* A subscription is bound to the key of the installation; after another one it has to be made anew. */
async function fitting(manager) {
  const key = bytes(document.getElementById("assistant-sheet").dataset.pushKey);
  const found = await manager.getSubscription();
  const former = found && new Uint8Array(found.options.applicationServerKey ?? []);
  if (found && key.length === former.length && key.every((byte, at) => byte === former[at])) return found;
  await found?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/* Every hour, without a question: the browser may have got another address, or its service may be back; and one that is not
   seen for a month is forgotten. */
async function confirm() {
  const due = Date.now() - Number(store.get("push-at") ?? 0) > HOUR;
  if (!canPush || !due || !["push", "open"].includes(state())) return;
  await subscribe();
  show();
}

/* Signed out, here or in another tab: nothing may come in. */
async function leaveQuietly() {
  if (!canPush || !store.get("push")) return;
  for (const name of ["push", "push-at"]) store.set(name, null);
  await (await subscription())?.unsubscribe().catch(() => null);
}

async function subscription() {
  const worker = canPush ? await navigator.serviceWorker.getRegistration("/").catch(() => null) : null;
  return worker ? worker.pushManager.getSubscription().catch(() => null) : null;
}

function address(name) {
  return document.getElementById("assistant-sheet").dataset[name === "keep" ? "pushKeep" : "pushLeave"];
}

function send(url, said) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), "HX-Request": "true" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(said) }).catch(() => null);
}

function bytes(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}
