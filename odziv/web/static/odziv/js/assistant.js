/* The assistant: the bell opens its sheet; cards come by themselves, on every page (A1). One tab of a browser listens
   for all of them (whichever holds the lock), also while it is hidden, and says it to the others; so the six connections
   that a browser allows are never used up, and a card makes one notification however many tabs are open. */
import { announce, store } from "./dom.js";
import { state as notifying } from "./push.js";

const NAME = "odziv-cards";
const AGAIN = 5_000; // ms after which a stream that was refused is asked for again; twice as long each time,
const AT_MOST = 60_000; // up to this
let known = 0; // cards that this page has shown
let inCards = false; // whether the keyboard was there before a swap
let fetching = 0; // parts with cards that are being fetched
let missed = false; // whether something changed meanwhile

export function startAssistant() {
  if (!document.getElementById("bell")) return;
  document.addEventListener("click", openSheet);
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", settled);
  document.addEventListener("htmx:beforeSend", (event) => (fetching += hasCards(event)));
  document.addEventListener("htmx:afterRequest", (event) => hasCards(event) && setTimeout(fetched, 50)); // swaps take 20 ms
  showCount();
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;
  channel?.addEventListener("message", changed);
  const lead = () => listen(() => (changed(), channel?.postMessage("changed")));
  if (navigator.locks) navigator.locks.request(NAME, () => new Promise(lead));
  else lead();
}

function listen(tell) {
  let source = null;
  let wait = AGAIN;
  const open = () => {
    source = new EventSource(document.getElementById("assistant-sheet").dataset.cards);
    // Whatever happened between the making of the page and now. What is new from now on makes a notification.
    source.onopen = () => ((wait = AGAIN), tell(), store.get("news-after") ?? notify());
    source.addEventListener("changed", () => (tell(), notify()));
    // A connection that breaks is made again by the browser. An answer of somebody else, such as a proxy's before a
    // server that is being started, ends the stream for good.
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, wait);
      wait = Math.min(2 * wait, AT_MOST);
    };
  };
  addEventListener("pagehide", () => source.close());
  open();
}

/* Parts that show cards fetch themselves anew; a list in which somebody chooses a time stays as it is. A part that is on
   its way hears nothing until it stands on the page, and may have been made before the change: then all are asked again. */
function changed() {
  missed = fetching > 0;
  const choosing = document.querySelector("#cards details[open]");
  document.body.dispatchEvent(new CustomEvent(choosing ? "cards-changed" : "cards"));
}

const hasCards = (event) => ["cards", "assistant-cards", "bell"].includes(event.detail.target?.id);

function fetched() {
  fetching -= 1;
  if (!fetching && missed) changed();
}

function showCount() {
  const count = Number(document.getElementById("bell")?.dataset.count ?? 0);
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  if (count > known) announce(document.getElementById("bell").getAttribute("aria-label"));
  known = count;
}

/* Two swaps may follow each other closely: between them the focus is nowhere, which says nothing new. */
function remember(event) {
  const { target, requestConfig } = event.detail;
  // Asked for before somebody began to choose a time: that list is not taken away from under the hand.
  if (target?.id === "cards" && requestConfig?.verb === "get" && target.querySelector("details[open]")) {
    event.detail.shouldSwap = false;
  }
  const at = document.activeElement;
  if (at && at !== document.body) inCards = Boolean(at.closest("#cards"));
}

function settled(event) {
  if (event.target.id === "bell" || event.detail.elt?.id === "bell") showCount();
  // What was focused left with its card: the next one takes over, so that one can go on with the keyboard.
  if (inCards && event.detail.elt?.id === "cards" && document.activeElement === document.body) {
    (document.querySelector("#cards .card-actions :is(a, button)") ?? document.getElementById("assistant-title"))?.focus();
  }
}

function openSheet(event) {
  const bell = event.target.closest("#bell");
  const sheet = document.getElementById("assistant-sheet");
  if (!bell || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("main #cards")) return;
  event.preventDefault();
  if (sheet.matches(":popover-open")) return sheet.hidePopover();
  sheet.showPopover();
  document.getElementById("assistant-title").focus();
  htmx.ajax("GET", bell.href, { target: "#assistant-cards", swap: "innerHTML" });
}

/* A notification of the browser for what is new, from the one tab that listens; where the browser's own push is on, that
   one says it. */
async function notify() {
  if (notifying() !== "open") return;
  const address = document.getElementById("assistant-sheet").dataset.news;
  const after = store.get("news-after") ?? "";
  const answer = await fetch(`${address}?after=${encodeURIComponent(after)}`).catch(() => null);
  if (!answer?.ok) return;
  const { cards, now } = await answer.json();
  store.set("news-after", now);
  for (const card of cards) {
    const shown = new Notification(card.title, { body: card.text, tag: card.id });
    shown.onclick = () => (window.focus(), (location.href = card.url));
  }
}
