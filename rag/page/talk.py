"""One tab's conversation: what was said in it, in a form that the browser keeps and that can be gone on with."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.answer import Answerer
from rag.chat import Chat, Step
from rag.errors import RagError
from rag.index import EVERYTHING
from rag.page import texts
from rag.page.filters import described
from rag.page.saved import Json, restored, restored_answer, saved_answer, text_of
from rag.types import Answer, Filter


@dataclass(frozen=True, slots=True)
class Said:
    """What a user said and what came of it: an answer, a remark about the collection, or a notice."""

    asked: str  # as it is drawn
    answer: Answer | None = None
    remark: str = ""
    notice: str = ""  # one line about something that could not be done
    rewritten: bool = False  # whether the answer's stand-alone question differs from what was written


class Talk:
    """A conversation that goes on; `id` names it between the server and the tab."""

    def __init__(self, answerer: Answerer, said: Sequence[Said] = ()) -> None:
        """Go on after `said`."""
        self.id = secrets.token_hex(8)
        self.said = list(said)
        self.where = EVERYTHING  # what the last question was narrowed to
        self.left = False  # whether another conversation has taken its place in the tab
        self.chat = Chat(answerer)
        self.chat.resume(one.answer for one in said if one.answer)

    def steps(self, question: str, *, meant: str | None = None, where: Filter = EVERYTHING) -> Iterator[Step | Said]:
        """Answer the next question, telling each step on the way; what was said comes last.

        Args:
            question: as the user wrote it.
            meant: what it means, if the user has put that right.
            where: search only what this lets through.
        """
        asked = meant or question
        try:
            for step in self.chat.steps(question, standalone_question=meant, where=where):
                if isinstance(step, Step):
                    yield step
                elif step.answer is None:
                    yield self.say(Said(asked, remark=step.text))
                elif not step.answer.hits and where != EVERYTHING:
                    yield self.say(Said(asked, notice=texts.NOTHING_PASSES.format(described(where))))
                else:
                    yield self.say(Said(asked, step.answer, rewritten=step.rewritten))
        except RagError as error:
            yield self.say(Said(asked, notice=f"{error}."))

    def ask(self, question: str, *, meant: str | None = None, where: Filter = EVERYTHING) -> Said:
        """Answer the next question at once; see `steps`."""
        return next(step for step in self.steps(question, meant=meant, where=where) if isinstance(step, Said))

    def say(self, said: Said) -> Said:
        """Write down what came of a question."""
        self.said.append(said)
        return said


def saved_said(said: Said) -> Json:
    """A JSON object that holds all of it."""
    fields: Json = {"remark": said.remark, "notice": said.notice, "rewritten": said.rewritten}
    if said.answer:
        fields["answer"] = saved_answer(said.answer)
    return {"asked": said.asked} | {name: value for name, value in fields.items() if value}


def restored_said(turns: Any) -> tuple[Said, ...]:
    """A conversation that was saved turn by turn.

    Raises:
        InputError: it was not saved so.
    """
    return restored(lambda turns: tuple(_said(one) for one in turns), turns)


def _said(saved: Any) -> Said:
    answer = restored_answer(saved["answer"]) if "answer" in saved else None
    remark, notice = text_of(saved.get("remark", "")), text_of(saved.get("notice", ""))
    return Said(text_of(saved["asked"]), answer, remark, notice, rewritten=bool(saved.get("rewritten")))
