"""An Answer <-> a JSON object from which it can be drawn again, exactly as it was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from rag.errors import InputError
from rag.types import Answer, Evidence, Filter, Hit, Passage, Quote, Span

Json = dict[str, Any]
T = TypeVar("T")


def saved_answer(answer: Answer) -> Json:
    """The object; each passage stands in it once."""
    passages: dict[Passage, int] = {}

    def number(passage: Passage) -> int:
        return passages.setdefault(passage, len(passages))

    def quote(one: Quote) -> Json:
        return {
            "passage": number(one.passage),
            "words": [one.span.start, one.span.end],
            "sentence": [one.sentence_span.start, one.sentence_span.end],
            "evidence": {name: float(value) for name, value in asdict(one.evidence).items()},
            "score": float(one.score),
            "confidence": float(one.confidence),
            "also": [quote(other) for other in one.also],
        }

    hits = [
        [number(hit.passage), float(hit.score), float(hit.dense), None if hit.bm25 is None else float(hit.bm25)]
        for hit in answer.hits
    ]
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "quotes": [quote(one) for one in answer.quotes],
        "nearest": [quote(one) for one in answer.nearest],
        "hits": hits,
        "passages": [_saved_passage(passage) for passage in passages],
    }


def restored_answer(saved: Any) -> Answer:
    """The answer that an object was made from.

    Raises:
        InputError: no answer was saved so.
    """
    return restored(_answer, saved)


def saved_filter(where: Filter) -> Json:
    """What a filter names; empty for one that leaves nothing out."""
    named = {
        "articles": sorted(where.articles),
        "sources": sorted(where.sources),
        "authors": sorted(where.authors),
        "since": where.since.isoformat() if where.since else None,
        "until": where.until.isoformat() if where.until else None,
        "phrase": where.phrase,
    }
    return {name: value for name, value in named.items() if value}


def restored_filter(saved: Any) -> Filter:
    """The filter that an object was made from; raises InputError."""
    return restored(_filter, saved)


def restored(read: Callable[[Any], T], saved: Any) -> T:
    """What `read` makes of a JSON value that may hold anything.

    Raises:
        InputError: it does not hold what `read` looks for.
    """
    try:
        return read(saved)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError("what was stored is not a conversation of this version; start a new one") from error


def text_of(value: Any) -> str:
    """The text that a value is; TypeError for any other."""
    if not isinstance(value, str):
        raise TypeError
    return value


def _answer(saved: Any) -> Answer:
    passages = [_passage(one) for one in saved["passages"]]
    return Answer(
        text_of(saved["question"]),
        tuple(_quote(one, passages) for one in saved["quotes"]),
        tuple(
            Hit(passages[n], float(score), float(dense), None if bm25 is None else float(bm25))
            for n, score, dense, bm25 in saved["hits"]
        ),
        text_of(saved["standalone_question"]),
        tuple(_quote(one, passages) for one in saved["nearest"]),
    )


def _quote(saved: Any, passages: Sequence[Passage]) -> Quote:
    passage = passages[saved["passage"]]
    words, sentence = _span(saved["words"]), _span(saved["sentence"])
    if not (Span(0, len(passage.text)).covers(sentence) and sentence.covers(words)):
        raise ValueError
    evidence = Evidence(**{name: float(value) for name, value in saved["evidence"].items()})
    also = tuple(_quote(one, passages) for one in saved["also"])
    return Quote(passage, words, sentence, evidence, float(saved["score"]), float(saved["confidence"]), also)


def _saved_passage(passage: Passage) -> Json:
    fields = asdict(passage) | {
        "span": [passage.span.start, passage.span.end],
        "published": passage.published.isoformat() if passage.published else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _passage(saved: Any) -> Passage:
    published = saved.get("published")
    texts = {name: text_of(saved[name]) for name in ("url", "author", "source") if name in saved}
    return Passage(
        text_of(saved["article_id"]), int(saved["number"]), _span(saved["span"]), text_of(saved["text"]),
        text_of(saved["title"]), published=date.fromisoformat(published) if published else None, **texts,
    )  # fmt: skip


def _filter(saved: Any) -> Filter:
    def names(field: str) -> frozenset[str]:
        return frozenset(map(text_of, saved.get(field, ())))

    def day(field: str) -> date | None:
        return date.fromisoformat(saved[field]) if field in saved else None

    return Filter(
        articles=names("articles"), sources=names("sources"), authors=names("authors"),
        since=day("since"), until=day("until"), phrase=text_of(saved.get("phrase", "")),
    )  # fmt: skip


def _span(saved: Any) -> Span:
    start, end = saved
    return Span(int(start), int(end))
