/* Frames of mail, iframe[data-fit], are as tall as what they show; those that htmx brings too. */
import { fresh } from "./dom.js";

export function fit(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page) return;
  const measure = () => {
    frame.style.height = "0";
    frame.style.height = `${Math.min(page.scrollHeight + 2, 20000)}px`;
  };
  measure();
  for (const image of frame.contentDocument.images) if (!image.complete) image.addEventListener("load", measure);
}

function dress(root) {
  for (const frame of fresh(root, "iframe[data-fit]", "fitted")) {
    frame.addEventListener("load", () => fit(frame));
    if (frame.contentDocument?.readyState === "complete") fit(frame);
    let width = innerWidth;
    addEventListener("resize", () => {
      if (frame.isConnected && innerWidth !== width) fit(frame);
      width = innerWidth;
    });
  }
}

dress(document);
document.addEventListener("htmx:load", (event) => dress(event.detail.elt));
