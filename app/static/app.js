// What HTML and htmx leave open. Every page works without this file.

const live = document.getElementById("live");
let hideToast;

/** Say it to screen readers; with `show` to everyone, for a while. */
function announce(text, show = false) {
  live.textContent = "";
  live.className = show ? "toast" : "vh";
  setTimeout(() => { live.textContent = text; }, 50);
  clearTimeout(hideToast);
  if (show) hideToast = setTimeout(() => { live.className = "vh"; live.textContent = ""; }, 8000);
}

/** The newest [data-focus] takes the focus: an error summary, the word that a Thing is done. */
function moveFocus(root) {
  const target = root.matches?.("[data-focus]") ? root : root.querySelector?.("[data-focus]");
  if (!target) return;
  if (!target.matches("a[href], button, input, textarea, select")) target.tabIndex = -1;
  target.focus();
  target.scrollIntoView({ block: "nearest" });
}

function settle(root) {
  moveFocus(root);
  const said = root.matches?.("[data-announce]") ? root : root.querySelector?.("[data-announce]");
  if (said) announce(said.dataset.announce);
  root.querySelectorAll?.("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  const grid = root.matches?.("[data-grid]") ? root : root.querySelector?.("[data-grid]");
  if (grid) walkable(grid);
}

document.addEventListener("htmx:after:settle", (event) => {
  for (const element of event.detail.newContent ?? []) if (element.nodeType === 1) settle(element);
});
document.addEventListener("htmx:response:error", (event) => {
  if (![409, 422].includes(event.detail.ctx.response.status)) announce(live.dataset.failed, true);
});
document.addEventListener("htmx:error", () => announce(live.dataset.offline, true));

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.matches("dialog[open]")) event.target.close();

  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = document.getElementById(copy.dataset.copy);
    await navigator.clipboard.writeText(source ? source.value ?? source.textContent : copy.dataset.copy);
    announce(live.dataset.copied, true);
  }
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("dingen:say", (event) => announce(event.detail, true));

/** Texts that the server does not have yet: those that it has by now are forgotten, and nobody leaves without being
    asked what shall become of the others. See copies.js. */
async function tendCopies() {
  const account = document.querySelector("[data-copies]");
  if (!account) return;
  const mine = `dingen-copy:${account.dataset.person}:`;
  const waiting = () => Object.keys(localStorage).filter((name) => name.startsWith(mine));
  const arrived = document.querySelector("[data-kept]");
  if (arrived) localStorage.removeItem(mine + arrived.dataset.kept);
  account.addEventListener("submit", (event) => {
    if (!waiting().length) return;
    event.preventDefault();
    askBeforeLeaving(account, waiting);
  });
  if (!waiting().length || document.querySelector("[data-editor]")) return;
  const copies = await import(account.dataset.copies);
  const [text] = await copies.all();
  if (!text) return;
  const notice = document.getElementById("unsent-notice").content.cloneNode(true);
  notice.querySelector("a").href = text.url;
  document.getElementById("main").prepend(notice);
}

async function askBeforeLeaving(account, waiting) {
  const dialog = document.getElementById("unsent");
  const copies = await import(account.dataset.copies);
  dialog.showModal();
  dialog.onclick = async (event) => {
    const choice = event.target.closest("[data-unsent]")?.dataset.unsent;
    if (!choice) return;
    for (const text of await copies.all()) {
      if (choice === "send" && !(await copies.send(text))) {
        dialog.querySelector("[role=status]").textContent = live.dataset.failed;
        return;
      }
      if (choice === "download") copies.download(text);
    }
    for (const name of waiting()) localStorage.removeItem(name);
    dialog.close();
    account.requestSubmit();
  };
}

/** A table that arrow keys walk: one stop for Tab, the rest by arrows, Home, End, Page Up and Page Down. */
function walkable(table) {
  const wide = matchMedia("(width >= 64rem)");
  const detail = document.querySelector("[data-grid-detail]");
  const inside = (cell) => cell.querySelector("a, button") ?? cell;
  const walked = () => [...table.rows].filter((row) => !row.matches(".g-pod"));
  let current;

  function enter(cell) {
    if (current) inside(current).tabIndex = -1;
    current = cell;
    inside(cell).tabIndex = 0;
  }
  function describe(cell) {
    if (!detail) return;
    const column = table.tHead?.rows[0].cells[cell.cellIndex];
    const words = [cell.parentNode.querySelector(".g-name span:last-child"), column, cell];
    detail.textContent = cell.closest("tbody") && cell.cellIndex
      ? words.map((part) => part?.textContent.replace(/\s+/g, " ").trim()).filter(Boolean).join(" · ")
      : "";
  }
  function switchTo(on) {
    for (const row of table.rows) {
      for (const cell of row.cells) {
        if (on) inside(cell).tabIndex = -1;
        else inside(cell).removeAttribute("tabindex");
      }
    }
    if (on) {
      table.setAttribute("role", "grid");
      enter((walked()[1] ?? table.rows[0]).cells[0]);
    } else {
      table.removeAttribute("role");
      current = undefined;
    }
  }

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || !current || event.altKey || event.metaKey) return;
    const rows = walked();
    let row = rows.indexOf(cell.parentNode);
    let column = cell.cellIndex;
    const last = rows[0].cells.length - 1;
    switch (event.key) {
      case "ArrowRight": column += 1; break;
      case "ArrowLeft": column -= 1; break;
      case "ArrowDown": row += 1; break;
      case "ArrowUp": row -= 1; break;
      case "PageDown": row += 10; break;
      case "PageUp": row -= 10; break;
      case "Home": column = 0; if (event.ctrlKey) row = 0; break;
      case "End": column = last; if (event.ctrlKey) row = rows.length - 1; break;
      default: return;
    }
    event.preventDefault();
    row = Math.max(0, Math.min(rows.length - 1, row));
    column = Math.max(0, Math.min(last, column));
    enter(rows[row].cells[column]);
    inside(current).focus();
    current.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td, th");
    if (cell && current) enter(cell);
    if (cell) describe(cell);
  });
  table.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("td, th");
    if (cell) describe(cell);
  });
  wide.addEventListener("change", () => switchTo(wide.matches));
  if (wide.matches) switchTo(true);
}

// Browsers that cannot keep a closed <details> open by style get it opened where there is room.
if (!CSS.supports("selector(::details-content)") && matchMedia("(width >= 64rem)").matches) {
  for (const fold of document.querySelectorAll("[data-fold]")) fold.open = true;
}
document.querySelector(".site-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
tendCopies();
settle(document);
