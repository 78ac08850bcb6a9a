"""An answer -> its citations, numbered as they are drawn, each with a link that says all that is needed to show it.

The link carries the place itself (article and offsets), so a page can follow it without remembering the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode
from zlib import crc32

from rag.errors import InputError
from rag.types import Answer, Passage, Quote, Span

NEAREST = 3  # passages shown when the articles don't say


@dataclass(frozen=True, slots=True)
class Proof:
    """What a receipt says beyond the place."""

    question: str
    standalone_question: str
    confidence: float
    check: str  # `checksum` of the context as it was quoted, to notice that the article has changed since


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered place in an article."""

    number: int  # from 1, within the answer
    count: int  # citations in the answer
    article_id: str
    words: Span  # characters of the article's text; empty when only a passage is cited
    context: Span  # the sentence around the words, or the passage
    proof: Proof | None = None  # None: a passage only

    @property
    def link(self) -> str:
        """A fragment such as ``#n=1&of=3&words=4-9&in=0-20&article=a.md``; `read_link` turns it back."""
        fields: dict[str, int | str] = {
            "n": self.number,
            "of": self.count,
            "words": f"{self.words.start}-{self.words.end}",
            "in": f"{self.context.start}-{self.context.end}",
            "article": self.article_id,
        }
        if self.proof:
            fields |= {
                "q": self.proof.question,
                "meant": self.proof.standalone_question,
                "sure": f"{self.proof.confidence:.4f}",
                "check": self.proof.check,
            }
        return "#" + urlencode(fields, quote_via=quote, errors="surrogatepass")


def read_link(link: str) -> Citation:
    """The citation that a link was made from.

    Raises:
        InputError: no citation has such a link.
    """
    try:
        fields = parse_qs(link.removeprefix("#"), strict_parsing=True, errors="surrogatepass")
        number, count, words, context, article_id = (fields[name][0] for name in ("n", "of", "words", "in", "article"))
        proof = _read_proof({name: values[0] for name, values in fields.items()}) if "check" in fields else None
        citation = Citation(int(number), int(count), article_id, _span(words), _span(context), proof)
        sound = 1 <= citation.number <= citation.count and citation.context.covers(citation.words)
        sound = sound and (proof is None or 0 <= proof.confidence <= 1)
    except (KeyError, ValueError):
        sound = False
    if not sound:
        raise InputError(f"{link[:200]!r} is no link to a citation; follow one that stands in an answer")
    return citation


def of_quotes(answer: Answer) -> list[list[tuple[Citation, Quote]]]:
    """For each quote of an answer its citations, numbered through the whole answer."""
    count = sum(len(quote.citations) for quote in answer.quotes)
    numbers = iter(range(1, count + 1))

    def told(one: Quote) -> Proof:
        return Proof(answer.question, answer.standalone_question, one.confidence, checksum(one.sentence))

    return [
        [
            (
                Citation(next(numbers), count, one.article_id, one.article_span, one.article_sentence_span, told(one)),
                one,
            )
            for one in quote.citations
        ]
        for quote in answer.quotes
    ]


def of_nearest(answer: Answer) -> list[tuple[Citation, Passage]]:
    """The passages that come nearest to the question, for when the articles don't say."""
    passages = [hit.passage for hit in answer.hits[:NEAREST]]
    return [
        (Citation(number, len(passages), passage.article_id, _nothing_in(passage.span), passage.span), passage)
        for number, passage in enumerate(passages, start=1)
    ]


def checksum(text: str) -> str:
    """A few characters that differ when a text does."""
    return f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def _read_proof(fields: Mapping[str, str]) -> Proof:
    return Proof(fields["q"], fields["meant"], float(fields["sure"]), fields["check"])


def _nothing_in(span: Span) -> Span:
    return Span(span.start, span.start)


def _span(text: str) -> Span:
    start, end = text.split("-")
    return Span(int(start), int(end))
