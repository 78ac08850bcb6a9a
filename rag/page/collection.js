// Runs once, when the table of articles is first drawn. Gradio hands in `element`, `trigger` (sends an event to Python),
// `watch` (calls back after the table is drawn anew) and `props`. Which articles are chosen is known only here.
const chosen = new Set(); // ids, also of articles on other pages of the table

const boxes = () => [...element.querySelectorAll("input[data-id]")];
const part = (name) => element.querySelector(`.${name}`);

function show() {
  for (const box of boxes()) box.checked = chosen.has(box.dataset.id);
  const every = element.querySelector("input[data-every]");
  if (!every) return;
  every.checked = boxes().every((box) => box.checked);
  part("chosen").hidden = chosen.size === 0;
  part("chosen").querySelector("span").textContent = props.words.chosen.replace("{}", chosen.size);
  part("confirm").hidden = true;
}

function choose(box) {
  const changed = box.dataset.every !== undefined ? boxes() : [box];
  for (const one of changed) chosen[box.checked ? "add" : "delete"](one.dataset.id);
  show();
}

function keepAll() {
  show();
  element.querySelector("[data-do=remove]").focus();
}

const actions = {
  remove() {
    part("confirm").querySelector("span").textContent = props.words.remove.replace("{}", chosen.size);
    part("confirm").hidden = false;
    part("chosen").hidden = true;
    part("confirm").querySelector("[data-do=keep]").focus();
  },
  sure() {
    trigger("delete", { ids: [...chosen] });
    chosen.clear();
    show();
  },
  only() {
    trigger("submit", { ids: [...chosen] });
  },
  none() {
    chosen.clear();
    show();
  },
  keep: keepAll,
};

element.addEventListener("change", (event) => {
  if (event.target.matches("input[type=checkbox]")) choose(event.target);
});
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { sort, page, do: action } = button.dataset;
  if (sort) trigger("select", { sort });
  else if (page) trigger("select", { page: Number(page) });
  else if (action) actions[action]();
});
element.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && part("confirm")?.hidden === false) keepAll();
});

// Tables come back in any order: one that was asked for before the last words were typed is asked for anew, once.
const typed = () => document.querySelector("#search-articles :is(input, textarea)").value;
let asked = "";
watch("value", () => {
  const words = typed();
  const late = element.querySelector(".articles")?.dataset.words !== words;
  if (late && asked !== words) trigger("select", {});
  asked = late ? words : "";
  show();
});

// Files that the server would not take are held back here, where they can be named; gradio only says "Error".
const tab = element.closest("#collection");
const refused = document.createElement("ul");
refused.className = "reports";
refused.setAttribute("role", "status");
refused.hidden = true;

function refuse(file) {
  const line = document.createElement("li");
  line.className = "skipped";
  const told = { name: file.name, size: (file.size / 2 ** 20).toFixed(1), limit: props.largest_mb };
  line.textContent = props.words.large.replace(/{(\w+)}/g, (_, name) => told[name]);
  return line;
}

function takeOnlySmall(event, input, files) {
  const large = files.filter((file) => file.size > props.largest_mb * 2 ** 20);
  refused.replaceChildren(...large.map(refuse));
  refused.hidden = !large.length;
  tab.querySelector("#upload").after(refused);
  if (!large.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const rest = new DataTransfer();
  for (const file of files) if (!large.includes(file)) rest.items.add(file);
  input.files = rest.files;
  if (rest.files.length) setTimeout(() => handOn(input));
}

let ours = false; // whether an event is one that we sent on
function handOn(input) {
  ours = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  ours = false;
}

tab.addEventListener(
  "change",
  (event) => {
    if (!ours && event.target.matches("#upload input[type=file]")) takeOnlySmall(event, event.target, [...event.target.files]);
  },
  true,
);
tab.addEventListener(
  "drop",
  (event) => {
    const input = event.target.closest("#upload")?.querySelector("input[type=file]");
    if (input) takeOnlySmall(event, input, [...event.dataTransfer.files]);
  },
  true,
);
