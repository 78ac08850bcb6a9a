"""A message of the user -> what the page shows of it, step by step: plain HTML, nothing of Gradio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import RagError
from rag.index import EVERYTHING, Index
from rag.page import messages, texts
from rag.page.citations import Citation, of_quotes, read_link
from rag.page.source import article_panel, empty_panel
from rag.page.talk import Said, Talk
from rag.types import Answer, Filter


@dataclass(frozen=True, slots=True)
class Drawn:
    """What stands below the user's question, and what changes beside it."""

    message: str
    panel: str | None = None  # the source; None: as it was
    understood: str = ""  # the stand-alone question where it differs from what was written


def replies(talk: Talk, question: str, *, meant: str | None = None, where: Filter = EVERYTHING) -> Iterator[Drawn]:
    """Answer a question, drawing each step on the way; the last one drawn is the answer.

    Args:
        talk: the conversation that the question belongs to.
        question: as the user wrote it, not empty.
        meant: the stand-alone question if the user has put it right; None: the conversation works it out.
        where: search only what this lets through.
    """
    index = talk.chat.answerer.index
    for step in talk.steps(question, meant=meant, where=where):
        if isinstance(step, Said):
            yield drawn(index, step)
        else:
            yield Drawn(messages.waiting_message(step, passages=index.passage_count))


def drawn(index: Index, said: Said) -> Drawn:
    """What was said in a conversation, as it is shown."""
    if said.answer is None:
        return Drawn(message_of(said))
    understood = said.answer.standalone_question if said.rewritten else ""
    return Drawn(message_of(said), _first_source(index, said.answer), understood)


def message_of(said: Said) -> str:
    """The message that answers what a user said."""
    if said.answer is not None:
        return messages.answer_message(said.answer)
    return messages.remark_message(said.remark) if said.remark else messages.notice_message(said.notice)


def followed(index: Index, link: str) -> str:
    """The source panel for a citation's link, or a word why there is none."""
    try:
        return _panel(index, read_link(link))
    except RagError as error:
        return empty_panel(f"{error}.")


def _first_source(index: Index, answer: Answer) -> str:
    if not answer.answered:
        return empty_panel(texts.NOTHING_CITED)
    try:
        return _panel(index, of_quotes(answer)[0][0][0])
    except RagError as error:  # the article has been removed since
        return empty_panel(f"{error}.")


def _panel(index: Index, citation: Citation) -> str:
    return article_panel(index.article(citation.article_id), citation, index_revision=index.revision)
