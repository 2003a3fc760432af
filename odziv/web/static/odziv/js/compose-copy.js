/* What the server has not taken yet, kept in this browser: one copy for each draft and user. IndexedDB, because a text
   may be larger than localStorage takes. Where a browser forbids it, the page still asks before it is left. */
const KEPT = 30 * 24 * 3600 * 1000;

export class Copies {
  constructor(user) {
    this.user = user;
  }

  async put(id, fields) {
    await this.run("readwrite", (store) => store.put({ at: Date.now(), fields }, this.key(id)));
  }

  /** {at, fields} or null; copies older than a month are forgotten. */
  async get(id) {
    const found = await this.run("readonly", (store) => store.get(this.key(id)));
    if (!found) return null;
    if (Date.now() - found.at > KEPT) {
      await this.forget(id);
      return null;
    }
    return { at: new Date(found.at), fields: found.fields };
  }

  async forget(id) {
    await this.run("readwrite", (store) => store.delete(this.key(id)));
  }

  key(id) {
    return `${this.user}/${id ?? "new"}`;
  }

  async run(mode, act) {
    try {
      this.base ??= await open();
      const transaction = this.base.transaction("copies", mode);
      return await settled(act(transaction.objectStore("copies")));
    } catch {
      return null; // private mode or a full disk: the copy in the window is what is left
    }
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
