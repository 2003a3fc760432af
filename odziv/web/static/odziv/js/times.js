/* Times: "3 min. ago" grows older while the page stays open. time[data-near] holds seconds since 1970;
   data-later what it becomes after an hour. */
const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { style: "short", numeric: "always" });

function tick() {
  for (const time of document.querySelectorAll("time[data-near]")) {
    const minutes = Math.floor((Date.now() / 1000 - Number(time.dataset.near)) / 60);
    if (minutes >= 60) {
      time.textContent = time.dataset.later;
      delete time.dataset.near;
    } else if (minutes >= 1) {
      time.textContent = words.format(-minutes, "minute");
    }
  }
}

setInterval(tick, 20_000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
