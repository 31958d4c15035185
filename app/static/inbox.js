// Reading one post after the other: the arrow keys, and a template into the text. The page works without this file.

const BUSY = "input, textarea, select, summary, [contenteditable], [role=grid], [tabindex='0']";

for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;

document.addEventListener("keydown", (event) => {
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!rel || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.(BUSY)) return;
  const link = document.querySelector(`main a[rel="${rel}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

const picker = document.querySelector("[data-templates]");

/** What the page would fill in goes where the cursor is: what was typed stays. */
picker?.addEventListener("submit", async (event) => {
  const field = document.getElementById("f-body");
  if (!field.value.trim()) return;
  event.preventDefault();
  const answer = await fetch(`${picker.action.split("#")[0]}?${new URLSearchParams(new FormData(picker))}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  field.focus();
  document.execCommand("insertText", false, page.getElementById("f-body")?.value ?? "");
});
