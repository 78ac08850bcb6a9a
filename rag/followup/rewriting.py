"""A question + the earlier turns of the conversation -> the question as it would be asked on its own."""

from __future__ import annotations

from collections.abc import Sequence

from rag.followup.agreement import agreement
from rag.followup.anaphora import asks_about_article, gaps, split
from rag.followup.antecedents import choose, topic
from rag.followup.candidates import Candidate, candidates
from rag.followup.ellipsis import complete
from rag.followup.english import FUNCTION_WORDS, IMPERATIVES
from rag.followup.entities import mentions
from rag.followup.kinds import folded
from rag.followup.needs import need
from rag.followup.records import Gap, Kind, Points, Rewrite, Turn
from rag.followup.wording import add, fill, make_own

MIN_NEED = 0.3  # below it a question stands alone
SURE_NEED = 0.9  # from it on a question surely leans on the turns before
_CLAUSE_WORDS = 14  # the longest sentence that "this" is spelled out with


def rewrite(question: str, turns: Sequence[Turn]) -> Rewrite:
    """Fill in what a question leaves to the conversation; one that stands alone comes back as it is."""
    asked = " ".join(question.split())
    before = [turn for turn in turns if turn.standalone_question or turn.title]
    if not asked or not before:
        return Rewrite(question, question, changed=False)
    text, sure = _Rewriter(asked, before).run()
    return Rewrite(text if text != asked else question, question, text != asked, sure)


def leaning(question: str, turns: Sequence[Turn]) -> list[Gap] | None:
    """The open gaps of a question whose need of context only a probability can tell, None for any other question."""
    this = _Rewriter(question, turns)
    if any(this._words(gap, best) for gap in this.gaps if (best := choose(gap, this.found))):
        return None
    return None if this._names_something() else this.gaps


class _Rewriter:
    """One question on its way to standing alone."""

    def __init__(self, question: str, turns: Sequence[Turn]) -> None:
        self.question = question
        self.turns = turns
        self.found = candidates(turns)
        self.named = mentions(question)
        self.gaps = [gap for gap in gaps(question, self.named) if not gap.bound]

    def run(self) -> tuple[str, bool]:
        """The stand-alone question, and whether that is sure."""
        text, sure = self._fill()
        last = self.turns[-1]
        whole = complete(text, last.standalone_question, last.answer)
        if whole:
            return whole, sure
        if text != self.question or self._names_something():
            return text, sure
        return self._lean()

    def _fill(self) -> tuple[str, bool]:
        """Put names into the gaps, each name once."""
        text, sure = self.question, True
        left = list(self.found)
        chosen: list[tuple[Gap, str]] = []
        for gap in self.gaps:
            best = choose(gap, left)
            words = self._words(gap, best) if best else None
            if best and words:
                chosen.append((gap, words))
                left.remove(best)
                sure &= self._is_sure(gap, best)
        for gap, words in reversed(chosen):
            text = text[: gap.span.start] + words + text[gap.span.end :]
        return text, sure

    def _is_sure(self, gap: Gap, best: Candidate) -> bool:
        fits = agreement(gap, best)
        if gap.points is Points.NAMED:
            return not self.named
        return fits > 0

    def _words(self, gap: Gap, best: Candidate) -> str | None:
        fits = agreement(gap, best)
        if (gap.points is Points.NAMED and fits <= 0) or (gap.points is Points.PERSON and fits < 0):
            return None
        if gap.points is Points.EVENT:
            sentence = self.turns[-1].sentence
            if gap.possessive:
                return None
            if fits > 0 and min(best.seen.values()) == 0:
                return best.name
            if not 0 < len(sentence.split()) <= _CLAUSE_WORDS:
                return None
            return f"{gap.span.of(self.question)} ({sentence.strip(' .,;')})"
        return fill(self.question, gap, best.name)

    def _names_something(self) -> bool:
        """Whether the question holds a name of its own, or one of the conversation's, in small letters too."""
        if any(m.kind is not Kind.YEAR and m.key not in IMPERATIVES for m in self.named):
            return True
        said = {folded(w.text) for w in split(self.question)}
        return any(_is_named(candidate, said) for candidate in self.found)

    def _lean(self) -> tuple[str, bool]:
        """Add what the conversation is about, if the question needs it."""
        about = topic(self.found)
        probability = need(self.question, self.gaps, self.turns)
        if about is None or probability < MIN_NEED:
            return self.question, True
        sure = probability >= SURE_NEED
        gap = self.gaps[0] if self.gaps else None
        if gap and (gap.points is Points.NAMED or gap.possessive) and not asks_about_article(self.question):
            return make_own(self.question, gap, about.name), sure
        return add(self.question, about.name), sure


def _is_named(candidate: Candidate, said: set[str]) -> bool:
    parts = {part for part in candidate.key.split() if part not in FUNCTION_WORDS}
    if candidate.nature.kind is Kind.YEAR or not parts:
        return False
    person = candidate.nature.kind is Kind.PERSON or candidate.pronoun in {"he", "she"}
    return parts <= said or (person and bool(parts & said))
