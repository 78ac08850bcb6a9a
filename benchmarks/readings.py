"""What the retriever and the reader see for questions of three kinds, kept on disk so that a fit takes seconds.

Three kinds stand for what users ask of a collection: answerable; absent (answerable, with the passages of its own
article left out); near miss (SQuAD 2.0's unanswerable questions). In a fourth, "given", only the passages of the
paragraph that the question was written for are read, whether it answers it or not: SQuAD 2.0's own task.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import logs
from rich.progress import track
from squad import Question

from rag.answer import CANDIDATES_EACH, Answerer
from rag.read import Candidate
from rag.types import Filter, Hit, Hits, Passage, Span

MIX = {"answerable": 0.60, "absent": 0.25, "near miss": 0.15}
NOT_READ_WITH = ("threshold", "max_quotes", "retrieval_weight")  # settings
POOL = {"answerable": 0.50, "absent": 0.25, "near miss": 0.25, "given": 0.50}  # as read, of `size`


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one of the kinds."""

    question: Question
    kind: str

    @property
    def key(self) -> str:
        return f"{self.kind} {self.question.id}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found and read for a question."""

    asked: Asked
    hits: Hits
    candidates: tuple[Candidate, ...]


def drawn(questions: Sequence[Question], size: int) -> list[Asked]:
    """Questions in the shares of POOL, with a fixed seed; those of a smaller size are among those of a larger one."""
    answerable = [Asked(q, "answerable") for q in questions if q.answers]
    near_misses = [Asked(q, "near miss") for q in questions if not q.answers]
    rng = random.Random(1)
    rng.shuffle(answerable)
    rng.shuffle(near_misses)
    absent = [Asked(asked.question, "absent") for asked in reversed(answerable)]
    given = [Asked(question, "given") for question in questions]
    rng.shuffle(given)
    pools = {"answerable": answerable, "absent": absent, "near miss": near_misses, "given": given}
    return [asked for kind, pool in pools.items() for asked in pool[: round(POOL[kind] * size)]]


def readings(answerer: Answerer, asked: Sequence[Asked], paragraphs: Mapping[str, str], folder: Path) -> list[Reading]:
    """A reading for each question, from the folder where it is there; other passages or readers get other files.

    Args:
        answerer: whose index holds each paragraph as an article.
        asked: the questions.
        paragraphs: the text of each question's paragraph, by the question's article_id.
        folder: where readings are kept.
    """
    passages = {(p.article_id, p.number): p for _, p in answerer.index.numbered_passages()}
    log = folder / f"readings-{logs.key(answerer.index, answerer.settings, aside=NOT_READ_WITH)}.jsonl"
    known = {row["key"]: row for row in logs.rows(log)}
    of_title: dict[str, set[str]] = {}
    of_text: dict[str, str] = {}
    for article in answerer.index.articles():
        of_title.setdefault(article.title, set()).add(article.id)
        of_text[article.text] = article.id
    with log.open("a") as out:
        for one in track([a for a in asked if a.key not in known], description="reading"):
            where = Filter()
            if one.kind == "given":
                where = Filter(articles=frozenset({of_text[paragraphs[one.question.article_id]]}))
            elif one.kind == "absent":
                where = Filter(without=frozenset(of_title[one.question.title]))
            known[one.key] = row = _row(answerer, one, where)
            out.write(json.dumps(row) + "\n")
            out.flush()
    return [_reading(one, known[one.key], passages) for one in asked]


def _row(answerer: Answerer, one: Asked, where: Filter) -> dict:
    settings, text = answerer.settings, one.question.text
    hits = answerer.index.search(text, settings.k, where=where, settings=settings)
    passages = [hit.passage.text for hit in hits]
    found = answerer.reader.read(text, passages, max_answer_tokens=settings.max_answer_tokens, k=CANDIDATES_EACH)
    return {
        "key": one.key,
        "hits": [[h.passage.article_id, h.passage.number, h.score, h.dense, h.bm25] for h in hits],
        "candidates": [[c.passage, c.span.start, c.span.end, c.margin] for c in found],
    }


def _reading(one: Asked, row: dict, passages: Mapping[tuple[str, int], Passage]) -> Reading:
    hits = tuple(Hit(passages[id_, number], *scores) for id_, number, *scores in row["hits"])
    return Reading(one, hits, tuple(Candidate(p, Span(a, b), margin) for p, a, b, margin in row["candidates"]))
