/* The page of a message: the frame is as tall as its mail, and what the reader opened stays open when parts are swapped. */

function fit(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page) return;
  const measure = () => {
    frame.style.height = "0";
    frame.style.height = `${Math.min(page.scrollHeight + 2, 20000)}px`;
  };
  measure();
  for (const image of frame.contentDocument.images) if (!image.complete) image.addEventListener("load", measure);
}

for (const frame of document.querySelectorAll("iframe[data-fit]")) {
  frame.addEventListener("load", () => fit(frame));
  if (frame.contentDocument?.readyState === "complete") fit(frame);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) fit(frame);
    width = innerWidth;
  });
}

let opened = new Set();
document.addEventListener("htmx:beforeSwap", (event) => {
  opened = new Set([...event.detail.target.querySelectorAll("details[open][id]")].map((shown) => shown.id));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) {
    const shown = document.getElementById(id);
    if (shown) shown.open = true;
  }
});
