"""A reader and questions with their texts -> how often it finds the answer, and whether it knows when there is none."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.metrics import auroc, exact_match, token_f1
from rag.read import Reader
from rag.settings import AnswerSettings
from rag.train.questions import Question


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one question and the text that it is asked of."""

    id: str
    answerable: bool
    answer: str  # the best words, whether the reader believes in them or not; "" if it finds none
    margin: float  # over "no answer in this text", in logits
    exact_match: float  # of the best words; 0 where there is nothing to find
    f1: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Figures in per cent of the questions; the first two of those that have an answer."""

    exact_match: float
    f1: float
    auroc: float | None  # of the margin telling answerable from not, 0 to 1; None without both kinds
    best_f1: float | None  # of all questions, where the margin must pass the best threshold; None without both kinds


def readings(
    reader: Reader, questions: Iterable[Question], *, done: Callable[[Reading], None] | None = None
) -> list[Reading]:
    """Read each question's whole text, in order."""
    found: list[Reading] = []
    for question in questions:
        best = reader.read(
            question.text, [question.article.text], max_answer_tokens=AnswerSettings().max_answer_tokens, k=1
        )
        text = best[0].span.of(question.article.text) if best else ""
        margin = best[0].margin if best else -100.0
        gold = question.answer_texts
        em, f1 = (exact_match(text, gold), token_f1(text, gold)) if gold else (0.0, 0.0)
        found.append(Reading(question.id, bool(gold), text, margin, em, f1))
        if done:
            done(found[-1])
    return found


def verdict(readings: Sequence[Reading]) -> Verdict:
    """Sum up; there must be a question that has an answer."""
    answerable = [r for r in readings if r.answerable]
    em = 100 * statistics.mean(r.exact_match for r in answerable)
    f1 = 100 * statistics.mean(r.f1 for r in answerable)
    if len(answerable) == len(readings):
        return Verdict(em, f1, None, None)
    told = auroc([r.margin for r in readings], [r.answerable for r in readings])
    return Verdict(em, f1, told, best_f1(readings))


def best_f1(readings: Sequence[Reading]) -> float:
    """SQuAD 2.0's best F1: an answer is given where the margin passes the threshold that suits these questions best.

    Saying nothing counts 1 where there is no answer, else 0. Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822
    """
    total = best = float(sum(not r.answerable for r in readings))
    for reading in sorted(readings, key=lambda r: -r.margin):  # the threshold falls below one after another
        total += reading.f1 if reading.answerable else -1.0
        best = max(best, total)
    return 100 * best / len(readings)
