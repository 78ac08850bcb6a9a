"""Hits and the reader's candidates -> an answer in the articles' words, or the word that they don't say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag import confidence
from rag.chunks import sentence_around
from rag.index import EVERYTHING, Index, checked_question
from rag.read import Candidate, Reader, SpanReader
from rag.settings import AnswerSettings
from rag.types import Answer, Evidence, Filter, Hit, Hits, Quote, Span
from rag.wanted import misfit

CANDIDATES_EACH = 3  # spans kept of one passage
NEAREST = 3  # shown when nothing reaches the threshold
ARTICLES = {"a", "an", "the"}
LIKE = 0.15  # confidences nearer to each other than this do not say which of two answers is right


class Answerer:
    """Answers questions from an index; load it once, ask it often."""

    def __init__(self, index: Index, *, reader: Reader | None = None, settings: AnswerSettings | None = None) -> None:
        """Join an index and a reader.

        Args:
            index: where to look.
            reader: None loads the one that the settings name, on first use.
            settings: None takes the defaults.
        """
        self.index = index
        self.settings = settings or AnswerSettings()
        self._reader = reader

    @property
    def reader(self) -> Reader:
        """The model that finds the words, loaded on first use."""
        if self._reader is None:
            self._reader = SpanReader(self.settings.reader_model)
        return self._reader

    @property
    def models_loaded(self) -> bool:
        """Whether the next question waits for no model."""
        return self._reader is not None and self.index.embedder_loaded

    def ask(self, question: str, *, standalone_question: str | None = None, where: Filter = EVERYTHING) -> Answer:
        """Answer one question.

        Args:
            question: as the user put it.
            standalone_question: what to search and read with instead, when a conversation gives the question its
                meaning; None: the question itself.
            where: search only what this lets through.

        Raises:
            InputError: the question is empty or too long.
        """
        asked = checked_question(standalone_question or question, self.settings)
        hits = self.index.search(asked, self.settings.k, where=where, settings=self.settings)
        return self.answer_from(hits, question, standalone_question=asked)

    def answer_from(self, hits: Hits, question: str, *, standalone_question: str | None = None) -> Answer:
        """Answer from passages found by the caller; see `ask`."""
        asked = checked_question(standalone_question or question, self.settings)
        candidates = self.reader.read(
            asked,
            [hit.passage.text for hit in hits],
            max_answer_tokens=self.settings.max_answer_tokens,
            k=CANDIDATES_EACH,
        )
        quotes = rank(asked, hits, candidates, retrieval_weight=self.settings.retrieval_weight)
        sure = tuple(q for q in quotes if q.confidence >= self.settings.threshold)
        unsure = tuple(q for q in quotes if q.confidence < self.settings.threshold)[:NEAREST]
        return Answer(question, sure[: self.settings.max_quotes], hits, asked, unsure)


@dataclass(frozen=True, slots=True)
class _Scored:
    """A candidate with the passage that it stands in."""

    hit: Hit
    candidate: Candidate
    score: float
    sentence: Span  # around the words, within the passage's text
    words: tuple[str, ...]  # as compared with other answers


def rank(question: str, hits: Hits, candidates: Sequence[Candidate], *, retrieval_weight: float) -> list[Quote]:
    """Candidates as quotes, best first, each answer once with all its citations.

    Args:
        question: that was read with.
        hits: the passages that were read.
        candidates: what the reader found in them.
        retrieval_weight: what a fused score of 1 adds to a candidate's margin, in logits.
    """
    scored = [_scored(hits[c.passage], c, retrieval_weight) for c in candidates]
    groups: list[list[_Scored]] = []  # each: one answer, its best mention first
    sentences: list[tuple[Hit, Span]] = []
    for one in sorted(scored, key=lambda s: -s.score):
        if any(one.hit is hit and sentence.overlaps(one.sentence) for hit, sentence in sentences):
            continue  # of one sentence only the best words are an answer
        sentences.append((one.hit, one.sentence))
        home = next((group for group in groups if same_answer(group[0].words, one.words)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    quotes = []
    for group in groups:
        rival = next((other[0].score for other in groups if other is not group), None)
        quotes.append(_quote(question, group, rival))
    return sorted(quotes, key=lambda q: -q.score)


def _scored(hit: Hit, candidate: Candidate, retrieval_weight: float) -> _Scored:
    text = hit.passage.text
    score = candidate.margin + retrieval_weight * hit.score
    return _Scored(
        hit, candidate, score, sentence_around(text, candidate.span), compared_words(candidate.span.of(text))
    )


def compared_words(text: str) -> tuple[str, ...]:
    """The words of an answer as two answers are compared: case, accents, punctuation and a, an, the aside."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return tuple(word for word in re.findall(r"\w+(?:[.,]\d+)*", plain) if word not in ARTICLES)


def same_answer(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two answers say the same: equal words, or the words of one in a row within the other.

    "Monday" is not "Monday 30 March": one with a number says more than one without.
    """
    short, long = sorted((tuple(one), tuple(other)), key=len)
    if not short:
        return not long
    if _has_number(long) and not _has_number(short):
        return False
    return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))


def _has_number(words: Sequence[str]) -> bool:
    return any(char.isdigit() for word in words for char in word)


def _quote(question: str, group: Sequence[_Scored], rival: float | None) -> Quote:
    """The best mention of an answer, with its other mentions as further citations."""
    agreeing = sum(one.candidate.margin > 0 for one in group[1:])
    quotes = []
    for one in group:
        span = one.candidate.span
        evidence = Evidence(
            margin=one.candidate.margin,
            lead=one.score - rival if rival is not None else one.candidate.margin,
            dense=one.hit.dense,
            others=float(agreeing),
            misfit=float(misfit(question, span.of(one.hit.passage.text))),
        )
        certainty = confidence.probability(evidence)
        quotes.append(Quote(one.hit.passage, span, one.sentence, evidence, one.score, certainty))
    return replace(quotes[0], also=tuple(quotes[1:]))


def rivals(answer: Answer) -> tuple[Quote, ...]:
    """The first quotes of an answer, as far as no confidence decides between them and each is of other articles.

    One quote, or none, when nothing rivals the best.
    """
    told: set[str] = set()
    for place, quote in enumerate(answer.quotes):
        articles = {citation.article_id for citation in quote.citations}
        if answer.quotes[0].confidence - quote.confidence >= LIKE or articles & told:
            return answer.quotes[:place]
        told |= articles
    return answer.quotes
