// Copies of texts that the server does not have yet, in this browser. They are encrypted with a key that only their
// writer's pages carry: whoever signs in here next finds nothing to read.

const DAYS = 30;
const account = document.querySelector("[data-copies]");
let imported;

const nameOf = (window) => `dingen-copy:${account.dataset.person}:${window}`;
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const letters = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));

/** Browsers have no cryptography for pages that came over plain http: there are no copies then. */
function key() {
  const uses = ["encrypt", "decrypt"];
  imported ??= crypto.subtle?.importKey("raw", bytes(account.dataset.key), "AES-GCM", false, uses);
  return imported;
}

/** Keep one: {url, window, once, version, writer, title, body, visibility}. A window has one text at a time. */
export async function keep(text) {
  if (!account || !(await key())) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(text));
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain);
  const copy = { at: Date.now(), iv: letters(iv), hidden: letters(hidden) };
  try {
    localStorage.setItem(nameOf(text.window), JSON.stringify(copy));
  } catch { /* full, or forbidden: the page still asks before it leaves */ }
}

export function forget(window) {
  if (account) localStorage.removeItem(nameOf(window));
}

/** Those of this person that can be read, the newest first. What is too old, or no copy at all, goes. */
export async function all() {
  if (!account || !(await key())) return [];
  const found = [];
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(nameOf(""))) continue;
    try {
      const copy = JSON.parse(localStorage.getItem(name));
      if (Date.now() - copy.at > DAYS * 86_400_000) throw new Error("too old");
      const iv = bytes(copy.iv);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(), bytes(copy.hidden));
      found.push({ ...JSON.parse(new TextDecoder().decode(plain)), at: copy.at });
    } catch {
      localStorage.removeItem(name);
    }
  }
  return found.sort((one, other) => other.at - one.at);
}

/** To the server, as a draft; false where that did not work, or another window saved meanwhile. */
export async function send({ url, at, ...fields }) {
  const body = new URLSearchParams({ ...fields, action: "draft" });
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.headers.has("HX-Redirect")) return false;
  } catch {
    return false;
  }
  forget(fields.window);
  return true;
}

/** As a file in Markdown. */
export function download({ title, body }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([title ? `# ${title}\n\n${body}\n` : `${body}\n`], { type: "text/markdown" }));
  link.download = `${title || "text"}.md`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
