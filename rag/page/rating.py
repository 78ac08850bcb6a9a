"""Thumbs below the answers, and a line for the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr

from rag import feedback
from rag.errors import RagError
from rag.feedback import Rating
from rag.page import texts
from rag.page.talk import Talk


@dataclass(frozen=True, slots=True)
class RatingBox:
    """The line for the reason."""

    reason: gr.Textbox

    def listen(self, chat: gr.Chatbot, talk: gr.State, folder: Path, until: list[Any]) -> None:
        """Keep what the thumbs of `chat` say beside the index in `folder`; the events of `until` close the line."""
        rated = gr.State(None)  # the Rating that a reason would be of
        at_once: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
        outputs = [self.reason, rated]

        def rate(event: gr.LikeData, talk: Talk | None) -> tuple[Any, Rating | None]:
            if talk is None:
                return _told(texts.FORGOTTEN), None
            said = talk.said[_place(event)] if _place(event) < len(talk.said) else None
            if said is None or said.answer is None:
                return _told(texts.NOT_RATED), None
            good = event.liked if isinstance(event.liked, bool) else None
            rating = feedback.rating_of(said.answer, good=good, when=datetime.now(UTC))
            return _kept(folder, rating, "" if good is None else texts.THANKS), None if good is None else rating

        def explain(reason: str, rating: Rating | None) -> tuple[Any, None]:
            if rating is None or not reason.strip():
                return gr.update(visible=False), None
            return _kept(folder, feedback.explained(rating, reason), ""), None

        hide = (lambda: (gr.update(visible=False), None), None, outputs)
        for event in until:
            event(*hide, **at_once)
        chat.like(rate, talk, outputs, **at_once)
        self.reason.submit(explain, outputs, outputs, **at_once)


def rating_box() -> RatingBox:
    """Draw it."""
    return RatingBox(gr.Textbox(label=texts.RATED, max_lines=1, visible=False, elem_id="reason"))


def _place(event: gr.LikeData) -> int:
    """Which of the conversation's replies was rated; questions and replies take turns."""
    index = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
    return int(index) // 2


def _kept(folder: Path, rating: Rating, thanks: str) -> Any:
    try:
        feedback.keep(folder, rating)
    except RagError as error:
        return _told(f"{error}.")
    return gr.update(value="", visible=bool(thanks), label=f"{thanks} {texts.RATED}")


def _told(text: str) -> Any:
    return gr.update(value="", visible=True, label=text)
