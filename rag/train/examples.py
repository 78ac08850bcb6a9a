"""Questions + negatives -> the examples of one epoch: what the reader reads, and the words that it should find."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.train.altered import Mention, altered, mentions_by_topic
from rag.train.negatives import Misses
from rag.train.questions import Question
from rag.train.recipe import Mixture
from rag.types import Passage, Span


@dataclass(frozen=True, slots=True)
class Example:
    """What the reader reads, and what it should answer."""

    question: str
    passage: str
    answer: Span | None  # characters of `passage`; None: it should say that the passage holds no answer


Pieces = Mapping[str, Sequence[Passage]]  # the passages of each text, by its article's id


class Source:
    """Questions with all that an epoch is drawn from."""

    def __init__(self, questions: Sequence[Question], pieces: Pieces, misses: Misses, mixture: Mixture) -> None:
        self._questions, self._pieces, self._misses, self._mixture = questions, pieces, misses, mixture
        self._topics = mentions_by_topic((q.topic, q.text) for q in questions)

    def epoch(self, seed: int, number: int) -> list[Example]:
        """The examples of an epoch, in no order that means anything; equal arguments give equal examples."""
        rng = random.Random(f"{seed} {number}")
        order = list(self._questions)
        rng.shuffle(order)
        asked: Counter[tuple[str, int | None]] = Counter()
        examples: list[Example] = []
        for question in order:
            place = question.article.id, self._cut(question)
            asked[place] += 1
            if asked[place] <= self._mixture.questions_each:
                examples += self._examples(question, rng)
        return examples

    def _cut(self, question: Question) -> int | None:
        """Which passage of its text holds the answer; None: none does, as a whole."""
        pieces = self._pieces.get(question.article.id, ())
        return next((p.number for p in pieces if question.answers and p.span.covers(question.answers[0])), None)

    def _examples(self, question: Question, rng: random.Random) -> list[Example]:
        mixture, article = self._mixture, question.article
        misses = self._misses.get(question.id, ())
        if not question.answers:
            pieces = self._pieces.get(article.id, ())
            nearest = misses[0].text if misses else rng.choice(pieces).text if pieces else article.text
            text = article.text if rng.random() < mixture.whole else nearest
            return [_example(question.text, article.title, text, None, rng.random() < mixture.titled)]
        answer = question.answers[0]
        whole = Span(0, len(article.text))
        cut = [p.span for p in self._pieces.get(article.id, ()) if p.span.covers(answer)]
        piece = cut[0] if cut and rng.random() >= mixture.whole else whole
        text = piece.of(article.text)
        target = Span(answer.start - piece.start, answer.end - piece.start)
        found = [_example(question.text, article.title, text, target, rng.random() < mixture.titled)]
        if misses and rng.random() < mixture.retrieved:
            miss = rng.choice(misses)
            found.append(_example(question.text, miss.title, miss.text, None, rng.random() < mixture.titled))
        if rng.random() < mixture.altered:
            others: Sequence[Mention] = self._topics.get(question.topic, ())
            near = altered(question.text, question.answer_texts, others, rng)
            if near is not None:
                found.append(_example(near, article.title, text, None, rng.random() < mixture.titled))
        return found


def _example(question: str, title: str, text: str, answer: Span | None, titled: bool) -> Example:
    if not (titled and title):
        return Example(question, text, answer)
    above = f"{title}\n"  # as in Passage.heading_and_text
    return Example(question, above + text, answer.shift(len(above)) if answer else None)
