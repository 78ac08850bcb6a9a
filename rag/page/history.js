// Runs once, when the page is first drawn. Gradio hands in `element`, `trigger` (sends an event to
// Python), `watch` (calls back when a message has come from Python, see keeper.py) and `props`.
//
// Conversations are kept in this browser alone, each under a key of its own in localStorage, so that tabs do not write
// over each other's. Which one is open in this tab, and what its questions are narrowed to, is in sessionStorage.
const PREFIX = "article-rag:conversation:";
const OPEN = "article-rag:open";
const FILTER = "article-rag:filter";
const DRAFT = "article-rag:draft"; // what stands in the question box: not asked yet, or waiting for its turn
const MOST = 2_000_000; // characters of a conversation; browsers keep 5 million of a site
let full = false; // whether the conversation that is open has outgrown what the browser keeps
let again = ""; // a question to ask once more when the server knows the conversation
let next = ""; // what stood in the question box beside a question that was under way: it comes back when that is asked
const records = new Map(); // id of a talk on the server -> the conversation as this tab last kept it

const newKey = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 10);

function attempt(action, otherwise = null) {
  try {
    return action();
  } catch {
    return otherwise; // the browser keeps nothing, or what is kept is damaged
  }
}

function read(key) {
  const record = attempt(() => JSON.parse(localStorage.getItem(PREFIX + key)));
  return record && Array.isArray(record.turns) ? { ...record, key } : null;
}

function all() {
  const names = attempt(() => Object.keys(localStorage), []).filter((name) => name.startsWith(PREFIX));
  const found = names.map((name) => read(name.slice(PREFIX.length))).filter((record) => record?.turns.length);
  return found.sort((a, b) => (b.changed ?? 0) - (a.changed ?? 0));
}

// Where the browser has no room left, the oldest conversations make room for this one, unless it is huge itself.
function write(record) {
  const text = JSON.stringify(record);
  if (text.length > MOST) return false;
  for (;;) {
    try {
      localStorage.setItem(PREFIX + record.key, text);
      return true;
    } catch {
      const oldest = all().findLast((other) => other.key !== record.key);
      if (!oldest) return false;
      localStorage.removeItem(PREFIX + oldest.key);
    }
  }
}

function keep(record) {
  const other = read(record.key);
  if (other && other.saved !== record.saved) record.key = newKey(); // another tab has gone on with it: this is a copy
  const before = record.saved;
  record.saved = newKey();
  record.changed = Date.now();
  full = !write(record);
  if (full) record.saved = before; // what is kept of it is older, and still ours
  attempt(() => sessionStorage.setItem(OPEN, record.key));
}

// A server that has started anew knows nothing of this tab: hand it the conversation, then ask again.
function resume(asking) {
  const left = attempt(() => read(sessionStorage.getItem(OPEN)));
  const where = attempt(() => JSON.parse(sessionStorage.getItem(FILTER)));
  const draft = attempt(() => sessionStorage.getItem(DRAFT)) ?? "";
  const waiting = asking ?? left?.asking ?? draft;
  next = draft === waiting ? "" : draft;
  if (left) open({ ...left, where: where ?? left.where, asking: waiting });
  else if (waiting || (where && Object.keys(where).length)) trigger("select", { anew: true, where, asking: waiting });
}

const box = () => document.querySelector("#question textarea");

function keepDraft() {
  attempt(() => sessionStorage.setItem(DRAFT, next || (box()?.value ?? "")));
}

