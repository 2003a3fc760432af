/* Address lists of RFC 5322, as people type and paste them: commas, semicolons and line breaks part them, except within
   quotes, comments and angle brackets. Pure functions, without a page. */

/** "a@x, \"Novak, Maja\" <m@y>" -> [{name, address, text, valid}] in their order, without the repeated. */
export function parseAddresses(text) {
  const seen = new Set();
  const found = [];
  for (const piece of splitAddresses(text)) {
    const one = parseAddress(piece);
    const key = one.address.toLowerCase();
    if (!key || seen.has(key)) continue;
    seen.add(key);
    found.push(one);
  }
  return found;
}

export function splitAddresses(text) {
  const pieces = [];
  let piece = "";
  let quoted = false;
  let depth = 0; // of comments
  let angle = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (quoted && sign === "\\") {
      piece += sign + (text[index + 1] ?? "");
      index += 1;
      continue;
    }
    if (sign === '"' && depth === 0) quoted = !quoted;
    else if (!quoted && sign === "(") depth += 1;
    else if (!quoted && sign === ")" && depth > 0) depth -= 1;
    else if (!quoted && sign === "<") angle = true;
    else if (!quoted && sign === ">") angle = false;
    const apart = sign === "\n" || sign === "\r" || sign === "\t" || ((sign === "," || sign === ";") && !angle);
    if (apart && !quoted && depth === 0) {
      pieces.push({ text: piece.trim(), comma: sign === "," });
      piece = "";
      angle = false;
    } else piece += sign;
  }
  pieces.push({ text: piece.trim(), comma: false });
  return joinNames(pieces).flatMap(splitBare).filter(Boolean);
}

/** Outlook copies  Novak, Maja <maja@…>  without quotes: what holds no @ belongs to the named address after it. */
function joinNames(pieces) {
  const joined = [];
  let before = "";
  for (const { text, comma } of pieces) {
    if (comma && text && !text.includes("@") && !before) before = text;
    else if (before && /^[^"<]+<[^<>]+@[^<>]+>$/.test(text)) {
      joined.push(`"${before.replace(/["\\]/g, "")}, ${text.replace(/["\\]/g, "").replace(/\s*</, '" <')}`);
      before = "";
    } else {
      joined.push(before, text);
      before = "";
    }
  }
  return [...joined, before];
}

/** "a@x b@y c@z" without names: blanks part them too. */
function splitBare(piece) {
  const words = piece.split(/\s+/);
  return words.length > 1 && words.every((word) => /^[^\s"<>()]+@[^\s"<>()]+$/.test(word)) ? words : [piece];
}

function parseAddress(text) {
  const angled = text.match(/^(.*?)<([^<>]*)>\s*$/s);
  const address = (angled ? angled[2] : text.replace(/\([^()]*\)/g, "")).trim();
  const raw = angled ? angled[1].trim() : "";
  const name = raw.startsWith('"') ? raw.replace(/^"|"$/g, "").replace(/\\(.)/g, "$1") : raw;
  return { name, address, text: writeAddress(name, address), valid: isAddress(address) };
}

/** A name that holds anything but plain words is quoted (RFC 5322, 3.2.3). */
export function writeAddress(name, address) {
  if (!name) return address;
  const plain = /^[\p{L}\p{N} !#$%&'*+\-/=?^_`{|}~]+$/u.test(name);
  return `${plain ? name : `"${name.replace(/(["\\])/g, "\\$1")}"`} <${address}>`;
}

/** Good enough to tell a slip from an address; the server decides. */
function isAddress(address) {
  return /^[^\s@<>()[\]\\,;:"]+(?:@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]{2,}|@localhost)$/u.test(address);
}
