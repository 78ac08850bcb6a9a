"""Exact match, token F1, recall@k, reciprocal rank and calibration: functions of plain values."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

PUNCTUATION = str.maketrans("", "", string.punctuation)


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


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width: 0 is perfect (Guo et al. 2017, arXiv:1706.04599)."""
    members: list[list[int]] = [[] for _ in range(bins)]
    for i, confidence in enumerate(confidences):
        members[min(int(confidence * bins), bins - 1)].append(i)
    gaps = [abs(sum(confidences[i] for i in group) - sum(right[i] for i in group)) for group in members]
    return sum(gaps) / len(confidences) if confidences else 0.0


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
