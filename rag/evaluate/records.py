"""The records of an evaluation: what was asked, what came of it, and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.metrics import Bin, Operating


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question whose answer is known."""

    text: str
    answers: tuple[str, ...] = ()  # any of them is right; none: the articles don't say
    article: str | None = None  # id or title of the article that answers it; None: not known
    paragraph: str | None = None  # the words that it was asked of, for finding the article by


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the best answer that was found, and how good it is."""

    question: str
    gold: tuple[str, ...]
    gold_source: str | None  # the article as the file names it
    gold_articles: tuple[str, ...]  # its ids in the index; empty: not named, or not there
    answer: str  # the best quotation, also where it was withheld; "" if there is none
    article: str | None  # that it stands in; None, as are start and end, if there is no answer
    start: int | None  # characters of the article's text
    end: int | None
    confidence: float
    answered: bool  # whether the confidence reached the threshold
    right: bool  # its F1 with a gold answer is at least metrics.RIGHT_F1; never where the articles don't say
    exact_match: float
    f1: float
    place: int | None  # of the first gold article among the passages read, from 0; None: not among them


@dataclass(frozen=True, slots=True)
class Figures:
    """What an evaluation measured; shares from 0 to 1, None where no question can tell.

    `exact_match` and `f1` take the best quotation of each question that has an answer, whatever its confidence;
    `exact_match_shown` and `f1_shown` take what a user sees, over all questions: a withheld answer counts as none,
    which is right where the articles don't say.
    """

    questions: int
    answerable: int
    with_gold_article: int  # answerable ones whose gold article is in the index: what recall and mrr are over
    gold_article_missing: int  # answerable ones that name an article which is not in the index
    recall_at_1: float | None
    recall_at_5: float | None
    recall_at_k: float | None
    mrr: float | None
    k: int
    exact_match: float | None
    f1: float | None
    exact_match_shown: float
    f1_shown: float
    threshold: float
    answered: int
    withheld: int
    right_of_answered: float | None
    answerable_answered: float | None
    unanswerable_withheld: float | None
    answerability_auroc: float | None  # confidence of answerable against that of unanswerable questions
    calibration_error: float  # between confidence and being right, ten bins
    coverage_at_80: float  # share of questions that can be answered with 80 % of the answers right
    risk_coverage_area: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures, the curves behind them, and every question."""

    figures: Figures
    reliability: Sequence[Bin]
    risk_coverage: Sequence[Operating]
    judged: Sequence[Judged]
