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

function reveal() {
  document.querySelectorAll("a.cite[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
  current()?.setAttribute("aria-current", "true");
  const below = element.getBoundingClientRect().bottom > window.innerHeight; // under the chat, on a phone
  if (wanted && below) element.scrollIntoView({ block: "start" });
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
  const button = event.target.closest?.("button[data-step]");
  const from = button && element.contains(button) ? current() : null;
  if (from) {
    const all = citations(from);
    const next = all[all.indexOf(from) + (button.dataset.step === "next" ? 1 : -1)];
    if (next) follow(next);
  }
});

watch("value", () => requestAnimationFrame(reveal));

// Gradio labels each message with its own HTML source, and a screen reader would read that instead of the message.
function unlabel() {
  const labelled = document.querySelectorAll("#messages [data-testid][aria-label]");
  labelled.forEach((message) => message.removeAttribute("aria-label"));
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
