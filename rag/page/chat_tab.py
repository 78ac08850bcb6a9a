"""The chat, and beside it the article that an answer is quoted from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from rag.answer import Answerer
from rag.chat import Chat
from rag.errors import InputError
from rag.index import Index
from rag.page import messages, texts
from rag.page.replies import followed, replies
from rag.page.source import empty_panel

SCRIPT = Path(__file__).parent / "page.js"

# What runs on the models waits in one line; what does not, answers at once.
ON_MODELS: dict[str, Any] = {
    "show_progress": "hidden", "concurrency_id": "models", "concurrency_limit": 1, "api_visibility": "private",
}  # fmt: skip
AT_ONCE: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}

History = list[dict[str, Any]]


def chat_tab(answerer: Answerer) -> None:
    """Draw it into the open gr.Blocks."""
    index = answerer.index

    def reply(question: str, history: History, talk: Chat | None) -> Iterator[tuple[Any, ...]]:
        yield from answer(question, history, talk or Chat(answerer), None)

    def reply_as_meant(meant: str, history: History, talk: Chat | None) -> Iterator[tuple[Any, ...]]:
        if talk and talk.turns:
            yield from answer(talk.turns[-1].question, history, talk, meant.strip() or None)

    def answer(question: str, history: History, talk: Chat, meant: str | None) -> Iterator[tuple[Any, ...]]:
        """Draw the question, then what comes of it; `meant` is how the user put right what was understood."""
        if not question.strip():
            yield (gr.skip(),) * 5
            return
        history = [*history, _message("user", messages.question_message(meant or question))]
        box: Any = ""  # emptied at once; what is typed after that stays
        for drawn in replies(talk, question, meant=meant):
            said = [*history, _message("assistant", drawn.message)]
            understood = gr.update(value=drawn.understood, visible=bool(drawn.understood))
            yield said, box, gr.skip() if drawn.panel is None else drawn.panel, understood, talk
            box = gr.skip()

    def follow(event: gr.EventData) -> str:
        return followed(index, str(event.link))

    def take_example(event: gr.SelectData) -> str:
        return str(event.value["text"])

    with gr.Row(elem_id="columns", equal_height=True):
        with gr.Column(elem_id="chat", scale=6, min_width=320):
            chat = gr.Chatbot(
                label=texts.CONVERSATION, show_label=False, container=False, height="100%", layout="bubble",
                placeholder=texts.PLACEHOLDER, examples=[{"text": text} for text in examples(index)],
                latex_delimiters=[], allow_tags=False, autoscroll=False, buttons=[], elem_id="messages",
            )  # fmt: skip
            understood = gr.Textbox(
                label=texts.UNDERSTOOD, lines=1, max_lines=3, visible=False, elem_id="understood",
            )  # fmt: skip
            question = gr.Textbox(
                label=texts.QUESTION_LABEL, show_label=False, container=False, placeholder=texts.QUESTION_HINT,
                lines=1, max_lines=5, submit_btn=texts.ASK, autofocus=True, elem_id="question",
            )  # fmt: skip
        with gr.Column(elem_id="source", scale=5, min_width=320):
            source = gr.HTML(
                empty_panel(texts.SOURCE_HINT), apply_default_css=False,
                js_on_load=SCRIPT.read_text(encoding="utf-8"),
            )  # fmt: skip
    talk = gr.State(None)  # this tab's Chat
    drawn = [chat, question, source, understood, talk]
    question.submit(reply, [question, chat, talk], drawn, **ON_MODELS)
    understood.submit(reply_as_meant, [understood, chat, talk], drawn, **ON_MODELS)
    chat.example_select(take_example, outputs=question, **AT_ONCE).then(
        reply, [question, chat, talk], drawn, **ON_MODELS
    )
    chat.clear(
        lambda: (empty_panel(texts.SOURCE_HINT), gr.update(visible=False), None),
        outputs=[source, understood, talk],
        **AT_ONCE,
    )
    source.select(follow, outputs=source, **AT_ONCE)


def examples(index: Index) -> list[str]:
    """The sample questions whose articles are there."""
    held = []
    for text, article_id in texts.EXAMPLES.items():
        with suppress(InputError):
            index.article(article_id)
            held.append(text)
    return held or [texts.GENERAL_EXAMPLE]


def _message(role: str, html: str) -> dict[str, Any]:
    return {"role": role, "content": html}
