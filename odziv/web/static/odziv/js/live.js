/* Live: <div data-live="/events/…"> follows server-sent events and fires "live" on itself for each of them, so that
   its parts fetch themselves anew:  <section hx-get="…" hx-trigger="live from:closest [data-live]">.
   The connection is closed while the tab is hidden: browsers allow six per host, and people keep tabs open. */
import { fresh } from "./dom.js";

export function dress(root) {
  for (const region of fresh(root, "[data-live]", "liveReady")) follow(region);
}

/** Whether a question stands open: what it is about must not be exchanged under it. */
const isAsking = () => Boolean(document.getElementById("confirm")?.open);

function follow(region) {
  let source = null;
  let wasAway = true; // from the making of the page until the stream stands
  let busy = 0; // requests of its parts
  let missed = false;

  const fire = (event) => {
    if (leave()) return;
    missed = busy > 0 || isAsking();
    if (missed) return;
    region.dispatchEvent(new CustomEvent("live", { detail: { kind: event?.type, data: event?.data } }));
  };
  // A part that is being fetched hears nothing until it stands on the page again, so what comes meanwhile waits.
  const settled = () => {
    busy = Math.max(0, busy - 1);
    if (!busy && missed) fire();
  };
  const answered = (event) => event.target.id === "confirm" && setTimeout(() => !busy && missed && fire(), 50);
  const open = () => {
    if (source || document.hidden || !region.isConnected) return;
    source = new EventSource(region.dataset.live);
    source.onopen = () => {
      region.dataset.liveState = "on";
      if (wasAway) fire(); // whatever happened meanwhile
      wasAway = false;
    };
    source.onerror = () => {
      region.dataset.liveState = "lost";
      wasAway = true;
      if (source?.readyState === EventSource.CLOSED) again();
    };
    source.onmessage = fire;
    for (const kind of (region.dataset.liveKinds ?? "changed").split(" ")) source.addEventListener(kind, fire);
  };
  const gone = new AbortController();
  const close = () => {
    source?.close();
    source = null;
    wasAway = true;
  };
  // A region that was swapped away must give its connection back at once: six searches would use them all up.
  const leave = () => {
    if (region.isConnected) return false;
    close();
    gone.abort();
    return true;
  };
  const again = () => {
    close();
    setTimeout(open, 5000);
  };

  const { signal } = gone;
  region.addEventListener("htmx:beforeRequest", () => (busy += 1));
  region.addEventListener("htmx:afterRequest", () => setTimeout(settled, 50)); // htmx settles 20 ms after a swap
  document.addEventListener("close", answered, { signal, capture: true }); // it does not bubble
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()), { signal });
  document.addEventListener("htmx:afterSettle", leave, { signal });
  addEventListener("pagehide", close, { signal });
  addEventListener("pageshow", open, { signal });
  open();
}

/* What is new in a timeline is marked for a moment: [data-live] remembers the events that it has shown. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target.closest("[data-live]");
  if (region) region.shownEvents = new Set([...region.querySelectorAll(".event[id]")].map((shown) => shown.id));
});
document.addEventListener("htmx:afterSettle", (event) => {
  const region = event.detail.elt.closest("[data-live]");
  for (const shown of region?.shownEvents ? region.querySelectorAll(".event[id]") : []) {
    shown.classList.toggle("fresh", !region.shownEvents.has(shown.id));
  }
});
