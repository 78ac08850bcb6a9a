"""The records that pass between the stages of the pipeline; this module imports nothing of ours.

    Article -> Passage -> Hit -> Quote -> Answer

Words are stored once, in ``Article.text``; everything else points into them with a ``Span``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters, ``start <= end``, counted from 0 in code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got start={self.start}, end={self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The characters that the span covers in `text`."""
        return text[self.start : self.end]

    def shift(self, chars: int) -> Span:
        """The same range, `chars` characters further on."""
        return Span(self.start + chars, self.end + chars)

    def covers(self, other: Span) -> bool:
        """Whether `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Article:
    """One document, its text normalised once on reading (see rag.articles) and never again."""

    id: str  # stable across runs and unique in an index
    title: str
    text: str
    url: str | None = None
    author: str | None = None
    published: date | None = None
    source: str | None = None  # the outlet: a newspaper, a site, a feed
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article: whole sentences, small enough for the embedding model.

    ``passage.text == article.text[passage.span.start:passage.span.end]``, always.
    """

    article_id: str
    number: int  # its place among the article's passages, from 0
    span: Span  # characters within the article's text
    text: str
    title: str  # of the article, as are the fields that follow
    url: str | None = None
    author: str | None = None
    published: date | None = None
    source: str | None = None

    @property
    def heading_and_text(self) -> str:
        """What the retriever embeds and counts terms of: the article's title above the passage."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that the retriever found. Higher scores are better."""

    passage: Passage
    score: float  # fused, 0 to 1, comparable only within one question
    dense: float  # cosine of question and passage, -1 to 1
    bm25: float | None = None  # 0 or more; None: not among the BM25 candidates


Hits = tuple[Hit, ...]  # best first


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages to search; what is empty or None leaves nothing out, and all that is named must hold."""

    articles: frozenset[str] = frozenset()  # ids of the articles to search
    without: frozenset[str] = frozenset()  # ids of articles to leave out
    sources: frozenset[str] = frozenset()  # outlets; case does not matter
    authors: frozenset[str] = frozenset()
    since: date | None = None  # published on that day or later; articles without a date are left out
    until: date | None = None  # published on that day or earlier; the same
    phrase: str = ""  # words that the passage or its title holds in a row; case and accents do not matter


@dataclass(frozen=True, slots=True)
class Change:
    """What came of adding, updating, removing or synchronising articles; all by their ids."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()  # stored before with other words or fields
    removed: tuple[str, ...] = ()
    unchanged: int = 0  # articles that were there already, word for word
    embedded: int = 0  # passages; those of an update that had not changed kept their embedding
    skipped: tuple[str, ...] = ()  # files that gave no article, each with the reason

    def __bool__(self) -> bool:
        """Whether anything is different now."""
        return bool(self.added or self.updated or self.removed)


@dataclass(frozen=True, slots=True)
class Collection:
    """What an index holds, in a few words."""

    articles: int
    passages: int
    first: date | None  # the earliest date of an article; None if none has a date
    last: date | None
    sources: tuple[tuple[str, int], ...]  # outlets with their numbers of articles, the largest first
    titles: tuple[str, ...]  # a few of them, the newest articles first


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a quotation; its confidence is computed from this alone (rag.confidence)."""

    margin: float  # reader: the span over "no answer in this passage", in logits; may be negative
    lead: float  # its score over that of the best different answer, in logits; the margin again if there is none
    dense: float  # cosine of question and passage
    others: float  # further passages that give the same answer with a margin above 0
    misfit: float = 0.0  # 1: the words are of another kind than the question wants (rag.wanted); else 0


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that the reader picked out of a passage."""

    passage: Passage
    span: Span  # characters within the passage's text
    sentence_span: Span  # the whole sentence (or sentences) around the words, within the passage's text
    evidence: Evidence
    score: float  # what quotations are ranked by: the reader's margin plus the retriever's share, in logits
    confidence: float  # calibrated probability that the words answer the question, 0 to 1
    also: tuple[Quote, ...] = ()  # the same answer in other passages, best first

    @property
    def text(self) -> str:
        """The quoted words, always cut from the passage, never stored."""
        return self.span.of(self.passage.text)

    @property
    def sentence(self) -> str:
        """The sentence that the words stand in."""
        return self.sentence_span.of(self.passage.text)

    @property
    def article_id(self) -> str:
        return self.passage.article_id

    @property
    def article_span(self) -> Span:
        """The quoted words as characters of the article's text."""
        return self.span.shift(self.passage.span.start)

    @property
    def article_sentence_span(self) -> Span:
        """The sentence as characters of the article's text."""
        return self.sentence_span.shift(self.passage.span.start)

    @property
    def start(self) -> int:
        """The first character of the quotation in the article's text."""
        return self.article_span.start

    @property
    def end(self) -> int:
        """One past the last character of the quotation in the article's text."""
        return self.article_span.end

    @property
    def citations(self) -> tuple[Quote, ...]:
        """Every place that gives this answer: this one, then the others."""
        return (self, *self.also)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question; no quotes means that they don't say."""

    question: str  # as it was asked
    quotes: tuple[Quote, ...]  # best first; different answers, each with all its citations
    hits: Hits  # the passages that were read, best first
    standalone_question: str  # what was searched for: the question with what a conversation implies filled in
    nearest: tuple[Quote, ...] = ()  # what was read but fell below the threshold, best first

    @property
    def answered(self) -> bool:
        return bool(self.quotes)

    @property
    def confidence(self) -> float:
        """Of the best quote; without quotes, that of the best span that fell below the threshold (0 if none)."""
        best = self.quotes or self.nearest
        return best[0].confidence if best else 0.0

    def __iter__(self) -> Iterator[Quote]:
        return iter(self.quotes)
