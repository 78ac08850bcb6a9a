"""The chat, and beside it the article that an answer is quoted from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from rag.answer import Answerer
from rag.errors import InputError
from rag.index import Index
from rag.page import keeper, messages, texts
from rag.page.filter_bar import FilterBar, filter_bar
from rag.page.filters import filter_of
from rag.page.rating import rating_box
from rag.page.replies import Drawn, drawn, followed, message_of, replies
from rag.page.source import empty_panel
from rag.page.talk import Said, Talk

SCRIPT = Path(__file__).parent / "page.js"
AS_TAKEN = "(question, ...rest) => [document.querySelector('#question textarea').dataset.taken ?? question, ...rest]"

# What runs on the models waits in one line; what does not, answers at once.
ON_MODELS: dict[str, Any] = {
    "show_progress": "hidden", "concurrency_id": "models", "concurrency_limit": 1, "api_visibility": "private",
}  # fmt: skip
AT_ONCE: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}

History = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ChatTab:
    """What other tabs of the page change in this one."""

    drawn: list[gr.Component]  # what `redrawn` gives values for
    bar: FilterBar
    talk: gr.State  # the tab's Talk

    @property
    def outputs(self) -> list[gr.Component]:
        """What `redrawn` and then `filled` give values for."""
        return [*self.drawn, *self.bar.outputs]


def chat_tab(answerer: Answerer, kept: gr.HTML) -> ChatTab:
    """Draw it into the open tab; conversations are handed to the browser through `kept`."""
    index = answerer.index

    def reply(question: str, history: History, talk: Talk | None, *fields: Any) -> Iterator[tuple[Any, ...]]:
        if talk is None and history and question.strip():
            yield *(gr.skip(),) * 4, keeper.lost(question)
        else:
            yield from answer(question, talk or Talk(answerer), None, fields)

    def reply_to_example(event: gr.SelectData, *shown: Any) -> Iterator[tuple[Any, ...]]:
        yield from reply(str(event.value["text"]), *shown)

    def reply_as_meant(meant: str, talk: Talk | None, *fields: Any) -> Iterator[tuple[Any, ...]]:
        if talk is None:
            yield *(gr.skip(),) * 4, keeper.lost(meant)
        elif talk.chat.turns:
            yield from answer(talk.chat.turns[-1].question, talk, meant.strip() or None, fields)

    def answer(question: str, talk: Talk, meant: str | None, fields: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Draw the question, then what comes of it; `meant` is how the user put right what was understood."""
        if not question.strip():
            yield (gr.skip(),) * 5
            return
        # What the page showed when it was asked may be out of date: an example and a question can overlap.
        history = [*_spoken(talk), _message("user", messages.question_message(meant or question))]
        message = keeper.keep_asked(talk, meant or question)  # which also empties the box, if this stands in it
        before = len(talk.said)
        for step in _replies(talk, question, meant, fields):
            if talk.left:
                yield (gr.skip(),) * 5
                continue
            if len(talk.said) > before:
                message = keeper.keep_turn(talk)
            said = [*history, _message("assistant", step.message)]
            panel = gr.skip() if step.panel is None else step.panel
            yield said, panel, _understood(step), talk, message
            message = gr.skip()

    def clear(talk: Talk | None) -> tuple[Any, ...]:
        leave(talk)  # a step that was on its way already is drawn over
        return [], empty_panel(texts.SOURCE_HINT), gr.update(visible=False), None, keeper.begun_anew()

    def follow(event: gr.EventData) -> str:
        return followed(index, str(event.link))

    with gr.Row(elem_id="columns", equal_height=True):
        with gr.Column(elem_id="chat", scale=6, min_width=320):
            chat = gr.Chatbot(
                label=texts.CONVERSATION, show_label=False, container=False, height="100%", layout="bubble",
                placeholder=texts.PLACEHOLDER, examples=[{"text": text} for text in examples(index)],
                latex_delimiters=[], allow_tags=False, autoscroll=False, buttons=[], elem_id="messages",
            )  # fmt: skip
            reason = rating_box()
            understood = gr.Textbox(
                label=texts.UNDERSTOOD, lines=1, max_lines=3, visible=False, elem_id="understood",
            )  # fmt: skip
            bar = filter_bar(index, kept)
            question = gr.Textbox(
                label=texts.QUESTION_LABEL, show_label=False, container=False, placeholder=texts.QUESTION_HINT,
                lines=1, max_lines=5, submit_btn=texts.ASK, autofocus=True, elem_id="question",
            )  # fmt: skip
        with gr.Column(elem_id="source", scale=5, min_width=320):
            source = gr.HTML(
                empty_panel(texts.SOURCE_HINT), apply_default_css=False,
                js_on_load=SCRIPT.read_text(encoding="utf-8"),
            )  # fmt: skip
    talk = gr.State(None)  # this tab's Talk
    shown = [chat, question, source, understood, talk]
    replied = [chat, source, understood, talk, kept]  # without the question box: the next one may be typed by then
    question.submit(reply, [question, chat, talk, *bar.fields], replied, js=AS_TAKEN, **ON_MODELS)
    understood.submit(reply_as_meant, [understood, talk, *bar.fields], replied, **ON_MODELS)
    chat.example_select(reply_to_example, [chat, talk, *bar.fields], replied, **ON_MODELS)
    chat.clear(clear, talk, replied, **AT_ONCE)
    source.select(follow, outputs=source, **AT_ONCE)
    reason.listen(chat, talk, index.folder, until=[question.submit, understood.submit, chat.clear])
    return ChatTab(shown, bar, talk)


def redrawn(index: Index, talk: Talk, question: str) -> tuple[Any, ...]:
    """A whole conversation for `ChatTab.drawn`, with a question that waits in the box."""
    last = drawn(index, talk.said[-1]) if talk.said else Drawn("", empty_panel(texts.SOURCE_HINT))
    panel = empty_panel(texts.SOURCE_HINT) if last.panel is None else last.panel
    return _spoken(talk), question, panel, _understood(last), talk


def leave(talk: Talk | None) -> None:
    """Another conversation takes its place in the tab: an answer that is under way is not drawn any more."""
    if talk is not None:
        talk.left = True


def examples(index: Index) -> list[str]:
    """The sample questions whose articles are there."""
    held = [text for text, article_id in texts.EXAMPLES.items() if article_id in index]
    return held or [texts.GENERAL_EXAMPLE]


def _replies(talk: Talk, question: str, meant: str | None, fields: tuple[Any, ...]) -> Iterator[Drawn]:
    try:
        talk.where = filter_of(*fields)
    except InputError as error:
        yield drawn(talk.chat.answerer.index, talk.say(Said(meant or question, notice=f"{error}.")))
    else:
        yield from replies(talk, question, meant=meant, where=talk.where)


def _spoken(talk: Talk) -> History:
    """All that was said in a conversation, as messages."""
    history: History = []
    for said in talk.said:
        history += [_message("user", messages.question_message(said.asked)), _message("assistant", message_of(said))]
    return history


def _understood(drawn: Drawn) -> Any:
    return gr.update(value=drawn.understood, visible=bool(drawn.understood))


def _message(role: str, html: str) -> dict[str, Any]:
    return {"role": role, "content": html}
