/* Starts every module. Most listen on the document once; those that dress elements do so again for what htmx brings. */
import * as combobox from "./combobox.js";
import * as recipients from "./recipients.js";
import * as live from "./live.js";
import * as guard from "./guard.js";
import * as held from "./held.js";
import * as tabs from "./tabs.js";
import "./times.js";
import { startAssistant } from "./assistant.js";
import { startCommand } from "./command.js";
import { startDialogs } from "./dialog.js";
import { startFrame } from "./frame.js";
import { startKept } from "./kept.js";
import { startKeyboard } from "./keyboard.js";
import { startLost } from "./lost.js";
import { startMenus } from "./menu.js";
import { startPush } from "./push.js";
import { startToasts } from "./toast.js";

const dressers = [combobox, recipients, guard, tabs, held];

function dress(root) {
  for (const module of dressers) module.dress(root);
}

startFrame();
startDialogs();
startMenus();
startToasts();
startKeyboard();
startAssistant();
startPush();
startKept();
startLost();
startCommand();
dress(document);
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  dress(elt);
  live.dress(elt); // not before htmx has read the page: until then nothing listens to what a stream says
});
