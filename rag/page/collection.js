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
  keep: show,
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
  if (event.key === "Escape" && part("confirm")?.hidden === false) show();
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
