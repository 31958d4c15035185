// Typing @ offers the people of the group; without this file their handles can be read and typed.

const box = document.getElementById("mentions");
const fold = box.querySelector("details");
const items = [...box.querySelectorAll("li")];
const status = box.querySelector("[role=status]");
const NAMED = 3;

let field = box.closest("form").querySelector("[data-mentions]");
let typed = 0;

const shown = () => items.filter((item) => !item.hidden);
const button = (item) => item.firstElementChild;
for (const item of items) button(item).type = "button";
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those of whom a name begins with the word, or the handle; all for no word. */
function filter(word) {
  for (const item of items) {
    const words = plain(button(item).textContent).split(/[\s@]+/);
    item.hidden = !words.some((one) => one.startsWith(word));
  }
}

function close(always = typed > 0) {
  if (always) fold.open = false;
  typed = 0;
  filter("");
  status.textContent = "";
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-mentions]")) return;
  field = event.target;
  const before = field.value.slice(0, field.selectionStart);
  const found = /(?:^|[^\w@./+-])@([\p{L}\d-]*)$/u.exec(before);
  if (!found) return close();
  filter(plain(found[1]));
  if (!shown().length) return close();
  typed = found[1].length + 1;
  if (field.closest(".field").nextElementSibling !== box) field.closest(".field").after(box);
  fold.open = true;
  const names = shown().slice(0, NAMED).map((item) => button(item).firstElementChild.textContent);
  status.textContent = `${names.join(", ")}. ${box.dataset.hint}`;
});

document.addEventListener("keydown", (event) => {
  const at = shown().indexOf(document.activeElement.closest("#mentions li"));
  const inField = typed && event.target === field;
  if (event.key === "Escape" && (inField || at >= 0)) {
    close(true);
    field.focus();
  } else if (event.key === "ArrowDown" && (inField || at >= 0)) {
    button(shown()[Math.min(at + 1, shown().length - 1)]).focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    (at ? button(shown()[at - 1]) : field).focus();
  } else return;
  event.preventDefault();
});

box.addEventListener("click", (event) => {
  const chosen = event.target.closest("[name='mention']");
  if (!chosen) return;
  event.preventDefault();
  const end = field.selectionStart;
  field.focus();
  field.setSelectionRange(end - typed, end);
  const space = typed || !end || /\s/.test(field.value[end - 1]) ? "" : " ";
  close();
  document.execCommand("insertText", false, `${space}@${chosen.value} `);
});
