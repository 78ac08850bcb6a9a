"""The conversations that this browser keeps: opened again, downloaded, deleted; and the ratings as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from rag import feedback
from rag.answer import Answerer
from rag.errors import InputError
from rag.page import keeper, texts
from rag.page.chat_tab import AT_ONCE, ChatTab, leave, redrawn
from rag.page.filter_bar import filled
from rag.page.saved import restored_filter
from rag.page.talk import Talk, restored_said
from rag.page.transcript import transcript
from rag.types import Filter

SCRIPT = Path(__file__).parent / "history.js"


def kept_here() -> gr.HTML:
    """What hands conversations to the browser and takes them back; it shows nothing itself."""
    return gr.HTML(
        "", html_template="", js_on_load=SCRIPT.read_text(encoding="utf-8"), apply_default_css=False,
        elem_id="kept", words=texts.HISTORY,
    )  # fmt: skip


def history_tab(answerer: Answerer, chat: ChatTab, kept: gr.HTML, tabs: gr.Tabs) -> None:
    """Draw it into the open tab."""

    def changed(event: gr.EventData, before: Talk | None) -> tuple[Any, ...]:
        """A conversation is opened, downloaded or left."""
        asked = event._data
        question = str(asked.get("asking") or "")
        try:
            said = restored_said(asked.get("turns", []))
            where = restored_filter(asked["where"]) if asked.get("where") else Filter()
        except InputError as error:
            if question:  # which waits for an answer: in a new conversation then
                leave(before)
                anew = redrawn(answerer.index, Talk(answerer), question)
                return *anew, *filled(Filter()), gr.skip(), keeper.begun_anew(Filter(), tell=f"{error}.")
            return (gr.skip(),) * (len(chat.outputs) + 1) + (keeper.tell(f"{error}."),)
        if asked.get("save"):
            message = keeper.download(texts.CONVERSATION_FILE, transcript(said))
            return (gr.skip(),) * (len(chat.outputs) + 1) + (message,)
        leave(before)
        talk, key = Talk(answerer, said), str(asked.get("key") or "")
        message = keeper.reopened(talk, key, where) if key else keeper.begun_anew(where)
        tab = gr.skip() if asked.get("stay") else gr.update(selected="chat")
        said, box, *rest = redrawn(answerer.index, talk, question)
        return said, box or gr.skip(), *rest, *filled(where), tab, message  # what has been typed meanwhile stays

    def begin(before: Talk | None) -> tuple[Any, ...]:
        leave(before)
        drawn = redrawn(answerer.index, Talk(answerer), "")
        return *drawn, *filled(Filter()), gr.update(selected="chat"), keeper.begun_anew(Filter())

    def ratings() -> str:
        lines = feedback.as_questions(feedback.kept(answerer.index.folder))
        return keeper.download(texts.RATINGS_FILE, lines) if lines else keeper.tell(texts.NO_RATINGS)

    with gr.Column(elem_id="conversations"):
        with gr.Row(elem_id="history-tools"):
            anew = gr.Button(texts.NEW_CONVERSATION, scale=0, min_width=190)
            rated = gr.Button(texts.DOWNLOAD_RATINGS, scale=0, min_width=190)
        gr.HTML(
            "", html_template='<div class="conversations"></div>', apply_default_css=False,
            js_on_load='document.dispatchEvent(new Event("conversations"))',
        )  # fmt: skip
    everything = [*chat.outputs, tabs, kept]
    kept.select(changed, chat.talk, everything, **AT_ONCE)
    anew.click(begin, chat.talk, everything, **AT_ONCE)
    rated.click(ratings, outputs=kept, **AT_ONCE)
