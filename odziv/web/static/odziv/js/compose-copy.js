/* What the server has not taken yet, kept in this browser: one copy for each draft and user. IndexedDB, because a text
   may be larger than localStorage takes; localStorage for the moment in which a page is closed, because it does not wait.
   Where a browser forbids both, the page still asks before it is left. Whoever signs in here next finds none of it. */
import { store } from "./dom.js";

const KEPT = 30 * 24 * 3600 * 1000;
const LAST = "copy."; // localStorage, by user and draft
const MARK = "unsaved"; // localStorage: there may be copies, so that other pages need not look

export class Copies {
  constructor(user) {
    this.user = user;
  }

  /** `copy`: {fields, version}, the version of the draft that was written on. */
  async put(id, copy) {
    store.set(MARK, this.user);
    await run("readwrite", (copies) => copies.put({ at: Date.now(), ...copy }, this.key(id)));
  }

  /** The same at once, for a page that is about to go; large ones find no room there. */
  putNow(id, copy) {
    store.set(MARK, this.user);
    store.set(`${LAST}${this.key(id)}`, JSON.stringify({ at: Date.now(), ...copy }));
  }

  /** {at, fields, version} or null; copies older than a month are forgotten. */
  async get(id) {
    const stored = await run("readonly", (copies) => copies.get(this.key(id)));
    const last = parsed(store.get(`${LAST}${this.key(id)}`));
    const found = last && last.at > (stored?.at ?? 0) ? last : stored;
    if (!found) return null;
    if (Date.now() - found.at > KEPT) {
      await this.forget(id);
      return null;
    }
    return { ...found, at: new Date(found.at) };
  }

  async forget(id) {
    store.set(`${LAST}${this.key(id)}`, null);
    await run("readwrite", (copies) => copies.delete(this.key(id)));
  }

  key(id) {
    return `${this.user}/${id ?? "new"}`;
  }
}

/** The drafts of which the user has copies here, as their identifiers ("new" for one without); asks only when there may be some. */
export async function kept(user) {
  if (store.get(MARK) !== user) return [];
  const ids = new Set((await keys()).filter((key) => key.startsWith(`${user}/`)).map((key) => key.slice(user.length + 1)));
  if (!ids.size) store.set(MARK, null);
  return [...ids];
}

/** Deletes what other people left in this browser. */
export async function forgetOthers(user) {
  for (const key of await keys()) {
    if (key.startsWith(`${user}/`)) continue;
    store.set(`${LAST}${key}`, null);
    await run("readwrite", (copies) => copies.delete(key));
  }
}

async function keys() {
  const stored = (await run("readonly", (copies) => copies.getAllKeys())) ?? [];
  return [...stored, ...store.names(LAST).map((name) => name.slice(LAST.length))];
}

let base = null;

async function run(mode, act) {
  try {
    base ??= await open();
    return await settled(act(base.transaction("copies", mode).objectStore("copies")));
  } catch {
    return null; // private mode or a full disk: the copy in the window is what is left
  }
}

function open() {
  const request = indexedDB.open("odziv-composer", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("copies");
  return settled(request);
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
