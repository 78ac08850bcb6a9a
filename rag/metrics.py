"""Exact match, token F1, recall@k, reciprocal rank, calibration and risk: functions of plain values."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

PUNCTUATION = str.maketrans("", "", string.punctuation)
RIGHT_F1 = 0.5  # an answer is right when its F1 with a gold answer is at least this: half the words, or better


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence."""

    count: int
    confidence: float  # their mean
    right: float  # the share of them that is right


@dataclass(frozen=True, slots=True)
class Operating:
    """What answering every question from one confidence upwards gives."""

    threshold: float
    coverage: float  # the share of questions that are answered
    risk: float  # the share of those answers that is wrong


def normal_form(text: str) -> str:
    """An answer as SQuAD's metric compares it: lower case, no punctuation, no a, an, the, single spaces.

    Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250
    """
    plain = text.lower().translate(PUNCTUATION)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", plain).split())


def exact_match(answer: str, gold: Sequence[str]) -> float:
    """1.0 if the answer equals one of the gold answers in normal form, else 0.0; no gold answers want an empty one."""
    return float(any(normal_form(answer) == normal_form(one) for one in gold or [""]))


def token_f1(answer: str, gold: Sequence[str]) -> float:
    """The best overlap of words with one of the gold answers, 0 to 1; no gold answers want an empty one."""
    return max(_f1(normal_form(answer).split(), normal_form(one).split()) for one in gold or [""])


def recall_at(ranks: Sequence[int | None], k: int) -> float:
    """The share of questions whose gold passage ranks among the first `k`.

    Args:
        ranks: of the gold passage, from 0; None where it was not found.
    """
    return _mean([float(rank is not None and rank < k) for rank in ranks])


def mean_reciprocal_rank(ranks: Sequence[int | None], k: int) -> float:
    """The mean of 1 / place of the gold passage, 0 where it is not among the first `k`."""
    return _mean([1 / (rank + 1) if rank is not None and rank < k else 0.0 for rank in ranks])


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Answers by confidence, in bins of equal width from 0 to 1; empty bins are left out."""
    members: list[list[int]] = [[] for _ in range(bins)]
    for i, confidence in enumerate(confidences):
        members[min(int(confidence * bins), bins - 1)].append(i)
    return [
        Bin(len(group), _mean([confidences[i] for i in group]), _mean([float(right[i]) for i in group]))
        for group in members
        if group
    ]


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width: 0 is perfect (Guo et al. 2017, arXiv:1706.04599)."""
    gaps = [one.count * abs(one.confidence - one.right) for one in reliability(confidences, right, bins)]
    return sum(gaps) / len(confidences) if confidences else 0.0


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[Operating]:
    """Every choice of threshold, the highest first; questions of equal confidence are answered together.

    El-Yaniv and Wiener 2010, https://jmlr.org/papers/v11/el-yaniv10a.html
    """
    curve: list[Operating] = []
    answered = wrong = 0
    order = sorted(zip(confidences, right, strict=True), key=itemgetter(0), reverse=True)
    for confidence, tie in groupby(order, key=itemgetter(0)):
        marks = [mark for _, mark in tie]
        answered += len(marks)
        wrong += len(marks) - sum(marks)
        curve.append(Operating(confidence, answered / len(right), wrong / answered))
    return curve


def risk_coverage_area(curve: Sequence[Operating]) -> float:
    """The mean risk over all coverages, 0 to 1, lower is better (AURC; Geifman et al. 2019, arXiv:1805.08206)."""
    before = [0.0, *(point.coverage for point in curve)]
    return sum((point.coverage - b) * point.risk for point, b in zip(curve, before, strict=False))


def coverage_at(curve: Sequence[Operating], precision: float) -> float:
    """The largest share of questions that can be answered so that `precision` of the answers are right; 0 if none."""
    return max((point.coverage for point in curve if 1 - point.risk >= precision), default=0.0)


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The chance that a positive scores above a negative, ties half; 0.5 when one side is empty (Mann-Whitney)."""
    positives = sum(positive)
    negatives = len(positive) - positives
    if not positives or not negatives:
        return 0.5
    wins, below = 0.0, 0
    for _, tie in groupby(sorted(zip(scores, positive, strict=True)), key=itemgetter(0)):
        marks = [mark for _, mark in tie]
        above = sum(marks)
        wins += above * (below + (len(marks) - above) / 2)
        below += len(marks) - above
    return wins / (positives * negatives)


def _f1(answer: Sequence[str], gold: Sequence[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    common = sum((Counter(answer) & Counter(gold)).values())
    return 2 * common / (len(answer) + len(gold))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
