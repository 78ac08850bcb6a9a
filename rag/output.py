"""Answers as JSON objects, and as text on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from typing_extensions import TypedDict  # that of Python 3.11 cannot be turned into a JSON schema

from rag.types import Answer, Hit, Hits, Passage, Quote

NEAREST = 3  # passages shown when the articles don't say


class QuoteRecord(TypedDict):
    """One citation; start and end count characters of the article's text."""

    text: str
    article_id: str
    title: str
    url: str | None
    published: str | None
    start: int
    end: int
    sentence: str
    confidence: float


class AnswerQuoteRecord(QuoteRecord):
    """A quote with the other places that give the same answer."""

    also: list[QuoteRecord]


class AnswerRecord(TypedDict):
    """An answer; no quotes means that the articles don't say."""

    question: str
    standalone_question: str
    answered: bool
    confidence: float
    quotes: list[AnswerQuoteRecord]


class HitRecord(TypedDict):
    """A passage that was found; start and end count characters of the article's text."""

    text: str
    article_id: str
    title: str
    url: str | None
    published: str | None
    start: int
    end: int
    score: float


def answer_record(answer: Answer) -> AnswerRecord:
    """An answer as the JSON object that the command line and the page's API give."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "quotes": [
            {**quote_record(quote), "also": [quote_record(other) for other in quote.also]} for quote in answer.quotes
        ],
    }


def quote_record(quote: Quote) -> QuoteRecord:
    """One citation; start and end count characters of the article's text."""
    return {
        "text": quote.text,
        "article_id": quote.article_id,
        "title": quote.passage.title,
        "url": quote.passage.url,
        "published": quote.passage.published.isoformat() if quote.passage.published else None,
        "start": quote.start,
        "end": quote.end,
        "sentence": quote.sentence,
        "confidence": round(quote.confidence, 4),
    }


def hit_record(hit: Hit) -> HitRecord:
    """A passage that was found; start and end count characters of the article's text."""
    passage = hit.passage
    return {
        "text": passage.text,
        "article_id": passage.article_id,
        "title": passage.title,
        "url": passage.url,
        "published": passage.published.isoformat() if passage.published else None,
        "start": passage.span.start,
        "end": passage.span.end,
        "score": round(hit.score, 4),
    }


def console() -> Console:
    """Standard output: lines folded on a terminal, whole in a file or pipe."""
    screen = Console(highlight=False)
    screen.soft_wrap = not screen.is_terminal
    return screen


def print_hits(screen: Console, hits: Hits) -> None:
    """Passages under their sources, best first."""
    for place, hit in enumerate(hits, start=1):
        screen.print(Text(f"[{place}] {source_line(hit.passage)}  {hit.score:.3f}", style="bold"))
        screen.print(Text(hit.passage.text + "\n"))


def print_answer(screen: Console, answer: Answer) -> None:
    """Each answer with its confidence and, for each citation, its source, sentence and place."""
    if not answer.answered:
        screen.print(Text("The articles don't say.", style="bold"))
        for hit in answer.hits[:NEAREST]:
            screen.print(Text(f"nearest: {source_line(hit.passage)}", style="dim"))
        return
    number = 0
    for quote in answer.quotes:
        screen.print(Text.assemble((quote.text, "bold green"), f"  ({quote.confidence:.0%} sure)"))
        for cited in quote.citations:
            number += 1
            screen.print(Text.assemble(f"  [{number}] ", (source_line(cited.passage), "dim")))
            screen.print(Text.assemble("      ", *_marked(cited, in_color=screen.is_terminal)))
            screen.print(Text(f"      {cited.article_id}:{cited.start}-{cited.end}", style="dim"))


def _marked(quote: Quote, *, in_color: bool) -> tuple[str, str | tuple[str, str], str]:
    """The sentence with the quoted words highlighted, or between guillemets where there is no color."""
    sentence, span = quote.sentence, quote.span.shift(-quote.sentence_span.start)
    words: str | tuple[str, str] = (quote.text, "bold reverse") if in_color else f"»{quote.text}«"
    return sentence[: span.start], words, sentence[span.end :]


def source_line(passage: Passage) -> str:
    """Title, outlet and date, as far as they are known."""
    when = passage.published.isoformat() if passage.published else None
    return ", ".join(part for part in (passage.title, passage.source, when) if part)
