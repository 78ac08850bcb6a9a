"""Questions with known answers + an Answerer -> an Evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answer import Answerer
from rag.errors import InputError
from rag.evaluate.golds import GoldArticles
from rag.evaluate.records import Evaluation, Figures, GoldQuestion, Judged
from rag.index import checked_question
from rag.metrics import (
    RIGHT_F1,
    auroc,
    calibration_error,
    coverage_at,
    exact_match,
    mean_reciprocal_rank,
    recall_at,
    reliability,
    risk_coverage,
    risk_coverage_area,
    token_f1,
)
from rag.types import Answer


def evaluate(
    answerer: Answerer, questions: Sequence[GoldQuestion], *, progress: Callable[[int], None] | None = None
) -> Evaluation:
    """Ask every question and judge what comes.

    Args:
        answerer: with the threshold that decides what is withheld.
        questions: at least one.
        progress: called with the number of questions done, after each.

    Raises:
        InputError: a question is too long to be asked; names it, before any is asked.
    """
    for number, question in enumerate(questions, start=1):
        try:
            checked_question(question.text, answerer.settings)
        except InputError as error:
            raise InputError(f"question {number}: {error}") from None
    golds = GoldArticles(answerer.index)
    judged: list[Judged] = []
    for question in questions:
        judged.append(judge(question, answerer.ask(question.text), golds.of(question)))
        if progress is not None:
            progress(len(judged))
    return summary(judged, threshold=answerer.settings.threshold, k=answerer.settings.k)


def judge(question: GoldQuestion, answer: Answer, gold_articles: tuple[str, ...]) -> Judged:
    """Compare an answer with what is known."""
    # Shown or withheld: what is judged does not depend on the threshold.
    best = max((*answer.quotes[:1], *answer.nearest[:1]), key=lambda quote: quote.score, default=None)
    text = best.text if best else ""
    f1 = token_f1(text, question.answers)
    return Judged(
        question=question.text,
        gold=question.answers,
        gold_source=question.article,
        gold_articles=gold_articles,
        answer=text,
        article=best.article_id if best else None,
        start=best.start if best else None,
        end=best.end if best else None,
        confidence=best.confidence if best else 0.0,
        answered=answer.answered,
        right=bool(question.answers) and f1 >= RIGHT_F1,
        exact_match=exact_match(text, question.answers),
        f1=f1,
        place=next((n for n, hit in enumerate(answer.hits) if hit.passage.article_id in gold_articles), None),
    )


def summary(judged: Sequence[Judged], *, threshold: float, k: int) -> Evaluation:
    """The figures of questions that were judged.

    Args:
        judged: at least one.
        threshold: that was used.
        k: how many passages were read for each question.
    """
    answerable = [one for one in judged if one.gold]
    unanswerable = [one for one in judged if not one.gold]
    answered = [one for one in judged if one.answered]
    places = [one.place for one in answerable if one.gold_articles]
    confidences, right = [one.confidence for one in judged], [one.right for one in judged]
    curve = risk_coverage(confidences, right)
    figures = Figures(
        questions=len(judged),
        answerable=len(answerable),
        with_gold_article=len(places),
        gold_article_missing=sum(bool(one.gold_source) and not one.gold_articles for one in answerable),
        recall_at_1=recall_at(places, 1) if places else None,
        recall_at_5=recall_at(places, 5) if places else None,
        recall_at_k=recall_at(places, k) if places else None,
        mrr=mean_reciprocal_rank(places, k) if places else None,
        k=k,
        exact_match=_mean([one.exact_match for one in answerable]),
        f1=_mean([one.f1 for one in answerable]),
        exact_match_shown=sum(_shown(one, one.exact_match) for one in judged) / len(judged),
        f1_shown=sum(_shown(one, one.f1) for one in judged) / len(judged),
        threshold=threshold,
        answered=len(answered),
        withheld=len(judged) - len(answered),
        right_of_answered=_mean([one.right for one in answered]),
        answerable_answered=_mean([one.answered for one in answerable]),
        unanswerable_withheld=_mean([not one.answered for one in unanswerable]),
        answerability_auroc=auroc(confidences, [bool(one.gold) for one in judged])
        if answerable and unanswerable
        else None,
        calibration_error=calibration_error(confidences, right),
        coverage_at_80=coverage_at(curve, 0.8),
        risk_coverage_area=risk_coverage_area(curve),
    )
    return Evaluation(figures, reliability(confidences, right), curve, tuple(judged))


def _shown(one: Judged, score: float) -> float:
    """The score of what a user sees: a withheld answer is right where the articles don't say."""
    return score if one.answered else float(not one.gold)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
