/* What waits after Send: [data-left=seconds] counts down in its [data-seconds]. At the end a toast goes, and a line of the
   message's page says [data-then] instead. */
import { fresh } from "./dom.js";

const OFTEN = 250; // ms

export function dress(root) {
  for (const shown of fresh(root, "[data-left]", "heldReady")) count(shown);
}

function count(shown) {
  const until = Date.now() + Number(shown.dataset.left) * 1000;
  const step = () => {
    const left = until - Date.now();
    if (!shown.isConnected) return clearInterval(timer);
    if (left > 0) {
      for (const place of shown.querySelectorAll("[data-seconds]")) place.textContent = Math.ceil(left / 1000);
      return;
    }
    clearInterval(timer);
    if (shown.matches(".toast")) shown.remove();
    else shown.replaceChildren(shown.dataset.then ?? "");
  };
  const timer = setInterval(step, OFTEN);
  step();
}