function put(text) {
  box().value = text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

// A question leaves the box when it is taken. Only the browser knows whether it still stands there: the next one may
// have been typed over it, and shall not be emptied away.
function afterAsking(asked) {
  if (box() && (box().value === asked || (next && !box().value))) put(next);
  next = "";
  keepDraft();
}

// An example waits for its turn in the box, as a question does, unless something else stands there.
function showExample(example) {
  if (example && box() && !box().value) put(example.innerText.trim());
}

// Gradio reads the box a frame after Enter, or later on a busy machine, when the next question may be typed already.
// What stood there goes to the server: see chat_tab.py.
function taken(event) {
  if (!box() || (event.key !== undefined && (event.key !== "Enter" || event.shiftKey))) return;
  if (event.target.closest?.(event.key ? "#question textarea" : "#question button")) box().dataset.taken = box().value;
}
document.addEventListener("keypress", taken, true); // the event that Gradio asks upon
document.addEventListener("click", taken, true);

function askAgain(question, tries = 40) {
  if (box()?.value === question) document.querySelector("#question button").click();
  else if (tries) setTimeout(() => askAgain(question, tries - 1), 50);
}

function take(message) {
  if (message.lost) {
    again = message.lost;
    resume(again);
    return;
  }
  if (again && (message.reopened || message.anew)) {
    askAgain(again);
    again = "";
  }
  if (message.reopened) {
    records.set(message.talk, read(message.reopened));
    attempt(() => sessionStorage.setItem(OPEN, message.reopened));
  }
  if (message.anew) attempt(() => sessionStorage.removeItem(OPEN));
  if (message.where) attempt(() => sessionStorage.setItem(FILTER, JSON.stringify(message.where)));
  if (message.asking || message.turn) {
    const record = records.get(message.talk) ?? { key: newKey(), turns: [] };
    records.set(message.talk, record);
    record.asking = message.asking;
    record.where = message.where ?? record.where;
    if (message.turn) record.turns[message.place] = message.turn;
    keep(record);
    afterAsking(message.asking ?? message.turn.asked); // what is answered in one step is never told of as being asked
  }
  if (message.download) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([message.download.text], { type: "text/plain;charset=utf-8" }));
    link.download = message.download.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  draw(message.tell ?? "");
}

function button(text, label, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

function open(record) {
  trigger("select", { key: record.key, turns: record.turns, where: record.where, asking: record.asking });
}

function forget(record) {
  localStorage.removeItem(PREFIX + record.key);
  if (attempt(() => sessionStorage.getItem(OPEN)) === record.key) trigger("select", { anew: true, stay: true });
  draw();
}

function row(record, isOpen) {
  const { words } = props;
  const item = document.createElement("li");
  const first = record.turns[0].asked;
  const title = button(first, "", () => open(record));
  title.className = "first";
  title.dir = "auto";
  if (isOpen) title.setAttribute("aria-current", "true");
  const about = document.createElement("span");
  about.className = "about";
  const count = record.turns.length;
  about.textContent = `${new Date(record.changed).toLocaleString()} · ${count} ${count === 1 ? words.question : words.questions}`;
  const remove = button(words.remove, `${words.remove}: ${first}`, () => {
    if (remove.dataset.asked) return forget(record);
    remove.dataset.asked = "yes";
    remove.textContent = words.sure;
  });
  const save = button(words.save, `${words.save}: ${first}`, () => trigger("select", { save: true, turns: record.turns }));
  item.append(title, about, save, remove);
  return item;
}

function draw(said = "") {
  const { words } = props;
  const place = document.querySelector(".conversations"); // there once its tab has been opened
  if (!place) return;
  const list = document.createElement("ul");
  const openKey = attempt(() => sessionStorage.getItem(OPEN));
  const kept = all();
  list.append(...kept.map((record) => row(record, record.key === openKey)));
  const note = document.createElement("p");
  note.className = "said";
  note.setAttribute("role", "status");
  note.textContent = said || (full ? words.full : kept.length ? "" : words.none);
  place.replaceChildren(note, list);
}

watch("value", () => {
  const message = attempt(() => JSON.parse(props.value));
  if (message) take(message);
});
document.addEventListener("input", (event) => event.target === box() && keepDraft());
document.addEventListener("click", (event) => showExample(event.target.closest?.("#messages .example")), true);
window.addEventListener("storage", () => draw());
document.addEventListener("conversations", () => draw());

resume(); // a tab that is loaded again goes on where it was
