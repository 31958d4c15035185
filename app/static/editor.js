// The editor: nothing typed is lost. Drafts save themselves by htmx after a pause; here they also do on leaving, and
// when the network is back. Until the server has them, a copy is in this browser.

const editor = document.querySelector("[data-editor]");
const { body, title } = editor.elements;
const words = document.getElementById("live").dataset;
const copies = await import(document.querySelector("[data-copies]").dataset.copies);
const COPY_AFTER = 300;

let edits = editor.dataset.editor === "kept" ? 0 : 1;
let failed = editor.dataset.editor === "conflict";
let kept = 0;
let sent;
let soon;

const say = (text) => document.dispatchEvent(new CustomEvent("dingen:say", { detail: text }));
const typed = () => body.dispatchEvent(new Event("input", { bubbles: true }));

/** What is in the form now. Of a field that a save brought along anew, the last one counts. */
function text() {
  return { url: editor.getAttribute("action"), ...Object.fromEntries(new FormData(editor)) };
}

function copy() {
  clearTimeout(soon);
  if (edits !== kept) copies.keep(text());
}

/** Put a copy of an earlier visit back, unless the server has that text. It is saved as if it had just been typed: as
    one more window, with the version that it knew, so that a newer text elsewhere is not overwritten. */
async function bringBack() {
  for (const found of await copies.all()) {
    if (found.url !== editor.getAttribute("action")) continue;
    const same = found.body === body.value && found.title === title.value;
    if (same || (edits !== kept && found.window === editor.elements.window.value)) {
      copies.forget(found.window);
      continue;
    }
    if (edits !== kept) continue;
    for (const name of ["title", "body", "window", "version", "once"]) {
      for (const field of editor.querySelectorAll(`[name="${name}"]`)) field.value = found[name] ?? field.value;
    }
    say(words.broughtBack);
    typed();
    return;
  }
}

editor.addEventListener("input", () => {
  edits += 1;
  clearTimeout(soon);
  soon = setTimeout(copy, COPY_AFTER);
});
editor.addEventListener("submit", () => {
  copy();
  kept = edits;
});
editor.addEventListener("htmx:before:request", () => { sent = edits; });
editor.addEventListener("htmx:before:response", (event) => {
  const { status, headers } = event.detail.ctx.response;
  const signedOut = headers.has("HX-Redirect");
  failed = signedOut || status >= 400;
  if (!failed) kept = sent;
  if (!failed && edits === kept) {
    clearTimeout(soon);
    copies.forget(editor.elements.window.value);
  }
  if (!signedOut) return;
  event.preventDefault();
  document.getElementById("saved").textContent = words.signedOut;
});
editor.addEventListener("htmx:error", () => {
  failed = true;
  copy();
});
addEventListener("beforeunload", (event) => { if (failed && edits !== kept) event.preventDefault(); });
addEventListener("pagehide", () => {
  if (edits === kept) return;
  copy();
  if (failed) return;
  const draft = new URLSearchParams(new FormData(editor));
  draft.set("action", "draft");
  navigator.sendBeacon(editor.getAttribute("action"), draft);
});
addEventListener("online", () => { if (edits !== kept) typed(); });

/** A prompt goes where the cursor is; without script the server puts it at the end. */
editor.addEventListener("click", (event) => {
  const button = event.target.closest("[name='insert']");
  if (!button) return;
  event.preventDefault();
  const before = body.value.slice(0, body.selectionStart);
  const space = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const prompt = document.getElementById(button.getAttribute("aria-describedby")).textContent;
  body.focus();
  document.execCommand("insertText", false, `${space}> ${prompt}\n\n`);
});

/** A picture is sent at once and its Markdown goes where the cursor is, however it came: by the button, pasted or
    dropped. What is on it is asked in any case. */
const box = editor.querySelector("[data-pictures]");
const { picture, alt } = editor.elements;

function take(event, files) {
  const [file] = [...files].filter(({ type }) => picture.accept.split(",").includes(type));
  if (!file) return;
  event.preventDefault();
  const one = new DataTransfer();
  one.items.add(file);
  picture.files = one.files;
  box.open = true;
  alt.focus();
}
body.addEventListener("paste", (event) => take(event, event.clipboardData.files));
body.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
body.addEventListener("drop", (event) => take(event, event.dataTransfer.files));

async function send() {
  const form = new FormData(editor);
  const answer = await fetch(box.dataset.pictures, { method: "POST", body: form, headers: { "HX-Request": "true" } });
  if (answer.headers.has("HX-Redirect")) return say(words.signedOut);
  const line = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("picture-said");
  if (!line) return say(words.failed);
  document.getElementById("picture-said").replaceWith(line);
  const { markdown } = line.dataset;
  if (!markdown) return (alt.value ? picture : alt).focus();
  picture.value = alt.value = "";
  box.open = false;
  body.focus();
  const gap = body.value.slice(0, body.selectionStart).trim() ? "\n\n" : "";
  document.execCommand("insertText", false, `${gap}${markdown}\n\n`);
  return say(line.textContent);
}
box.addEventListener("click", (event) => {
  if (!event.target.closest("button")) return;
  event.preventDefault();
  send().catch(() => say(words.offline));
});

await bringBack();
