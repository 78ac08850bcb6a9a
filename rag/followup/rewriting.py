"""A question + the earlier turns of the conversation -> the question as it would be asked on its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.followup.agreement import agreement
from rag.followup.anaphora import asks_about_article, gaps
from rag.followup.antecedents import choose, topic
from rag.followup.candidates import Candidate, candidates
from rag.followup.ellipsis import complete
from rag.followup.english import FUNCTION_WORDS, IMPERATIVES
from rag.followup.needs import need
from rag.followup.questions import Question
from rag.followup.records import Gap, Kind, Points, Rewrite, Turn
from rag.followup.spelling import folded
from rag.followup.wording import add, fill, make_own

MIN_NEED = 0.3  # below it a question stands alone; from it on a second search tells (see weighing), so it may be low
_CLAUSE_WORDS = 14  # the longest sentence that "this" is spelled out with
_QUOTED = re.compile(r"[\"“«][^\"”»]+[\"”»]")


def rewrite(question: str, turns: Sequence[Turn]) -> Rewrite:
    """Fill in what a question leaves to the conversation; one that stands alone comes back as it is."""
    asked = " ".join(question.split())
    before = [turn for turn in turns if turn.standalone_question or turn.title]
    if not asked or not before:
        return Rewrite(question, question, changed=False)
    text, sure = _Rewriter(asked, before).run()
    return Rewrite(text, question, changed=True, sure=sure) if text != asked else Rewrite(question, question, False)


def leaning(question: str, turns: Sequence[Turn]) -> tuple[Gap, ...] | None:
    """The gaps of a question whose need of context only a probability can tell, None for any other question."""
    this = _Rewriter(question, turns)
    return this.gaps if this.fill()[0] == question and not this.names_something() else None


class _Rewriter:
    """One question on its way to standing alone."""

    def __init__(self, text: str, turns: Sequence[Turn]) -> None:
        self.question = Question.of(text)
        self.turns = turns
        self.found = candidates(turns)
        every = gaps(self.question)
        self.gaps = tuple(gap for gap in every if not gap.bound)
        self.explains_itself = len(self.gaps) < len(every)

    def run(self) -> tuple[str, bool]:
        """The stand-alone question, and whether that is sure."""
        text, sure = self.fill()
        whole = complete(text, self.turns)
        if whole:
            return whole, sure
        if text != self.question.text or self.explains_itself or self.names_something():
            return text, sure
        return self._lean()

    def fill(self) -> tuple[str, bool]:
        """The question with names in its gaps, no name twice, and whether they surely belong there."""
        text, sure = self.question.text, True
        left = list(self.found)
        chosen: list[tuple[Gap, str]] = []
        for gap in self.gaps:
            best = choose(gap, left)
            words = self._words(gap, best) if best else None
            if best and words:
                chosen.append((gap, words))
                left.remove(best)
                sure &= not self.question.names if gap.points is Points.NAMED else agreement(gap, best) > 0
        for gap, words in reversed(chosen):
            text = text[: gap.span.start] + words + text[gap.span.end :]
        return (text[:1].upper() + text[1:] if self.question.text[:1].isupper() else text), sure

    def names_something(self) -> bool:
        """Whether the question holds a name of its own, or one of the conversation's, in small letters too."""
        names = (m for m in self.question.names if m.kind is not Kind.YEAR and m.key not in IMPERATIVES)
        if any(names) or _QUOTED.search(self.question.text):
            return True
        said = {folded(word.text) for word in self.question.words}
        return any(_is_named(candidate, said) for candidate in self.found)

    def _words(self, gap: Gap, best: Candidate) -> str | None:
        """What to put into a gap, None if the best candidate does not belong there."""
        return self._event(gap, best) if gap.points is Points.EVENT else fill(self.question.text, gap, best.name)

    def _event(self, gap: Gap, best: Candidate) -> str | None:
        """What "this" or "that" stands for: what the last turn named, else all that it said, if that is short."""
        sentence = self.turns[-1].sentence
        if gap.possessive:
            return None
        if agreement(gap, best) > 0 and min(best.seen.values()) == 0:
            return best.name
        short = 0 < len(sentence.split()) <= _CLAUSE_WORDS
        return f"{gap.span.of(self.question.text)} ({sentence.strip(' .,;')})" if short else None

    def _lean(self) -> tuple[str, bool]:
        """The question with what the conversation is about, if it needs that."""
        text, about = self.question.text, topic(self.found)
        probability = need(self.question, self.gaps, self.turns)
        if about is None or probability < MIN_NEED:
            return text, True
        gap = self.gaps[0] if self.gaps else None
        if gap and (gap.points is Points.NAMED or gap.possessive) and not asks_about_article(self.question):
            return make_own(text, gap, about.name), False
        return add(text, about.name), False


def _is_named(candidate: Candidate, said: set[str]) -> bool:
    parts = {part for part in candidate.key.split() if part not in FUNCTION_WORDS}
    if candidate.nature.kind is Kind.YEAR or not parts:
        return False
    person = candidate.nature.kind is Kind.PERSON or candidate.pronoun in {"he", "she"}
    return parts <= said or (person and bool(parts & said))
