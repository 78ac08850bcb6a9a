// Runs once, when the source panel is first drawn. Gradio hands in `element` (the panel), `trigger` (sends an event to
// Python) and `watch` (calls back after the panel is drawn anew). Following a citation in the chat asks Python for its
// article; when that is there, the cited words are scrolled into view inside the panel.
let followed = null; // the citation that was clicked last, as an element
let wanted = false; // whether the user asked for what is being drawn

const panel = () => element.querySelector(".source");
const citations = (link) => [...link.closest(".answer").querySelectorAll("a.cite")];

function current() {
  const shown = panel()?.dataset.link;
  if (!shown) return null;
  if (followed?.isConnected && followed.getAttribute("href") === shown) return followed;
  return [...document.querySelectorAll("a.cite")].findLast((link) => link.getAttribute("href") === shown) ?? null;
}

let focused = null; // the button of the panel that was pressed: drawing the panel anew takes the focus from it

function refocus() {
  if (!focused) return;
  const same = element.querySelector(focused);
  (same && !same.disabled ? same : element.querySelector(".scroller"))?.focus({ preventScroll: true });
  focused = null;
}

function reveal() {
  refocus();
  document.querySelectorAll("a.cite[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
  current()?.setAttribute("aria-current", "true");
  const below = element.getBoundingClientRect().bottom > window.innerHeight; // under the chat, on a phone
  if (wanted && below) element.scrollIntoView({ block: "start" });
  if (wanted) say(panel()?.dataset.said ?? "");
  wanted = false;
  const scroller = element.querySelector(".scroller");
  if (!scroller) return;
  const words = scroller.querySelector("mark") ?? scroller.querySelector(".context");
  const offset = words.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  scroller.scrollTop += offset - scroller.clientHeight / 3;
}

function follow(link) {
  followed = link;
  wanted = true;
  const folded = link.closest("details");
  if (folded) folded.open = true;
  if (panel()?.dataset.link === link.getAttribute("href")) reveal();
  else trigger("select", { link: link.getAttribute("href") });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.cite");
  if (link) {
    event.preventDefault();
    follow(link);
    return;
  }
  const button = event.target.closest?.("button");
  if (!button || !element.contains(button)) return;
  if (button.dataset.step) {
    focused = `button[data-step=${button.dataset.step}]`;
    step(button.dataset.step);
  } else if (button.matches(".copy")) copy(button);
  else if (button.matches(".home")) {
    const from = current() ?? document.querySelector("#question textarea");
    from.scrollIntoView({ block: "center" });
    from.focus({ preventScroll: true });
  }
});

function step(direction) {
  const from = current();
  const all = from ? citations(from) : [];
  const next = all[all.indexOf(from) + (direction === "next" ? 1 : -1)];
  if (next) follow(next);
}

// One line that is seen for a moment, and that a screen reader reads out.
const status = document.body.appendChild(document.createElement("div"));
status.id = "said";
status.setAttribute("role", "status");
let silence;
function say(text, { seen = false } = {}) {
  status.textContent = text;
  status.classList.toggle("seen", seen);
  clearTimeout(silence);
  silence = setTimeout(() => {
    status.classList.remove("seen");
    status.textContent = "";
  }, 4000);
}

const keys = () => document.querySelector("#keys");

async function copy(button) {
  const text = button.dataset.copy;
  const done = await written(text);
  say(done ? keys().dataset.copied : keys().dataset.notCopied, { seen: true });
}

// The clipboard is only for pages from this machine or from https; elsewhere a selected field is copied.
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = document.activeElement;
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before?.focus({ preventScroll: true });
    return done;
  }
}

// Keys work while nothing is being typed, and can be switched off: some speak to their computer in single letters.
const OFF = "keys-off";
const chatSeen = () => document.querySelector("#chat")?.offsetParent; // and no other tab
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true], [role=textbox]");

function latest(number) {
  const answers = [...document.querySelectorAll("#messages .answer")];
  return answers.at(-1)?.querySelectorAll("a.cite")[number - 1];
}

function pressed(key) {
  if (/^[1-9]$/.test(key)) {
    const link = latest(Number(key));
    if (link) follow(link);
    return Boolean(link);
  }
  const does = {
    n: () => step("next"),
    p: () => step("previous"),
    c: () => element.querySelector(".copy")?.click(),
    "/": () => document.querySelector("#question textarea").focus(),
    "?": () => (keys().open = !keys().open),
  }[key];
  does?.();
  return Boolean(does);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !chatSeen()) return;
  if (event.key === "Escape") {
    if (keys().open) keys().open = false;
    else typing(event.target)?.blur();
  } else if (!typing(event.target) && !localStorage.getItem(OFF) && pressed(event.key)) event.preventDefault();
});

const box = keys()?.querySelector("input");
if (box) {
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}

watch("value", () => requestAnimationFrame(reveal));

// Gradio labels each message with its own HTML source, and a screen reader would read that instead of the message.
function unlabel() {
  const labelled = document.querySelectorAll("#messages [data-testid][aria-label]");
  labelled.forEach((message) => message.removeAttribute("aria-label"));
  const list = document.querySelector("#messages .examples[role=list]"); // of buttons, none of them a list item
  list?.setAttribute("role", "group");
}

// Gradio would scroll to the end of a long answer; its beginning is what counts.
let messagesSeen = "";
function showLatest() {
  const understood = document.querySelector("#understood")?.offsetHeight > 0; // takes room from the messages
  const messages = document.querySelectorAll("#messages :is(.asked, .answer, .notice, .remark)");
  const seen = `${messages.length} ${understood}`;
  if (seen === messagesSeen) return;
  messagesSeen = seen;
  const questions = document.querySelectorAll("#messages .asked");
  const scroller = document.querySelector("#messages .bubble-wrap");
  const latest = questions[questions.length - 1];
  if (latest) scroller.scrollTop += latest.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 24;
}

function tidy() {
  unlabel();
  showLatest();
}
new MutationObserver(tidy).observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-label"] });
